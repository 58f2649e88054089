#include "special_functions.h"

#include <cmath>
#include <limits>

#include "dispatch.h"
#include "elementwise_loop.h"

namespace gradtape::kernels {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double two_over_sqrt_pi = 1.12837916709551257390, sqrt_two = 1.41421356237309504880;
constexpr std::int64_t special_grain = 1 << 11;

/// One step of Halley's method for erf(x) = y, given erf(x) - y; f'' / f' is -2 x.
double refined(double x, double difference) {
  const double step = difference / (two_over_sqrt_pi * std::exp(-x * x));
  return x - step / (1 + x * step);
}

/// The x >= 0 with erfc(x) = c, for c in (0, 1/2].
double inverse_erfc_tail(double c) {
  // Hastings' rational approximation of the normal quantile, right to 5e-4; each step triples the digits.
  const double t = std::sqrt(-2 * std::log(0.5 * c));
  double x = (t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))) /
             sqrt_two;
  for (int i = 0; i < 2; ++i) x = refined(x, c - std::erfc(x));
  return x;
}

/// For |y| <= 1/2.
double inverse_erf_middle(double y) {
  if (std::abs(y) < 1e-9) return y / two_over_sqrt_pi;
  const double z = y / two_over_sqrt_pi;
  double x = z * (1 + z * z * (1.0 / 3 + z * z * (7.0 / 30)));  // the first terms of the power series
  for (int i = 0; i < 3; ++i) x = refined(x, std::erf(x) - y);
  return x;
}

}  // namespace

double inverse_erf(double x) {
  const double a = std::abs(x);
  if (a <= 0.5) return inverse_erf_middle(x);
  if (a < 1) return std::copysign(inverse_erfc_tail(1 - a), x);
  return a == 1 ? std::copysign(infinity, x) : nan;
}

double normal_quantile(double p) {
  if (p >= 0.25 && p <= 0.75) return sqrt_two * inverse_erf_middle(2 * p - 1);
  if (p > 0 && p < 0.25) return -sqrt_two * inverse_erfc_tail(2 * p);
  if (p > 0.75 && p < 1) return sqrt_two * inverse_erfc_tail(2 * (1 - p));
  return p == 0 ? -infinity : p == 1 ? infinity : nan;
}

void apply(double (*f)(double), DType dtype, const void* x, void* y, std::int64_t n) {
  with_floating_type(dtype, [&](auto zero) {
    using T = decltype(zero);
    map<T, T>(x, y, n, special_grain, [f](T value) { return static_cast<T>(f(static_cast<double>(value))); });
  });
}

void apply(double (*f)(double, double), DType dtype, const void* a, const Shape& a_shape, const void* b,
           const Shape& b_shape, void* y, const Shape& y_shape) {
  with_floating_type(dtype, [&](auto zero) {
    using T = decltype(zero);
    map<T, T>(a, a_shape, b, b_shape, y, y_shape, special_grain, [f](T first, T second) {
      return static_cast<T>(f(static_cast<double>(first), static_cast<double>(second)));
    });
  });
}

void apply(double (*f)(double, double, double), DType dtype, const void* a, const Shape& a_shape, const void* b,
           const Shape& b_shape, const void* c, const Shape& c_shape, void* y, const Shape& y_shape) {
  with_floating_type(dtype, [&](auto zero) {
    using T = decltype(zero);
    map<T, T>(a, a_shape, b, b_shape, c, c_shape, y, y_shape, special_grain, [f](T first, T second, T third) {
      return static_cast<T>(f(static_cast<double>(first), static_cast<double>(second), static_cast<double>(third)));
    });
  });
}

}  // namespace gradtape::kernels
