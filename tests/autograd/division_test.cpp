// Division by its several rules. Values are Python's and NumPy's; gradients at edges TensorFlow's.
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

const float inf = std::numeric_limits<float>::infinity(), not_a_number = std::numeric_limits<float>::quiet_NaN();

struct Pair {
  Floats x, y;
};
Pair gradients_of(Tensor (*f)(const Operand&, const Operand&), const Tensor& x, const Tensor& y) {
  GradientTape tape;
  tape.watch({x, y});
  const Tensor z = f(x, y);
  const auto [dx, dy] = tape.gradient(z, x, y);
  return {values<float>(dx), values<float>(dy)};
}

}  // namespace

TEST_CASE("floordiv rounds down and floormod has the divisor's sign, as in Python") {
  const Tensor x = constant({7, -7, 7, -7, 6}), y = constant({2, 2, -2, -2, 3});
  CHECK(values<std::int32_t>(floordiv(x, y)) == Ints{3, -4, -4, 3, 2});
  CHECK(values<std::int32_t>(floormod(x, y)) == Ints{1, 1, -1, -1, 0});
  CHECK(values<std::int32_t>(x % y) == Ints{1, 1, -1, -1, 0});
  CHECK(values<std::int32_t>(mod(x, 4)) == Ints{3, 1, 3, 1, 2});
  const Tensor u = constant({7.5f, -7.5f, 7.5f, -7.5f}), v = constant({2.f, 2.f, -2.f, -2.f});
  CHECK(values<float>(floordiv(u, v)) == Floats{3, -4, -4, 3});
  CHECK(values<float>(u % v) == Floats{1.5f, 0.5f, -0.5f, -1.5f});
  CHECK(values<std::uint8_t>(floordiv(constant({200, 7}, uint8), constant({7, 2}, uint8))) ==
        std::vector<std::uint8_t>{28, 3});
}

TEST_CASE("truncatediv and truncatemod cut towards zero") {
  const Tensor x = constant({7, -7, 7, -7}), y = constant({2, 2, -2, -2});
  CHECK(values<std::int32_t>(truncatediv(x, y)) == Ints{3, -3, -3, 3});
  CHECK(values<std::int32_t>(truncatemod(x, y)) == Ints{1, -1, 1, -1});
  CHECK(values<float>(truncatemod(constant({-7.5f}), 2)) == Floats{-1.5f});
  CHECK(values<float>(truncatediv(constant({-7.5f}), 2)) == Floats{-3});
}

TEST_CASE("an integer divided by zero is refused") {
  for (Tensor (*op)(const Operand&, const Operand&) : {floordiv, floormod, truncatediv, truncatemod}) {
    CHECK_THROWS_WITH_AS(op(constant({1, 2}), constant({1, 0})), Contains("integer division by zero"),
                         InvalidArgumentError);
    CHECK_THROWS_AS(op(constant({1, 2}, int64), constant(0, int64)), InvalidArgumentError);
    CHECK_THROWS_AS(op(constant({1, 2}, uint16), constant({0}, uint16)), InvalidArgumentError);
    CHECK(op(zeros({0}, int32), constant(0)).num_elements() == 0);
    CHECK_THROWS_AS(op(constant({true}), constant({true})), InvalidArgumentError);
  }
  CHECK(std::isnan(floormod(constant(1.f), 0.f).item<float>()));
}

TEST_CASE("the least integer divided by -1 wraps around") {
  const std::int32_t least = std::numeric_limits<std::int32_t>::min();
  CHECK(floordiv(constant(least), -1).item<std::int32_t>() == least);
  CHECK(floormod(constant(least), -1).item<std::int32_t>() == 0);
  CHECK(truncatediv(constant(std::numeric_limits<std::int64_t>::min()), constant(-1, int64)).item<std::int64_t>() ==
        std::numeric_limits<std::int64_t>::min());
  CHECK(truncatemod(constant(least), -1).item<std::int32_t>() == 0);
}

TEST_CASE("divide makes floating-point numbers of integers, as TensorFlow") {
  const Tensor half = divide(constant({1, 3}), constant({2, 2}));
  CHECK(half.dtype() == float64);
  CHECK(values<double>(half) == std::vector<double>{0.5, 1.5});
  CHECK(values<double>(constant({1, 3}) / 2) == std::vector<double>{0.5, 1.5});
  CHECK((constant({1}, uint8) / constant({2}, uint8)).dtype() == float32);
  CHECK((constant({1}, int16) / constant({2}, int16)).dtype() == float32);
  CHECK(truediv(constant({1}, int64), 4).item<double>() == 0.25);
  CHECK(divide_no_nan(constant({1, 3}), constant({0, 2})).dtype() == float64);
  CHECK_THROWS_AS(constant({1}) / constant({1.f}), InvalidArgumentError);
  CHECK_THROWS_AS(constant({true}) / constant({true}), InvalidArgumentError);
}

TEST_CASE("divide_no_nan and its gradients are 0 where the divisor is") {
  const Tensor x = constant({1.f, 0.f, 6.f}), y = constant({0.f, 0.f, 2.f});
  CHECK(values<float>(divide_no_nan(x, y)) == Floats{0, 0, 3});
  const Pair g = gradients_of(divide_no_nan, x, y);
  CHECK(g.x == Floats{0, 0, 0.5f});
  CHECK(g.y == Floats{0, 0, -1.5f});
  CHECK(values<float>(reciprocal_no_nan(constant({0.f, 4.f}))) == Floats{0, 0.25f});
}

TEST_CASE("multiply_no_nan and its gradients keep infinities and NaN out where the factor is 0") {
  const Tensor x = constant({inf, not_a_number, 3.f}), y = constant({0.f, 0.f, 2.f});
  CHECK(values<float>(multiply_no_nan(x, y)) == Floats{0, 0, 6});
  CHECK(gradients_of(multiply_no_nan, x, y).x == Floats{0, 0, 2});
  CHECK(std::isnan(multiply_no_nan(constant(2.f), not_a_number).item<float>()));
}

TEST_CASE("xlogy, xlog1py and xdivy are 0 where x is, and so are their gradients") {
  const Tensor x = constant({0.f, 0.f, 2.f}), y = constant({0.f, 3.f, 1.f});
  CHECK(values<float>(xlogy(x, y)) == Floats{0, 0, 0});
  CHECK(values<float>(xdivy(x, y)) == Floats{0, 0, 2});
  CHECK(xlog1py(0.f, constant(-1.f)).item<float>() == 0);
  CHECK(std::isnan(xlogy(constant(1.f), not_a_number).item<float>()));
  CHECK(gradients_of(xlogy, x, y).x == Floats{0, 0, 0});
  CHECK(gradients_of(xlogy, x, y).y == Floats{0, 0, 2});
  CHECK(gradients_of(xdivy, x, y).x == Floats{0, 0, 1});
  CHECK(gradients_of(xdivy, x, y).y == Floats{0, 0, -2});
  CHECK(gradients_of(xlog1py, x, constant({-1.f, 3.f, 1.f})).x == Floats{0, 0, std::log(2.f)});
  CHECK(gradients_of(xlog1py, x, constant({-1.f, 3.f, 1.f})).y == Floats{0, 0, 1});
}

TEST_CASE("gradient convention: floormod gives dy and -dy floordiv(x, y); floordiv gives none") {
  const Tensor x = constant({7.5f, -7.5f}), y = constant({2.f, 2.f});
  const Pair g = gradients_of(floormod, x, y);
  CHECK(g.x == Floats{1, 1});
  CHECK(g.y == Floats{-3, 4});
  CHECK(gradients_of(truncatemod, x, y).y == Floats{-3, 3});
  GradientTape tape;
  tape.watch(x);
  CHECK_FALSE(tape.gradient(floordiv(x, y), x));
}

TEST_CASE("gradient convention: x to the power 0 is constant, at 0 too") {
  CHECK(gradients_of(pow, constant({0.f, 2.f}), constant({0.f, 0.f})).x == Floats{0, 0});
  CHECK(gradients_of(pow, constant({0.f, 0.f}), constant({1.f, 2.f})).x == Floats{1, 0});
  CHECK(gradients_of(pow, constant({0.f}), constant({0.5f})).x == Floats{inf});
}

TEST_CASE("add_n and accumulate_n add tensors of one shape") {
  CHECK(values<float>(add_n({constant({1.f, 2.f}), constant({10.f, 20.f}), constant({100.f, 200.f})})) ==
        Floats{111, 222});
  CHECK(values<std::int32_t>(accumulate_n({constant({1, 2}), constant({3, 4})})) == Ints{4, 6});
  CHECK(values<float>(add_n(constant({1.f, 2.f}))) == Floats{1, 2});
  CHECK_THROWS_WITH_AS(add_n({constant({1.f}), constant(1.f)}), Contains("must be equal"), InvalidArgumentError);
  CHECK_THROWS_AS(add_n({constant({1.f}), constant({1})}), InvalidArgumentError);
  CHECK_THROWS_AS(add_n(Tensors()), InvalidArgumentError);
  CHECK(values<float>(lerp(constant({0.f, 10.f}), constant({10.f, 20.f}), 0.25f)) == Floats{2.5f, 12.5f});
}

TEST_CASE("compound operators rebind the handle, and leave others alone") {
  Tensor x = constant({1.f, 2.f});
  const Tensor before = x;
  x += 1;
  x *= constant({2.f, 3.f});
  x -= 1.f;
  x /= 2;
  CHECK(values<float>(x) == Floats{1.5f, 4});
  CHECK(values<float>(before) == Floats{1, 2});
}

TEST_CASE("trunc and rint") {
  CHECK(values<float>(trunc(constant({-1.7f, 1.7f, 0.3f, -inf, 1e9f}))) == Floats{-1, 1, 0, -inf, 1e9f});
  CHECK(std::signbit(trunc(constant(-0.5f)).item<float>()));
  CHECK(values<double>(trunc(constant({-1.7, 4503599627370497.5}, float64))) ==
        std::vector<double>{-1, 4503599627370498});
  CHECK(values<std::int32_t>(trunc(constant({-3, 4}))) == Ints{-3, 4});
  CHECK(values<float>(rint(constant({0.5f, 1.5f, -2.5f}))) == Floats{0, 2, -2});
  CHECK_THROWS_AS(rint(constant({1})), InvalidArgumentError);
  CHECK(values<float>(heaviside(constant({-1.f, 0.f, 2.f}), 0.5f)) == Floats{0, 0.5f, 1});
}
