// The checker finds wrong gradients, planted with custom_gradient, and accepts right ones.
#include <doctest/doctest.h>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"
#include "gradtape/autograd/gradcheck.h"

using namespace gradtape;
using doctest::Approx;
using doctest::Contains;

namespace {

Tensor sample() { return constant({{0.5, -1.0, 2.0}, {1.5, 0.25, -0.75}}, float64); }

// x^3 with a gradient of one's own.
template <class G>
auto cube_with(G gradient) {
  return custom_gradient([gradient](const Tensor& x) {
    return with_gradient(x * x * x, [gradient, x](const Tensor& dy) { return gradient(x, dy); });
  });
}

}  // namespace

TEST_CASE("gradcheck: right gradients pass, first and second order") {
  const auto cube = cube_with([](const Tensor& x, const Tensor& dy) { return 3 * dy * x * x; });
  const GradcheckReport report = gradcheck(cube, {sample()}, {.second_order = true});
  CHECK_MESSAGE(report.passed, report.message);
  CHECK(report);
  CHECK(report.message.starts_with("gradients agree"));
}

TEST_CASE("gradcheck: a wrong sign, with the worst entry and both numbers") {
  const auto cube = cube_with([](const Tensor& x, const Tensor& dy) { return -3 * dy * x * x; });
  const GradcheckReport report = gradcheck(cube, {sample()});
  CHECK_FALSE(report);
  CHECK(report.order == 1);
  CHECK(report.input == 0);
  REQUIRE(report.index.size() == 2);
  CHECK(report.analytic == Approx(-report.numeric).epsilon(1e-6));
  CHECK(report.message.starts_with("gradients differ: order 1, input 0 at ["));
  CHECK(report.message.find("analytic") != std::string::npos);
}

TEST_CASE("gradcheck: a wrong factor in one element only") {
  const auto cube = cube_with([](const Tensor& x, const Tensor& dy) {
    return 3 * dy * x * x * constant({{1.0, 1.0, 1.001}, {1.0, 1.0, 1.0}}, float64);
  });
  const GradcheckReport report = gradcheck(cube, {sample()});
  CHECK_FALSE(report);
  CHECK(report.index == std::vector<std::int64_t>{0, 2});
  CHECK(report.analytic == Approx(1.001 * report.numeric).epsilon(1e-6));
}

TEST_CASE("gradcheck: a gradient that was not summed over a broadcast axis") {
  // b of shape (1, 3) beside x of shape (2, 3): one row of dy in place of the sum over both.
  const auto add = custom_gradient([](const Tensor& x, const Tensor& b) {
    return with_gradient(x + b, [](const Tensor& dy) { return std::vector<Tensor>{dy, dy.slice({0, 0}, {1, 3})}; });
  });
  const GradcheckReport report = gradcheck(add, {sample(), constant({{1.0, 2.0, 3.0}}, float64)});
  CHECK_FALSE(report);
  CHECK(report.input == 1);
  const auto whole = custom_gradient([](const Tensor& x, const Tensor& b) {
    return with_gradient(x + b, [](const Tensor& dy) { return std::vector<Tensor>{dy, dy}; });
  });
  CHECK_THROWS_WITH_AS(gradcheck(whole, {sample(), constant({{1.0, 2.0, 3.0}}, float64)}), Contains("argument 1"),
                       InvalidArgumentError);
}

TEST_CASE("gradcheck: a gradient that is missing") {
  const auto cube = cube_with([](const Tensor&, const Tensor&) { return Tensor(); });
  CHECK_FALSE(gradcheck(cube, {sample()}));
  CHECK_FALSE(gradcheck([](const Tensor& x) { return stop_gradient(x) * x; }, {sample()}));
}

TEST_CASE("gradcheck: a wrong second order only") {
  // The right value of the gradient, cut off from x.
  const auto cube = cube_with([](const Tensor& x, const Tensor& dy) { return 3 * dy * stop_gradient(x * x); });
  CHECK(gradcheck(cube, {sample()}));
  const GradcheckReport report = gradcheck(cube, {sample()}, {.second_order = true});
  CHECK_FALSE(report);
  CHECK(report.order == 2);
  CHECK(report.input == 0);
}

TEST_CASE("gradcheck: a second order that is wrong in the gradient from above") {
  const auto cube = cube_with([](const Tensor& x, const Tensor& dy) { return 3 * stop_gradient(dy) * x * x; });
  CHECK(gradcheck(cube, {sample()}));
  const GradcheckReport report = gradcheck(cube, {sample()}, {.second_order = true});
  CHECK_FALSE(report);
  CHECK(report.order == 2);
  CHECK(report.message.find("the gradient from above") != std::string::npos);
}

TEST_CASE("gradcheck: a NaN in the gradient is a difference") {
  const auto cube = cube_with([](const Tensor& x, const Tensor& dy) { return dy * (x - x) / (x - x); });
  CHECK_FALSE(gradcheck(cube, {sample()}));
}

TEST_CASE("gradcheck: one random direction, for inputs with many elements") {
  const Tensor x = random::normal({40, 50}, {.dtype = float64, .seed = 5});
  const auto right = cube_with([](const Tensor& v, const Tensor& dy) { return 3 * dy * v * v; });
  CHECK(gradcheck(right, {x}, {.second_order = true, .directional = true}));
  const auto wrong = cube_with([](const Tensor& v, const Tensor& dy) { return 3.01 * dy * v * v; });
  const GradcheckReport report = gradcheck(wrong, {x}, {.directional = true});
  CHECK_FALSE(report);
  CHECK(report.analytic == Approx(report.numeric * 3.01 / 3).epsilon(1e-5));
}

TEST_CASE("gradcheck: variables are checked too, and have their values again") {
  Variable w(constant({2.0, -1.0}, float64));
  const Tensor x = constant({0.5, 3.0}, float64);
  const auto f = [&w](const Tensor& v) { return exp(v * w) + w; };
  const GradcheckReport report = gradcheck(f, {x, w}, {.second_order = true});
  CHECK_MESSAGE(report.passed, report.message);
  CHECK(values<double>(w.value()) == std::vector<double>{2, -1});
  const auto broken = [&w](const Tensor& v) { return v * stop_gradient(w.value()); };
  CHECK(gradcheck(broken, {x, w}).input == 1);
  CHECK(values<double>(w.value()) == std::vector<double>{2, -1});
  const auto throwing = [&w](const Tensor& v) -> Tensor {
    if (w.value().data<double>()[0] != 2) throw NotFoundError("in the middle");
    return v * w;
  };
  CHECK_THROWS_AS(gradcheck(throwing, {x, w}), NotFoundError);
  CHECK(values<double>(w.value()) == std::vector<double>{2, -1});
}

TEST_CASE("gradcheck: integer inputs are passed on unchecked") {
  const GradcheckReport report =
      gradcheck([](const Tensor& x, const Tensor& i) { return gather(x, i); }, {sample(), constant({1, 0, 1})});
  CHECK_MESSAGE(report.passed, report.message);
}

TEST_CASE("gradcheck: a vector of inputs, and functions of none to four") {
  const Tensor x = constant({1.0, 2.0}, float64);
  CHECK(gradcheck([](const std::vector<Tensor>& v) { return v[0] * v[1] * v[2]; }, {x, x, x}));
  CHECK(gradcheck([](const Tensor& a, const Tensor& b, const Tensor& c, const Tensor& d) { return a * b - c * d; },
                  {x, x, x, x}));
  const Variable w(x);
  CHECK(gradcheck([&w] { return w * w; }, {w}));
  CHECK_THROWS_WITH_AS(gradcheck([](const Tensor& a) { return a; }, {x, x}),
                       Contains("the function takes 1 tensors, the inputs have 2"), InvalidArgumentError);
}

TEST_CASE("gradcheck: float32 and functions that are not deterministic are refused") {
  CHECK_THROWS_WITH_AS(gradcheck([](const Tensor& x) { return x; }, {constant({1.f})}), Contains("use float64"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(gradcheck([](const Tensor& x) { return cast(x, float32); }, {sample()}), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(
      gradcheck([](const Tensor& x) { return x * random::normal(x.shape(), {.dtype = float64}); }, {sample()}),
      Contains("different results for the same inputs"), InvalidArgumentError);
}

TEST_CASE("gradcheck: inputs without elements pass, and say that nothing was compared") {
  const GradcheckReport report = gradcheck([](const Tensor& x) { return exp(x); }, {zeros({0, 2}, float64)});
  CHECK(report.passed);
  CHECK(report.message.starts_with("nothing to compare"));
}

TEST_CASE("gradcheck: the macros") {
  CHECK_GRADIENTS([](const Tensor& x) { return softplus(x); }, random::normal({3, 4}, {.dtype = float64, .seed = 1}));
  REQUIRE_GRADIENTS([](const Tensor& a, const Tensor& b) { return matmul(a, b); }, sample(), ones({3, 2}, float64));
  const auto first_only = cube_with([](const Tensor& x, const Tensor& dy) { return 3 * dy * stop_gradient(x * x); });
  CHECK_FIRST_GRADIENTS(first_only, sample());
}
