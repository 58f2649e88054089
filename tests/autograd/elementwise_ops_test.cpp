// Values of elementwise ops. Their gradients are checked by op_table_test.cpp, their edges by
// gradient_edges_test.cpp.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;
using doctest::Contains;
using Floats = std::vector<float>;
using Ints = std::vector<std::int32_t>;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity(),
                 not_a_number = std::numeric_limits<double>::quiet_NaN();

// Elements that are equal up to a few units in the last place, NaN equal to NaN.
template <class T>
void check_close(const Tensor& y, const Tensor& x, const std::function<double(double)>& expected, double tolerance) {
  REQUIRE(y.shape() == x.shape());
  for (std::size_t i = 0; i < x.data<T>().size(); ++i) {
    const double in = x.data<T>()[i], got = y.data<T>()[i], want = expected(in);
    INFO("at ", in, ": ", got, " where ", want, " is right");
    if (std::isnan(want))
      CHECK(std::isnan(got));
    else if (std::isinf(static_cast<T>(want)))
      CHECK(got == static_cast<T>(want));
    else
      CHECK(std::abs(got - want) <=
            tolerance * std::max(std::abs(want), static_cast<double>(std::numeric_limits<T>::min())));
  }
}

struct Function {
  const char* name;
  Tensor (*op)(const Tensor&, Where);
  std::function<double(double)> expected;
  double low, high;
};

const Function functions[] = {
    {"negative", negative, [](double x) { return -x; }, -5, 5},
    {"square", square, [](double x) { return x * x; }, -5, 5},
    {"abs", gradtape::abs, [](double x) { return std::abs(x); }, -5, 5},
    {"sign", sign, [](double x) { return x > 0   ? 1.0
                                         : x < 0 ? -1.0
                                                 : x; }, -5, 5},
    {"sqrt", gradtape::sqrt, [](double x) { return std::sqrt(x); }, 0, 50},
    {"rsqrt", rsqrt, [](double x) { return 1 / std::sqrt(x); }, 0.01, 50},
    {"reciprocal", reciprocal, [](double x) { return 1 / x; }, 0.01, 50},
    {"exp", gradtape::exp, [](double x) { return std::exp(x); }, -80, 80},
    {"expm1", gradtape::expm1, [](double x) { return std::expm1(x); }, -1e-3, 1e-3},
    {"log", gradtape::log, [](double x) { return std::log(x); }, 1.5, 1000},
    {"log1p", gradtape::log1p, [](double x) { return std::log1p(x); }, -1e-3, 1e-3},
    {"sin", gradtape::sin, [](double x) { return std::sin(x); }, 0.1, 3},
    {"cos", gradtape::cos, [](double x) { return std::cos(x); }, -1.5, 1.5},
    {"sigmoid", sigmoid, [](double x) { return 1 / (1 + std::exp(-x)); }, -30, 30},
    {"tanh", gradtape::tanh, [](double x) { return std::tanh(x); }, -10, 10},
    {"relu", relu, [](double x) { return x > 0 ? x : 0; }, -5, 5},
    {"softplus", softplus, [](double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }, -30, 90},
    {"floor", gradtape::floor, [](double x) { return std::floor(x); }, -5, 5},
    {"ceil", gradtape::ceil, [](double x) { return std::ceil(x); }, -5, 5},
    {"round", gradtape::round, [](double x) { return std::nearbyint(x); }, -5, 5},
};

}  // namespace

TEST_CASE("unary ops agree with the standard functions") {
  for (const Function& f : functions) {
    INFO(f.name);
    const Tensor x64 = linspace(f.low, f.high, 1001, float64), x32 = cast(x64, float32);
    check_close<double>(f.op(x64, Where::here()), x64, f.expected, 1e-14);
    check_close<float>(f.op(x32, Where::here()), x32, f.expected, 1e-6);
  }
}

TEST_CASE("unary ops at zero, infinity and NaN") {
  const Tensor x = constant(std::vector<double>{0, inf, -inf, not_a_number});
  const auto check = [&](const char* name, const Tensor& y, std::vector<double> expected) {
    INFO(name);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      INFO(x.data<double>()[i]);
      if (std::isnan(expected[i]))
        CHECK(std::isnan(y.data<double>()[i]));
      else
        CHECK(y.data<double>()[i] == expected[i]);
    }
  };
  check("exp", exp(x), {1, inf, 0, not_a_number});
  check("expm1", expm1(x), {0, inf, -1, not_a_number});
  check("log", log(x), {-inf, inf, not_a_number, not_a_number});
  check("log1p", log1p(x), {0, inf, not_a_number, not_a_number});
  check("sqrt", sqrt(x), {0, inf, not_a_number, not_a_number});
  check("rsqrt", rsqrt(x), {inf, 0, not_a_number, not_a_number});
  check("reciprocal", reciprocal(x), {inf, 0, 0, not_a_number});
  check("tanh", tanh(x), {0, 1, -1, not_a_number});
  check("sigmoid", sigmoid(x), {0.5, 1, 0, not_a_number});
  check("softplus", softplus(x), {std::log(2.0), inf, 0, not_a_number});
  check("abs", abs(x), {0, inf, inf, not_a_number});
  check("sign", sign(x), {0, 1, -1, not_a_number});
  check("square", square(x), {0, inf, inf, not_a_number});
  check("sin", sin(x), {0, not_a_number, not_a_number, not_a_number});
  check("cos", cos(x), {1, not_a_number, not_a_number, not_a_number});
  check("floor", floor(x), {0, inf, -inf, not_a_number});
  CHECK(relu(constant({0.f, -3.f, 2.f})).data<float>()[1] == 0);
}

TEST_CASE("rounding is half to even, and keeps large numbers") {
  CHECK(values<float>(round(constant({0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 1e9f}))) == Floats{0, 2, 2, -0.f, -2, 1e9f});
  CHECK(values<float>(floor(constant({-0.5f, 0.5f, 2.f}))) == Floats{-1, 0, 2});
  CHECK(values<float>(ceil(constant({-0.5f, 0.5f, 2.f}))) == Floats{-0.f, 1, 2});
}

TEST_CASE("binary ops") {
  const Tensor x = constant({{1.f, -2.f}, {3.f, 8.f}}), y = constant({{4.f, 5.f}, {-6.f, 2.f}});
  CHECK(values<float>(x + y) == Floats{5, 3, -3, 10});
  CHECK(values<float>(x - y) == Floats{-3, -7, 9, 6});
  CHECK(values<float>(x * y) == Floats{4, -10, -18, 16});
  CHECK(values<float>(x / y) == Floats{0.25f, -0.4f, -0.5f, 4});
  CHECK(values<float>(maximum(x, y)) == Floats{4, 5, 3, 8});
  CHECK(values<float>(minimum(x, y)) == Floats{1, -2, -6, 2});
  CHECK(values<float>(squared_difference(x, y)) == Floats{9, 49, 81, 36});
  CHECK(values<float>(pow(constant({2.f, 9.f, -2.f}), constant({10.f, 0.5f, 3.f}))) == Floats{1024, 3, -8});
  CHECK(values<float>(-x) == Floats{-1, 2, -3, -8});
}

TEST_CASE("NaN in either operand of maximum and minimum gives NaN") {
  const float bad = std::numeric_limits<float>::quiet_NaN();
  for (const Tensor& y :
       {maximum(constant({bad, 1.f}), constant({1.f, bad})), minimum(constant({bad, 1.f}), constant({1.f, bad}))}) {
    CHECK(std::isnan(y.data<float>()[0]));
    CHECK(std::isnan(y.data<float>()[1]));
  }
}

TEST_CASE("division by zero is infinite, zero by zero NaN") {
  const Tensor y = constant({1.f, -1.f, 0.f}) / 0.f;
  CHECK(y.data<float>()[0] == std::numeric_limits<float>::infinity());
  CHECK(y.data<float>()[1] == -std::numeric_limits<float>::infinity());
  CHECK(std::isnan(y.data<float>()[2]));
}

TEST_CASE("integers are exact and wrap around") {
  const std::int32_t largest = std::numeric_limits<std::int32_t>::max(),
                     smallest = std::numeric_limits<std::int32_t>::min();
  CHECK((constant(largest) + 1).item<std::int32_t>() == smallest);
  CHECK((constant(smallest) - 1).item<std::int32_t>() == largest);
  CHECK((constant(smallest) * -1).item<std::int32_t>() == smallest);
  CHECK(negative(constant(smallest)).item<std::int32_t>() == smallest);
  CHECK(values<std::uint8_t>(constant({250, 3}, uint8) + 10) == std::vector<std::uint8_t>{4, 13});
  const std::int64_t big = (std::int64_t{1} << 53) + 1;
  CHECK((constant(big) * 3).item<std::int64_t>() == 3 * big);
  CHECK(values<std::int32_t>(square(constant({-3, 4}))) == Ints{9, 16});
  CHECK(values<std::int32_t>(abs(constant({-3, 4}))) == Ints{3, 4});
  CHECK(values<std::int32_t>(sign(constant({-3, 0, 4}))) == Ints{-1, 0, 1});
  CHECK(values<std::int32_t>(relu(constant({-3, 4}))) == Ints{0, 4});
  CHECK(values<std::int32_t>(maximum(constant({-3, 4}), 1)) == Ints{1, 4});
}

TEST_CASE("floating-point ops refuse integers, and name the dtype") {
  const Tensor n = constant({1, 2});
  CHECK_THROWS_WITH_AS(exp(n), Contains("[exp] the dtype int32"), InvalidArgumentError);
  CHECK_THROWS_AS(sqrt(n), InvalidArgumentError);
  CHECK_THROWS_AS(tanh(constant({true})), InvalidArgumentError);
  CHECK_THROWS_AS(constant({true}) + constant({true}), InvalidArgumentError);
}

TEST_CASE("operands of two dtypes are refused") {
  CHECK_THROWS_WITH_AS(constant(1.f) + constant(1.0, float64), Contains("float32 and float64"), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(maximum(constant(1), constant(1.f)), Contains("int32 and float32"), InvalidArgumentError);
  CHECK_THROWS_AS(constant(1) + constant(std::int64_t{1} << 40), InvalidArgumentError);
  CHECK_THROWS_AS(constant(true) + 1, InvalidArgumentError);
}

TEST_CASE("a literal takes the dtype of the tensor beside it") {
  const Tensor half = constant({1.0}, float64) * 0.1;
  CHECK(half.dtype() == float64);
  CHECK(half.item<double>() == 0.1);
  CHECK((constant({1.f}) + 1).dtype() == float32);
  CHECK((2.0 * constant({1.f})).dtype() == float32);
  CHECK((constant({1}) * 2.0).dtype() == int32);
  CHECK((constant({1}, int64) + 1).dtype() == int64);
  CHECK(add(1, 2).dtype() == int32);
  CHECK_THROWS_AS(constant({1}) * 2.5, InvalidArgumentError);
  CHECK_THROWS_AS(constant({1}) + 3'000'000'000LL, InvalidArgumentError);
  CHECK_THROWS_AS(constant({1}, uint8) + 256, InvalidArgumentError);
}

TEST_CASE("shapes broadcast, axes of length 0 too") {
  const Tensor column = constant({{1.f}, {2.f}}), row = constant({{10.f, 20.f, 30.f}});
  CHECK((column + row).shape() == Shape{2, 3});
  CHECK(values<float>(column + row) == Floats{11, 21, 31, 12, 22, 32});
  CHECK(values<float>(row - column) == Floats{9, 19, 29, 8, 18, 28});
  CHECK(values<float>(constant(100.f) - row[0]) == Floats{90, 80, 70});
  CHECK((zeros({1, 3}) + zeros({0, 3})).shape() == Shape{0, 3});
  CHECK((zeros({2, 0}) * zeros({1})).shape() == Shape{2, 0});
  CHECK((zeros({0}) + 1.f).num_elements() == 0);
  const Tensor cube = counting<float>({2, 1, 3}) + counting<float>({4, 1}) * 10.f;
  CHECK(cube.shape() == Shape{2, 4, 3});
  CHECK(cube[1][2].data<float>()[1] == 4 + 20);
  CHECK_THROWS_WITH_AS(zeros({0, 3}) + zeros({2, 3}), Contains("(0, 3)"), InvalidArgumentError);
}

TEST_CASE("clip_by_value") {
  CHECK(values<float>(clip_by_value(constant({-2.f, 0.5f, 7.f}), 0.f, 1.f)) == Floats{0, 0.5f, 1});
  CHECK(values<std::int32_t>(clip_by_value(constant({-2, 5, 7}), 0, 6)) == Ints{0, 5, 6});
  CHECK(values<float>(clip_by_value(constant({-2.f, 5.f}), constant({0.f, 1.f}), constant({1.f, 2.f}))) ==
        Floats{0, 2});
}

TEST_CASE("casts truncate, saturate and test for zero") {
  CHECK(values<std::int32_t>(cast(constant({-1.9f, 1.9f, 0.f, 1e20f, -1e20f}), int32)) ==
        Ints{-1, 1, 0, std::numeric_limits<std::int32_t>::max(), std::numeric_limits<std::int32_t>::min()});
  CHECK(values<bool>(cast(constant({0.f, 0.5f, -2.f}), boolean)) == std::vector<bool>{false, true, true});
  CHECK(values<float>(cast(constant({true, false}), float32)) == Floats{1, 0});
  CHECK(cast(constant(0.1, float64), float32).item<float>() == 0.1f);
  CHECK(cast(constant(255, uint8), int64).item<int>() == 255);
  const Tensor x = constant({1.f});
  CHECK(cast(x, float32).id() == x.id());
}
