#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/indexing.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/reduction.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "kernels/copy.h"
#include "ops/checks.h"
#include "ops/composite.h"
#include "ops/shape_families.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

struct Tile {
  static constexpr std::string_view name = "tile";
  Shape multiples;
  Shape input_shape;

  Shape infer(const Inputs& x) const {
    const Shape& input = x.shape(0);
    if (multiples.rank() != input.rank())
      throw InvalidArgumentError("there are " + std::to_string(multiples.rank()) +
                                 " multiples; one is needed for each axis of shape " + to_string(input));
    Shape shape = input;
    for (int i = 0; i < shape.rank(); ++i) {
      if (multiples[i] < 0)
        throw InvalidArgumentError("multiple " + std::to_string(multiples[i]) + " of axis " + std::to_string(i) +
                                   " is negative");
      if (__builtin_mul_overflow(shape[i], multiples[i], &shape[i]))
        throw ResourceExhaustedError("an axis of length " + std::to_string(input[i]) + " cannot be repeated " +
                                     std::to_string(multiples[i]) + " times");
    }
    return shape;
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& input = *impl_of(x[0]);
    kernels::tile(size_of(input.dtype), input.data, input.shape, multiples, impl_of(y)->data);
  }
  auto gradient(Dy dy) const {
    return partials([=, this] {
      // Axis by axis: twice the axes may be more than a tensor can have.
      Tensor sum = dy;
      std::int64_t outer = 1;
      for (int i = 0; i < multiples.rank(); ++i) {
        if (multiples[i] != 1) {
          const std::int64_t inner =
              product_of(input_shape, i, input_shape.rank()) * product_of(multiples, i + 1, multiples.rank());
          sum = reduce_sum(reshape(sum, {outer, multiples[i], inner}), 1);
        }
        outer *= input_shape[i];
      }
      return reshape(sum, input_shape);
    });
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) { return tile(x[0], {3}); }, {sample_values({4}, -2, 2)}},
            {[](const Values& x) {
               return tile(x[0], {2, 1, 3});
             },
             {sample_values({2, 3, 2}, -2, 2)}},
            {[](const Values& x) {
               return tile(x[0], {1, 4});
             },
             {sample_values({3, 1}, -2, 2)}},
            {[](const Values& x) {
               return tile(x[0], {2, 0});
             },
             {sample_values({3, 2}, -2, 2)}},
            {[](const Values& x) {
               return tile(x[0], {2, 2});
             },
             {sample_values({0, 2}, -2, 2)}},
            {[](const Values& x) { return tile(x[0], {}); }, {sample_values({}, -2, 2)}}};
  }
};

/// Where repeat works: axis `axis` of x, or the only axis of a flattened one.
struct RepeatedAxis {
  Tensor x;
  int axis;
  std::int64_t length;
};
RepeatedAxis repeated_axis(const Tensor& input, OptionalInteger axis, Where where) {
  if (axis.is_none) return {reshape(input, {-1}, where), 0, input.num_elements()};
  const int rank = input.rank();
  const bool is_int = axis.value >= -Shape::max_rank && axis.value <= Shape::max_rank;
  const int place = normalize_axis(is_int ? static_cast<int>(axis.value) : Shape::max_rank, rank);
  return {input, place, input.shape()[place]};
}

std::int64_t checked_repeats(std::int64_t repeats) {
  if (repeats < 0) throw InvalidArgumentError("repeats " + std::to_string(repeats) + " is negative");
  return repeats;
}

Tensor repeat_all(const RepeatedAxis& on, std::int64_t repeats, Where where) {
  Shape shape = on.x.shape();
  if (__builtin_mul_overflow(on.length, repeats, &shape[on.axis]))
    throw ResourceExhaustedError("an axis of length " + std::to_string(on.length) + " cannot be repeated " +
                                 std::to_string(repeats) + " times");
  const std::int64_t outer = product_of(on.x.shape(), 0, on.axis + 1);
  const std::int64_t inner = product_of(on.x.shape(), on.axis + 1, on.x.rank());
  const Tensor apart = reshape(on.x, {outer, 1, inner}, where);
  return reshape(broadcast_to(apart, {outer, repeats, inner}, where), shape, where);
}

/// repeats(i): how many times the i-th part comes, of `count` numbers.
template <class Repeats>
Tensor repeat_each(const RepeatedAxis& on, std::int64_t count, const Repeats& repeats, Where where) {
  if (count == 1) return repeat_all(on, checked_repeats(repeats(0)), where);
  if (count != on.length)
    throw InvalidArgumentError("there are " + std::to_string(count) + " repeats for " + std::to_string(on.length) +
                               " parts along axis " + std::to_string(on.axis) + " of shape " +
                               to_string(on.x.shape()));
  std::int64_t total = 0;
  for (std::int64_t i = 0; i < count; ++i)
    if (__builtin_add_overflow(total, checked_repeats(repeats(i)), &total))
      throw ResourceExhaustedError("the repeats add up to more than can be counted");
  Tensor places = uninitialized(int64, {total});
  auto* place = static_cast<std::int64_t*>(impl_of(places)->data);
  for (std::int64_t i = 0; i < count; ++i)
    for (std::int64_t times = repeats(i); times > 0; --times) *place++ = i;
  return gather(on.x, places, on.axis, {}, where);
}

std::vector<Sample> repeat_samples() {
  return {{[](const Values& x) { return repeat(x[0], 3); }, {sample_values({2, 2}, -2, 2)}},
          {[](const Values& x) { return repeat(x[0], 2, -1); }, {sample_values({2, 3, 2}, -2, 2)}},
          {[](const Values& x) {
             return repeat(x[0], {1, 0, 3}, 1);
           },
           {sample_values({2, 3, 2}, -2, 2)}},
          {[](const Values& x) {
             return repeat(x[0], constant({2, 1}), 0);
           },
           {sample_values({2}, -2, 2)}},
          {[](const Values& x) { return repeat(x[0], 4); }, {sample_values({}, -2, 2)}},
          {[](const Values& x) { return repeat(x[0], 2, 0); }, {sample_values({0, 2}, -2, 2)}}};
}

std::vector<Sample> meshgrid_samples() {
  return {{[](const Values& x) {
             const std::vector<Tensor> grid = meshgrid({x[0], x[1]});
             return grid[0] * grid[1];
           },
           {sample_values({3}, -2, 2), sample_values({2}, -1, 3)}},
          {[](const Values& x) {
             const std::vector<Tensor> grid = meshgrid({x[0], x[1], x[2]}, {.indexing = "ij"});
             return grid[0] * grid[1] + grid[2];
           },
           {sample_values({2}, -2, 2), sample_values({}, -1, 3), sample_values({3}, 1, 2)}},
          {[](const Values& x) { return meshgrid(x[0])[0]; }, {sample_values({3}, -2, 2)}}};
}

}  // namespace

std::vector<OpRow> repeating_ops() {
  return {row<Tile>("shape"), composite("repeat", "shape", repeat_samples),
          composite("meshgrid", "shape", meshgrid_samples)};
}

}  // namespace detail

using namespace detail;

Tensor tile(const Tensor& input, const Shape& multiples, Where where) {
  return record(Tile{multiples, shape_of(input)}, {input}, where);
}

Tensor repeat(const Tensor& input, const Operand& repeats, OptionalInteger axis, Where where) {
  return in_function("repeat", where, [&] {
    const RepeatedAxis on = repeated_axis(input, axis, where);
    const Tensor given = repeats.as_tensor();
    const TensorImpl& numbers = *impl_of(given);
    if (!is_integer(given.dtype()) || given.rank() > 1)
      throw InvalidArgumentError("repeats are integers, a scalar or with one axis; got dtype " +
                                 text_of(given.dtype()) + " and shape " + to_string(given.shape()));
    return repeat_each(
        on, numbers.count, [&](std::int64_t i) { return integer_at(numbers, i); }, where);
  });
}
Tensor repeat(const Tensor& input, std::initializer_list<std::int64_t> repeats, OptionalInteger axis, Where where) {
  return in_function("repeat", where, [&] {
    return repeat_each(
        repeated_axis(input, axis, where), static_cast<std::int64_t>(repeats.size()),
        [&](std::int64_t i) { return repeats.begin()[i]; }, where);
  });
}

std::vector<Tensor> meshgrid(const Tensors& args, const MeshgridOptions& options, Where where) {
  Shape shape;
  const bool swapped = options.indexing == "xy" && args.size() > 1;
  const auto axis_of = [&](int i) { return swapped && i < 2 ? 1 - i : i; };
  in_function("meshgrid", where, [&] {
    if (options.indexing != "xy" && options.indexing != "ij")
      throw InvalidArgumentError("the indexing is \"xy\" or \"ij\", got \"" + std::string(options.indexing) + "\"");
    for (const Tensor& arg : args) shape.push_back(arg.num_elements());
  });
  if (swapped) std::swap(shape[0], shape[1]);
  std::vector<Tensor> grid;
  for (const Tensor& arg : args) {
    Shape alone = shape;
    const int axis = axis_of(static_cast<int>(grid.size()));
    for (int i = 0; i < alone.rank(); ++i) alone[i] = i == axis ? -1 : 1;
    if (arg.num_elements() == 0) alone[axis] = 0;
    grid.push_back(broadcast_to(reshape(arg, alone, where), shape, where));
  }
  return grid;
}

}  // namespace gradtape
