#pragma once
// Comparisons and logic: results are bool and have no gradient. Shapes broadcast.

#include "gradtape/autograd/operand.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

/// tf.equal and its kin, of any one dtype; NaN equals nothing.
Tensor equal(const Operand& x, const Operand& y);
Tensor not_equal(const Operand& x, const Operand& y);
Tensor less(const Operand& x, const Operand& y);
Tensor less_equal(const Operand& x, const Operand& y);
Tensor greater(const Operand& x, const Operand& y);
Tensor greater_equal(const Operand& x, const Operand& y);

/// Elementwise, as TensorFlow 2's operators on tensors.
inline Tensor operator==(const Operand& x, const Operand& y) { return equal(x, y); }
inline Tensor operator!=(const Operand& x, const Operand& y) { return not_equal(x, y); }
inline Tensor operator<(const Operand& x, const Operand& y) { return less(x, y); }
inline Tensor operator<=(const Operand& x, const Operand& y) { return less_equal(x, y); }
inline Tensor operator>(const Operand& x, const Operand& y) { return greater(x, y); }
inline Tensor operator>=(const Operand& x, const Operand& y) { return greater_equal(x, y); }

/// tf.math.logical_and and its kin: bool tensors only, else InvalidArgumentError.
Tensor logical_and(const Operand& x, const Operand& y);
Tensor logical_or(const Operand& x, const Operand& y);
Tensor logical_xor(const Operand& x, const Operand& y);
Tensor logical_not(const Tensor& x, Where where = Where::here());

/// tf.math.approximate_equal: |x - y| < tolerance. Throws InvalidArgumentError when the shapes differ.
Tensor approximate_equal(const Operand& x, const Operand& y, double tolerance = 1e-5);

/// tf.math.is_nan, is_inf, is_finite: floating-point dtypes.
Tensor is_nan(const Tensor& x, Where where = Where::here());
Tensor is_inf(const Tensor& x, Where where = Where::here());
Tensor is_finite(const Tensor& x, Where where = Where::here());

/// tf.math.is_non_decreasing, is_strictly_increasing: whether x, in row-major order, is; true for fewer than two
/// numbers.
Tensor is_non_decreasing(const Tensor& x, Where where = Where::here());
Tensor is_strictly_increasing(const Tensor& x, Where where = Where::here());

/// tf.where: condition ? x : y by element, all three broadcast. The gradient of the branch not taken is 0. Throws
/// InvalidArgumentError unless the condition is bool.
Tensor where(const Tensor& condition, const Operand& x, const Operand& y);
/// tf.where of one argument: where the condition, a tensor of bools or numbers, is not zero; int64 indices (n, rank)
/// in row-major order.
Tensor where(const Tensor& condition, Where where = Where::here());

}  // namespace gradtape
