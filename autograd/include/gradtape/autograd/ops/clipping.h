#pragma once
// Limits on values and on norms.

#include <vector>

#include "gradtape/autograd/operand.h"
#include "gradtape/autograd/shape.h"
#include "gradtape/autograd/tensors.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

/// tf.clip_by_value: max(min(t, clip_value_max), clip_value_min), where the limits broadcast to t. The gradient
/// passes to t within the limits and at them, else to the limit that was taken. Floating-point and integer dtypes.
Tensor clip_by_value(const Tensor& t, const Operand& clip_value_min, const Operand& clip_value_max);

/// tf.clip_by_norm: t scaled so that its 2-norm over axes is at most clip_norm; all zeros stay, with a gradient.
/// Floating-point dtypes.
Tensor clip_by_norm(const Tensor& t, const Operand& clip_norm, const Axes& axes = {}, Where where = Where::here());

/// tf.linalg.global_norm: the 2-norm of all elements of the tensors together. Empty Tensors, TensorFlow's None, are
/// passed over. Throws InvalidArgumentError when there is no other.
Tensor global_norm(const std::vector<Tensor>& t_list, Where where = Where::here());

struct ClippedTensors {
  std::vector<Tensor> tensors;
  Tensor global_norm;  ///< before clipping
};
/// tf.clip_by_global_norm: the tensors times clip_norm / max(global norm, clip_norm). The global norm is computed
/// unless use_norm gives it. Empty Tensors stay empty. Where the norm is not finite all becomes NaN.
ClippedTensors clip_by_global_norm(const std::vector<Tensor>& t_list, const Operand& clip_norm,
                                   const Tensor& use_norm = {}, Where where = Where::here());

}  // namespace gradtape
