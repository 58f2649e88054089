#include "gradtape/autograd/forward_accumulator.h"

#include <doctest/doctest.h>

#include <cmath>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;
using doctest::Approx;
using doctest::Contains;
using Floats = std::vector<float>;
using Doubles = std::vector<double>;

TEST_CASE("forward mode: TensorFlow's example, a dense layer without activation") {
  // From the page of tf.autodiff.ForwardAccumulator: x = [[2, 3], [1, 4]], targets 1 and -1, kernel and bias.
  const Tensor x = constant({{2.f, 3.f}, {1.f, 4.f}}), targets = constant({{1.f}, {-1.f}});
  const Variable kernel(constant({{0.5f}, {-0.25f}})), bias(constant({0.125f}));
  ForwardAccumulator forward(kernel, constant({{1.f}, {0.f}}));
  const Tensor loss = reduce_sum(square(matmul(x, kernel) + bias - targets));
  // d/dk1 of the sum of squares: 2 * sum(r * x[:, 0]) with r = (-0.625, 0.625).
  CHECK(forward.jvp(loss).item<float>() == Approx(2 * (-0.625 * 2 + 0.625 * 1)));
}

TEST_CASE("forward mode: the product of the Jacobian and the tangent") {
  const Tensor x = constant({1.0, 2.0, 3.0}, float64), v = constant({1.0, -1.0, 0.5}, float64);
  ForwardAccumulator forward(x, v);
  const Tensor y = x * x;
  CHECK(values<double>(forward.jvp(y)) == Doubles{2, -4, 3});
  const Tensor z = reduce_sum(y) + y[0];
  CHECK(forward.jvp(z).item<double>() == 3);
}

TEST_CASE("forward mode: the tangent of a primal is what was given") {
  const Tensor x = constant({1.f, 2.f});
  ForwardAccumulator forward(x, constant({3.f, 4.f}));
  CHECK(values<float>(forward.jvp(x)) == Floats{3, 4});
}

TEST_CASE("forward mode: several primals add up, several targets at once") {
  const Tensor x = constant(2.0, float64);
  const Variable w(constant(3.0, float64));
  ForwardAccumulator forward({x, w}, {constant(1.0, float64), constant(10.0, float64)});
  const std::vector<Tensor> d = forward.jvp({x * w, w * w, x + 1.0});
  CHECK(d[0].item<double>() == 23);  // w * 1 + x * 10
  CHECK(d[1].item<double>() == 60);
  CHECK(d[2].item<double>() == 1);
}

TEST_CASE("forward mode: the primal is watched from where the accumulator begins") {
  const Tensor x = constant(3.f);
  const Tensor before = x * x;
  ForwardAccumulator forward(x, constant(1.f));
  CHECK_FALSE(forward.jvp(before));
  CHECK(forward.jvp(before * x).item<float>() == 9);
}

TEST_CASE("forward mode: a target that does not depend on a primal") {
  const Tensor x = constant({1.f, 2.f}), other = constant({1.f, 1.f});
  ForwardAccumulator forward(x, constant({1.f, 1.f}));
  const Tensor y = other * 2.f;
  const Tensor none = forward.jvp(y);
  CHECK_FALSE(none);
  CHECK(none.why_empty().find("a derivative that does not exist") != std::string::npos);
  CHECK(values<float>(forward.jvp(y, {.unconnected_gradients = UnconnectedGradients::zero})) == Floats{0, 0});
  const std::vector<Tensor> both = forward.jvp({y, x * x});
  CHECK_FALSE(both[0]);
  CHECK(values<float>(both[1]) == Floats{2, 4});
}

TEST_CASE("forward mode: a derivative that is zero is zero, one that is cut is none") {
  const Tensor x = constant({1.5f, -2.f});
  ForwardAccumulator forward(x, constant({1.f, 1.f}));
  CHECK(values<float>(forward.jvp(sign(x))) == Floats{0, 0});
  CHECK_FALSE(forward.jvp(stop_gradient(x) * 2.f));
  CHECK_FALSE(forward.jvp(cast(x, int32)));
}

TEST_CASE("forward mode: bad tangents are refused") {
  const Tensor x = constant({1.f, 2.f});
  CHECK_THROWS_WITH_AS(ForwardAccumulator(x, constant(1.f)), Contains("a tangent of shape ()"), InvalidArgumentError);
  CHECK_THROWS_AS(ForwardAccumulator(x, constant({1.0, 2.0}, float64)), InvalidArgumentError);
  CHECK_THROWS_AS(ForwardAccumulator(constant({1, 2}), constant({1, 2})), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(ForwardAccumulator({x, x}, {x, x}), Contains("the same tensor"), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(ForwardAccumulator({x}, {x, x}), Contains("1 primals with 2 tangents"), InvalidArgumentError);
}

TEST_CASE("forward mode: forward over reverse is the product of the Hessian and a vector") {
  // f = x0^2 x1 + x1^3: the Hessian is [[2 x1, 2 x0], [2 x0, 6 x1]].
  const Tensor x = constant({2.0, 3.0}, float64), v = constant({1.0, -2.0}, float64);
  ForwardAccumulator forward(x, v);
  Tensor g;
  {
    GradientTape tape;
    tape.watch(x);
    g = tape.gradient(square(x[0]) * x[1] + x[1] * x[1] * x[1], x);
  }
  CHECK(values<double>(g) == Doubles{12, 31});
  CHECK(values<double>(forward.jvp(g)) == Doubles{6 - 8, 4 - 36});
}

TEST_CASE("forward mode: reverse over forward") {
  const Tensor x = constant({2.0, 3.0}, float64), v = constant({1.0, -2.0}, float64);
  GradientTape tape;
  tape.watch(x);
  Tensor d;
  {
    ForwardAccumulator forward(x, v);
    d = forward.jvp(square(x[0]) * x[1] + x[1] * x[1] * x[1]);
  }
  CHECK(d.item<double>() == 12 - 62);
  CHECK(values<double>(tape.gradient(d, x)) == Doubles{6 - 8, 4 - 36});
}

TEST_CASE("forward mode: accumulators nest") {
  const Tensor x = constant(0.7, float64), one = constant(1.0, float64);
  ForwardAccumulator outer(x, one);
  ForwardAccumulator inner(x, one);
  const Tensor y = exp(2.0 * x);
  const Tensor first = inner.jvp(y);
  CHECK(first.item<double>() == Approx(2 * std::exp(1.4)).epsilon(1e-14));
  CHECK(outer.jvp(first).item<double>() == Approx(4 * std::exp(1.4)).epsilon(1e-14));
  CHECK(outer.jvp(y).item<double>() == Approx(2 * std::exp(1.4)).epsilon(1e-14));
}

TEST_CASE("forward mode: three accumulators give the third derivative") {
  const Tensor x = constant(2.0, float64), one = constant(1.0, float64);
  ForwardAccumulator a(x, one), b(x, one), c(x, one);
  const Tensor y = x * x * x * x;
  CHECK(a.jvp(b.jvp(c.jvp(y))).item<double>() == Approx(24 * 2));
}

TEST_CASE("forward mode: what an accumulator computes is not recorded by itself") {
  const Tensor x = constant(2.0, float64);
  ForwardAccumulator forward(x, constant(1.0, float64));
  const Tensor d = forward.jvp(x * x);
  CHECK_FALSE(forward.jvp(d));
}

TEST_CASE("forward mode: a Variable assigned afterwards has the derivative at the recorded value") {
  Variable w(constant({1.f, 2.f}));
  ForwardAccumulator forward(w, constant({1.f, 1.f}));
  const Tensor y = w * w;
  w.assign(constant({10.f, 20.f}));
  CHECK(values<float>(forward.jvp(y)) == Floats{2, 4});
}

TEST_CASE("forward mode: through a custom gradient") {
  const auto cube = custom_gradient(
      [](const Tensor& x) { return with_gradient(x * x * x, [=](const Tensor& dy) { return 3 * dy * x * x; }); });
  const Tensor x = constant(2.0, float64);
  ForwardAccumulator forward(x, constant(5.0, float64));
  CHECK(forward.jvp(cube(x)).item<double>() == 60);
}

TEST_CASE("forward mode: accumulators end in any order") {
  const Tensor x = constant(2.f), one = constant(1.f);
  auto first = std::make_unique<ForwardAccumulator>(x, one);
  auto second = std::make_unique<ForwardAccumulator>(x, one);
  const Tensor y = x * x;
  first.reset();
  CHECK(second->jvp(y).item<float>() == 4);
}
