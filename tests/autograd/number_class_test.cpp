// Questions about numbers, indices of what is true, and casts that saturate.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;
using doctest::Contains;
using Bools = std::vector<bool>;
using Longs = std::vector<std::int64_t>;

namespace {

const float inf = std::numeric_limits<float>::infinity(), not_a_number = std::numeric_limits<float>::quiet_NaN();

}  // namespace

TEST_CASE("is_nan, is_inf and is_finite") {
  for (const DType dtype : {float32, float64}) {
    const Tensor x = cast(constant({1.f, inf, -inf, not_a_number, 0.f, 3e38f}), dtype);
    CHECK(values<bool>(is_nan(x)) == Bools{false, false, false, true, false, false});
    CHECK(values<bool>(is_inf(x)) == Bools{false, true, true, false, false, false});
    CHECK(values<bool>(is_finite(x)) == Bools{true, false, false, false, true, true});
  }
  CHECK_THROWS_WITH_AS(is_inf(constant({1})), Contains("[is_inf] a floating-point dtype is needed"),
                       InvalidArgumentError);
  CHECK(is_nan(zeros({0, 2})).shape() == Shape{0, 2});
}

TEST_CASE("approximate_equal compares the distance with the tolerance") {
  CHECK(values<bool>(approximate_equal(constant({1.f, 2.f, not_a_number}), constant({1.000001f, 2.1f, 1.f}))) ==
        Bools{true, false, false});
  CHECK(values<bool>(approximate_equal(constant({1.f, 2.f}), constant({1.5f, 4.f}), 1)) == Bools{true, false});
  CHECK(values<bool>(approximate_equal(constant({200, 3}, uint8), constant({3, 4}, uint8), 2)) == Bools{false, true});
  CHECK(approximate_equal(constant(std::numeric_limits<std::int64_t>::min()),
                          constant(std::numeric_limits<std::int64_t>::max()))
            .item<bool>() == false);
  CHECK_THROWS_WITH_AS(approximate_equal(constant({1.f, 2.f}), constant({1.f})), Contains("must be equal"),
                       InvalidArgumentError);
}

TEST_CASE("is_non_decreasing and is_strictly_increasing read in row-major order") {
  CHECK(is_non_decreasing(constant({{1, 2}, {2, 3}})).item<bool>());
  CHECK_FALSE(is_strictly_increasing(constant({{1, 2}, {2, 3}})).item<bool>());
  CHECK(is_strictly_increasing(constant({1.f, 2.f, 2.5f})).item<bool>());
  CHECK_FALSE(is_non_decreasing(constant({1.f, 0.f})).item<bool>());
  CHECK_FALSE(is_non_decreasing(constant({1.f, not_a_number})).item<bool>());
  CHECK(is_strictly_increasing(zeros({0})).item<bool>());
  CHECK(is_strictly_increasing(constant(1)).item<bool>());
  CHECK_THROWS_AS(is_non_decreasing(constant({true})), InvalidArgumentError);
}

TEST_CASE("where of one argument gives the indices of what is true, in row-major order") {
  const Tensor indices = where(constant({{true, false, true}, {false, false, true}}));
  CHECK(indices.dtype() == int64);
  CHECK(indices.shape() == Shape{3, 2});
  CHECK(values<std::int64_t>(indices) == Longs{0, 0, 0, 2, 1, 2});
  CHECK(values<std::int64_t>(where(constant({0.f, -2.f, not_a_number}))) == Longs{1, 2});
  CHECK(where(constant({false, false})).shape() == Shape{0, 1});
  CHECK(where(constant(true)).shape() == Shape{1, 0});
  CHECK(where(zeros({0, 3, 2})).shape() == Shape{0, 3});
  CHECK(values<std::int64_t>(where(constant({{{0, 1}}, {{5, 0}}}))) == Longs{0, 0, 1, 1, 0, 0});
}

TEST_CASE("saturate_cast keeps to the limits of the dtype") {
  CHECK(values<std::uint8_t>(saturate_cast(constant({-3, 200, 300}), uint8)) ==
        std::vector<std::uint8_t>{0, 200, 255});
  CHECK(values<std::int8_t>(saturate_cast(constant({200, 3}, uint8), int8)) == std::vector<std::int8_t>{127, 3});
  CHECK(
      values<std::int32_t>(saturate_cast(constant({std::int64_t{1} << 40, -(std::int64_t{1} << 40)}), int32)) ==
      std::vector<std::int32_t>{std::numeric_limits<std::int32_t>::max(), std::numeric_limits<std::int32_t>::min()});
  CHECK(saturate_cast(constant(-1), uint64).item<std::int64_t>() == 0);
  CHECK(values<std::uint8_t>(saturate_cast(constant({-3.5f, 7.9f, 300.f}), uint8)) ==
        std::vector<std::uint8_t>{0, 7, 255});
  const Tensor narrow = saturate_cast(constant({1e300, -1e300, 0.5}, float64), float32);
  CHECK(values<float>(narrow) ==
        std::vector<float>{std::numeric_limits<float>::max(), -std::numeric_limits<float>::max(), 0.5f});
  CHECK(values<float>(saturate_cast(constant({true, false}), float32)) == std::vector<float>{1, 0});
}

TEST_CASE("gradient convention: saturate_cast passes no gradient where it saturated") {
  const Tensor x = constant({1e300, 2.0}, float64);
  GradientTape tape;
  tape.watch(x);
  CHECK(values<double>(tape.gradient(saturate_cast(x, float32), x)) == std::vector<double>{0, 1});
}
