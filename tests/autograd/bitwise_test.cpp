#include "gradtape/autograd/ops/bitwise.h"

#include <doctest/doctest.h>

#include <limits>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;
using doctest::Contains;
using Ints = std::vector<std::int32_t>;
using Bools = std::vector<bool>;

TEST_CASE("bitwise ops combine the bits of integers of every dtype") {
  const Tensor x = constant({12, -1, 5}), y = constant({10, 255, 3});
  CHECK(values<std::int32_t>(bitwise_and(x, y)) == Ints{8, 255, 1});
  CHECK(values<std::int32_t>(bitwise_or(x, y)) == Ints{14, -1, 7});
  CHECK(values<std::int32_t>(bitwise_xor(x, y)) == Ints{6, -256, 6});
  CHECK(values<std::int32_t>(invert(x)) == Ints{-13, 0, -6});
  CHECK(values<std::int32_t>(bitwise::bitwise_and(x, 4)) == Ints{4, 4, 4});
  for (const DType dtype : {uint8, int8, int16, uint16, int32, uint32, int64, uint64}) {
    INFO(name_of(dtype));
    CHECK(values<std::int32_t>(cast(bitwise_and(constant({12, 5}, dtype), constant({10, 3}, dtype)), int32)) ==
          Ints{8, 1});
    CHECK(values<std::int32_t>(cast(bitwise_and(invert(constant({12}, dtype)), constant({15}, dtype)), int32)) ==
          Ints{3});
  }
}

TEST_CASE("shifts keep the sign to the right, and bring the distance into the width") {
  CHECK(values<std::int32_t>(left_shift(constant({1, 3, -1}), constant({4, 30, 1}))) == Ints{16, -1073741824, -2});
  CHECK(values<std::int32_t>(right_shift(constant({16, -16, 5}), constant({2, 2, 1}))) == Ints{4, -4, 2});
  CHECK(values<std::int32_t>(right_shift(constant({16, -16}), constant({-1, 100}))) == Ints{16, -1});
  CHECK(values<std::int32_t>(left_shift(constant({1, 7}), constant({100, -5}))) ==
        Ints{std::numeric_limits<std::int32_t>::min(), 7});
  CHECK(right_shift(constant(200, uint8), constant(3, uint8)).item<std::int32_t>() == 25);
}

TEST_CASE("operators are bitwise on integers and logical on bools") {
  const Tensor x = constant({12, 5}), y = constant({10, 3});
  CHECK(values<std::int32_t>(x & y) == Ints{8, 1});
  CHECK(values<std::int32_t>(x | y) == Ints{14, 7});
  CHECK(values<std::int32_t>(x ^ 1) == Ints{13, 4});
  CHECK(values<std::int32_t>(~x) == Ints{-13, -6});
  const Tensor p = constant({true, true, false}), q = constant({true, false, false});
  CHECK(values<bool>(p & q) == Bools{true, false, false});
  CHECK(values<bool>(p | q) == Bools{true, true, false});
  CHECK(values<bool>(p ^ q) == Bools{false, true, false});
  CHECK(values<bool>(~p) == Bools{false, false, true});
  CHECK(values<bool>((constant({1.f, 5.f}) > 2.f) & true) == Bools{false, true});
}

TEST_CASE("bits broadcast, also over axes of length 0") {
  CHECK(bitwise_or(constant({{1}, {2}}), constant({{4, 8, 16}})).shape() == Shape{2, 3});
  CHECK(bitwise_or(zeros({0, 3}, int32), zeros({1, 3}, int32)).shape() == Shape{0, 3});
}

TEST_CASE("bitwise ops refuse what has no bits") {
  CHECK_THROWS_WITH_AS(bitwise_and(constant({1.f}), constant({1.f})),
                       Contains("[bitwise_and] integers are needed, got float32"), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(bitwise_and(constant({true}), constant({true})), Contains("logical"), InvalidArgumentError);
  CHECK_THROWS_AS(invert(constant({1.f})), InvalidArgumentError);
  CHECK_THROWS_AS(constant({1}) & constant({1}, int64), InvalidArgumentError);
  CHECK_THROWS_AS(constant({true}) & constant({1}), InvalidArgumentError);
  CHECK_THROWS_AS(bitwise_and(constant({1, 2}), constant({1, 2, 3})), InvalidArgumentError);
}
