#pragma once
// Elementwise arithmetic. Shapes broadcast by NumPy's rule; both operands must have one dtype, and a C++ number takes
// the dtype of the tensor beside it. Errors: InvalidArgumentError for shapes that do not broadcast, different dtypes,
// and dtypes that the op does not take.

#include "gradtape/autograd/operand.h"
#include "gradtape/autograd/tensors.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

/// tf.add, tf.subtract, tf.multiply: floating-point and integer dtypes; integers wrap around.
Tensor add(const Operand& x, const Operand& y);
Tensor subtract(const Operand& x, const Operand& y);
Tensor multiply(const Operand& x, const Operand& y);
/// tf.divide, tf.truediv: integers are divided as float64, those of at most 16 bits as float32.
Tensor divide(const Operand& x, const Operand& y);
inline Tensor truediv(const Operand& x, const Operand& y) { return divide(x, y); }
Tensor negative(const Tensor& x, Where where = Where::here());

inline Tensor operator+(const Operand& x, const Operand& y) { return add(x, y); }
inline Tensor operator-(const Operand& x, const Operand& y) { return subtract(x, y); }
inline Tensor operator*(const Operand& x, const Operand& y) { return multiply(x, y); }
inline Tensor operator/(const Operand& x, const Operand& y) { return divide(x, y); }
Tensor operator-(const Operand& x);

// x += y makes x a handle to the sum; other handles to its old value keep that.
inline Tensor& operator+=(Tensor& x, const Operand& y) {
  return x = add(Operand(x, y.where().file, y.where().line), y);
}
inline Tensor& operator-=(Tensor& x, const Operand& y) {
  return x = subtract(Operand(x, y.where().file, y.where().line), y);
}
inline Tensor& operator*=(Tensor& x, const Operand& y) {
  return x = multiply(Operand(x, y.where().file, y.where().line), y);
}
inline Tensor& operator/=(Tensor& x, const Operand& y) {
  return x = divide(Operand(x, y.where().file, y.where().line), y);
}

/// tf.math.floordiv: rounds down; integers and floating-point numbers. It has no gradient, as TensorFlow's.
/// tf.math.floormod and tf.math.mod: the rest, with the sign of y; gradients dy and -dy * floordiv(x, y).
/// tf.truncatediv and tf.truncatemod: as C++ divides integers. An integer divided by 0 is an InvalidArgumentError.
Tensor floordiv(const Operand& x, const Operand& y);
Tensor floormod(const Operand& x, const Operand& y);
Tensor mod(const Operand& x, const Operand& y);
inline Tensor operator%(const Operand& x, const Operand& y) { return floormod(x, y); }
Tensor truncatediv(const Operand& x, const Operand& y);
Tensor truncatemod(const Operand& x, const Operand& y);

/// tf.math.divide_no_nan: x / y, 0 where y is 0, with integers as in divide. tf.math.reciprocal_no_nan: 1 / x so.
Tensor divide_no_nan(const Operand& x, const Operand& y);
Tensor reciprocal_no_nan(const Tensor& x, Where where = Where::here());
/// tf.math.multiply_no_nan: x * y, 0 where y is 0 even if x is NaN or infinite. Floating-point dtypes.
Tensor multiply_no_nan(const Operand& x, const Operand& y);
/// tf.math.xlogy: x log(y), tf.math.xlog1py: x log(1 + y), xdivy: x / y; all of them 0 where x is 0, and so their
/// gradients. Floating-point dtypes.
Tensor xlogy(const Operand& x, const Operand& y);
Tensor xlog1py(const Operand& x, const Operand& y);
Tensor xdivy(const Operand& x, const Operand& y);

/// tf.add_n: the sum of one or more tensors of one shape and dtype. tf.math.accumulate_n is the same.
Tensor add_n(const Tensors& inputs, Where where = Where::here());
Tensor accumulate_n(const Tensors& inputs, Where where = Where::here());
/// start + weight * (end - start).
Tensor lerp(const Operand& start, const Operand& end, const Operand& weight);

/// tf.maximum, tf.minimum. Where both are equal the gradient goes to x. NaN in either gives NaN.
Tensor maximum(const Operand& x, const Operand& y);
Tensor minimum(const Operand& x, const Operand& y);
/// tf.pow. The gradient with respect to y is 0 where x <= 0, as TensorFlow's; that with respect to x is 0 where y is
/// 0.
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
Tensor tan(const Tensor& x, Where where = Where::here());
Tensor asin(const Tensor& x, Where where = Where::here());
Tensor acos(const Tensor& x, Where where = Where::here());
Tensor atan(const Tensor& x, Where where = Where::here());
Tensor sinh(const Tensor& x, Where where = Where::here());
Tensor cosh(const Tensor& x, Where where = Where::here());
Tensor asinh(const Tensor& x, Where where = Where::here());
Tensor acosh(const Tensor& x, Where where = Where::here());
Tensor atanh(const Tensor& x, Where where = Where::here());
/// tf.math.atan2: the angle of the point (x, y), in [-pi, pi].
Tensor atan2(const Operand& y, const Operand& x);

/// As NumPy's and tf.experimental.numpy's: 2^x, logarithms to the bases 2 and 10, the cube root of any sign.
Tensor exp2(const Tensor& x, Where where = Where::here());
Tensor log2(const Tensor& x, Where where = Where::here());
Tensor log10(const Tensor& x, Where where = Where::here());
Tensor cbrt(const Tensor& x, Where where = Where::here());
/// log(exp(x) + exp(y)); sqrt(x^2 + y^2), whose gradient at (0, 0) is 0; both without overflow on the way.
Tensor logaddexp(const Operand& x, const Operand& y);
Tensor hypot(const Operand& x, const Operand& y);
/// 0 where x < 0, 1 where x > 0, else `middle`.
Tensor heaviside(const Operand& x, const Operand& middle);
/// tf.math.nextafter: the number next to x towards y. The gradient goes to x.
Tensor nextafter(const Operand& x, const Operand& y);
/// tf.nn.relu: max(x, 0), integers too; the gradient at 0 is 0.
Tensor relu(const Tensor& x, Where where = Where::here());
/// tf.nn.softplus: log(1 + exp(x)).
Tensor softplus(const Tensor& x, Where where = Where::here());

/// tf.floor, tf.math.ceil, tf.round and tf.math.rint (half to even), trunc (towards 0): gradient 0.
Tensor floor(const Tensor& x, Where where = Where::here());
Tensor ceil(const Tensor& x, Where where = Where::here());
Tensor round(const Tensor& x, Where where = Where::here());
Tensor rint(const Tensor& x, Where where = Where::here());
Tensor trunc(const Tensor& x, Where where = Where::here());

/// tf.cast. To bool: x != 0; floating-point to integer truncates and saturates. The gradient is cast back; through an
/// integer dtype there is none.
Tensor cast(const Tensor& x, DType dtype, Where where = Where::here());
/// tf.saturate_cast: a value outside the range of dtype becomes its nearest limit, and passes no gradient.
Tensor saturate_cast(const Tensor& value, DType dtype, Where where = Where::here());
/// tf.stop_gradient: the same values, through which no gradient passes.
Tensor stop_gradient(const Tensor& x, Where where = Where::here());
/// tf.identity.
Tensor identity(const Tensor& x, Where where = Where::here());

}  // namespace gradtape
