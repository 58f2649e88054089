#include <doctest/doctest.h>

#include <limits>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;

namespace {
using Ints = std::vector<std::int32_t>;
using Longs = std::vector<std::int64_t>;
}  // namespace

TEST_CASE("gather: parts of any axis, in the shape of the indices") {
  const Tensor x = counting<std::int32_t>({3, 2});
  CHECK(values<std::int32_t>(gather(x, constant({2, 0, 2}))) == Ints{4, 5, 0, 1, 4, 5});
  CHECK(values<std::int32_t>(gather(x, constant({1, 0}), 1)) == Ints{1, 0, 3, 2, 5, 4});
  CHECK(values<std::int32_t>(gather(x, constant({1, 0}), -1)) == Ints{1, 0, 3, 2, 5, 4});
  CHECK(gather(x, constant({{0, 1}, {2, 2}})).shape() == Shape{2, 2, 2});
  CHECK(gather(x, constant(1, int64)).shape() == Shape{2});
  CHECK(gather(x, zeros({0}, int32)).shape() == Shape{0, 2});
}

TEST_CASE("gather: refuses indices outside the axis, and names the first") {
  const Tensor x = zeros({3, 2});
  CHECK_THROWS_WITH_AS(
      gather(x, constant({{0, 1}, {2, 3}})),
      doctest::Contains("[gather] index 3 at (1, 1) of the indices is outside [0, 3), axis 0 of shape (3, 2)"),
      OutOfRangeError);
  CHECK_THROWS_WITH_AS(gather(x, constant(-1)), doctest::Contains("index -1 at ()"), OutOfRangeError);
  CHECK_THROWS_AS(gather(x, constant({0.f})), InvalidArgumentError);
  CHECK_THROWS_AS(gather(x, constant({0}), 2), InvalidArgumentError);
  CHECK_THROWS_AS(gather(constant(1.f), constant({0})), InvalidArgumentError);
}

TEST_CASE("gather: the gradients of repeated indices add up") {
  const Tensor x = counting<float>({3, 2});
  GradientTape tape;
  tape.watch(x);
  const Tensor y = gather(x, constant({2, 0, 2})) * constant({{1.f}, {10.f}, {100.f}});
  CHECK(values<float>(tape.gradient(y, x)) == std::vector<float>{10, 10, 0, 0, 101, 101});
}

TEST_CASE("one_hot: a new axis anywhere, any dtype, nothing for an index outside") {
  CHECK(values<float>(one_hot(constant({1, 3, -1}), 3)) == std::vector<float>{0, 1, 0, 0, 0, 0, 0, 0, 0});
  const Tensor first = one_hot(constant({1, 0}), 3, {.on_value = 5, .off_value = -1, .axis = 0, .dtype = int32});
  CHECK(first.shape() == Shape{3, 2});
  CHECK(values<std::int32_t>(first) == Ints{-1, 5, 5, -1, -1, -1});
  CHECK(one_hot(constant(1), 4).shape() == Shape{4});
  CHECK(values<bool>(one_hot(constant({0}, uint8), 2, {.dtype = boolean})) == std::vector<bool>{true, false});
  CHECK(one_hot(constant({0, 1}), 0).shape() == Shape{2, 0});
  CHECK_THROWS_WITH_AS(one_hot(constant({1.f}), 2), doctest::Contains("[one_hot] indices of an integer dtype"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(one_hot(constant({1}), -1), InvalidArgumentError);
  CHECK_THROWS_AS(one_hot(constant({1}), 2, {.axis = 2}), InvalidArgumentError);
}

TEST_CASE("argmax and argmin: int64 places, the first of equals") {
  const Tensor x = constant({{1.f, 5.f, 5.f}, {7.f, 0.f, -2.f}});
  CHECK(argmax(x).dtype() == int64);
  CHECK(values<std::int64_t>(argmax(x)) == Longs{1, 0, 0});
  CHECK(values<std::int64_t>(argmax(x, 1)) == Longs{1, 0});
  CHECK(values<std::int64_t>(argmin(x, -1)) == Longs{0, 2});
  CHECK(argmax(constant({3, 9, 4})).item<int>() == 1);
  CHECK(argmin(zeros({0, 3}), 1).shape() == Shape{0});
  CHECK_THROWS_WITH_AS(argmax(zeros({0, 3}), 0),
                       doctest::Contains("[argmax] axis 0 of shape (0, 3) has no elements to choose from"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(argmax(constant(1.f)), InvalidArgumentError);
}

TEST_CASE("argmax has no gradient, and the tape says why") {
  const Tensor x = constant({1.f, 2.f});
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor y = cast(argmax(x), float32) * 2;
  CHECK_FALSE(tape.gradient(y, x));
  CHECK(tape.why_no_gradient(y, x).find("argmax") != std::string::npos);
  CHECK(tape.why_no_gradient(y, x).find("its result is indices") != std::string::npos);
}
