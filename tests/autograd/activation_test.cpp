// Activation functions. The figures, f(x), f'(x) and f''(x), were computed with mpmath to 50 digits.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;
using doctest::Contains;
using Floats = std::vector<float>;

namespace {

struct Figures {
  double x, value, slope, curvature;
};
struct Function {
  const char* name;
  Tensor (*op)(const Tensor&, Where);
  std::vector<Figures> figures;
};

const Function functions[] = {
    {"elu",
     elu,
     {{2.0, 2.0, 1.0, 0.0},
      {-0.25, -0.22119921692859513, 0.77880078307140487, 0.77880078307140487},
      {-3.0, -0.95021293163213606, 0.049787068367863943, 0.049787068367863943},
      {-20.0, -0.99999999793884638, 2.0611536224385578e-9, 2.0611536224385578e-9}}},
    {"selu",
     selu,
     {{2.0, 2.101401974710961, 1.0507009873554805, 0.0},
      {-0.25, -0.38889019747811903, 1.3692091433692578, 1.3692091433692578},
      {-3.0, -1.670568728767112, 0.087530612080264885, 0.087530612080264885},
      {-20.0, -1.758099337223664, 3.6237128249944116e-9, 3.6237128249944116e-9}}},
    {"softplus",
     softplus,
     {{2.0, 2.1269280110429725, 0.88079707797788244, 0.10499358540350652},
      {-0.25, 0.57593941987884356, 0.4378234991142019, 0.24613408273759835},
      {-30.0, 9.3576229688397368e-14, 9.357622968839299e-14, 9.3576229688384233e-14},
      {60.0, 60.0, 1.0, 8.7565107626965203e-27}}},
    {"log_sigmoid",
     log_sigmoid,
     {{2.0, -0.1269280110429725, 0.11920292202211756, -0.10499358540350652},
      {-0.25, -0.82593941987884356, 0.5621765008857981, -0.24613408273759835},
      {-30.0, -30.000000000000094, 0.99999999999990642, -9.3576229688384233e-14},
      {60.0, -8.7565107626965203e-27, 8.7565107626965203e-27, -8.7565107626965203e-27}}},
    {"softsign",
     softsign,
     {{2.0, 0.66666666666666667, 0.11111111111111111, -0.074074074074074074},
      {-0.25, -0.2, 0.64, 1.024},
      {-30.0, -0.96774193548387097, 0.001040582726326743, 6.7134369440435031e-5}}},
    {"silu",
     [](const Tensor& x, Where) { return silu(x); },
     {{2.0, 1.7615941559557649, 1.0907842487848955, 0.05006216869470691},
      {-0.25, -0.10945587477855047, 0.37628997842980231, 0.484616287468517},
      {-30.0, -2.8072868906517897e-12, -2.713710660963134e-12, -2.6201344312742331e-12},
      {60.0, 60.0, 1.0, -5.0787762423639818e-25}}},
    {"swish",
     [](const Tensor& x, Where) { return swish(x, 1.5); },
     {{2.0, 1.9051482536448664, 1.0881041060151696, -0.048482106781509256},
      {-0.25, -0.10183335001148256, 0.31680356207607309, 0.69907142692167867},
      {-10.0, -3.0590222692562473e-6, -4.2826297733161596e-6, -5.965087389387848e-6}}},
    {"mish",
     mish,
     {{2.0, 1.9439589595339945, 1.0693179342794897, -0.057724667408294055},
      {-0.25, -0.12992696367914101, 0.43981560172180514, 0.63058189298239257},
      {-30.0, -2.807286890651921e-12, -2.7137106609633923e-12, -2.620134431274741e-12},
      {60.0, 60.0, 1.0, -3.6191298907967838e-50}}},
    {"gelu",
     [](const Tensor& x, Where) { return gelu(x); },
     {{2.0, 1.9544997361036416, 1.0852318010781969, -0.1079819330263761},
      {-0.25, -0.10032341857926907, 0.30462664511636397, 0.74916947630552034},
      {-5.0, -1.4332578593959696e-6, -7.1469460017922946e-6, -3.4194548838888847e-5},
      {60.0, 60.0, 1.0, 0.0}}},
    {"gelu approximate",
     [](const Tensor& x, Where) { return gelu(x, true); },
     {{2.0, 1.954597694087775, 1.0860992566236184, -0.10787507995107845},
      {-0.25, -0.100324649298315, 0.30464590484893957, 0.74894861422365029},
      {-3.0, -0.0036373920817730188, -0.011584166630969726, -0.031767658886074704},
      {60.0, 60.0, 1.0, 0.0}}},
};

struct Derivatives {
  Tensor value, slope, curvature;
};
Derivatives derivatives(Tensor (*op)(const Tensor&, Where), const Tensor& x) {
  GradientTape outer;
  outer.watch(x);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = op(x, {});
  const Tensor slope = tape.gradient(y, x);
  return {y, slope, outer.gradient(slope, x)};
}

// elu and selu have their slopes from the result, which near -1 has few digits left, as TensorFlow's.
void check_close(const Tensor& y, double expected, double relative, double absolute) {
  const double got = y.item<double>();
  INFO(got, " where ", expected, " is right");
  CHECK(std::abs(got - expected) <= relative * std::abs(expected) + absolute);
}

Floats gradient_of(const std::function<Tensor(const Tensor&)>& f, const Tensor& x) {
  GradientTape tape;
  tape.watch(x);
  const Tensor y = f(x);
  return values<float>(tape.gradient(y, x));
}

}  // namespace

TEST_CASE("activations and their derivatives agree with mpmath's figures") {
  for (const Function& f : functions) {
    for (const Figures& at : f.figures) {
      INFO(f.name, " at ", at.x);
      const Derivatives wide = derivatives(f.op, constant(at.x, float64));
      check_close(wide.value, at.value, 2e-14, 0);
      check_close(wide.slope, at.slope, 1e-13, 3e-16);
      check_close(wide.curvature, at.curvature, 1e-12, 3e-16);
      const Derivatives narrow = derivatives(f.op, constant(at.x, float32));
      check_close(narrow.value, at.value, 2e-6, 0);
      check_close(narrow.slope, at.slope, 1e-5, 1.2e-7);
      check_close(narrow.curvature, at.curvature, 1e-5, 1.2e-7);
    }
  }
}

TEST_CASE("activations at the infinities are their limits, and NaN stays") {
  const float inf = std::numeric_limits<float>::infinity();
  const Tensor x = constant({inf, -inf, std::numeric_limits<float>::quiet_NaN()});
  const auto check = [&](const char* name, const Tensor& y, float above, float below) {
    INFO(name);
    CHECK(y.data<float>()[0] == above);
    CHECK(y.data<float>()[1] == below);
    CHECK(std::isnan(y.data<float>()[2]));
  };
  check("relu6", relu6(x), 6, 0);
  check("leaky_relu", leaky_relu(x), inf, -inf);
  check("elu", elu(x), inf, -1);
  check("silu", silu(x), inf, 0);
  check("mish", mish(x), inf, 0);
  check("gelu", gelu(x), inf, 0);
  check("gelu approximate", gelu(x, true), inf, 0);
  check("log_sigmoid", log_sigmoid(x), 0, -inf);
  check("softplus", softplus(x), inf, 0);
  check("hard_sigmoid", hard_sigmoid(x), 1, 0);
  using Activation = Tensor (*)(const Tensor&, Where);
  const Activation activations[] = {mish, [](const Tensor& v, Where) { return silu(v); },
                                    [](const Tensor& v, Where) { return gelu(v); },
                                    [](const Tensor& v, Where) { return gelu(v, true); }};
  for (const Activation op : activations) {
    CHECK(gradient_of([op](const Tensor& v) { return op(v, {}); }, constant({inf, -inf})) == Floats{1, 0});
  }
}

TEST_CASE("gradient convention: relu6 at 0 and at 6 is 0") {
  CHECK(gradient_of([](const auto& x) { return relu6(x); }, constant({-1.f, 0.f, 3.f, 6.f, 7.f})) ==
        Floats{0, 0, 1, 0, 0});
}

TEST_CASE("gradient convention: leaky_relu at 0 is alpha") {
  CHECK(gradient_of([](const auto& x) { return leaky_relu(x); }, constant({-1.f, 0.f, 1.f})) ==
        Floats{0.2f, 0.2f, 1});
  CHECK(gradient_of([](const auto& x) { return leaky_relu(x, 0.5); }, constant({-1.f, 0.f, 1.f})) ==
        Floats{0.5f, 0.5f, 1});
}

TEST_CASE("gradient convention: elu at 0 is 1, selu at 0 is its scale") {
  CHECK(gradient_of([](const auto& x) { return elu(x); }, constant({0.f})) == Floats{1});
  CHECK(gradient_of([](const auto& x) { return selu(x); }, constant({0.f})) == Floats{1.05070098f});
}

TEST_CASE("gradient convention: hard_sigmoid passes the gradient at its bounds") {
  CHECK(gradient_of([](const auto& x) { return hard_sigmoid(x); }, constant({-3.f, -2.5f, 0.f, 2.5f, 3.f})) ==
        Floats{0, 0.2f, 0.2f, 0.2f, 0});
}

TEST_CASE("gradient convention: crelu at 0 is 0") {
  CHECK(gradient_of([](const auto& x) { return crelu(x); }, constant({-1.f, 0.f, 1.f})) == Floats{-1, 0, 1});
}

TEST_CASE("swish is differentiable in beta") {
  const Tensor x = constant({1.0, -2.0}, float64), beta = constant(1.5, float64);
  GradientTape tape;
  tape.watch(beta);
  const Tensor gradient = tape.gradient(swish(x, beta), beta);
  double expected = 0;  // x^2 s (1 - s)
  for (const double v : {1.0, -2.0}) {
    const double s = 1 / (1 + std::exp(-1.5 * v));
    expected += v * v * s * (1 - s);
  }
  CHECK(gradient.item<double>() == doctest::Approx(expected).epsilon(1e-14));
}

TEST_CASE("crelu doubles its axis; relu6 takes integers, leaky_relu makes them float32") {
  CHECK(values<float>(crelu(constant({{-1.f, 2.f}}))) == Floats{0, 2, 1, 0});
  CHECK(crelu(ones({2, 3}), 0).shape() == Shape{4, 3});
  CHECK(values<std::int32_t>(relu6(constant({-3, 4, 9}))) == std::vector<std::int32_t>{0, 4, 6});
  CHECK(values<std::int8_t>(relu6(constant({-3, 4, 9}, int8))) == std::vector<std::int8_t>{0, 4, 6});
  CHECK(values<float>(leaky_relu(constant({-5, 4}))) == Floats{-1, 4});
}

TEST_CASE("activations refuse what has no such function") {
  CHECK_THROWS_WITH_AS(gelu(constant({1, 2})), Contains("[gelu] the dtype int32"), InvalidArgumentError);
  CHECK_THROWS_AS(elu(constant({true})), InvalidArgumentError);
  CHECK_THROWS_AS(relu6(constant({true})), InvalidArgumentError);
  CHECK_THROWS_AS(leaky_relu(constant({true})), InvalidArgumentError);
  CHECK_THROWS_AS(crelu(constant(1.f)), InvalidArgumentError);
  CHECK_THROWS_AS(crelu(ones({2}), 1), InvalidArgumentError);
  CHECK_THROWS_AS(silu(Tensor()), FailedPreconditionError);
}
