#pragma once
// What networks are made of: tf.nn. Floating-point dtypes.

#include "gradtape/autograd/tensor.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

/// tf.nn.softmax, tf.nn.log_softmax: along axis; safe for large values. Throws InvalidArgumentError for a scalar.
Tensor softmax(const Tensor& logits, int axis = -1, Where where = Where::here());
Tensor log_softmax(const Tensor& logits, int axis = -1, Where where = Where::here());

/// tf.nn.softmax_cross_entropy_with_logits: labels and logits of one shape (..., classes) give a loss of shape (...).
/// -sum(labels * log_softmax(logits)) on the last axis. Differentiable in both.
Tensor softmax_cross_entropy_with_logits(const Tensor& labels, const Tensor& logits, Where where = Where::here());

/// tf.nn.sparse_softmax_cross_entropy_with_logits: labels (...) of int32, int64 or uint8 in [0, classes), logits
/// (..., classes); a loss of shape (...). Throws OutOfRangeError that names the first label outside the range.
Tensor sparse_softmax_cross_entropy_with_logits(const Tensor& labels, const Tensor& logits,
                                                Where where = Where::here());

/// tf.nn.sigmoid_cross_entropy_with_logits: max(x, 0) - x * z + log(1 + exp(-|x|)) by element, for labels z and
/// logits x of one shape.
Tensor sigmoid_cross_entropy_with_logits(const Tensor& labels, const Tensor& logits, Where where = Where::here());

/// tf.nn.bias_add: bias (channels) added along the last axis of value. Throws InvalidArgumentError when the lengths
/// differ or the bias has another rank than 1.
Tensor bias_add(const Tensor& value, const Tensor& bias, Where where = Where::here());

}  // namespace gradtape
