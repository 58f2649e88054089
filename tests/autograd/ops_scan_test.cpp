#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

template <class F>
std::vector<double> gradient_of(const F& f, const Tensor& x) {
  GradientTape tape;
  tape.watch(x);
  return values<double>(tape.gradient(f(x), x));
}

}  // namespace

TEST_CASE("cumsum: the four combinations of exclusive and reverse, as TensorFlow's documentation shows them") {
  const Tensor x = constant({2, 4, 6, 8});
  using Values = std::vector<std::int32_t>;
  CHECK(values<std::int32_t>(cumsum(x)) == Values{2, 6, 12, 20});
  CHECK(values<std::int32_t>(cumsum(x, 0, {.exclusive = true})) == Values{0, 2, 6, 12});
  CHECK(values<std::int32_t>(cumsum(x, 0, {.reverse = true})) == Values{20, 18, 14, 8});
  CHECK(values<std::int32_t>(cumsum(x, 0, {.exclusive = true, .reverse = true})) == Values{18, 14, 8, 0});
}

TEST_CASE("cumsum and cumprod: along each axis") {
  const Tensor x = constant({{1.f, 2.f, 3.f}, {4.f, 5.f, 6.f}});
  CHECK(values<float>(cumsum(x)) == std::vector<float>{1, 2, 3, 5, 7, 9});
  CHECK(values<float>(cumsum(x, -1)) == std::vector<float>{1, 3, 6, 4, 9, 15});
  CHECK(values<float>(cumprod(x, 1)) == std::vector<float>{1, 2, 6, 4, 20, 120});
  CHECK(values<float>(cumprod(x, 0, {.exclusive = true})) == std::vector<float>{1, 1, 1, 1, 2, 3});
  CHECK(cumsum(zeros({2, 0}), 1).shape() == Shape{2, 0});
  CHECK(values<std::uint8_t>(cumsum(constant({200, 100}, uint8))) == std::vector<std::uint8_t>{200, 44});
}

TEST_CASE("cumsum: many lines and long lines agree with a plain loop") {
  const Tensor x = random::normal({3, 700, 300}, {.dtype = float64, .seed = 1});
  const auto in = x.data<double>();
  const Tensor middle = cumsum(x, 1), last = cumsum(x, 2, {.reverse = true});
  double total = 0;
  for (int i = 0; i < 700; ++i) {
    total += in[static_cast<std::size_t>(2 * 700 * 300 + i * 300 + 299)];
    REQUIRE(middle.data<double>()[static_cast<std::size_t>(2 * 700 * 300 + i * 300 + 299)] == doctest::Approx(total));
  }
  total = 0;
  for (int i = 299; i >= 0; --i) {
    total += in[static_cast<std::size_t>(700 * 300 + i)];
    REQUIRE(last.data<double>()[static_cast<std::size_t>(700 * 300 + i)] == doctest::Approx(total));
  }
}

TEST_CASE("cumprod: the gradient holds at one zero and at several, inclusive and exclusive") {
  // y = (a, ab, abc, abcd): d(sum)/da = 1 + b + bc + bcd, and so on.
  const auto inclusive = [](const Tensor& x) { return cumprod(x); };
  CHECK(gradient_of(inclusive, constant({2.0, 0.0, 3.0, 4.0}, float64)) == std::vector<double>{1, 2 + 6 + 24, 0, 0});
  CHECK(gradient_of(inclusive, constant({0.0, 5.0, 0.0, 4.0}, float64)) == std::vector<double>{6, 0, 0, 0});
  // y = (1, a, ab, abc).
  const auto exclusive = [](const Tensor& x) { return cumprod(x, 0, {.exclusive = true}); };
  CHECK(gradient_of(exclusive, constant({2.0, 0.0, 3.0, 4.0}, float64)) == std::vector<double>{1, 2 + 6, 0, 0});
  const auto reverse = [](const Tensor& x) { return cumprod(x, 0, {.reverse = true}); };
  CHECK(gradient_of(reverse, constant({4.0, 3.0, 0.0, 2.0}, float64)) == std::vector<double>{0, 0, 2 + 6 + 24, 1});
}

TEST_CASE("cumprod: the second derivative at a zero") {
  // The last of y is abc; its mixed derivative with respect to b and c is a.
  const Tensor x = constant({5.0, 0.0, 0.0}, float64);
  GradientTape outer;
  outer.watch(x);
  Tensor first;
  {
    GradientTape inner;
    inner.watch(x);
    first = inner.gradient(cumprod(x)[2], x);
  }
  CHECK(values<double>(outer.gradient(first[1], x)) == std::vector<double>{0, 0, 5});
}

TEST_CASE("cumulative_logsumexp: values and gradient in closed form, safe for large values") {
  const Tensor x = constant({1000.0, 1000.0, 1000.0}, float64);
  const std::vector<double> y = values<double>(cumulative_logsumexp(x));
  for (int i = 0; i < 3; ++i) CHECK(y[static_cast<std::size_t>(i)] == doctest::Approx(1000 + std::log(i + 1.)));
  // dy_i/dx_j = 1 / (i + 1) for j <= i.
  const auto g = gradient_of([](const Tensor& t) { return cumulative_logsumexp(t); }, x);
  CHECK(g[0] == doctest::Approx(1 + 1. / 2 + 1. / 3));
  CHECK(g[1] == doctest::Approx(1. / 2 + 1. / 3));
  CHECK(g[2] == doctest::Approx(1. / 3));
}

TEST_CASE("cumulative_logsumexp: exclusive begins with the lowest number, as TensorFlow's") {
  const Tensor x = constant({{1.0, 2.0}, {3.0, 4.0}}, float64);
  const std::vector<double> y = values<double>(cumulative_logsumexp(x, 1, {.exclusive = true}));
  CHECK(y == std::vector<double>{std::numeric_limits<double>::lowest(), 1, std::numeric_limits<double>::lowest(), 3});
  const std::vector<double> r = values<double>(cumulative_logsumexp(x, 0, {.exclusive = true, .reverse = true}));
  CHECK(r == std::vector<double>{3, 4, std::numeric_limits<double>::lowest(), std::numeric_limits<double>::lowest()});
}

TEST_CASE("cumulative_logsumexp: minus infinity gives no NaN, in values and gradient") {
  const Tensor x = constant({-infinity, 1.0, -infinity, 1.0}, float64);
  const std::vector<double> y = values<double>(cumulative_logsumexp(x));
  CHECK(y[0] == -infinity);
  CHECK(y[2] == doctest::Approx(1));
  CHECK(y[3] == doctest::Approx(1 + std::log(2.)));
  const auto g = gradient_of([](const Tensor& t) { return cumulative_logsumexp(t); }, x);
  CHECK(g[1] == doctest::Approx(1 + 1 + 0.5));
  CHECK(g[2] == 0);
  CHECK(g[3] == doctest::Approx(0.5));
  CHECK(std::isfinite(g[0]));
}

TEST_CASE("scans refuse scalars, bool and axes that are not there") {
  CHECK_THROWS_AS(cumsum(constant(1.f)), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(cumsum(zeros({2}), 1), doctest::Contains("[cumsum] axis 1 is outside [-1, 1)"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(cumprod(constant({true})), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(cumulative_logsumexp(constant({1, 2})), doctest::Contains("floating-point"),
                       InvalidArgumentError);
}
