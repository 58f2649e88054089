#include "gradtape/autograd/functional.h"

#include <doctest/doctest.h>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;
using doctest::Contains;
using Floats = std::vector<float>;
using Doubles = std::vector<double>;

namespace {
// x0^2 x1 + x1^3
Tensor polynomial(const Tensor& x) { return square(x[0]) * x[1] + x[1] * x[1] * x[1]; }
const Tensor point = constant({2.0, 3.0}, float64);
}  // namespace

TEST_CASE("functional: vjp gives the value and the gradient") {
  const auto [y, dx] = vjp([](const Tensor& x) { return x * x; }, constant({1.f, 2.f}), constant({10.f, 1.f}));
  CHECK(values<float>(y) == Floats{1, 4});
  CHECK(values<float>(dx) == Floats{20, 4});
  const auto ones = vjp([](const Tensor& x) { return x * x; }, constant({1.f, 2.f}));
  CHECK(values<float>(ones.derivative) == Floats{2, 4});
}

TEST_CASE("functional: vjp of several inputs, one of which is not used") {
  const Tensor a = constant(2.f), b = constant(3.f), c = constant({1.f, 1.f});
  const auto [y, d] = vjp([](const Tensor& x, const Tensor& z, const Tensor&) { return x * z; }, {a, b, c});
  CHECK(y.item<float>() == 6);
  CHECK(d[0].item<float>() == 3);
  CHECK(d[1].item<float>() == 2);
  CHECK(values<float>(d[2]) == Floats{0, 0});
}

TEST_CASE("functional: jvp gives the value and the derivative in a direction") {
  const auto [y, dy] = jvp([](const Tensor& x) { return x * x; }, constant({1.f, 2.f}), constant({10.f, 1.f}));
  CHECK(values<float>(y) == Floats{1, 4});
  CHECK(values<float>(dy) == Floats{20, 4});
  const Tensor a = constant(2.f), b = constant(3.f);
  const auto both =
      jvp([](const Tensor& x, const Tensor& z) { return x * z; }, {a, b}, {constant(1.f), constant(1.f)});
  CHECK(both.derivative.item<float>() == 5);
  CHECK(jvp([](const Tensor&) { return constant(1.f); }, a, b).derivative.item<float>() == 0);
}

TEST_CASE("functional: hessian and hvp of a polynomial") {
  CHECK(values<double>(hessian(polynomial, point)) == Doubles{6, 4, 4, 18});
  CHECK(values<double>(hvp(polynomial, point, constant({1.0, -2.0}, float64))) == Doubles{6 - 8, 4 - 36});
}

TEST_CASE("functional: the Hessian of a linear function is zero") {
  const auto f = [](const Tensor& x) { return reduce_sum(3.0 * x); };
  CHECK(values<double>(hessian(f, point)) == Doubles{0, 0, 0, 0});
  CHECK(values<double>(hvp(f, point, point)) == Doubles{0, 0});
}

TEST_CASE("functional: the Hessian with respect to several inputs") {
  // f = a . a * b: the blocks are 2 b I, 2 a, 2 a', 0.
  const Tensor a = constant({1.0, 2.0}, float64), b = constant(3.0, float64);
  const auto f = [](const Tensor& x, const Tensor& y) { return reduce_sum(x * x) * y; };
  const auto h = hessian(f, {a, b});
  CHECK(values<double>(h[0][0]) == Doubles{6, 0, 0, 6});
  CHECK(values<double>(h[0][1]) == Doubles{2, 4});
  CHECK(values<double>(h[1][0]) == Doubles{2, 4});
  CHECK(h[1][1].item<double>() == 0);
  const auto products = hvp(f, {a, b}, {constant({1.0, 1.0}, float64), constant(1.0, float64)});
  CHECK(values<double>(products[0]) == Doubles{8, 10});
  CHECK(products[1].item<double>() == 6);
}

TEST_CASE("functional: Variables are read by the function itself") {
  const Variable w(constant({1.0, 2.0}, float64));
  const auto loss = [&] { return reduce_sum(w * w * w); };
  CHECK(values<double>(hessian(loss, w)) == Doubles{6, 0, 0, 12});
  CHECK(values<double>(vjp(loss, w).derivative) == Doubles{3, 12});
  const std::vector<Variable> variables{w};
  CHECK(values<double>(hvp(loss, variables, {constant({1.0, 1.0}, float64)})[0]) == Doubles{6, 12});
}

TEST_CASE("functional: jacobian, also of a function of a list") {
  CHECK(values<double>(jacobian([](const Tensor& x) { return x * x; }, point)) == Doubles{4, 0, 0, 6});
  const auto list = [](const std::vector<Tensor>& x) { return x[0] * x[1]; };
  const auto j = jacobian(list, {point, constant(2.0, float64)});
  CHECK(values<double>(j[0]) == Doubles{2, 0, 0, 2});
  CHECK(values<double>(j[1]) == Doubles{2, 3});
  CHECK(values<double>(jacobian([](const Tensor& x) { return x * x; }, {point})[0]) == Doubles{4, 0, 0, 6});
}

TEST_CASE("functional: they nest, and an outer tape records them") {
  GradientTape tape;
  tape.watch(point);
  const Tensor product = hvp(polynomial, point, constant({1.0, 0.0}, float64));  // (2 x1, 2 x0)
  CHECK(values<double>(tape.gradient(product, point)) == Doubles{2, 2});
  // The derivative of the Hessian of x^4: 24 x.
  const auto quartic = [](const Tensor& x) { return x * x * x * x; };
  const auto second = [&](const Tensor& x) { return hessian(quartic, x); };
  CHECK(values<double>(jacobian(second, constant(2.0, float64))) == Doubles{48});
}

TEST_CASE("functional: a function of more than one number has no Hessian") {
  const auto f = [](const Tensor& x) { return x * x; };
  CHECK_THROWS_WITH_AS(hessian(f, point), Contains("it must return one number"), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(hvp(f, point, point), Contains("[hvp] the function returns shape (2,)"), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(vjp([](const Tensor& x, const Tensor&) { return x; }, point),
                       Contains("a function of 2 tensors is given 1"), InvalidArgumentError);
}
