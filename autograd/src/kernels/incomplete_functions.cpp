// Incomplete gamma and beta functions: power series where they converge fast, else continued fractions.

#include <cmath>
#include <limits>

#include "special_functions.h"

namespace gradtape::kernels {

namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr int most_terms = 100'000;

bool has_gamma_domain(double a, double x) { return x >= 0 && a > 0 && !std::isinf(a); }

/// log of x^a exp(-x) / gamma(a)
double log_weight(double a, double x) { return a * std::log(x) - x - log_gamma(a); }

struct Dual {
  double value, by_a;
};

/// The lower function over x^a exp(-x) / gamma(a): the sum of x^n / (a (a + 1) ... (a + n)).
Dual lower_series(double a, double x) {
  Dual term{1 / a, -1 / (a * a)}, sum = term;
  for (int n = 1; n < most_terms; ++n) {
    const double r = a + n;
    term.by_a = term.by_a * x / r - term.value * x / (r * r);
    term.value *= x / r;
    sum.value += term.value;
    sum.by_a += term.by_a;
    if (term.value <= epsilon * sum.value && std::abs(term.by_a) <= epsilon * std::abs(sum.by_a)) break;
  }
  return sum;
}

/// The upper function over the same: 1 / (x + 1 - a - 1 (1 - a) / (x + 3 - a - 2 (2 - a) / (x + 5 - a - ...))), by
/// the recurrence of its numerators and denominators.
Dual upper_fraction(double a, double x) {
  Dual p_before{0, 0}, p{1, 0}, q_before{1, 0}, q{x + 1 - a, -1};
  Dual y{p.value / q.value, 0};
  y.by_a = (p.by_a - y.value * q.by_a) / q.value;
  for (int n = 1; n < most_terms; ++n) {
    const double c = -n * (n - a), d = x + 2 * n + 1 - a;  // their derivatives are n and -1
    const auto next = [&](const Dual& now, const Dual& before) {
      return Dual{d * now.value + c * before.value, d * now.by_a - now.value + c * before.by_a + n * before.value};
    };
    const Dual p_next = next(p, p_before), q_next = next(q, q_before);
    p_before = p, q_before = q, p = p_next, q = q_next;
    if (q.value != 0) {
      const double ratio = p.value / q.value;
      const Dual z{ratio, (p.by_a - ratio * q.by_a) / q.value};
      const bool settled = std::abs(z.value - y.value) <= epsilon * std::abs(z.value) &&
                           std::abs(z.by_a - y.by_a) <= epsilon * std::abs(z.by_a);
      y = z;
      if (settled) break;
    }
    if (std::abs(p.value) > 1e200 || std::abs(q.value) > 1e200 || std::abs(q.by_a) > 1e200) {
      for (Dual* each : {&p, &q, &p_before, &q_before}) each->value *= 1e-200, each->by_a *= 1e-200;
    }
  }
  return y;
}

bool uses_series(double a, double x) { return x <= 1 || x <= a; }

/// The continued fraction of the incomplete beta function, by Lentz's method.
double beta_fraction(double a, double b, double x) {
  constexpr double tiny = 1e-300;
  const auto nonzero = [](double v) { return std::abs(v) < tiny ? tiny : v; };
  double c = 1, d = 1 / nonzero(1 - (a + b) * x / (a + 1)), y = d;
  for (int m = 1; m < most_terms; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonzero(1 + even * d);
    c = nonzero(1 + even / c);
    y *= c * d;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonzero(1 + odd * d);
    c = nonzero(1 + odd / c);
    y *= c * d;
    if (std::abs(c * d - 1) <= epsilon) break;
  }
  return y;
}

}  // namespace

double lower_gamma(double a, double x) {
  if (!has_gamma_domain(a, x)) return nan;
  if (x == 0) return 0;
  if (std::isinf(x)) return 1;
  const double weight = std::exp(log_weight(a, x));
  return uses_series(a, x) ? weight * lower_series(a, x).value : 1 - weight * upper_fraction(a, x).value;
}

double upper_gamma(double a, double x) {
  if (!has_gamma_domain(a, x)) return nan;
  if (x == 0) return 1;
  if (std::isinf(x)) return 0;
  const double weight = std::exp(log_weight(a, x));
  return uses_series(a, x) ? 1 - weight * lower_series(a, x).value : weight * upper_fraction(a, x).value;
}

double lower_gamma_by_a(double a, double x) {
  if (!has_gamma_domain(a, x)) return nan;
  if (x == 0 || std::isinf(x)) return 0;
  const double weight = std::exp(log_weight(a, x)), slope = std::log(x) - digamma(a);
  const Dual sum = uses_series(a, x) ? lower_series(a, x) : upper_fraction(a, x);
  const double y = weight * (slope * sum.value + sum.by_a);
  return uses_series(a, x) ? y : -y;
}

double incomplete_beta(double a, double b, double x) {
  if (!(a > 0) || !(b > 0) || !(x >= 0 && x <= 1)) return nan;
  if (x == 0 || x == 1) return x;
  const double weight =
      std::exp(a * std::log(x) + b * std::log1p(-x) + log_gamma(a + b) - log_gamma(a) - log_gamma(b));
  // The fraction converges fast below the mean.
  return x < (a + 1) / (a + b + 2) ? weight * beta_fraction(a, b, x) / a
                                   : 1 - weight * beta_fraction(b, a, 1 - x) / b;
}

}  // namespace gradtape::kernels
