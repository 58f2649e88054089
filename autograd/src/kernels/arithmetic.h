#pragma once
// Binary elementwise functions without a vector loop of their own: division by several rules, functions that libm
// computes, bits of integers.

#include <cstdint>

#include "gradtape/autograd/dtype.h"
#include "gradtape/autograd/shape.h"

namespace gradtape::kernels {

enum class Arithmetic : std::uint8_t {
  // Floating and integer dtypes. No integer divisor may be 0; the quotient of the least integer and -1 wraps around.
  floor_div,
  floor_mod,
  truncate_div,
  truncate_mod,
  // Integers. A shift is brought into [0, bits - 1]; to the right it keeps the sign.
  bitwise_and,
  bitwise_or,
  bitwise_xor,
  left_shift,
  right_shift,
  // Floating dtypes.
  divide_no_nan,    // 0 where b is 0
  multiply_no_nan,  // 0 where b is 0
  xdivy,            // 0 where a is 0; so are the next two
  xlogy,
  xlog1py,
  atan2,
  hypot,
  logaddexp,
  nextafter
};

bool supports(Arithmetic function, DType dtype);

/// y = function(a, b), broadcast from a_shape and b_shape to y_shape.
void binary(Arithmetic function, DType dtype, const void* a, const Shape& a_shape, const void* b,
            const Shape& b_shape, void* y, const Shape& y_shape);
/// The same for operands of n elements each.
void binary(Arithmetic function, DType dtype, const void* a, const void* b, void* y, std::int64_t n);

/// ~x, for integers.
void invert(DType dtype, const void* x, void* y, std::int64_t n);

/// Integers to integers: what the other dtype cannot hold becomes its nearest limit.
void saturate(DType from, const void* x, DType to, void* y, std::int64_t n);

/// Whether any of n integers is 0.
bool contains_zero(DType dtype, const void* x, std::int64_t n);

/// y = min(max(...)) as tf.clip_by_value: min(x, high), and then not below low. NaN in x stays. Any number dtype.
void clip(DType dtype, const void* x, const Shape& x_shape, const void* low, const Shape& low_shape, const void* high,
          const Shape& high_shape, void* y, const Shape& y_shape);

/// gate > 0 ? x : alpha * x, floating dtypes.
void leaky(DType dtype, double alpha, const void* x, const Shape& x_shape, const void* gate, const Shape& gate_shape,
           void* y, const Shape& y_shape);

}  // namespace gradtape::kernels
