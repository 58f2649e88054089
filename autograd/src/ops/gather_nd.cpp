// Choosing elements, made of gather.
#include "gradtape/autograd/ops/comparison.h"
#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/indexing.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/reduction.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "ops/indexing_families.h"
#include "ops/places.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

/// Indices outside [0, n) brought inside, as numpy.take's mode says.
Tensor inside(const Tensor& indices, std::int64_t n, const std::string& mode) {
  if (mode != "raise" && mode != "clip" && mode != "wrap")
    throw InvalidArgumentError("the mode \"" + mode + "\" is not known; there are \"clip\", \"wrap\" and \"raise\"");
  const TensorImpl& from = checked(indices);
  if (n == 0 && from.count > 0) throw OutOfRangeError("there are no elements to take from along an axis of length 0");
  Tensor moved = uninitialized(int64, from.shape);
  auto* to = static_cast<std::int64_t*>(mutable_data(moved));
  for (std::int64_t i = 0; i < from.count; ++i) {
    const std::int64_t index = integer_at(from, i);
    if (mode == "clip")
      to[i] = index < 0 ? 0 : index < n ? index : n - 1;
    else if (mode == "wrap")
      to[i] = (index % n + n) % n;
    else
      to[i] = index < 0 && index >= -n ? index + n : index;
  }
  return moved;
}

/// Rows of (.., n) scaled down to an L2 norm of max_norm at most. As TensorFlow's clip_by_norm, a row of zeros has a
/// gradient.
Tensor clip_rows(const Tensor& rows, double max_norm, const Axes& axes, Where where) {
  const Tensor sum = reduce_sum(square(rows, where), axes, {.keepdims = true}, where);
  const Tensor positive = greater(sum, 0);
  const Tensor norm = gradtape::where(positive, sqrt(gradtape::where(positive, sum, ones_like(sum)), where), sum);
  return divide(multiply(rows, max_norm), maximum(norm, max_norm));
}

std::vector<Sample> gather_nd_samples() {
  return {{[](const Values& x) { return gather_nd(x[0], x[1]); },
           {sample_values({2, 3, 2}, -2, 2), constant({{1, 2}, {0, 0}, {1, 2}})}},
          {[](const Values& x) { return gather_nd(x[0], x[1]); },
           {sample_values({2, 3}, -2, 2), constant({{{1, 2}, {0, 1}}, {{1, 1}, {0, 1}}}, int64)}},
          {[](const Values& x) { return gather_nd(x[0], x[1], 1); },
           {sample_values({2, 3, 2}, -2, 2), constant({{{1}, {1}}, {{2}, {0}}})}},
          {[](const Values& x) { return gather_nd(x[0], x[1]); }, {sample_values({3}, -2, 2), zeros({2, 0}, int32)}},
          {[](const Values& x) { return gather_nd(x[0], x[1]); }, {sample_values({3}, -2, 2), zeros({0, 1}, int32)}},
          {[](const Values& x) { return gather_nd(x[0], x[1]); }, {sample_values({3, 1}, -2, 2), constant({2})}}};
}

std::vector<Sample> take_samples() {
  return {
      {[](const Values& x) { return take(x[0], x[1]); }, {sample_values({2, 3}, -2, 2), constant({{0, 9}, {4, -1}})}},
      {[](const Values& x) { return take(x[0], x[1], {.axis = -1, .mode = "wrap"}); },
       {sample_values({2, 3}, -2, 2), constant({4, -1})}},
      {[](const Values& x) { return take(x[0], x[1], {.axis = 0, .mode = "raise"}); },
       {sample_values({3}, -2, 2), constant(-1)}}};
}

std::vector<Sample> embedding_lookup_samples() {
  return {{[](const Values& x) { return embedding_lookup(x[0], x[1]); },
           {sample_values({4, 3}, -2, 2), constant({{0, 3}, {3, 1}})}},
          {[](const Values& x) { return embedding_lookup(x[0], x[1], {.max_norm = 1.5}); },
           {sample_values({4, 3}, -2, 2), constant({0, 3, 3})}},
          {[](const Values& x) { return embedding_lookup(x[0], x[1], {.max_norm = 100}); },
           {sample_values({3, 2}, -2, 2), constant(2)}}};
}

std::vector<Sample> unravel_index_samples() {
  return {{[](const Values& x) { return unravel_index(x[0], {2, 3}); }, {constant({5, 0, 3})}}};
}

std::vector<Sample> ravel_multi_index_samples() {
  return {{[](const Values& x) { return ravel_multi_index(x[0], {2, 3}); }, {constant({{1, 0}, {2, 1}})}}};
}

}  // namespace

std::vector<OpRow> choosing_ops() {
  constexpr std::string_view indices_only = "its input is indices";
  return {composite("gather_nd", "indexing", gather_nd_samples), composite("take", "indexing", take_samples),
          composite("embedding_lookup", "indexing", embedding_lookup_samples),
          composite("unravel_index", "indexing", unravel_index_samples, indices_only),
          composite("ravel_multi_index", "indexing", ravel_multi_index_samples, indices_only)};
}

}  // namespace detail

using namespace detail;

Tensor gather_nd(const Tensor& params, const Tensor& indices, int batch_dims, Where where) {
  return in_function("gather_nd", where, [&] {
    const Chosen chosen = chosen_by(indices, described(params).shape, batch_dims);
    const Tensor rows = reshape(params, {chosen.rows, chosen.inner}, where);
    return reshape(gather(rows, chosen.places, 0, {}, where), chosen.shape, where);
  });
}

Tensor take(const Tensor& x, const Tensor& index_tensor, const TakeOptions& options, Where where) {
  return in_function("take", where, [&] {
    const IndexTensor indices(index_tensor);
    const Tensor from = options.axis ? x : reshape(x, {-1}, where);
    const int axis = normalize_axis(options.axis.value_or(0), described(from).shape.rank());
    return gather(from, inside(indices, from.shape()[axis], options.mode), axis, {}, where);
  });
}

Tensor embedding_lookup(const Tensor& params, const Tensor& ids, const EmbeddingLookupOptions& options, Where where) {
  return in_function("embedding_lookup", where, [&] {
    const Tensor rows = gather(params, ids, 0, {}, where);
    if (!options.max_norm) return rows;
    if (!(*options.max_norm >= 0))
      throw InvalidArgumentError("the max_norm is " + std::to_string(*options.max_norm) +
                                 "; it must not be negative");
    Axes axes = Axes::none();
    for (int i = ids.rank(); i < rows.rank(); ++i) axes.push_back(i);
    return clip_rows(rows, *options.max_norm, axes, where);
  });
}

Tensor unravel_index(const Tensor& indices, const Shape& dims, Where where) {
  return in_function("unravel_index", where, [&] {
    const DType dtype = described(indices).dtype;
    const IndexTensor converted(indices);
    const TensorImpl& from = *impl_of(*converted);
    const std::int64_t size = checked_count(dims, int64);
    for (std::int64_t i = 0; i < from.count; ++i)
      if (integer_at(from, i) < 0 || integer_at(from, i) >= size)
        throw OutOfRangeError("index " + std::to_string(integer_at(from, i)) + " at " + position_of(i, from.shape) +
                              " of the indices is outside [0, " + std::to_string(size) + "), the places of shape " +
                              to_string(dims));
    Shape shape{dims.rank()};
    for (std::int64_t length : from.shape) shape.push_back(length);
    const Tensor result = uninitialized(int64, shape);
    auto* to = static_cast<std::int64_t*>(mutable_data(result));
    for (std::int64_t i = 0; i < from.count; ++i) {
      std::int64_t place = integer_at(from, i);
      for (int axis = dims.rank() - 1; axis >= 0; --axis) {
        to[axis * from.count + i] = place % dims[axis];
        place /= dims[axis];
      }
    }
    return dtype == int64 ? result : cast(result, dtype, where);
  });
}

Tensor ravel_multi_index(const Tensor& multi_index, const Shape& dims, Where where) {
  return in_function("ravel_multi_index", where, [&] {
    const Shape& shape = described(multi_index).shape;
    if (shape.rank() == 0 || shape.front() != dims.rank())
      throw InvalidArgumentError("the first axis of multi_index " + to_string(shape) + " needs " +
                                 std::to_string(dims.rank()) + " numbers, one for each axis of shape " +
                                 to_string(dims));
    Axes last_first = Axes::none();
    for (int i = 1; i < shape.rank(); ++i) last_first.push_back(i);
    last_first.push_back(0);
    return reshape(chosen_by(transpose(multi_index, last_first, where), dims).places, shape.sub(1, shape.rank()),
                   where);
  });
}

}  // namespace gradtape
