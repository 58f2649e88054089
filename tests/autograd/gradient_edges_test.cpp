// Where an op has no derivative, or has one that a formula misses, gradients follow TensorFlow's conventions.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;
using Floats = std::vector<float>;

namespace {

const float inf = std::numeric_limits<float>::infinity(), not_a_number = std::numeric_limits<float>::quiet_NaN();

Floats gradient_of(const std::function<Tensor(const Tensor&)>& f, const Tensor& x) {
  GradientTape tape;
  tape.watch(x);
  const Tensor y = f(x);
  return values<float>(tape.gradient(y, x));
}

struct Pair {
  Floats x, y;
};
Pair gradients_of(const std::function<Tensor(const Tensor&, const Tensor&)>& f, const Tensor& x, const Tensor& y) {
  GradientTape tape;
  tape.watch({x, y});
  const Tensor z = f(x, y);
  const auto [dx, dy] = tape.gradient(z, x, y);
  return {values<float>(dx), values<float>(dy)};
}

}  // namespace

TEST_CASE("gradient convention: a tie in maximum goes to x") {
  const Pair g = gradients_of([](const auto& x, const auto& y) { return maximum(x, y); }, constant({2.f, 1.f, 5.f}),
                              constant({2.f, 3.f, 4.f}));
  CHECK(g.x == Floats{1, 0, 1});
  CHECK(g.y == Floats{0, 1, 0});
}

TEST_CASE("gradient convention: a tie in minimum goes to x") {
  const Pair g = gradients_of([](const auto& x, const auto& y) { return minimum(x, y); }, constant({2.f, 1.f, 5.f}),
                              constant({2.f, 3.f, 4.f}));
  CHECK(g.x == Floats{1, 1, 0});
  CHECK(g.y == Floats{0, 0, 1});
}

TEST_CASE("gradient convention: equal maxima of reduce_max share the gradient") {
  CHECK(gradient_of([](const auto& x) { return reduce_max(x); }, constant({3.f, 1.f, 3.f, 3.f, 2.f})) ==
        Floats{1.f / 3, 0, 1.f / 3, 1.f / 3, 0});
  CHECK(gradient_of([](const auto& x) { return reduce_max(x, 1); }, constant({{3.f, 3.f}, {1.f, 2.f}})) ==
        Floats{0.5f, 0.5f, 0, 1});
  CHECK(gradient_of([](const auto& x) { return reduce_min(x); }, constant({3.f, 1.f, 1.f})) == Floats{0, 0.5f, 0.5f});
}

TEST_CASE("gradient convention: relu at 0 is 0") {
  CHECK(gradient_of([](const auto& x) { return relu(x); }, constant({-1.f, 0.f, 1.f})) == Floats{0, 0, 1});
}

TEST_CASE("gradient convention: abs at 0 is 0") {
  CHECK(gradient_of([](const auto& x) { return abs(x); }, constant({-2.f, 0.f, 2.f})) == Floats{-1, 0, 1});
}

TEST_CASE("gradient convention: sqrt at 0 is infinite") {
  CHECK(gradient_of([](const auto& x) { return sqrt(x); }, constant({0.f, 4.f})) == Floats{inf, 0.25f});
}

TEST_CASE("gradient convention: clip_by_value passes the gradient at its bounds") {
  CHECK(gradient_of([](const auto& x) { return clip_by_value(x, 0.f, 1.f); },
                    constant({-0.5f, 0.f, 0.5f, 1.f, 1.5f})) == Floats{0, 1, 1, 1, 0});
}

TEST_CASE("gradient convention: floor, ceil, round and sign have gradient 0, not none") {
  for (Tensor (*op)(const Tensor&, Where) : {gradtape::floor, gradtape::ceil, gradtape::round, gradtape::sign}) {
    CHECK(gradient_of([op](const auto& x) { return op(x, Where::here()); }, constant({-0.4f, 1.7f})) == Floats{0, 0});
  }
}

TEST_CASE("gradient convention: NaN in the branch that where did not take stays out of its operands' gradients") {
  const Tensor x = constant({1.f, -1.f});
  // The gradient of where itself is 0 for the branch not taken ...
  const Pair g = gradients_of(
      [](const auto& a, const auto& b) {
        return where(constant({true, false}), a, b);
      },
      constant({1.f, not_a_number}), constant({not_a_number, 2.f}));
  CHECK(g.x == Floats{1, 0});
  CHECK(g.y == Floats{0, 1});
  // ... the chain rule through log then makes 0 * (1 / x), which is finite here and NaN for x = 0, as in TensorFlow.
  CHECK(gradient_of([](const auto& a) { return where(a > 0.f, log(a), 0.f); }, x) == Floats{1, -0.f});
  CHECK(std::isnan(gradient_of([](const auto& a) { return where(a > 0.f, sqrt(a), 0.f); }, constant({0.f}))[0]));
}

TEST_CASE("gradient convention: pow with base 0 has exponent gradient 0") {
  const Pair g = gradients_of([](const auto& x, const auto& y) { return pow(x, y); }, constant({0.f, -2.f, 2.f}),
                              constant({2.f, 3.f, 3.f}));
  CHECK(g.x == Floats{0, 12, 12});
  CHECK(g.y[0] == 0);
  CHECK(g.y[1] == 0);
  CHECK(g.y[2] == doctest::Approx(8 * std::log(2.0)).epsilon(1e-6));
}

TEST_CASE("gradient convention: gather adds up the gradients of repeated indices") {
  CHECK(gradient_of(
            [](const auto& x) {
              return gather(x, constant({2, 0, 2, 2})) * constant({1.f, 2.f, 3.f, 4.f});
            },
            constant({1.f, 1.f, 1.f})) == Floats{2, 0, 8});
}

TEST_CASE("gradient convention: reduce_prod over one zero and over two") {
  const auto product = [](const auto& x) { return reduce_prod(x); };
  CHECK(gradient_of(product, constant({2.f, 3.f, 4.f})) == Floats{12, 8, 6});
  CHECK(gradient_of(product, constant({2.f, 0.f, 4.f})) == Floats{0, 8, 0});
  CHECK(gradient_of(product, constant({0.f, 3.f, 0.f})) == Floats{0, 0, 0});
}

TEST_CASE("gradient convention: the gradient is summed over broadcast axes of length 1") {
  const Pair g = gradients_of([](const auto& x, const auto& y) { return x * y; }, constant({{1.f}, {2.f}}),
                              constant({{10.f, 20.f, 30.f}}));
  CHECK(g.x == Floats{60, 60});
  CHECK(g.y == Floats{3, 3, 3});
}

TEST_CASE("gradient convention: over axes of length 0 the gradient is zero") {
  const Pair g = gradients_of([](const auto& x, const auto& y) { return x * y; }, zeros({0, 3}), ones({1, 3}));
  CHECK(g.x.empty());
  CHECK(g.y == Floats{0, 0, 0});
  CHECK(gradient_of([](const auto& x) { return reduce_sum(x * zeros({0})); }, constant(2.f)) == Floats{0});
}

TEST_CASE("gradient convention: reduce_mean divides by the number of elements") {
  CHECK(gradient_of([](const auto& x) { return reduce_mean(x); }, constant({{1.f, 2.f}, {3.f, 4.f}})) ==
        Floats{0.25f, 0.25f, 0.25f, 0.25f});
}

TEST_CASE("gradient convention: through an integer dtype there is no gradient") {
  const Tensor x = constant({1.5f});
  GradientTape tape;
  tape.watch(x);
  const Tensor y = cast(cast(x, int32), float32);
  CHECK_FALSE(tape.gradient(y, x));
}
