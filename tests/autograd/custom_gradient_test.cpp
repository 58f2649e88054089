#include <doctest/doctest.h>

#include <cmath>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"
#include "gradtape/autograd/gradcheck.h"

using namespace gradtape;
using doctest::Approx;
using doctest::Contains;
using Floats = std::vector<float>;

namespace {

// log(1 + e^x), whose gradient as written overflows for large x.
auto log1pexp() {
  return custom_gradient([](const Tensor& x) {
    const Tensor e = exp(x);
    return with_gradient(log(1 + e), [=](const Tensor& upstream) { return upstream * (1 - 1 / (1 + e)); });
  });
}

}  // namespace

TEST_CASE("custom_gradient: TensorFlow's example, log(1 + exp(x)) at 100") {
  const Tensor x = constant(100.f);
  GradientTape tape;
  tape.watch(x);
  CHECK(tape.gradient(log1pexp()(x), x).item<float>() == 1);
  // Without it: inf / inf.
  GradientTape plain;
  plain.watch(x);
  CHECK(std::isnan(plain.gradient(log(1 + exp(x)), x).item<float>()));
}

TEST_CASE("custom_gradient: the value, the first and the second order") {
  const Tensor x = constant(0.7, float64);
  GradientTape outer;
  outer.watch(x);
  Tensor y, dy;
  {
    GradientTape inner;
    inner.watch(x);
    y = log1pexp()(x);
    dy = inner.gradient(y, x);
  }
  const double s = 1 / (1 + std::exp(-0.7));
  CHECK(y.item<double>() == Approx(std::log1p(std::exp(0.7))).epsilon(1e-14));
  CHECK(dy.item<double>() == Approx(s).epsilon(1e-14));
  CHECK(outer.gradient(dy, x).item<double>() == Approx(s * (1 - s)).epsilon(1e-13));
}

TEST_CASE("custom_gradient: it is the written gradient that is used, and upstream reaches it") {
  const auto doubled = custom_gradient(
      [](const Tensor& x) { return with_gradient(x * 1.f, [](const Tensor& dy) { return 100 * dy; }); });
  const Tensor x = constant({1.f, 2.f});
  GradientTape tape;
  tape.watch(x);
  CHECK(values<float>(tape.gradient(3 * doubled(x), x)) == Floats{300, 300});
}

TEST_CASE("custom_gradient: a function of several arguments") {
  const auto product = custom_gradient([](const Tensor& x, const Tensor& y) {
    return with_gradient(x * y, [=](const Tensor& dy) { return std::vector<Tensor>{dy * y, dy * x}; });
  });
  const Variable w(2.f);
  const Tensor x = constant(5.f);
  GradientTape tape;
  tape.watch(x);
  const auto [dx, dw] = tape.gradient(product(x, w), x, w);
  CHECK(dx.item<float>() == 2);
  CHECK(dw.item<float>() == 5);
}

TEST_CASE("custom_gradient: an empty Tensor stands for no gradient") {
  const auto f = custom_gradient([](const Tensor& x, const Tensor& y) {
    return with_gradient(x * y, [=](const Tensor& dy) { return std::vector<Tensor>{dy * y, Tensor()}; });
  });
  const Tensor x = constant(2.f), y = constant(3.f);
  GradientTape tape;
  tape.watch({x, y});
  const auto [dx, dy] = tape.gradient(f(x, y), x, y);
  CHECK(dx.item<float>() == 3);
  CHECK_FALSE(dy);
}

TEST_CASE("custom_gradient: a function that returns its argument") {
  const auto reversed =
      custom_gradient([](const Tensor& x) { return with_gradient(x, [](const Tensor& dy) { return -dy; }); });
  const Tensor x = constant(2.f);
  GradientTape tape;
  tape.watch(x);
  CHECK(tape.gradient(reversed(x) * 3 + x, x).item<float>() == -2);
}

TEST_CASE("custom_gradient: the wrong number of gradients") {
  const auto f = custom_gradient([](const Tensor& x, const Tensor& y) {
    return with_gradient(x * y, [=](const Tensor& dy) { return dy * y; });
  });
  const Tensor x = constant(2.f), y = constant(3.f);
  GradientTape tape;
  tape.watch({x, y});
  const Tensor z = f(x, y);
  CHECK_THROWS_WITH_AS(tape.gradient(z, x),
                       Contains("[custom_gradient] the gradient function returned 1 tensors for 2 arguments"),
                       InvalidArgumentError);
}

TEST_CASE("custom_gradient: a gradient of the wrong shape") {
  const auto f = custom_gradient(
      [](const Tensor& x) { return with_gradient(reduce_sum(x), [](const Tensor& dy) { return dy; }); });
  const Tensor x = constant({1.f, 2.f});
  GradientTape tape;
  tape.watch(x);
  const Tensor y = f(x);
  CHECK_THROWS_WITH_AS(tape.gradient(y, x), Contains("the gradient of argument 0 has shape (), the argument (2,)"),
                       InvalidArgumentError);
}

TEST_CASE("custom_gradient: a value computed from nothing watched has no gradient") {
  const auto f = log1pexp();
  const Tensor x = constant(2.f), other = constant(1.f);
  GradientTape tape;
  tape.watch(x);
  CHECK_FALSE(tape.gradient(f(other), x));
}

TEST_CASE("custom_gradient: gradcheck passes on a right one") {
  const Tensor x = random::normal({3, 4}, {.dtype = float64, .seed = 3});
  CHECK_GRADIENTS(log1pexp(), x);
}
