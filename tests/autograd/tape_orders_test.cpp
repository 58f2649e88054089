// Higher orders and Jacobians.
#include <doctest/doctest.h>

#include <cmath>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;
using doctest::Approx;
using doctest::Contains;
using Floats = std::vector<float>;
using Doubles = std::vector<double>;

TEST_CASE("orders: the first three derivatives of x^4") {
  const Tensor x = constant(3.f);
  GradientTape third, second, first;
  for (GradientTape* tape : {&third, &second, &first}) tape->watch(x);
  const Tensor y = x * x * x * x;
  const Tensor dy = first.gradient(y, x);
  const Tensor d2y = second.gradient(dy, x);
  const Tensor d3y = third.gradient(d2y, x);
  CHECK(dy.item<float>() == 4 * 27);
  CHECK(d2y.item<float>() == 12 * 9);
  CHECK(d3y.item<float>() == 24 * 3);
}

TEST_CASE("orders: a variable, watched by every tape") {
  const Variable x(2.f);
  GradientTape outer;
  Tensor dy;
  {
    GradientTape inner;
    dy = inner.gradient(x * x * x, x);
  }
  CHECK(dy.item<float>() == 12);
  CHECK(outer.gradient(dy, x).item<float>() == 12);
}

TEST_CASE("orders: an inner tape that watches after the outer one has recorded") {
  const Tensor x = constant(2.f);
  GradientTape outer;
  outer.watch(x);
  const Tensor y = x * x * x;
  Tensor dz;
  {
    GradientTape inner;
    inner.watch(y);
    const Tensor z = y * y;
    dz = inner.gradient(z, y);  // 2 y = 2 x^3
  }
  CHECK(outer.gradient(dz, x).item<float>() == 24);
}

TEST_CASE("orders: only the outer tape watches") {
  const Tensor x = constant(2.f), w = constant(5.f);
  GradientTape outer;
  outer.watch(w);
  Tensor dx;
  {
    GradientTape inner;
    inner.watch(x);
    dx = inner.gradient(w * x * x, x);  // 2 w x
  }
  CHECK(dx.item<float>() == 20);
  CHECK(outer.gradient(dx, w).item<float>() == 4);
}

TEST_CASE("orders: a tape does not know what only another one has recorded") {
  const Tensor x = constant(2.f);
  GradientTape outer;
  outer.watch(x);
  {
    GradientTape inner({.persistent = true});
    const Tensor y = x * x, z = y * y;
    CHECK_FALSE(inner.gradient(z, y));
    CHECK(inner.why_no_gradient(z, y) == "the source was never watched: call tape.watch() before it is used");
    CHECK(inner.why_no_gradient(z, x) == "the source was never watched: call tape.watch() before it is used");
    inner.watch(y);
    CHECK(inner.gradient(y * y, y).item<float>() == 8);
  }
  CHECK(outer.gradient(x * x, x).item<float>() == 4);
}

TEST_CASE("orders: a persistent tape differentiates its own gradient") {
  const Tensor x = constant(3.f);
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor y = x * x * x;
  const Tensor dy = tape.gradient(y, x);
  CHECK(dy.item<float>() == 27);
  const Tensor d2y = tape.gradient(dy, x);
  REQUIRE(d2y);
  CHECK(d2y.item<float>() == 18);
}

TEST_CASE("orders: the gradient of a gradient's norm") {
  // g = grad of sum(x^3) = 3 x^2; |g|^2 = sum(9 x^4); its gradient 36 x^3.
  const Tensor x = constant({1.f, 2.f});
  GradientTape outer;
  outer.watch(x);
  Tensor norm;
  {
    GradientTape inner;
    inner.watch(x);
    norm = reduce_sum(square(inner.gradient(x * x * x, x)));
  }
  CHECK(values<float>(outer.gradient(norm, x)) == Floats{36, 288});
}

TEST_CASE("orders: a Hessian-vector product, forward over the gradient's targets") {
  // f = sum(A x * x) / 2 with A symmetric: H v = A v.
  const Tensor a = constant({{2.0, 1.0}, {1.0, 3.0}}, float64), x = constant({{1.0}, {2.0}}, float64);
  const Tensor v = constant({{1.0}, {-1.0}}, float64);
  GradientTape outer;
  outer.watch(x);
  Tensor g;
  {
    GradientTape inner;
    inner.watch(x);
    g = inner.gradient(0.5 * reduce_sum(matmul(a, x) * x), x);
  }
  CHECK(values<double>(outer.gradient(g, x, {.output_gradients = {v}})) == Doubles{1, -2});
}

TEST_CASE("orders: the fourth derivative of tanh") {
  const double at = 0.4, t = std::tanh(at);
  const Tensor x = constant(at, float64);
  GradientTape tape({.persistent = true});
  tape.watch(x);
  Tensor y = tanh(x);
  // y' = 1 - t^2, y'' = -2 t y', y''' = (6 t^2 - 2) y', y'''' = (16 t - 24 t^3) y'.
  const double slope = 1 - t * t;
  for (const double expected : {slope, -2 * t * slope, (6 * t * t - 2) * slope, (16 * t - 24 * t * t * t) * slope}) {
    y = tape.gradient(y, x);
    CHECK(y.item<double>() == Approx(expected).epsilon(1e-12));
  }
}

TEST_CASE("jacobian: of an elementwise function it is diagonal") {
  const Tensor x = constant({1.f, 2.f, 3.f});
  GradientTape tape;
  tape.watch(x);
  const Tensor jacobian = tape.jacobian(x * x, x);
  CHECK(jacobian.shape() == Shape{3, 3});
  CHECK(values<float>(jacobian) == Floats{2, 0, 0, 0, 4, 0, 0, 0, 6});
}

TEST_CASE("jacobian: of a matrix product, in target's and then source's shape") {
  const Tensor a = constant({{1.f, 2.f}, {3.f, 4.f}}), x = constant({{1.f}, {1.f}});
  GradientTape tape({.persistent = true});
  tape.watch({a, x});
  const Tensor y = matmul(a, x);
  const Tensor dx = tape.jacobian(y, x), da = tape.jacobian(y, a);
  CHECK(dx.shape() == Shape{2, 1, 2, 1});
  CHECK(values<float>(dx) == Floats{1, 2, 3, 4});
  CHECK(da.shape() == Shape{2, 1, 2, 2});
  CHECK(values<float>(da) == Floats{1, 1, 0, 0, 0, 0, 1, 1});
}

TEST_CASE("jacobian: softmax is diag(s) - s s'") {
  const Tensor x = constant({0.3, -1.0, 2.0}, float64);
  GradientTape tape;
  tape.watch(x);
  const Tensor s = softmax(x);
  const Doubles p = values<double>(s), j = values<double>(tape.jacobian(s, x));
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t k = 0; k < 3; ++k) CHECK(j[3 * i + k] == Approx((i == k) * p[i] - p[i] * p[k]).epsilon(1e-12));
}

TEST_CASE("jacobian: a scalar target gives the gradient; a scalar source the derivative of each element") {
  const Variable w(2.f);
  const Tensor x = constant({1.f, 3.f});
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor y = w * x;
  CHECK(values<float>(tape.jacobian(y, w)) == Floats{1, 3});
  CHECK(values<float>(tape.jacobian(reduce_sum(y), x)) == Floats{2, 2});
}

TEST_CASE("jacobian: the Hessian from a Jacobian of a gradient") {
  // f = x0^2 x1 + x1^3: H = [[2 x1, 2 x0], [2 x0, 6 x1]].
  const Tensor x = constant({3.f, 2.f});
  GradientTape outer;
  outer.watch(x);
  Tensor g;
  {
    GradientTape inner;
    inner.watch(x);
    g = inner.gradient(x[0] * x[0] * x[1] + x[1] * x[1] * x[1], x);
  }
  CHECK(values<float>(g) == Floats{12, 21});
  CHECK(values<float>(outer.jacobian(g, x)) == Floats{4, 6, 6, 12});
}

TEST_CASE("jacobian: an unconnected source, an empty target, a used tape") {
  const Tensor x = constant({1.f, 2.f}), y = constant({3.f});
  GradientTape tape({.persistent = true});
  tape.watch({x, y});
  const Tensor z = x * x;
  CHECK_FALSE(tape.jacobian(z, y));
  const Tensor zero = tape.jacobian(z, y, {.unconnected_gradients = UnconnectedGradients::zero});
  CHECK(zero.shape() == Shape{2, 1});
  CHECK(values<float>(zero) == Floats{0, 0});
  CHECK(tape.jacobian(x.slice({0}, {0}), x).shape() == Shape{0, 2});
  GradientTape once;
  once.watch(x);
  const Tensor w = x * x;
  CHECK(once.jacobian(w, x));
  CHECK_THROWS_AS(once.jacobian(w, x), FailedPreconditionError);
}

TEST_CASE("batch_jacobian: one Jacobian for each row") {
  // y[b] = [x0 x1, x0^2] for x = row b.
  const Tensor x = constant({{1.f, 2.f}, {3.f, 5.f}});
  GradientTape tape;
  tape.watch(x);
  const Tensor first = x.slice({0, 0}, {-1, 1}), second = x.slice({0, 1}, {-1, 1});
  const Tensor y = concat({first * second, first * first}, 1);
  const Tensor jacobian = tape.batch_jacobian(y, x);
  CHECK(jacobian.shape() == Shape{2, 2, 2});
  CHECK(values<float>(jacobian) == Floats{2, 1, 2, 0, 5, 3, 6, 0});
}

TEST_CASE("batch_jacobian: it is the block diagonal of the Jacobian") {
  const Tensor x = random::normal({3, 4}, {.dtype = float64, .seed = 8});
  const Tensor w = random::normal({4, 2}, {.dtype = float64, .seed = 9});
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor y = tanh(matmul(x, w));
  const Tensor full = tape.jacobian(y, x), blocks = tape.batch_jacobian(y, x);
  REQUIRE(full.shape() == Shape{3, 2, 3, 4});
  REQUIRE(blocks.shape() == Shape{3, 2, 4});
  for (int b = 0; b < 3; ++b)
    for (int i = 0; i < 2; ++i) CHECK(values<double>(full[b][i][b]) == values<double>(blocks[b][i]));
}

TEST_CASE("batch_jacobian: first axes that differ are refused before the tape ends") {
  const Tensor x = constant({{1.f, 2.f}});
  GradientTape tape;
  tape.watch(x);
  const Tensor y = x * x;
  CHECK_THROWS_WITH_AS(tape.batch_jacobian(reduce_sum(y), x), Contains("both need a first axis of the same length"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(tape.batch_jacobian(concat({y, y}, 0), x), InvalidArgumentError);
  CHECK(tape.batch_jacobian(y, x).shape() == Shape{1, 2, 2});
}
