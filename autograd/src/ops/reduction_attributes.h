#pragma once
// What the ops that reduce over axes share.

#include "gradtape/autograd/ops/reduction.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "ops/rows.h"
#include "ops/sample.h"

namespace gradtape::detail {

using ReductionFunction = Tensor (*)(const Tensor&, const Axes&, ReduceOptions, Where);

struct ReductionAttributes {
  Axes axis;
  bool keepdims;

  unsigned mask(const Shape& shape) const { return axis.mask(shape.rank()); }
  Shape result_shape(const Shape& shape) const { return reduced_shape(shape, mask(shape), keepdims); }
  /// The shape of the result with the reduced axes, which broadcasts to the input.
  Shape shape_with_all_axes(const Shape& shape) const { return reduced_shape(shape, mask(shape), true); }
  /// The result with the reduced axes put back. A scalar broadcasts already.
  Tensor with_all_axes(const Tensor& result, const Shape& input) const {
    if (keepdims || result.rank() == 0) return result;
    return reshape(result, shape_with_all_axes(input));
  }
  /// How many elements go into each of the result.
  std::int64_t count(const Shape& shape) const {
    std::int64_t product = 1;
    for (int i = 0; i < shape.rank(); ++i)
      if (mask(shape) >> i & 1) product *= shape[i];
    return product;
  }
  Tensor rows_reduced(ReductionFunction op, const RowInputs& x) const {
    return op(x[0], behind_rows(axis, x.rank(0)), {.keepdims = keepdims}, Where::here());
  }
};

/// Values from [low, high) over several shapes, axes and keepdims.
std::vector<Sample> reduction_samples(ReductionFunction op, double low, double high);

}  // namespace gradtape::detail
