#include <doctest/doctest.h>

#include <limits>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;
using doctest::Contains;
using Bools = std::vector<bool>;

namespace {
const float not_a_number = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
}

TEST_CASE("comparisons by element") {
  const Tensor x = constant({1.f, 2.f, 3.f}), y = constant({2.f, 2.f, 2.f});
  CHECK(values<bool>(x == y) == Bools{false, true, false});
  CHECK(values<bool>(x != y) == Bools{true, false, true});
  CHECK(values<bool>(x < y) == Bools{true, false, false});
  CHECK(values<bool>(x <= y) == Bools{true, true, false});
  CHECK(values<bool>(x > y) == Bools{false, false, true});
  CHECK(values<bool>(x >= y) == Bools{false, true, true});
  CHECK(values<bool>(2.f < x) == Bools{false, false, true});
  CHECK((x == y).dtype() == boolean);
}

TEST_CASE("NaN equals nothing and is neither less nor greater") {
  const Tensor x = constant({not_a_number, not_a_number, 1.f}), y = constant({not_a_number, 1.f, not_a_number});
  CHECK(values<bool>(equal(x, y)) == Bools{false, false, false});
  CHECK(values<bool>(not_equal(x, y)) == Bools{true, true, true});
  CHECK(values<bool>(less(x, y)) == Bools{false, false, false});
  CHECK(values<bool>(greater_equal(x, y)) == Bools{false, false, false});
}

TEST_CASE("comparisons of integers are exact, and bools can be equal") {
  const std::int64_t big = std::int64_t{1} << 53;
  CHECK(values<bool>(constant(big) == constant(big + 1)) == Bools{false});
  CHECK(values<bool>(constant({true, false}) == constant({true, true})) == Bools{true, false});
  CHECK(values<bool>(constant({200}, uint8) > constant({100}, uint8)) == Bools{true});
}

TEST_CASE("comparisons broadcast and refuse different dtypes") {
  CHECK((zeros({3, 1}) < zeros({1, 4})).shape() == Shape{3, 4});
  CHECK((zeros({0, 2}) == 0.f).shape() == Shape{0, 2});
  CHECK_THROWS_WITH_AS(zeros({2}) < zeros({2}, int32), Contains("[less] operands of dtypes float32 and int32"),
                       InvalidArgumentError);
  CHECK_THROWS_WITH_AS(zeros({2}) == zeros({3}), Contains("comparison_ops_test.cpp"), InvalidArgumentError);
  CHECK_THROWS_AS(constant({1}) == 0.5, InvalidArgumentError);
}

TEST_CASE("logical ops have the truth tables of their names, on bools only") {
  const Tensor x = constant({false, false, true, true}), y = constant({false, true, false, true});
  CHECK(values<bool>(logical_and(x, y)) == Bools{false, false, false, true});
  CHECK(values<bool>(logical_or(x, y)) == Bools{false, true, true, true});
  CHECK(values<bool>(logical_xor(x, y)) == Bools{false, true, true, false});
  CHECK(values<bool>(logical_not(x)) == Bools{true, true, false, false});
  CHECK_THROWS_WITH_AS(logical_and(constant({1}), constant({1})), Contains("[logical_and] a bool tensor is needed"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(logical_not(constant({1.f})), InvalidArgumentError);
}

TEST_CASE("is_nan and is_finite") {
  const Tensor x = constant({0.f, not_a_number, inf, -inf, 3e38f});
  CHECK(values<bool>(is_nan(x)) == Bools{false, true, false, false, false});
  CHECK(values<bool>(is_finite(x)) == Bools{true, false, false, false, true});
}

TEST_CASE("where chooses by element; all three broadcast") {
  const Tensor x = constant({{1.f, 5.f}, {7.f, 0.f}});
  CHECK(values<float>(where(x > 2.f, x, 0.f)) == std::vector<float>{0, 5, 7, 0});
  CHECK(values<std::int32_t>(where(constant({true, false}), 1, 2)) == std::vector<std::int32_t>{1, 2});
  CHECK(where(constant({{true}, {false}}), zeros({1, 3}), zeros({4, 1, 1})).shape() == Shape{4, 2, 3});
  CHECK(values<bool>(where(constant({true, false}), constant({false, false}), constant({true, true}))) ==
        Bools{false, true});
  CHECK_THROWS_WITH_AS(where(x, x, x), Contains("[where] the condition is float32; it must be bool"),
                       InvalidArgumentError);
  CHECK_THROWS_WITH_AS(where(x > 0.f, x, zeros({2}, int32)), Contains("float32 and int32"), InvalidArgumentError);
  CHECK_THROWS_AS(where(x > 0.f, x, zeros({3})), InvalidArgumentError);
}
