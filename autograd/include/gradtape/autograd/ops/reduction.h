#pragma once
// Reductions over the given axes, or over all of them. A negative axis counts from the end. Errors:
// InvalidArgumentError for an axis outside the rank or named twice, and for a dtype that the op does not take.

#include "gradtape/autograd/shape.h"
#include "gradtape/autograd/tensor.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

struct ReduceOptions {
  bool keepdims = false;
};

/// tf.reduce_sum, reduce_mean, reduce_max, reduce_min, reduce_prod: floating-point and integer dtypes. Over no
/// elements: 0, NaN, -inf, inf, 1. Where several elements are the maximum (minimum) the gradient is shared equally
/// among them, as TensorFlow's. The bits of a sum do not depend on the number of threads.
Tensor reduce_sum(const Tensor& input, const Axes& axis = {}, ReduceOptions options = {},
                  Where where = Where::here());
Tensor reduce_mean(const Tensor& input, const Axes& axis = {}, ReduceOptions options = {},
                   Where where = Where::here());
Tensor reduce_max(const Tensor& input, const Axes& axis = {}, ReduceOptions options = {},
                  Where where = Where::here());
Tensor reduce_min(const Tensor& input, const Axes& axis = {}, ReduceOptions options = {},
                  Where where = Where::here());
Tensor reduce_prod(const Tensor& input, const Axes& axis = {}, ReduceOptions options = {},
                   Where where = Where::here());

/// tf.reduce_logsumexp: log(sum(exp(input))), safe for large values; -inf over no elements and over -inf alone.
/// Floating-point dtypes.
Tensor reduce_logsumexp(const Tensor& input, const Axes& axis = {}, ReduceOptions options = {},
                        Where where = Where::here());

/// tf.math.reduce_variance, reduce_std: of the population (divided by the count), floating-point dtypes; NaN over no
/// elements. Where all elements are equal the gradient of reduce_std is NaN, as TensorFlow's.
Tensor reduce_variance(const Tensor& input, const Axes& axis = {}, ReduceOptions options = {},
                       Where where = Where::here());
Tensor reduce_std(const Tensor& input, const Axes& axis = {}, ReduceOptions options = {},
                  Where where = Where::here());

/// tf.math.reduce_euclidean_norm: sqrt(sum(input^2)). Floating-point dtypes, and integers, whose norm is truncated.
/// The gradient where the norm is 0 is NaN, as TensorFlow's.
Tensor reduce_euclidean_norm(const Tensor& input, const Axes& axis = {}, ReduceOptions options = {},
                             Where where = Where::here());

/// tf.reduce_any, tf.reduce_all: bool only.
Tensor reduce_any(const Tensor& input, const Axes& axis = {}, ReduceOptions options = {},
                  Where where = Where::here());
Tensor reduce_all(const Tensor& input, const Axes& axis = {}, ReduceOptions options = {},
                  Where where = Where::here());

}  // namespace gradtape
