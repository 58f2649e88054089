#pragma once
// Elementwise arithmetic. Shapes broadcast by NumPy's rule; both operands must have one dtype, and a C++ number takes
// the dtype of the tensor beside it. Errors: InvalidArgumentError for shapes that do not broadcast, different dtypes,
// and dtypes that the op does not take.

#include "gradtape/autograd/operand.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

/// tf.add, tf.subtract, tf.multiply: floating-point and integer dtypes; integers wrap around.
Tensor add(const Operand& x, const Operand& y);
Tensor subtract(const Operand& x, const Operand& y);
Tensor multiply(const Operand& x, const Operand& y);
/// tf.divide: floating-point dtypes. (TensorFlow turns integers into float64 here: cast them first.)
Tensor divide(const Operand& x, const Operand& y);
Tensor negative(const Tensor& x, Where where = Where::here());

inline Tensor operator+(const Operand& x, const Operand& y) { return add(x, y); }
inline Tensor operator-(const Operand& x, const Operand& y) { return subtract(x, y); }
inline Tensor operator*(const Operand& x, const Operand& y) { return multiply(x, y); }
inline Tensor operator/(const Operand& x, const Operand& y) { return divide(x, y); }
Tensor operator-(const Operand& x);

/// tf.maximum, tf.minimum. Where both are equal the gradient goes to x. NaN in either gives NaN.
Tensor maximum(const Operand& x, const Operand& y);
Tensor minimum(const Operand& x, const Operand& y);
/// tf.pow. The gradient with respect to y is 0 where x <= 0, as TensorFlow's.
Tensor pow(const Operand& x, const Operand& y);
/// tf.math.squared_difference: (x - y)^2.
Tensor squared_difference(const Operand& x, const Operand& y);

/// Floating-point and integer dtypes.
Tensor square(const Tensor& x, Where where = Where::here());
/// The gradient at 0 is 0, as TensorFlow's sign(0).
Tensor abs(const Tensor& x, Where where = Where::here());
/// -1, 0 or 1; its gradient is 0.
Tensor sign(const Tensor& x, Where where = Where::here());

/// Floating-point dtypes only, from here on.
Tensor sqrt(const Tensor& x, Where where = Where::here());
/// 1 / sqrt(x)
Tensor rsqrt(const Tensor& x, Where where = Where::here());
/// tf.math.reciprocal: 1 / x.
Tensor reciprocal(const Tensor& x, Where where = Where::here());
Tensor exp(const Tensor& x, Where where = Where::here());
/// exp(x) - 1, accurate near 0.
Tensor expm1(const Tensor& x, Where where = Where::here());
Tensor log(const Tensor& x, Where where = Where::here());
/// log(1 + x), accurate near 0.
Tensor log1p(const Tensor& x, Where where = Where::here());
Tensor sin(const Tensor& x, Where where = Where::here());
Tensor cos(const Tensor& x, Where where = Where::here());
Tensor sigmoid(const Tensor& x, Where where = Where::here());
Tensor tanh(const Tensor& x, Where where = Where::here());
/// tf.nn.relu: max(x, 0), integers too; the gradient at 0 is 0.
Tensor relu(const Tensor& x, Where where = Where::here());
/// tf.nn.softplus: log(1 + exp(x)).
Tensor softplus(const Tensor& x, Where where = Where::here());

/// tf.floor, tf.math.ceil, tf.round (half to even): gradient 0.
Tensor floor(const Tensor& x, Where where = Where::here());
Tensor ceil(const Tensor& x, Where where = Where::here());
Tensor round(const Tensor& x, Where where = Where::here());

/// tf.clip_by_value: min(max(x, low), high). The gradient is 0 outside [low, high] and passes at the bounds.
Tensor clip_by_value(const Tensor& x, const Operand& low, const Operand& high);

/// tf.cast. To bool: x != 0; floating-point to integer truncates and saturates. The gradient is cast back; through an
/// integer dtype there is none.
Tensor cast(const Tensor& x, DType dtype, Where where = Where::here());
/// tf.stop_gradient: the same values, through which no gradient passes.
Tensor stop_gradient(const Tensor& x, Where where = Where::here());
/// tf.identity.
Tensor identity(const Tensor& x, Where where = Where::here());

}  // namespace gradtape
