#pragma once
// A problem that optimizer tests share: 37 elements, so that vector loops have a remainder, and gradients that
// change.

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "gradtape/autograd/autograd.h"
#include "gradtape/optim/optim.h"

namespace trajectory {

inline constexpr int length = 37;
inline constexpr int steps = 12;

inline double start(int i) { return 0.3 * i - 5; }
inline double gradient(int i, int step) { return std::cos(0.7 * i + 1.3 * step) * (1 + 0.1 * step); }

inline gradtape::Tensor start_tensor(gradtape::DType dtype) {
  std::vector<double> values;
  for (int i = 0; i < length; ++i) values.push_back(start(i));
  return gradtape::cast(gradtape::constant(values), dtype);
}

inline gradtape::Tensor gradient_tensor(int step, gradtape::DType dtype) {
  std::vector<double> values;
  for (int i = 0; i < length; ++i) values.push_back(gradient(i, step));
  return gradtape::cast(gradtape::constant(values), dtype);
}

/// Runs the optimizer beside `expected(i, step)`, which moves the i-th element by one step and returns it. Rounding
/// of about 1e-16 (1e-7 in float32) in each of the steps leaves the tolerance ten times as much as it needs.
template <class Expected>
void compare(gradtape::optim::Optimizer optimizer, gradtape::DType dtype, Expected expected) {
  gradtape::Variable w(start_tensor(dtype));
  const double tolerance = dtype == gradtape::float64 ? 1e-13 : 2e-5;
  for (int step = 1; step <= steps; ++step) {
    optimizer.apply_gradients({gradient_tensor(step, dtype)}, {w});
    CHECK(optimizer.iterations() == step);
    const gradtape::Tensor now = gradtape::cast(w, gradtape::float64);
    for (int i = 0; i < length; ++i) {
      const double should = expected(i, step);
      CHECK(std::abs(now.data<double>()[static_cast<std::size_t>(i)] - should) <= tolerance * (1 + std::abs(should)));
    }
  }
}

}  // namespace trajectory
