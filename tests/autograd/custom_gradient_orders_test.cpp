// Custom gradients whose gradients have gradients of their own, and functions of several results.
#include <doctest/doctest.h>

#include <cmath>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"
#include "gradtape/autograd/gradcheck.h"

using namespace gradtape;
using doctest::Approx;
using doctest::Contains;
using Floats = std::vector<float>;
using Doubles = std::vector<double>;

namespace {

// Each derivative is computed by hand from the value, so that nothing of it can come from the ops inside.
Tensor from_values(const Tensor& x, double (*f)(double)) {
  std::vector<double> y;
  for (const double v : x.data<double>()) y.push_back(f(v));
  return reshape(constant(y), x.shape());
}

// sin, cos and their derivatives of any order, as custom gradients that call each other.
Tensor my_sin(const Tensor& x);
Tensor my_cos(const Tensor& x) {
  return custom_gradient([](const Tensor& t) {
    return with_gradient(from_values(t, std::cos), [=](const Tensor& dy) { return -(dy * my_sin(t)); });
  })(x);
}
Tensor my_sin(const Tensor& x) {
  return custom_gradient([](const Tensor& t) {
    return with_gradient(from_values(t, std::sin), [=](const Tensor& dy) { return dy * my_cos(t); });
  })(x);
}

// A gradient with a gradient that is deliberately another one: 100 instead of 2.
Tensor square_with_own_second_order(const Tensor& x) {
  const auto slope = custom_gradient(
      [](const Tensor& t) { return with_gradient(2.0 * t, [](const Tensor& dy) { return 100.0 * dy; }); });
  return custom_gradient(
      [slope](const Tensor& t) { return with_gradient(t * t, [=](const Tensor& dy) { return dy * slope(t); }); })(x);
}

auto sum_and_product() {
  return custom_gradient([](const Tensor& x, const Tensor& y) {
    return with_gradient(Tensors{x + y, x * y}, [=](const std::vector<Tensor>& up) {
      return std::vector<Tensor>{up[0] + up[1] * y, up[0] + up[1] * x};
    });
  });
}

}  // namespace

TEST_CASE("custom gradients that call each other: orders one to four of sin") {
  const Tensor x = constant(0.7, float64);
  std::vector<GradientTape> tapes;
  for (int order = 0; order < 4; ++order) {
    tapes.emplace_back();
    tapes.back().watch(x);
  }
  Tensor y = my_sin(x);
  const double expected[] = {std::cos(0.7), -std::sin(0.7), -std::cos(0.7), std::sin(0.7)};
  for (const double derivative : expected) {
    y = tapes.back().gradient(y, x);
    tapes.pop_back();
    CHECK(y.item<double>() == Approx(derivative).epsilon(1e-14));
  }
}

TEST_CASE("custom gradients that call each other: the written second order is what is used") {
  const Tensor x = constant(3.0, float64);
  GradientTape outer;
  outer.watch(x);
  Tensor first;
  {
    GradientTape inner;
    inner.watch(x);
    first = inner.gradient(square_with_own_second_order(x), x);
  }
  CHECK(first.item<double>() == 6);
  CHECK(outer.gradient(first, x).item<double>() == 100);
}

TEST_CASE("custom gradients that call each other: in Jacobians, Hessians, forward mode and recomputed code") {
  const Tensor x = constant({0.3, 0.6}, float64);
  const auto f = [](const Tensor& t) { return reduce_sum(my_sin(t)); };
  const Tensor h = hessian(f, x);
  CHECK(h[0][0].item<double>() == Approx(-std::sin(0.3)).epsilon(1e-14));
  CHECK(h[0][1].item<double>() == 0);
  CHECK(h[1][1].item<double>() == Approx(-std::sin(0.6)).epsilon(1e-14));
  const Tensor d = jvp([](const Tensor& t) { return my_sin(t); }, x, constant({1.0, 2.0}, float64)).derivative;
  CHECK(d[1].item<double>() == Approx(2 * std::cos(0.6)).epsilon(1e-14));
  CHECK_GRADIENTS([&](const Tensor& t) { return recompute_grad([](const Tensor& u) { return my_sin(u); })(t); }, x);
}

TEST_CASE("custom gradients that call each other: by numeric differences") {
  CHECK_GRADIENTS(my_sin, random::normal({3, 4}, {.dtype = float64, .seed = 3}));
  CHECK_GRADIENTS(my_cos, random::normal({3}, {.dtype = float64, .seed = 4}));
}

TEST_CASE("custom gradient of several results: values and gradients") {
  const Tensor x = constant({1.f, 2.f}), y = constant({3.f, 4.f});
  GradientTape tape({.persistent = true});
  tape.watch({x, y});
  const Tensors both = sum_and_product()(x, y);
  CHECK(values<float>(both[0]) == Floats{4, 6});
  CHECK(values<float>(both[1]) == Floats{3, 8});
  // One alone: what arrives at the other is zero.
  CHECK(values<float>(tape.gradient(both[1], x)) == Floats{3, 4});
  CHECK(values<float>(tape.gradient(both[0], y)) == Floats{1, 1});
  const auto [dx, dy] = tape.gradient({both[0] * 10.f, both[1]}, x, y);
  CHECK(values<float>(dx) == Floats{13, 14});
  CHECK(values<float>(dy) == Floats{11, 12});
}

TEST_CASE("custom gradient of several results: shapes differ, a scalar and an empty one among them") {
  const auto f = custom_gradient([](const Tensor& x) {
    return with_gradient(Tensors{reduce_sum(x), x * 2.0, x.slice({0, 0}, {0, 2})},
                         [=](const std::vector<Tensor>& up) { return up[0] + 2.0 * up[1]; });
  });
  const Tensor x = constant({{1.0, 2.0}, {3.0, 4.0}}, float64);
  GradientTape tape;
  tape.watch(x);
  const Tensors y = f(x);
  CHECK(y[0].shape() == Shape{});
  CHECK(y[1].shape() == Shape{2, 2});
  CHECK(y[2].shape() == Shape{0, 2});
  CHECK(values<double>(tape.gradient({y[0], y[1]}, x)) == Doubles{3, 3, 3, 3});
}

TEST_CASE("custom gradient of several results: both orders, and a Jacobian") {
  const auto f = [](const Tensor& x, const Tensor& y) {
    const Tensors both = sum_and_product()(x, y);
    return both[0] * sin(both[1]);
  };
  const Tensor x = random::normal({3}, {.dtype = float64, .seed = 1});
  const Tensor y = random::normal({3}, {.dtype = float64, .seed = 2});
  CHECK_GRADIENTS(f, x, y);
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor z = f(x, y);
  CHECK(values<double>(tape.jacobian(z, x)) == values<double>(tape.jacobian(z, x, {.vectorize = false})));
}

TEST_CASE("custom gradient of several results: dtypes that differ are refused") {
  const auto f = custom_gradient([](const Tensor& x) {
    return with_gradient(Tensors{x, argmax(x, 0)}, [](const std::vector<Tensor>& up) { return up[0]; });
  });
  CHECK_THROWS_WITH_AS(f(constant({1.f, 2.f})), Contains("must have one floating-point dtype"), InvalidArgumentError);
}
