// CMake compiles random*.cpp with -ffp-contract=off: a fused multiply-add would change bits from machine to machine.
#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

#include "dispatch.h"
#include "parallel.h"
#include "random.h"
#include "random_math.h"

namespace gradtape::kernels {

namespace {

constexpr std::int64_t grain = 1 << 11;  // elements that cost several blocks each

template <class T>
T converted(double value) {
  if constexpr (std::is_integral_v<T>) {
    constexpr double most = static_cast<double>(std::numeric_limits<T>::max());
    return value >= most ? std::numeric_limits<T>::max() : static_cast<T>(value);
  } else {
    return static_cast<T>(value);
  }
}

/// y[i] = draw(stream of i, parameter of i).
template <class Draw>
void draw_each(PhiloxStream stream, DType dtype, std::int64_t parameters, void* y, std::int64_t n, const Draw& draw) {
  with_type(dtype, [&](auto zero) {
    using T = decltype(zero);
    T* out = static_cast<T*>(y);
    parallel_for(n, grain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        ElementStream element(stream, i);
        out[i] = converted<T>(draw(element, i % parameters));
      }
    });
  });
}

double gamma(ElementStream& element, double alpha) {
  if (alpha == 0) return 0;
  // Below 1: a gamma value of alpha + 1, times u^(1 / alpha).
  const double boost = alpha < 1 ? exponential(logarithm(element.unit()) / alpha) : 1;
  const double d = (alpha < 1 ? alpha + 1 : alpha) - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  while (!element.is_exhausted()) {
    const double x = element.normal(), root = 1 + c * x, v = root * root * root;
    if (root <= 0) continue;
    if (logarithm(element.unit()) < 0.5 * x * x + d - d * v + d * logarithm(v)) return d * v * boost;
  }
  return d * boost;
}

/// Arrivals until time 1, whose gaps are exponential.
double small_poisson(ElementStream& element, double rate) {
  double time = 0;
  for (double count = 0;; ++count) {
    time -= logarithm(element.unit());
    if (time > rate || element.is_exhausted()) return count;
  }
}

double large_poisson(ElementStream& element, double rate) {
  const double root = std::sqrt(rate), log_rate = logarithm(rate);
  const double b = 0.931 + 2.53 * root, a = -0.059 + 0.02483 * b;
  const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4), limit = 0.9277 - 3.6224 / (b - 2);
  while (!element.is_exhausted()) {
    const double u = element.unit() - 0.5, v = element.unit(), side = 0.5 - std::abs(u);
    const double k = std::floor((2 * a / side + b) * u + rate + 0.43);
    if (side >= 0.07 && v <= limit) return k;
    if (k < 0 || (side < 0.013 && v > side)) continue;
    if (logarithm(v * inverse_alpha / (a / (side * side) + b)) <= k * log_rate - rate - log_factorial(k)) return k;
  }
  return std::floor(rate);
}

/// Failures before a success are geometric: successes are counted until the trials are used up.
double small_binomial(ElementStream& element, double count, double probability) {
  const double log_failure = logarithm(1 - probability);
  double trials = 0;
  for (double successes = 0;; ++successes) {
    trials += std::floor(logarithm(element.unit()) / log_failure) + 1;
    if (trials > count || element.is_exhausted()) return successes;
  }
}

double large_binomial(ElementStream& element, double n, double p) {
  const double deviation = std::sqrt(n * p * (1 - p));
  const double b = 1.15 + 2.53 * deviation, a = -0.0873 + 0.0248 * b + 0.01 * p, center = n * p + 0.5;
  const double limit = 0.92 - 4.2 / b, alpha = (2.83 + 5.1 / b) * deviation;
  const double log_odds = logarithm(p / (1 - p)), mode = std::floor((n + 1) * p);
  const double height = log_factorial(mode) + log_factorial(n - mode);
  while (!element.is_exhausted()) {
    const double u = element.unit() - 0.5, v = element.unit(), side = 0.5 - std::abs(u);
    const double k = std::floor((2 * a / side + b) * u + center);
    if (k < 0 || k > n) continue;
    if (side >= 0.07 && v <= limit) return k;
    if (logarithm(v * alpha / (a / (side * side) + b)) <=
        height - log_factorial(k) - log_factorial(n - k) + (k - mode) * log_odds)
      return k;
  }
  return mode;
}

double binomial(ElementStream& element, double count, double probability) {
  if (probability > 0.5) return count - binomial(element, count, 1 - probability);
  if (count == 0 || probability == 0) return 0;
  // Trials of a probability that 1 - p rounds away would never end.
  if (1 - probability == 1) return std::min(count, small_poisson(element, count * probability));
  return count * probability < 10 ? small_binomial(element, count, probability)
                                  : large_binomial(element, count, probability);
}

}  // namespace

void random_gamma(PhiloxStream stream, DType dtype, const double* alpha, std::int64_t parameters, void* y,
                  std::int64_t n) {
  draw_each(stream, dtype, parameters, y, n,
            [=](ElementStream& element, std::int64_t i) { return gamma(element, alpha[i]); });
}

void random_poisson(PhiloxStream stream, DType dtype, const double* rate, std::int64_t parameters, void* y,
                    std::int64_t n) {
  draw_each(stream, dtype, parameters, y, n, [=](ElementStream& element, std::int64_t i) {
    return rate[i] < 10 ? small_poisson(element, rate[i]) : large_poisson(element, rate[i]);
  });
}

void random_binomial(PhiloxStream stream, DType dtype, const double* count, const double* probability,
                     std::int64_t parameters, void* y, std::int64_t n) {
  draw_each(stream, dtype, parameters, y, n,
            [=](ElementStream& element, std::int64_t i) { return binomial(element, count[i], probability[i]); });
}

void random_categorical(PhiloxStream stream, const double* logits, std::int64_t rows, std::int64_t classes,
                        std::int64_t samples, DType dtype, void* y) {
  // Running sums of the probabilities, among which a sample's number falls.
  std::vector<double> sums(static_cast<std::size_t>(rows * classes));
  double* const all_sums = sums.data();
  parallel_for(rows, std::max<std::int64_t>(1, grain / classes), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      const double* logit = logits + row * classes;
      const double largest = *std::max_element(logit, logit + classes);
      double total = 0;
      for (std::int64_t c = 0; c < classes; ++c)
        all_sums[row * classes + c] = total += exponential(logit[c] - largest);
    }
  });
  std::vector<double> units(static_cast<std::size_t>(rows * samples));
  random_uniform(stream, DType::float64, units.data(), rows * samples, 0, 1);
  const double* const unit = units.data();
  const auto draw = [&](auto* out) {
    parallel_for(rows * samples, grain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const double* sum = all_sums + i / samples * classes;
        // Not the last class where it has no probability of its own.
        const double place = std::min(unit[i] * sum[classes - 1], std::nextafter(sum[classes - 1], 0.0));
        out[i] = static_cast<std::remove_pointer_t<decltype(out)>>(std::upper_bound(sum, sum + classes, place) - sum);
      }
    });
  };
  if (dtype == DType::int32)
    draw(static_cast<std::int32_t*>(y));
  else
    draw(static_cast<std::int64_t*>(y));
}

}  // namespace gradtape::kernels
