#pragma once
// Tangent, inverse and hyperbolic functions that a compiler can vectorise (see vector_math.h); float64 from libm.

#include "vector_math.h"

namespace gradtape::kernels::GRADTAPE_ISA::math {

/// |x| <= largest_angle
GRADTAPE_INLINE float small_tan(float x) {
  const ReducedAngle a = reduce_angle(x);
  const bool odd = (a.quadrant & 1) != 0;
  const float y = (odd ? -a.cos : a.sin) / (odd ? a.sin : a.cos);
  return x == 0.0f ? x : y;
}

// pi / 2 as a float and the rest.
inline constexpr float half_pi = 1.57079632679489662f, half_pi_rest = -4.37113883e-8f;

/// asin(x) - x over x, for |x| <= 1/2 and z = x^2.
GRADTAPE_INLINE float asin_tail(float z) {
  float p = 3.7696976e-02f;
  p = multiply_add(p, z, 1.4314764e-02f);
  p = multiply_add(p, z, 3.1839103e-02f);
  p = multiply_add(p, z, 4.4513375e-02f);
  p = multiply_add(p, z, 7.5005218e-02f);
  p = multiply_add(p, z, 1.6666660e-01f);
  return p * z;
}

GRADTAPE_INLINE float asin(float x) {
  const float a = abs(x);
  const bool large = a > 0.5f;
  // Above 1/2: asin(a) = pi / 2 - 2 asin(sqrt((1 - a) / 2)).
  const float half = 0.5f * (1.0f - a);
  const float z = large ? half : a * a;
  const float s = large ? sqrt(half) : a;
  const float inner = multiply_add(s, asin_tail(z), s);
  const float y = large ? half_pi - (2.0f * inner - half_pi_rest) : inner;
  return copysign(y, x);
}
GRADTAPE_INLINE double asin(double x) { return __builtin_asin(x); }

GRADTAPE_INLINE float acos(float x) {
  const float a = abs(x);
  const bool large = a > 0.5f;
  const float half = 0.5f * (1.0f - a);
  const float z = large ? half : a * a;
  const float s = large ? sqrt(half) : a;
  const float inner = multiply_add(s, asin_tail(z), s);
  const float signed_inner = copysign(inner, x);
  const float far = x > 0.0f ? 2.0f * inner : 2.0f * half_pi - (2.0f * inner - 2.0f * half_pi_rest);
  return large ? far : half_pi - (signed_inner - half_pi_rest);
}
GRADTAPE_INLINE double acos(double x) { return __builtin_acos(x); }

GRADTAPE_INLINE float atan(float x) {
  const float a = abs(x);
  const bool large = a > 1.0f;
  const float t = large ? 1.0f / a : a;
  const float z = t * t;
  float p = -1.7874144e-03f;
  p = multiply_add(p, z, 1.0886868e-02f);
  p = multiply_add(p, z, -3.1126289e-02f);
  p = multiply_add(p, z, 5.7906043e-02f);
  p = multiply_add(p, z, -8.4004581e-02f);
  p = multiply_add(p, z, 1.0951173e-01f);
  p = multiply_add(p, z, -1.4264052e-01f);
  p = multiply_add(p, z, 1.9998531e-01f);
  p = multiply_add(p, z, -3.3333299e-01f);
  const float inner = multiply_add(t * z, p, t);
  return copysign(large ? half_pi - (inner - half_pi_rest) : inner, x);
}
GRADTAPE_INLINE double atan(double x) { return __builtin_atan(x); }

GRADTAPE_INLINE float sinh(float x) {
  const float a = abs(x);
  const float e = expm1(a < 1.0f ? a : 1.0f);
  const float h = shifted_exp(a, -1);
  return copysign(a < 1.0f ? 0.5f * (e + e / (e + 1.0f)) : h - 0.25f / h, x);
}
GRADTAPE_INLINE double sinh(double x) { return __builtin_sinh(x); }

GRADTAPE_INLINE float cosh(float x) {
  const float h = shifted_exp(abs(x), -1);
  return h + 0.25f / h;
}
GRADTAPE_INLINE double cosh(double x) { return __builtin_cosh(x); }

// From here on 1 / x^2 is lost beside 1, and x^2 itself would overflow later.
inline constexpr float huge = 0x1p24f;
inline constexpr float log_two = 0.693147180559945309f;

GRADTAPE_INLINE float asinh(float x) {
  const float a = abs(x);
  const bool large = a > huge;
  const float c = large ? huge : a;
  const float y = log1p(large ? a : c + c * c / (1.0f + sqrt(c * c + 1.0f)));
  return copysign(large ? y + log_two : y, x);
}
GRADTAPE_INLINE double asinh(double x) { return __builtin_asinh(x); }

GRADTAPE_INLINE float acosh(float x) {
  const bool large = x > huge;
  const float t = (large ? huge : x) - 1.0f;
  const float y = log1p(large ? x : t + sqrt(t * (t + 2.0f)));
  return x >= 1.0f ? (large ? y + log_two : y) : nan;
}
GRADTAPE_INLINE double acosh(double x) { return __builtin_acosh(x); }

GRADTAPE_INLINE float atanh(float x) {
  const float a = abs(x);
  return copysign(0.5f * log1p(2.0f * a / (1.0f - a)), x);
}
GRADTAPE_INLINE double atanh(double x) { return __builtin_atanh(x); }

}  // namespace gradtape::kernels::GRADTAPE_ISA::math
