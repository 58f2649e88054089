// The logarithm of the gamma function and its derivatives.

#include <math.h>

#include <cmath>
#include <limits>

#include "chebyshev.h"
#include "special_functions.h"

namespace gradtape::kernels {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double pi = 3.14159265358979323846;

// The positive zero of digamma, in two parts, and digamma(x) / (x - zero) over [1, 2], fitted with mpmath.
constexpr double zero_high = 0x1.762d86356be3fp+0, zero_low = 9.5499954299656977e-17;
constexpr double digamma_series[] = {
    0.98357026044156699,    -0.2270640863346444,     0.033368899023930109,   -0.0053200772715965474,
    0.00087886569378205053, -0.00014773492650606043, 2.5060543468359144e-5,  -4.2721034029993322e-6,
    7.302769272465923e-7,   -1.2502886813559596e-7,  2.1425009322359474e-8,  -3.673295918565179e-9,
    6.2997172361089309e-10, -1.080593028883266e-10,  1.8537351920536379e-11, -3.18023536582553e-12,
    5.4561475703227942e-13, -9.3609931310364382e-14, 1.606064636295075e-14,  -2.7555431377438813e-15,
    4.7277361786019114e-16, -8.11148420346509e-17,   1.3917077694741541e-17};

/// pi / tan(pi x) for x in (0, 1).
double pi_cotangent(double x) { return x <= 0.5 ? pi / std::tan(pi * x) : -pi / std::tan(pi * (1 - x)); }

/// For x > 0.
double digamma_of_positive(double x) {
  double sum = 0;
  if (x < 1) {
    sum = -1 / x;
    x += 1;
  }
  if (x >= 10) {
    // Bernoulli numbers B(2 k) / (2 k), as an asymptotic series.
    const double z = 1 / (x * x);
    double tail = 3617.0 / 8160;
    tail = 1.0 / 12 - z * tail;
    tail = 691.0 / 32760 - z * tail;
    tail = 1.0 / 132 - z * tail;
    tail = 1.0 / 240 - z * tail;
    tail = 1.0 / 252 - z * tail;
    tail = 1.0 / 120 - z * tail;
    tail = 1.0 / 12 - z * tail;
    return std::log(x) - 0.5 / x - z * tail;
  }
  while (x > 2) {
    x -= 1;
    sum += 1 / x;
  }
  return sum + ((x - zero_high) - zero_low) * chebyshev(digamma_series, 2 * x - 3);
}

/// For q > 0: a few terms, and the Euler-Maclaurin formula for the rest.
double zeta_of_positive(double s, double q) {
  double sum = 0;
  while (q <= 10 + 0.5 * s) {
    const double term = std::pow(q, -s);
    sum += term;
    if (term <= 1e-18 * sum) return sum;
    q += 1;
  }
  const double power = std::pow(q, -s);
  sum += power * q / (s - 1) + 0.5 * power;
  // B(2 k) / (2 k)!
  constexpr double factors[] = {1.0 / 12,
                                -1.0 / 720,
                                1.0 / 30240,
                                -1.0 / 1209600,
                                1.0 / 47900160,
                                -691.0 / 1307674368000,
                                1.0 / 74724249600,
                                -3617.0 / 10670622842880000,
                                43867.0 / 5109094217170944000};
  double term = power * s / q, n = s;
  for (const double factor : factors) {
    sum += factor * term;
    if (std::abs(factor * term) <= 1e-18 * std::abs(sum)) break;
    term *= (n + 1) * (n + 2) / (q * q);
    n += 2;
  }
  return sum;
}

}  // namespace

double log_gamma(double x) {
  int sign;
  return lgamma_r(x, &sign);  // std::lgamma writes the sign to a variable that all threads share
}

double digamma(double x) {
  if (std::isnan(x) || x == -infinity) return nan;
  if (x == 0) return std::copysign(infinity, -x);
  if (x == infinity) return infinity;
  if (x > 0) return digamma_of_positive(x);
  const double fraction = x - std::floor(x);
  return fraction == 0 ? nan : digamma_of_positive(1 - x) - pi_cotangent(fraction);
}

double zeta(double s, double q) {
  if (std::isnan(s) || std::isnan(q)) return nan;
  if (s == 1) return infinity;
  if (s < 1) return nan;
  if (q == infinity) return 0;
  if (q > 0) return zeta_of_positive(s, q);
  const bool whole = s == std::floor(s), even = std::fmod(s, 2) == 0;
  const double fraction = q - std::floor(q);
  if (fraction == 0) return whole && even ? infinity : nan;
  if (!whole || q == -infinity) return nan;
  // The terms below zero, the last of them -(1 - fraction), are a difference of two sums.
  const double below = zeta_of_positive(s, 1 - fraction) - zeta_of_positive(s, 1 - q);
  return zeta_of_positive(s, fraction) + (even ? below : -below);
}

double polygamma(double n, double x) {
  if (!(n >= 0) || n != std::floor(n)) return nan;
  if (n == 0) return digamma(x);
  const double size = std::tgamma(n + 1) * zeta(n + 1, x);
  return std::fmod(n, 2) == 1 ? size : -size;
}

}  // namespace gradtape::kernels
