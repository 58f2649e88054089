#pragma once
// Elementwise loops over raw buffers. The shapes have been checked by the caller; buffers are contiguous and
// row-major. An output may be the same buffer as an input of the same shape and dtype.

#include <cstdint>

#include "gradtape/autograd/dtype.h"
#include "gradtape/autograd/shape.h"

namespace gradtape::kernels {

enum class Unary : std::uint8_t {
  negative,
  abs,
  sign,
  square,
  sqrt,
  rsqrt,
  reciprocal,
  exp,
  expm1,
  log,
  log1p,
  sigmoid,
  tanh,
  relu,
  softplus,
  sin,
  cos,
  floor,
  ceil,
  round  // round: half to even
};
inline constexpr int unary_count = 20;

/// Functions of floating-point numbers only.
enum class Function : std::uint8_t {
  trunc,
  exp2,
  log2,
  log10,
  cbrt,
  tan,
  asin,
  acos,
  atan,
  sinh,
  cosh,
  asinh,
  acosh,
  atanh,
  erf,
  erfc
};
inline constexpr int function_count = 16;

/// The same; gelu_tanh is the approximation of gelu.
enum class Activation : std::uint8_t {
  elu,
  selu,
  relu6,
  softplus,
  log_sigmoid,
  softsign,
  silu,
  mish,
  gelu,
  gelu_tanh
};
inline constexpr int activation_count = 10;
/// Its first-order gradient: dy * f'(x), of (dy, x); of (dy, y) for elu, selu and relu6.
enum class ActivationGradient : std::uint8_t {
  elu,
  selu,
  relu6,
  softplus,
  log_sigmoid,
  softsign,
  silu,
  mish,
  gelu,
  gelu_tanh
};

enum class Binary : std::uint8_t {
  add,
  subtract,
  multiply,
  divide,
  maximum,
  minimum,
  pow,
  squared_difference,
  // Fused first-order gradients: f(dy, saved).
  relu_gradient,     // dy where y > 0, else 0
  sigmoid_gradient,  // dy * y * (1 - y)
  tanh_gradient,     // dy * (1 - y * y)
};
inline constexpr int binary_count = 11;

enum class Comparison : std::uint8_t { equal, not_equal, less, less_equal, greater, greater_equal };
enum class Logical : std::uint8_t { logical_and, logical_or, logical_xor };

/// Floating dtypes: every function. Integers: negative, abs, sign, square, relu, floor, ceil, round.
/// supports() tells; calling an unsupported pair is a programming error.
bool supports(Unary function, DType dtype);
/// Floating dtypes: every function. Integers: all but divide and the gradients (pow by repeated multiplication).
bool supports(Binary function, DType dtype);

/// Floating dtypes only.
inline bool supports(Function, DType dtype) { return is_floating(dtype); }
inline bool supports(Activation, DType dtype) { return is_floating(dtype); }
inline bool supports(ActivationGradient, DType dtype) { return is_floating(dtype); }

/// y[i] = function(x[i]).
void unary(Unary function, DType dtype, const void* x, void* y, std::int64_t n);
void unary(Function function, DType dtype, const void* x, void* y, std::int64_t n);
void unary(Activation function, DType dtype, const void* x, void* y, std::int64_t n);

/// y = function(a, b), broadcast from a_shape and b_shape to y_shape.
void binary(Binary function, DType dtype, const void* a, const Shape& a_shape, const void* b, const Shape& b_shape,
            void* y, const Shape& y_shape);

void binary(ActivationGradient function, DType dtype, const void* a, const Shape& a_shape, const void* b,
            const Shape& b_shape, void* y, const Shape& y_shape);

/// The same for operands of n elements each.
void binary(Binary function, DType dtype, const void* a, const void* b, void* y, std::int64_t n);
void binary(ActivationGradient function, DType dtype, const void* a, const void* b, void* y, std::int64_t n);

/// Every dtype. NaN compares as IEEE says.
void compare(Comparison comparison, DType dtype, const void* a, const Shape& a_shape, const void* b,
             const Shape& b_shape, bool* y, const Shape& y_shape);

void logical(Logical function, const bool* a, const Shape& a_shape, const bool* b, const Shape& b_shape, bool* y,
             const Shape& y_shape);
void logical_not(const bool* x, bool* y, std::int64_t n);

/// y = condition ? a : b, all three broadcast to y_shape. Every dtype.
void select(DType dtype, const bool* condition, const Shape& condition_shape, const void* a, const Shape& a_shape,
            const void* b, const Shape& b_shape, void* y, const Shape& y_shape);

/// Every pair of dtypes but string. To bool: x != 0. Floating to integer truncates towards zero and saturates; NaN
/// gives 0.
void cast(DType from, const void* x, DType to, void* y, std::int64_t n);

/// Writes n copies of the element at `value` (one element of the dtype).
void fill(DType dtype, const void* value, void* y, std::int64_t n);

/// y = x broadcast to y_shape. Every dtype.
void broadcast(DType dtype, const void* x, const Shape& x_shape, void* y, const Shape& y_shape);

}  // namespace gradtape::kernels
