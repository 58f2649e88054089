#pragma once
// pow for float32 that a compiler can vectorise: 2^(b log2 |a|) in float64, whose error of about 1e-13 leaves the
// result within a hair of correct rounding; then signs and special values as std::pow has them.

#include <cstdint>

#include "vector_math.h"

namespace gradtape::kernels::GRADTAPE_ISA::math {

inline constexpr std::uint64_t sqrt_half_bits_float64 = 0x3fe6a09e667f3bcdu;

/// x > 0, finite
GRADTAPE_INLINE double log2_of_positive(double x) {
  const std::uint64_t bits = __builtin_bit_cast(std::uint64_t, x) + (0x3ff0000000000000u - sqrt_half_bits_float64);
  // The biased exponent as the low bits of 2^52 + exponent: no conversion from 64-bit integers is needed.
  const double e = __builtin_bit_cast(double, (bits >> 52) | 0x4330000000000000u) - (0x1p52 + 1023.0);
  const double m = __builtin_bit_cast(double, (bits & 0xfffffffffffffu) + sqrt_half_bits_float64);
  const double s = (m - 1.0) / (m + 1.0);
  const double z = s * s;
  // 2 atanh(s) / log(2); the first term left out is below 1e-13 of the sum.
  double p = 1.0 / 15;
  p = p * z + 1.0 / 13;
  p = p * z + 1.0 / 11;
  p = p * z + 1.0 / 9;
  p = p * z + 1.0 / 7;
  p = p * z + 1.0 / 5;
  p = p * z + 1.0 / 3;
  return e + s * (p * z + 1.0) * 2.88539008177792681472;
}

/// |x| <= 1000
GRADTAPE_INLINE double exp2_of_small(double x) {
  const double shifted = x + 0x1.8p52;
  const double r = (x - (shifted - 0x1.8p52)) * 0.693147180559945309417;
  double p = 1.0 / 3628800;
  p = p * r + 1.0 / 362880;
  p = p * r + 1.0 / 40320;
  p = p * r + 1.0 / 5040;
  p = p * r + 1.0 / 720;
  p = p * r + 1.0 / 120;
  p = p * r + 1.0 / 24;
  p = p * r + 1.0 / 6;
  p = p * r + 0.5;
  p = p * r + 1.0;
  p = p * r + 1.0;
  const std::uint64_t n = __builtin_bit_cast(std::uint64_t, shifted) - 0x4338000000000000u;
  return p * __builtin_bit_cast(double, (n + 1023u) << 52);
}

GRADTAPE_INLINE float pow(float a, float b) {
  const float size = abs(a);
  double logarithm = log2_of_positive(static_cast<double>(size));
  logarithm = size < infinity ? logarithm : static_cast<double>(size);  // infinity and NaN
  logarithm = size == 0.0f ? -static_cast<double>(infinity) : logarithm;
  double exponent = static_cast<double>(b) * logarithm;
  exponent = exponent > 200.0 ? 200.0 : exponent;
  exponent = exponent < -200.0 ? -200.0 : exponent;
  float y = static_cast<float>(exp2_of_small(exponent));
  y = ((size == 1.0f) & (b == b)) ? 1.0f : y;

  // Values before blends and & instead of &&: nothing may look like a branch. From 2^24 on every float is an even
  // integer.
  const bool large = abs(b) >= 0x1p24f;
  const float small_b = abs(b) < 0x1p24f ? b : 0.0f;
  const std::int32_t b_integer = static_cast<std::int32_t>(small_b);
  const bool whole = large | (static_cast<float>(b_integer) == b);
  const std::uint32_t odd = whole ? static_cast<std::uint32_t>(b_integer) & 1u : 0u;
  y = float_of(bits_of(y) | (bits_of(a) & (odd << 31)));
  y = ((a < 0.0f) & (size < infinity) & !whole) ? nan : y;
  y = ((b == 0.0f) | (a == 1.0f)) ? 1.0f : y;
  // Squares are rounded correctly, and by far the most frequent.
  const float square = a * a;
  return b == 2.0f ? square : y;
}

}  // namespace gradtape::kernels::GRADTAPE_ISA::math
