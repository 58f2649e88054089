#pragma once
// Running sums and products along an axis.

#include "gradtape/autograd/tensor.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

struct CumulativeOptions {
  /// Leave the element itself out: [a, b, c] gives [0, a, a + b].
  bool exclusive = false;
  /// From the end: [a, b, c] gives [a + b + c, b + c, c].
  bool reverse = false;
};

/// tf.cumsum, tf.math.cumprod: the sum (product) of the elements up to each along axis, in x's shape. Floating-point
/// and integer dtypes. The gradient of cumprod holds at zeros, in every order. Throws InvalidArgumentError for bool
/// and for an axis outside the rank; a scalar has none.
Tensor cumsum(const Tensor& x, int axis = 0, CumulativeOptions options = {}, Where where = Where::here());
Tensor cumprod(const Tensor& x, int axis = 0, CumulativeOptions options = {}, Where where = Where::here());

/// tf.math.cumulative_logsumexp: log(sum(exp(x))) up to each element along axis, safe for large values.
/// Floating-point dtypes. Over no elements, where exclusive begins, it is the lowest number of the dtype, as
/// TensorFlow's.
Tensor cumulative_logsumexp(const Tensor& x, int axis = 0, CumulativeOptions options = {},
                            Where where = Where::here());

}  // namespace gradtape
