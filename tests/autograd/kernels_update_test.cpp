// The optimizers' fused updates, checked against the formulas evaluated one element at a time in float64.

#include "kernels/update.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/isa.h"

using namespace gradtape;
using namespace gradtape::kernels;

namespace {

template <class Check>
void for_each_isa(const Check& check) {
  const Isa before = active_isa();
  for (int i = 0; i <= static_cast<int>(best_isa()); ++i) {
    CAPTURE(i);
    set_active_isa(static_cast<Isa>(i));
    check();
  }
  set_active_isa(before);
}

template <class T>
std::vector<T> wave(std::size_t n, double scale, double shift) {
  std::vector<T> values(n);
  for (std::size_t i = 0; i < n; ++i)
    values[i] = static_cast<T>(scale * std::sin(0.1 * static_cast<double>(i) + shift));
  return values;
}

/// Long enough for the parallel path.
constexpr std::size_t lengths[] = {0, 1, 37, 300000};

template <class T>
void check_all(double tolerance) {
  for (std::size_t n : lengths) {
    CAPTURE(n);
    const auto count = static_cast<std::int64_t>(n);
    const std::vector<T> w0 = wave<T>(n, 2, 0), g = wave<T>(n, 1, 1), m0 = wave<T>(n, 0.5, 2);
    std::vector<T> v0 = wave<T>(n, 0.3, 3), top0 = wave<T>(n, 0.4, 4);
    for (T& x : v0) x = x * x;
    for (T& x : top0) x = x * x;
    double worst = 0;
    const auto compare = [&](T got, double want) {
      worst = std::max(worst, std::abs(static_cast<double>(got) - want));
    };

    std::vector<T> w = w0;
    sgd_update(dtype_of<T>, w.data(), g.data(), count, 0.1);
    for (std::size_t i = 0; i < n; ++i) compare(w[i], w0[i] - 0.1 * g[i]);

    w = w0;
    axpy(dtype_of<T>, -2.5, g.data(), w.data(), count);
    for (std::size_t i = 0; i < n; ++i) compare(w[i], w0[i] - 2.5 * g[i]);

    for (bool nesterov : {false, true}) {
      w = w0;
      std::vector<T> v = m0;
      momentum_update(dtype_of<T>, w.data(), v.data(), g.data(), count, 0.1, 0.9, nesterov);
      for (std::size_t i = 0; i < n; ++i) {
        const double velocity = 0.9 * m0[i] - 0.1 * g[i];
        compare(v[i], velocity);
        compare(w[i], w0[i] + (nesterov ? 0.9 * velocity - 0.1 * g[i] : velocity));
      }
    }

    for (bool amsgrad : {false, true}) {
      w = w0;
      std::vector<T> m = m0, v = v0, top = top0;
      adam_update(dtype_of<T>, w.data(), m.data(), v.data(), amsgrad ? top.data() : nullptr, g.data(), count, 0.01,
                  0.9, 0.999, 1e-7);
      for (std::size_t i = 0; i < n; ++i) {
        const double mean = 0.9 * m0[i] + 0.1 * g[i];
        const double variance = 0.999 * v0[i] + 0.001 * static_cast<double>(g[i]) * static_cast<double>(g[i]);
        const double used = amsgrad ? std::max<double>(variance, top0[i]) : variance;
        compare(m[i], mean);
        compare(v[i], variance);
        if (amsgrad) compare(top[i], used);
        // Where the root is far from 0 the step is well conditioned.
        if (used > 1e-4) compare(w[i], w0[i] - 0.01 * mean / (std::sqrt(used) + 1e-7));
      }
    }
    CHECK(worst <= tolerance);
  }
}

}  // namespace

TEST_CASE("updates follow Keras's formulas") {
  for_each_isa([] {
    check_all<float>(1e-6);
    check_all<double>(1e-14);
  });
}
