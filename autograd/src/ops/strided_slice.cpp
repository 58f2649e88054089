#include <cstdlib>
#include <cstring>

#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/indexing.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "gradtape/autograd/ops/slicing.h"
#include "kernels/copy.h"
#include "ops/checks.h"
#include "ops/composite.h"
#include "ops/parts.h"
#include "ops/selection.h"
#include "ops/shape_families.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

Tensor spread(const Tensor& dy, const Shape& step);

struct StridedSlice {
  static constexpr std::string_view name = "strided_slice";
  Shape begin, step, length;  // along each axis of the input
  Shape shape;

  Tensor compute(const Inputs& x) const {
    const TensorImpl& input = *impl_of(x[0]);
    if (length.num_elements() == 0) return uninitialized(input.dtype, shape);
    const Part part(input.shape, begin);
    bool has_steps = false;
    for (std::int64_t by : step) has_steps |= by != 1;
    if (!has_steps && lies_together(input.shape, length)) return view(x[0], shape, part.offset);
    Tensor y = uninitialized(input.dtype, shape);
    std::int64_t strides[Shape::max_rank];
    for (int i = 0; i < step.rank(); ++i) strides[i] = step[i] * part.strides[i];
    const std::size_t bytes = size_of(input.dtype);
    kernels::strided_read(bytes,
                          static_cast<const char*>(input.data) + part.offset * static_cast<std::int64_t>(bytes),
                          strides, impl_of(y)->data, length);
    return y;
  }
  auto gradient(Dy dy) const {
    return partials([=, this] {
      // Only the block that the elements lie in is made; it is added to the gradient in place.
      Tensor part = reshape(dy, length);
      Shape first = begin;
      bool has_steps = false;
      for (int i = 0; i < step.rank(); ++i) {
        has_steps |= step[i] != 1;
        if (step[i] < 0) first[i] += (length[i] - 1) * step[i];
      }
      if (has_steps) part = spread(part, step);
      return PartialAt{part, first};
    });
  }
  static std::vector<Sample> samples() {
    return {
        {[](const Values& x) { return x[0](Slice(none, none, -1)); }, {sample_values({4}, -2, 2)}},
        {[](const Values& x) { return x[0](1, all, Slice(0, 5)); }, {sample_values({2, 3, 6}, -2, 2)}},
        {[](const Values& x) { return x[0](ellipsis, newaxis, Slice(-1, 0, -2)); }, {sample_values({2, 5}, -2, 2)}},
        {[](const Values& x) { return x[0](Slice(1, none, 3), Slice(none, none, -2), -1); },
         {sample_values({6, 3, 2}, -2, 2)}},
        {[](const Values& x) { return x[0](Slice(2, 2), newaxis); }, {sample_values({3}, -2, 2)}},
        {[](const Values& x) { return x[0](newaxis); }, {sample_values({}, -2, 2)}},
        {[](const Values& x) {
           return strided_slice(x[0], {1, 0, 0}, {0, 0, -1}, {-1, 1, 2},
                                {.end_mask = 1, .ellipsis_mask = 2, .shrink_axis_mask = 0});
         },
         {sample_values({3, 2, 4}, -2, 2)}},
        {[](const Values& x) { return x[0](all, Slice(0, none, 2)); }, {sample_values({0, 3}, -2, 2)}}};
  }
};

/// Zeros with an element of dy at each step, no more than reaches from the first to the last; a negative step turns
/// the axis around.
struct StridedSliceGradient {
  static constexpr std::string_view name = "strided_slice_gradient";
  Shape step, length;

  Shape infer(const Inputs&) const {
    Shape shape = length;
    for (int i = 0; i < shape.rank(); ++i)
      if (length[i] > 0) shape[i] = (length[i] - 1) * std::abs(step[i]) + 1;
    return shape;
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& dy = *impl_of(x[0]);
    const TensorImpl& result = *impl_of(y);
    const std::size_t bytes = size_of(result.dtype);
    if (result.count != dy.count) std::memset(result.data, 0, static_cast<std::size_t>(result.count) * bytes);
    if (dy.count == 0) return;
    const Part part(result.shape, first_in(result.shape));
    std::int64_t strides[Shape::max_rank];
    for (int i = 0; i < step.rank(); ++i) strides[i] = step[i] * part.strides[i];
    kernels::strided_write(bytes, dy.data,
                           static_cast<char*>(result.data) + part.offset * static_cast<std::int64_t>(bytes), strides,
                           dy.shape);
  }
  auto gradient(Dy dy) const {
    return partials([=, this] {
      return record(StridedSlice{first_in(dy->shape()), step, length, length}, {dy}, {});
    });
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) { return spread(x[0], {3}); }, {sample_values({3}, -2, 2)}},
            {[](const Values& x) {
               return spread(x[0], {-2, 1, -1});
             },
             {sample_values({2, 2, 3}, -2, 2)}},
            {[](const Values& x) {
               return spread(x[0], {-1, 1});
             },
             {sample_values({2, 0}, -2, 2)}}};
  }

 private:
  Shape first_in(const Shape& shape) const {
    Shape first = shape;
    for (int i = 0; i < shape.rank(); ++i) first[i] = step[i] < 0 ? shape[i] - 1 : 0;
    return first;
  }
};

Tensor spread(const Tensor& dy, const Shape& step) {
  return record(StridedSliceGradient{step, shape_of(dy)}, {dy}, {});
}

/// The places where a mask is true, or the indices counted from the front.
Tensor places_of(const Tensor& tensor, std::int64_t n) {
  const TensorImpl& part = *impl_of(tensor);
  if (part.dtype == boolean) {
    const bool* mask = static_cast<const bool*>(part.data);
    std::int64_t count = 0;
    for (std::int64_t i = 0; i < part.count; ++i) count += mask[i];
    Tensor places = uninitialized(int64, {count});
    auto* place = static_cast<std::int64_t*>(impl_of(places)->data);
    for (std::int64_t i = 0; i < part.count; ++i)
      if (mask[i]) *place++ = i;
    return places;
  }
  bool usable = part.dtype == int32 || part.dtype == int64;
  for (std::int64_t i = 0; usable && i < part.count; ++i) usable = integer_at(part, i) >= 0;
  if (usable) return tensor;
  Tensor places = uninitialized(int64, part.shape);
  auto* place = static_cast<std::int64_t*>(impl_of(places)->data);
  for (std::int64_t i = 0; i < part.count; ++i) {
    const std::int64_t index = integer_at(part, i);
    if (index < -n)
      throw OutOfRangeError("index " + std::to_string(index) + " at " + position_of(i, part.shape) +
                            " of the indices is outside [" + std::to_string(-n) + ", " + std::to_string(n) + ")");
    place[i] = index < 0 ? index + n : index;
  }
  return places;
}

Tensor select(const Tensor& x, const Index* const* parts, int count, Where where) {
  const Selection chosen = in_function(StridedSlice::name, where, [&] { return Selection(x.shape(), parts, count); });
  Tensor y = x;
  if (chosen.tensor == nullptr || !chosen.is_whole(x.shape()))
    y = record(StridedSlice{chosen.begin, chosen.step, chosen.length, chosen.shape}, {x}, where);
  if (chosen.tensor == nullptr) return y;
  const Tensor& tensor = *chosen.tensor;
  if (tensor.dtype() == boolean && tensor.rank() > 1) {
    Shape merged = chosen.shape.sub(0, chosen.tensor_axis);
    merged.push_back(tensor.num_elements());
    for (int i = chosen.tensor_axis + tensor.rank(); i < chosen.shape.rank(); ++i) merged.push_back(chosen.shape[i]);
    y = reshape(y, merged, where);
  }
  const Tensor places =
      in_function(StridedSlice::name, where, [&] { return places_of(tensor, y.shape()[chosen.tensor_axis]); });
  return gather(y, places, chosen.tensor_axis, {}, where);
}

std::vector<Sample> index_samples() {
  return {{[](const Values& x) { return x[0](all, range(0, 5)); }, {sample_values({2, 6}, -2, 2)}},
          {[](const Values& x) {
             return x[0](Slice(1, none), constant({{2, -1}, {0, 0}}), 1);
           },
           {sample_values({3, 4, 2}, -2, 2)}},
          {[](const Values& x) {
             return x[0](0, constant({{true, false, true}, {false, false, true}}));
           },
           {sample_values({2, 2, 3, 2}, -2, 2)}},
          {[](const Values& x) { return x[0][constant(-1)]; }, {sample_values({3, 2}, -2, 2)}}};
}

}  // namespace

std::vector<OpRow> strided_slice_ops() {
  return {row<StridedSlice>("shape"), row<StridedSliceGradient>("shape"), composite("index", "shape", index_samples)};
}

}  // namespace detail

using namespace detail;

Tensor strided_slice(const Tensor& input, const Shape& begin, const Shape& end, const Shape& strides,
                     StridedSliceOptions options, Where where) {
  Index entries[Shape::max_rank];
  const Index* parts[Shape::max_rank];
  in_function(StridedSlice::name, where, [&] {
    const bool has_strides = strides.rank() > 0 || begin.rank() == 0;
    if (end.rank() != begin.rank() || (has_strides && strides.rank() != begin.rank()))
      throw InvalidArgumentError("begin has " + std::to_string(begin.rank()) + " entries, end " +
                                 std::to_string(end.rank()) + " and strides " + std::to_string(strides.rank()) +
                                 "; they must have as many");
    for (int i = 0; i < begin.rank(); ++i) {
      const auto is_in = [i](unsigned mask) { return (mask >> i & 1) != 0; };
      const std::int64_t step = has_strides ? strides[i] : 1;
      parts[i] = &entries[i];
      if (is_in(options.ellipsis_mask)) {
        entries[i] = ellipsis;
      } else if (is_in(options.new_axis_mask)) {
        entries[i] = newaxis;
      } else if (is_in(options.shrink_axis_mask)) {
        if (step <= 0)
          throw InvalidArgumentError("entry " + std::to_string(i) + " is an index, with the stride " +
                                     std::to_string(step) + "; it must be 1");
        entries[i] = begin[i];
      } else {
        const auto unless = [](bool open, std::int64_t at) { return open ? OptionalInteger() : OptionalInteger(at); };
        entries[i] =
            Slice(unless(is_in(options.begin_mask), begin[i]), unless(is_in(options.end_mask), end[i]), step);
      }
    }
  });
  return select(input, parts, begin.rank(), where);
}

Tensor Tensor::operator()(const Index& first, const Index& second, const Index& third, const Index& fourth,
                          const Index& fifth, const Index& sixth, const Index& seventh, const Index& eighth) const {
  const Index* const parts[] = {&first, &second, &third, &fourth, &fifth, &sixth, &seventh, &eighth};
  int count = 0;
  while (count < Shape::max_rank && parts[count]->kind != Index::Kind::absent) ++count;
  return select(*this, parts, count, first.where);
}

}  // namespace gradtape
