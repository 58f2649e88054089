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

/// tf.reduce_any, tf.reduce_all: bool only.
Tensor reduce_any(const Tensor& input, const Axes& axis = {}, ReduceOptions options = {},
                  Where where = Where::here());
Tensor reduce_all(const Tensor& input, const Axes& axis = {}, ReduceOptions options = {},
                  Where where = Where::here());

}  // namespace gradtape
