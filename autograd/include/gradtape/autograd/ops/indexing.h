#pragma once
// Choosing elements by index.

#include "gradtape/autograd/operand.h"
#include "gradtape/autograd/tensor.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

/// tf.gather: the parts of params at the indices along axis; shape params.shape[:axis] + indices.shape +
/// params.shape[axis+1:]. indices: int32 or int64. Repeated indices add their gradients up. Throws OutOfRangeError
/// for an index outside [0, params.shape[axis]).
Tensor gather(const Tensor& params, const Tensor& indices, int axis = 0, Where where = Where::here());

struct OneHotOptions {
  double on_value = 1;
  double off_value = 0;
  int axis = -1;
  DType dtype = float32;
};
/// tf.one_hot: a new axis of length depth with on_value at the index. indices: any integer dtype; an index outside
/// [0, depth) gives off_value throughout.
Tensor one_hot(const Tensor& indices, std::int64_t depth, const OneHotOptions& options = {},
               Where where = Where::here());

/// tf.argmax, tf.argmin: int64 indices along axis, which disappears; the first of equals. Throws InvalidArgumentError
/// for an axis of length 0.
Tensor argmax(const Tensor& input, int axis = 0, Where where = Where::here());
Tensor argmin(const Tensor& input, int axis = 0, Where where = Where::here());

}  // namespace gradtape
