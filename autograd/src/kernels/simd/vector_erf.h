#pragma once
// The error function and the normal distribution for float32, as a compiler can vectorise them (see vector_math.h);
// float64 from libm.

#include "vector_math.h"

namespace gradtape::kernels::GRADTAPE_ISA::math {

/// erf(a) for a in [0, small_erf_end].
inline constexpr float small_erf_end = 0.92f;
GRADTAPE_INLINE float small_erf(float a) {
  const float z = a * a;
  float p = 7.9948870e-05f;
  p = multiply_add(p, z, -8.0494967e-04f);
  p = multiply_add(p, z, 5.1923920e-03f);
  p = multiply_add(p, z, -2.6855730e-02f);
  p = multiply_add(p, z, 1.1283626e-01f);
  p = multiply_add(p, z, -3.7612629e-01f);
  p = multiply_add(p, z, 1.2837917e-01f);
  return multiply_add(a, p, a);
}

GRADTAPE_INLINE float erf(float x) {
  const float a = abs(x);
  // Above a polynomial's range 1 - exp(-p(a)); erf rounds to 1 before 4.
  const float near = small_erf(a);

  const float c = a > 4.0f ? 4.0f : a;
  float p = 1.1230012e-05f;
  p = multiply_add(p, c, -3.2279400e-04f);
  p = multiply_add(p, c, 3.6424296e-03f);
  p = multiply_add(p, c, -2.3762019e-02f);
  p = multiply_add(p, c, 1.0623685e-01f);
  p = multiply_add(p, c, 6.3515133e-01f);
  p = multiply_add(p, c, 1.2864849e-01f);
  const float far = 1.0f - exp(-multiply_add(c, p, c));

  const float y = copysign(a < small_erf_end ? near : far, x);
  return x == x ? y : x;
}
GRADTAPE_INLINE double erf(double x) { return __builtin_erf(x); }

/// erfc(t) exp(t^2) for t >= 0: a polynomial in (t - 2) / (t + 2), over 1 + 2 t.
GRADTAPE_INLINE float scaled_erfc(float t) {
  const float u = (t - 2.0f) / (t + 2.0f);
  float p = 4.8682185e-05f;
  p = multiply_add(p, u, -3.2747560e-04f);
  p = multiply_add(p, u, -1.2620133e-03f);
  p = multiply_add(p, u, 1.2387245e-03f);
  p = multiply_add(p, u, 8.6367093e-03f);
  p = multiply_add(p, u, -8.0335392e-03f);
  p = multiply_add(p, u, -5.4204959e-02f);
  p = multiply_add(p, u, 1.6405176e-01f);
  p = multiply_add(p, u, -1.6603115e-01f);
  p = multiply_add(p, u, -9.2763841e-02f);
  p = multiply_add(p, u, 1.2769784e+00f);
  return p / multiply_add(2.0f, t, 1.0f);
}

/// exp(-scale t^2) for scale 1 or 1/2: what rounding t^2 loses is made good.
GRADTAPE_INLINE float exp_of_minus_square(float t, float scale) {
  const float square = t * t;
#ifdef __FMA__
  const float lost = multiply_add(t, t, -square);
#else
  const float high = float_of(bits_of(t) & 0xfffff000u), low = t - high;
  const float lost = ((high * high - square) + 2.0f * high * low) + low * low;
#endif
  const float e = exp(-scale * square);
  return e - e * scale * lost;
}

GRADTAPE_INLINE float erfc(float x) {
  const float a = abs(x);
  const float t = a > 10.5f ? 10.5f : a;  // erfc is 0 from there on
  const float y = exp_of_minus_square(t, 1.0f) * scaled_erfc(t);
  const float upper = x < 0.0f ? 2.0f - y : y;
  return x == x ? upper : x;
}
GRADTAPE_INLINE double erfc(double x) { return __builtin_erfc(x); }

/// The normal distribution: the probability of a value below x, and the density at x.
template <class T>
struct Normal {
  T probability, density;
};

GRADTAPE_INLINE Normal<float> normal(float x) {
  const float a = abs(x);
  const float t = a > 15.0f ? 15.0f : a;
  const float e = exp_of_minus_square(t, 0.5f);
  const float scaled = t * 0.70710678118654752f;
  const float tail = 0.5f * e * scaled_erfc(scaled);
  const float middle = multiply_add(0.5f, copysign(small_erf(scaled), x), 0.5f);
  const float outer = x < 0.0f ? tail : 1.0f - tail;
  return {scaled < small_erf_end ? middle : outer, e * 0.39894228040143268f};
}
GRADTAPE_INLINE Normal<double> normal(double x) {
  return {0.5 * __builtin_erfc(x * -0.70710678118654752440), __builtin_exp(-0.5 * x * x) * 0.39894228040143267794};
}

}  // namespace gradtape::kernels::GRADTAPE_ISA::math
