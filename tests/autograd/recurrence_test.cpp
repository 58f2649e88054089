// Control flow is C++: long loops and deep recursion cost each step the same, and the backward pass is a loop.
#include <doctest/doctest.h>

#include <cmath>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;
using doctest::Approx;

namespace {

constexpr bool pool_is_off =
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    true;
#else
    false;
#endif

struct Cost {
  double bytes_per_step;
  std::uint64_t system_allocations;  // of a second run, which finds the pool warm
};

/// What a tape holds after `steps`, and what running it again takes from the system.
template <class Step>
Cost cost_of(int steps, const Tensor& start, Step step) {
  Cost cost{};
  for (int round = 0; round < 2; ++round) {
    const MemoryStatistics before = memory_statistics();
    GradientTape tape;
    tape.watch(start);
    Tensor y = start;
    for (int i = 0; i < steps; ++i) y = step(y, i);
    cost.bytes_per_step = static_cast<double>(memory_statistics().bytes_in_use - before.bytes_in_use) / steps;
    CHECK(tape.gradient(y, start));
    cost.system_allocations = memory_statistics().system_allocations - before.system_allocations;
  }
  return cost;
}

Tensor recursive_sum(const Tensor& x, int depth) { return depth == 0 ? x : recursive_sum(x, depth - 1) * 0.999 + x; }

}  // namespace

TEST_CASE("recurrence: 100,000 steps of a scalar have the closed form's gradient") {
  // y' = a y: dy/dx = a^n and dy/da = n a^(n - 1) x.
  const Variable a(constant(0.99999, float64));
  const Tensor x = constant(2.0, float64);
  GradientTape tape;
  tape.watch(x);
  Tensor y = x;
  for (int i = 0; i < 100'000; ++i) y = a * y;
  const auto [dx, da] = tape.gradient(y, x, a);
  CHECK(dx.item<double>() == Approx(std::pow(0.99999, 100'000)).epsilon(1e-9));
  CHECK(da.item<double>() == Approx(2e5 * std::pow(0.99999, 99'999)).epsilon(1e-9));
}

TEST_CASE("recurrence: memory per step does not grow with the number of steps") {
  const Tensor x = random::normal({1, 16}, {.seed = 1}), inputs = random::normal({20'000, 16}, {.seed = 2});
  const Variable w(random::normal({16, 16}, {.stddev = 0.2, .seed = 3}));
  const auto scalar = [](const Tensor& y, int) { return y * 0.999f + 0.001f; };
  const auto cell = [&](const Tensor& y, int t) { return tanh(matmul(y, w) + inputs[t]); };
  const auto check = [&](const char* name, const Tensor& start, const auto& step) {
    INFO(name);
    const Cost few = cost_of(1'000, start, step), many = cost_of(20'000, start, step);
    CHECK(many.bytes_per_step <= few.bytes_per_step * 1.1 + 64);
    // Large runs may take whole chunks; not one for each step.
    if (!pool_is_off) CHECK(many.system_allocations < 2'000);
  };
  check("a scalar", constant(1.f), scalar);
  check("a cell", x, cell);
}

TEST_CASE("recurrence: 10,000 steps of a cell with a matrix product, and x[t] inside the loop") {
  const Variable w(random::normal({4, 4}, {.stddev = 0.3, .dtype = float64, .seed = 1}));
  const Tensor x = random::normal({10'000, 4}, {.dtype = float64, .seed = 2});
  GradientTape tape;
  tape.watch(x);
  Tensor state = zeros({1, 4}, float64);
  for (int t = 0; t < 10'000; ++t) state = tanh(matmul(state, w) + x[t]);
  const auto [dx, dw] = tape.gradient(reduce_sum(state), x, w);
  REQUIRE(dx.shape() == Shape{10'000, 4});
  // The last input: 1 - tanh^2.
  for (int i = 0; i < 4; ++i) {
    const double s = state.data<double>()[static_cast<std::size_t>(i)];
    CHECK(dx[-1][i].item<double>() == Approx(1 - s * s).epsilon(1e-12));
  }
  CHECK(std::isfinite(reduce_sum(dw).item<double>()));
}

TEST_CASE("recurrence: second order through 2,000 steps") {
  // y = a^n x: d2y/da2 = n (n - 1) a^(n - 2) x.
  const Tensor a = constant(0.999, float64);
  GradientTape outer;
  outer.watch(a);
  Tensor first;
  {
    GradientTape inner;
    inner.watch(a);
    Tensor y = constant(3.0, float64);
    for (int i = 0; i < 2'000; ++i) y = a * y;
    first = inner.gradient(y, a);
  }
  CHECK(outer.gradient(first, a).item<double>() ==
        Approx(3.0 * 2'000 * 1'999 * std::pow(0.999, 1'998)).epsilon(1e-9));
}

TEST_CASE("recurrence: recursion of C++ calls, and branches on values") {
  const Tensor x = constant(2.0, float64);
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor deep = recursive_sum(x, 5'000);
  // A geometric series.
  CHECK(tape.gradient(deep, x).item<double>() == Approx((1 - std::pow(0.999, 5'001)) / (1 - 0.999)).epsilon(1e-9));
  // Newton's square root, until it no longer changes: the derivative is that of sqrt.
  Tensor root = x;
  int steps = 0;
  while (std::abs(root.item<double>() * root.item<double>() - 2) > 1e-12 && ++steps < 100)
    root = 0.5 * (root + x / root);
  CHECK(steps < 10);
  CHECK(tape.gradient(root, x).item<double>() == Approx(0.5 / std::sqrt(2.0)).epsilon(1e-9));
}
