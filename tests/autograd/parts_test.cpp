#include <doctest/doctest.h>

#include "gradtape/autograd/autograd.h"
#include "gradtape/autograd/gradcheck.h"
#include "ops/parts.h"

using namespace gradtape;

TEST_CASE("parts: gradients of overlapping pieces add up") {
  const Tensor x = constant({1.0, 2.0, 3.0, 4.0}, float64);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = reduce_sum(detail::piece(x, 0, {3}) * 2) + reduce_sum(detail::piece(x, 2, {2}) * 5);
  const Tensor gradient = tape.gradient(y, x);
  CHECK(values_to_string(gradient) == "[2. 2. 7. 5.]");
}

TEST_CASE("parts: what arrives as a whole and what arrives in parts add up, in either order") {
  const Tensor x = constant({{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}}, float64);
  for (const bool whole_first : {false, true}) {
    GradientTape tape;
    tape.watch(x);
    Tensor y = whole_first ? reduce_sum(x) : reduce_sum(x[1] * 10);
    y = y + (whole_first ? reduce_sum(x[1] * 10) : reduce_sum(x));
    y = y + reduce_sum(x.slice({0, 1}, {2, 1}) * 100);
    const Tensor gradient = tape.gradient(y, x);
    CHECK(values_to_string(gradient) == "[[  1. 101.   1.]\n [ 11. 111.  11.]]");
  }
}

TEST_CASE("parts: the gradient that arrives from above is not written into") {
  const Tensor x = constant({1.0, 2.0}, float64), upstream = constant({7.0, 8.0}, float64);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = identity(x), part = x[0];
  const std::vector<Tensor> gradients =
      tape.gradient({part, y}, Sources{x}, {.output_gradients = {constant(1.0, float64), upstream}});
  CHECK(values_to_string(gradients[0]) == "[8. 8.]");
  CHECK(values_to_string(upstream) == "[7. 8.]");
}

TEST_CASE("parts: second order through indices and slices") {
  CHECK_GRADIENTS(
      [](const Tensor& x) {
        return x[0] * x[1] * x[0] + x.slice({1, 0}, {1, 2})[0] * x[1];
      },
      constant({{0.5, -1.5}, {2.0, 3.0}}, float64));
}
