#pragma once
// Elementary functions that a compiler can vectorise: no branches, no calls, only arithmetic and blends. float32 by
// own polynomials (minimax fits, coefficients rounded one after another); float64 from libm, as scalar calls.
// Each function is right at signed zeros, infinities and NaN, and denormal results are not flushed.
// Largest errors seen over all floats of the useful range are in tests/autograd/kernels_elementwise_test.cpp.

#include <cstdint>

#include "isa_macros.h"

namespace gradtape::kernels::GRADTAPE_ISA::math {

inline constexpr float infinity = __builtin_inff();
inline constexpr float nan = __builtin_nanf("");
// log(2) in two parts: the first has so few bits that its product with an exponent is exact.
inline constexpr float log2_high = 0.693359375f, log2_low = -2.12194440054690583e-4f;
// Adding it to a float below 2^22 leaves the nearest integer in the low bits.
inline constexpr float rounder = 0x1.8p23f;

GRADTAPE_INLINE std::uint32_t bits_of(float x) { return __builtin_bit_cast(std::uint32_t, x); }
GRADTAPE_INLINE float float_of(std::uint32_t bits) { return __builtin_bit_cast(float, bits); }

GRADTAPE_INLINE float multiply_add(float a, float b, float c) {
#ifdef __FMA__
  return __builtin_fmaf(a, b, c);
#else
  return a * b + c;
#endif
}

GRADTAPE_INLINE float abs(float x) { return __builtin_fabsf(x); }
GRADTAPE_INLINE double abs(double x) { return __builtin_fabs(x); }
GRADTAPE_INLINE float copysign(float x, float sign) { return __builtin_copysignf(x, sign); }
GRADTAPE_INLINE double copysign(double x, double sign) { return __builtin_copysign(x, sign); }
GRADTAPE_INLINE float sqrt(float x) { return __builtin_sqrtf(x); }
GRADTAPE_INLINE double sqrt(double x) { return __builtin_sqrt(x); }

/// 2^n for n in [-126, 127].
GRADTAPE_INLINE float power_of_two(std::int32_t n) { return float_of((static_cast<std::uint32_t>(n) + 127u) << 23); }

/// exp(x) 2^shift, for a small shift.
GRADTAPE_INLINE float shifted_exp(float x, std::int32_t shift) {
  x = x > 90.0f ? 90.0f : x;
  x = x < -104.0f ? -104.0f : x;
  const float shifted = multiply_add(x, 1.44269504088896341f, rounder);
  const auto n = static_cast<std::int32_t>(bits_of(shifted) - bits_of(rounder));
  const float n_float = shifted - rounder;
  const float r = multiply_add(n_float, -log2_low, multiply_add(n_float, -log2_high, x));
  float p = 1.3942922e-03f;
  p = multiply_add(p, r, 8.369394e-03f);
  p = multiply_add(p, r, 4.1666377e-02f);
  p = multiply_add(p, r, 1.6666515e-01f);
  p = multiply_add(p, r, 5.0e-01f);
  const float y = multiply_add(p, r * r, r) + 1.0f;
  // In two steps, so that results beyond the normal range overflow and underflow as they should.
  const std::int32_t scale = n + shift, half = scale >> 1;
  return y * power_of_two(half) * power_of_two(scale - half);
}
GRADTAPE_INLINE float exp(float x) { return shifted_exp(x, 0); }
GRADTAPE_INLINE double exp(double x) { return __builtin_exp(x); }

GRADTAPE_INLINE float expm1(float x) {
  float c = x > 89.0f ? 89.0f : x;
  c = c < -18.0f ? -18.0f : c;
  const float shifted = multiply_add(c, 1.44269504088896341f, rounder);
  const auto n = static_cast<std::int32_t>(bits_of(shifted) - bits_of(rounder));
  const float n_float = shifted - rounder;
  const float r = multiply_add(n_float, -log2_low, multiply_add(n_float, -log2_high, c));
  float p = 1.9944255e-04f;
  p = multiply_add(p, r, 1.3933565e-03f);
  p = multiply_add(p, r, 8.333208e-03f);
  p = multiply_add(p, r, 4.166648e-02f);
  p = multiply_add(p, r, 1.6666667e-01f);
  p = multiply_add(p, r, 5.0e-01f);
  const float q = multiply_add(p, r * r, r);
  // 2^n q + (2^n - 1), at half its size because 2^128 is no float.
  const float scale = power_of_two(n - 1);
  const float y = multiply_add(scale, q, scale - 0.5f) * 2.0f;
  return x == 0.0f ? x : y;
}
GRADTAPE_INLINE double expm1(double x) { return __builtin_expm1(x); }

/// log(1 + f) - f + f^2 / 2 over f^3, for 1 + f in [sqrt(1/2), sqrt(2)].
GRADTAPE_INLINE float log_tail(float f) {
  float p = 6.9156125e-02f;
  p = multiply_add(p, f, -1.178937e-01f);
  p = multiply_add(p, f, 1.18726194e-01f);
  p = multiply_add(p, f, -1.2384402e-01f);
  p = multiply_add(p, f, 1.4218716e-01f);
  p = multiply_add(p, f, -1.666925e-01f);
  p = multiply_add(p, f, 2.0002224e-01f);
  p = multiply_add(p, f, -2.4999987e-01f);
  p = multiply_add(p, f, 3.333331e-01f);
  return p;
}

inline constexpr std::uint32_t sqrt_half_bits = 0x3f3504f3u;

GRADTAPE_INLINE float log(float x) {
  const bool tiny = x < 0x1p-126f;
  const std::uint32_t bits = bits_of(tiny ? x * 0x1p23f : x) - sqrt_half_bits;
  const float e = static_cast<float>(static_cast<std::int32_t>(bits) >> 23) - (tiny ? 23.0f : 0.0f);
  const float f = float_of((bits & 0x7fffffu) + sqrt_half_bits) - 1.0f;
  const float f2 = f * f;
  float y = multiply_add(e, log2_low, f * f2 * log_tail(f));
  y = multiply_add(-0.5f, f2, y);
  y = multiply_add(e, log2_high, f + y);
  y = x < infinity ? y : x;
  return x > 0.0f ? y : (x == 0.0f ? -infinity : nan);
}
GRADTAPE_INLINE double log(double x) { return __builtin_log(x); }

GRADTAPE_INLINE float log1p(float x) {
  const float u = 1.0f + x;
  const std::uint32_t bits = bits_of(u) - sqrt_half_bits;
  const std::int32_t exponent = static_cast<std::int32_t>(bits) >> 23;
  const float e = static_cast<float>(exponent);
  const bool near_one = exponent == 0;
  // What rounding 1 + x lost, relative to it; near 1 the argument itself serves.
  const float lost = (x > 1.0f ? 1.0f - (u - x) : x - (u - 1.0f)) / u;
  const float f = near_one ? x : float_of((bits & 0x7fffffu) + sqrt_half_bits) - 1.0f;
  const float f2 = f * f;
  float y = multiply_add(f * f2, log_tail(f), near_one ? 0.0f : lost);
  y = multiply_add(e, log2_low, y);
  y = multiply_add(-0.5f, f2, y);
  y = multiply_add(e, log2_high, f + y);
  y = x < infinity ? y : x;
  y = x == 0.0f ? x : y;
  return x > -1.0f ? y : (x == -1.0f ? -infinity : nan);
}
GRADTAPE_INLINE double log1p(double x) { return __builtin_log1p(x); }

/// 1 / (1 + exp(-x))
template <class T>
GRADTAPE_INLINE T sigmoid(T x) {
  const T z = exp(-abs(x));
  return (x >= T(0) ? T(1) : z) / (T(1) + z);
}

GRADTAPE_INLINE float tanh(float x) {
  float a = abs(x);
  a = a > 9.1f ? 9.1f : a;
  const float t = expm1(2.0f * a);
  return copysign(t / (t + 2.0f), x);
}
GRADTAPE_INLINE double tanh(double x) { return __builtin_tanh(x); }

/// log(1 + z) for z in [0, 1]: simpler than log1p, because 1 + z has one of two exponents.
GRADTAPE_INLINE float log1p_of_fraction(float z) {
  const bool upper = z > 0.41421356f;
  const float f = upper ? 0.5f * (z - 1.0f) : z;
  const float e = upper ? 1.0f : 0.0f;
  const float f2 = f * f;
  float y = multiply_add(e, log2_low, f * f2 * log_tail(f));
  y = multiply_add(-0.5f, f2, y);
  return multiply_add(e, log2_high, f + y);
}
GRADTAPE_INLINE double log1p_of_fraction(double z) { return __builtin_log1p(z); }

/// log(1 + exp(x))
template <class T>
GRADTAPE_INLINE T softplus(T x) {
  return (x > T(0) ? x : T(0)) + log1p_of_fraction(exp(-abs(x)));
}

/// The largest |x| for which sin and cos below are accurate.
inline constexpr float largest_angle = 1e6f;

struct ReducedAngle {
  float sin, cos;  // of x - quadrant * pi / 2
  std::uint32_t quadrant;
};

GRADTAPE_INLINE ReducedAngle reduce_angle(float x) {
  // In double: 33 bits of pi / 2 times 20 of n are exact.
  const double wide = static_cast<double>(x);
  const double shifted = wide * 0.63661977236758134308 + 0x1.8p52;
  const double n = shifted - 0x1.8p52;
  const float r = static_cast<float>((wide - n * 0x1.921fb544p0) - n * 6.07710050650619224932e-11);
  const float r2 = r * r;
  float s = multiply_add(2.8372472e-06f, r2, -1.9853498e-04f);
  s = multiply_add(s, r2, 8.33338e-03f);
  s = multiply_add(s, r2, -1.6666667e-01f);
  float c = multiply_add(2.4430668e-05f, r2, -1.3887301e-03f);
  c = multiply_add(c, r2, 4.1666646e-02f);
  return {multiply_add(r * r2, s, r), multiply_add(c, r2 * r2, multiply_add(-0.5f, r2, 1.0f)),
          static_cast<std::uint32_t>(__builtin_bit_cast(std::uint64_t, shifted))};
}

/// |x| <= largest_angle
GRADTAPE_INLINE float small_sin(float x) {
  const ReducedAngle a = reduce_angle(x);
  const float y = (a.quadrant & 1) != 0 ? a.cos : a.sin;
  const float signed_y = float_of(bits_of(y) ^ (a.quadrant & 2) << 30);
  return x == 0.0f ? x : signed_y;
}

/// |x| <= largest_angle
GRADTAPE_INLINE float small_cos(float x) {
  const ReducedAngle a = reduce_angle(x);
  const float y = (a.quadrant & 1) != 0 ? a.sin : a.cos;
  return float_of(bits_of(y) ^ ((a.quadrant + 1) & 2) << 30);
}

}  // namespace gradtape::kernels::GRADTAPE_ISA::math
