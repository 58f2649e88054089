#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;

TEST_CASE("reduce_sum: over all axes, one, several, and with keepdims") {
  const Tensor x = counting<float>({2, 3, 2});
  CHECK(reduce_sum(x).item<float>() == 66);
  CHECK(reduce_sum(x).shape() == Shape{});
  CHECK(values<float>(reduce_sum(x, 0)) == std::vector<float>{6, 8, 10, 12, 14, 16});
  CHECK(values<float>(reduce_sum(x, -1)) == std::vector<float>{1, 5, 9, 13, 17, 21});
  CHECK(values<float>(reduce_sum(x, {0, 2})) == std::vector<float>{14, 22, 30});
  const Tensor kept = reduce_sum(x, {0, -1}, {.keepdims = true});
  CHECK(kept.shape() == Shape{1, 3, 1});
  CHECK(values<float>(kept) == std::vector<float>{14, 22, 30});
  CHECK(reduce_sum(x, {}, {.keepdims = true}).shape() == Shape{1, 1, 1});
  CHECK(values<float>(reduce_sum(constant(2.5), {})) == std::vector<float>{2.5});
}

TEST_CASE("reductions keep the dtype; an integer mean truncates towards zero") {
  const Tensor x = constant({{1, -2, 3}, {4, -5, -6}});
  CHECK(reduce_sum(x).dtype() == int32);
  CHECK(values<std::int32_t>(reduce_sum(x, 1)) == std::vector<std::int32_t>{2, -7});
  CHECK(values<std::int32_t>(reduce_prod(x, 1)) == std::vector<std::int32_t>{-6, 120});
  CHECK(values<std::int32_t>(reduce_mean(x, 1)) == std::vector<std::int32_t>{0, -2});
  CHECK(values<std::int32_t>(reduce_max(x, 0)) == std::vector<std::int32_t>{4, -2, 3});
  CHECK(values<std::int32_t>(reduce_min(x, 0)) == std::vector<std::int32_t>{1, -5, -6});
}

TEST_CASE("reductions over no elements give the neutral element") {
  const Tensor x = zeros({2, 0});
  const float infinity = std::numeric_limits<float>::infinity();
  CHECK(values<float>(reduce_sum(x, 1)) == std::vector<float>{0, 0});
  CHECK(values<float>(reduce_prod(x, 1)) == std::vector<float>{1, 1});
  CHECK(values<float>(reduce_max(x, 1)) == std::vector<float>{-infinity, -infinity});
  CHECK(values<float>(reduce_min(x, 1)) == std::vector<float>{infinity, infinity});
  CHECK(std::isnan(reduce_mean(x).item<float>()));
  CHECK(reduce_sum(x, 0).shape() == Shape{0});
}

TEST_CASE("an empty list of axes reduces nothing") {
  const Tensor x = counting<float>({2, 2});
  CHECK(values<float>(reduce_sum(x, Axes::none())) == std::vector<float>{0, 1, 2, 3});
}

TEST_CASE("reduce_any and reduce_all: bool only") {
  const Tensor x = constant({{true, false}, {true, true}, {false, false}});
  CHECK(values<bool>(reduce_any(x, 1)) == std::vector<bool>{true, true, false});
  CHECK(values<bool>(reduce_all(x, 1)) == std::vector<bool>{false, true, false});
  CHECK(reduce_any(x).item<bool>());
  CHECK_FALSE(reduce_all(x).item<bool>());
  CHECK_THROWS_WITH_AS(reduce_any(zeros({2})), doctest::Contains("[reduce_any] a bool tensor is needed, got float32"),
                       InvalidArgumentError);
}

TEST_CASE("reductions refuse axes that are not there, and bool") {
  const Tensor x = zeros({2, 3});
  CHECK_THROWS_WITH_AS(reduce_sum(x, 2), doctest::Contains("[reduce_sum] axis 2 is outside [-2, 2)"),
                       InvalidArgumentError);
  CHECK_THROWS_WITH_AS(reduce_max(x, {0, -2}), doctest::Contains("named twice"), InvalidArgumentError);
  CHECK_THROWS_AS(reduce_mean(constant(1.f), 0), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(reduce_sum(constant({true})), doctest::Contains("got bool"), InvalidArgumentError);
  CHECK_THROWS_AS(reduce_sum(Tensor()), FailedPreconditionError);
}

TEST_CASE("reduce_max: the gradient is shared equally among equals, as TensorFlow's") {
  const Tensor x = constant({{1.f, 3.f, 3.f}, {2.f, 0.f, 1.f}});
  GradientTape tape;
  tape.watch(x);
  const Tensor gradient = tape.gradient(reduce_sum(reduce_max(x, 1)), x);
  CHECK(values<float>(gradient) == std::vector<float>{0, 0.5, 0.5, 1, 0, 0});
}

TEST_CASE("reduce_prod: the gradient holds with one zero and with several") {
  const Tensor x = constant({{2.f, 3.f, 4.f}, {2.f, 0.f, 4.f}, {0.f, 3.f, 0.f}});
  GradientTape tape;
  tape.watch(x);
  const Tensor gradient = tape.gradient(reduce_sum(reduce_prod(x, 1)), x);
  CHECK(values<float>(gradient) == std::vector<float>{12, 8, 6, 0, 8, 0, 0, 0, 0});
}

TEST_CASE("reduce_prod: the second derivative is the product of all but two") {
  const Tensor x = constant({2.f, 0.f, 5.f, 7.f});
  GradientTape outer;
  outer.watch(x);
  Tensor first;
  {
    GradientTape inner;
    inner.watch(x);
    first = inner.gradient(reduce_prod(x), x);
  }
  CHECK(values<float>(first) == std::vector<float>{0, 70, 0, 0});
  // Row 1 of the Hessian: d(2 * 5 * 7)/dx.
  CHECK(values<float>(outer.gradient(first[1], x)) == std::vector<float>{35, 0, 14, 10});
}

TEST_CASE("reduce_sum and reduce_mean: the gradient has the input's shape") {
  const Tensor x = counting<double>({2, 3});
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor weights = constant({1.0, 2.0, 3.0}, float64);
  const Tensor sum = reduce_sum(x, 0) * weights, mean = reduce_mean(x, 1, {.keepdims = true});
  CHECK(values<double>(tape.gradient(sum, x)) == std::vector<double>{1, 2, 3, 1, 2, 3});
  CHECK(values<double>(tape.gradient(mean, x)) == std::vector<double>(6, 1. / 3));
}
