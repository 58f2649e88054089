#pragma once
// Two ways to compute one function: values, gradients and gradients of gradients compared.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

namespace gradtape {

using Function = std::function<Tensor(const std::vector<Tensor>&)>;

/// The largest difference, relative to the largest element.
inline double distance(const Tensor& a, const Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  const std::vector<double> x = values<double>(cast(a, float64)), y = values<double>(cast(b, float64));
  double most = 0, largest = 1e-30;
  for (std::size_t i = 0; i < x.size(); ++i) {
    most = std::max(most, std::abs(x[i] - y[i]));
    largest = std::max(largest, std::abs(y[i]));
    if (std::isnan(x[i]) != std::isnan(y[i])) return HUGE_VAL;
  }
  return most / largest;
}

/// The value, the gradients for a random gradient from above, and those of their sum with random weights.
inline std::vector<Tensor> derivatives(const Function& f, const std::vector<Tensor>& inputs) {
  GradientTape outer;
  for (const Tensor& x : inputs) outer.watch(x);
  std::vector<Tensor> results;
  Tensor total = zeros({}, inputs[0].dtype());
  {
    GradientTape inner;
    for (const Tensor& x : inputs) inner.watch(x);
    results.push_back(f(inputs));
    const DType dtype = results[0].dtype();
    const Tensor upstream = random::normal(results[0].shape(), {.dtype = dtype, .seed = 5});
    std::uint64_t seed = 10;
    for (const Tensor& gradient : inner.gradient(results[0], Sources(inputs), {.output_gradients = {upstream}})) {
      results.push_back(gradient);
      total = total + reduce_sum(gradient * random::normal(gradient.shape(), {.dtype = dtype, .seed = seed++}));
    }
  }
  for (const Tensor& second :
       outer.gradient(total, Sources(inputs), {.unconnected_gradients = UnconnectedGradients::zero}))
    results.push_back(second);
  return results;
}

inline void check_same_function(const Function& f, const Function& g, const std::vector<Tensor>& inputs,
                                double tolerance) {
  const std::vector<Tensor> a = derivatives(f, inputs), b = derivatives(g, inputs);
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    CAPTURE(i);
    CHECK(distance(a[i], b[i]) <= tolerance);
  }
}

}  // namespace gradtape
