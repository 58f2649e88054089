#pragma once
// The pooling ops, channels last.

#include "kernels/pooling.h"
#include "ops/neural_gradients.h"
#include "ops/windows.h"

namespace gradtape::detail {

/// A pooling whose shapes have been checked.
struct Pooling {
  kernels::PoolShape shape;
  Shape input, result;
};

Tensor max_pooled(const Pooling& pooling, const Tensor& input, Where where);
Tensor avg_pooled(const Pooling& pooling, const Tensor& input, Where where);
/// The places of the maxima, int64.
Tensor max_places(const Pooling& pooling, const Tensor& input, bool count_images, Where where);

/// The rows of the functions made of these ops.
std::vector<OpRow> pooling_function_ops();

}  // namespace gradtape::detail
