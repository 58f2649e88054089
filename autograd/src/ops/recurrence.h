#pragma once
// The linear recurrence, of which gradients of running products are made.

#include "gradtape/autograd/tensor.h"

namespace gradtape::detail {

/// y[0] = b[0], y[t] = a[t] * y[t - 1] + b[t] along axis, from the end when reverse; a and b of one shape. An op.
Tensor linear_recurrence(const Tensor& a, const Tensor& b, int axis, bool reverse);

/// For each element the one before it along axis (behind it when reverse), 0 where there is none.
Tensor previous_along(const Tensor& x, int axis, bool reverse);

/// For each element the product of the others on its line along axis, zeros or not.
Tensor product_of_others(const Tensor& x, int axis);

}  // namespace gradtape::detail
