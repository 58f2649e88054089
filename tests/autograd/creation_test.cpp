// constant is tested by tensor_test.cpp.
#include <doctest/doctest.h>

#include <cmath>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;
using doctest::Approx;
using doctest::Contains;
using Floats = std::vector<float>;
using Ints = std::vector<std::int32_t>;

TEST_CASE("creation: zeros, ones, fill and full") {
  CHECK(values<float>(zeros({2, 2})) == Floats{0, 0, 0, 0});
  CHECK(zeros({2}).dtype() == float32);
  CHECK(values<std::int64_t>(ones({2}, int64)) == std::vector<std::int64_t>{1, 1});
  CHECK(values<bool>(ones({2}, boolean)) == std::vector<bool>{true, true});
  CHECK(values<bool>(zeros({1}, boolean)) == std::vector<bool>{false});
  CHECK(values<std::int32_t>(fill({3}, 7)) == Ints{7, 7, 7});
  CHECK(fill({2}, 0.5).dtype() == float32);
  CHECK(values<double>(full({2}, 0.1, float64)) == std::vector<double>{0.1, 0.1});
  CHECK(ones({}).item<float>() == 1);
  CHECK(ones({3, 0}).num_elements() == 0);
  CHECK_THROWS_AS(full({2}, 0.5, int32), InvalidArgumentError);
  CHECK_THROWS_AS(fill({2}, constant({1.f, 2.f})), InvalidArgumentError);
}

TEST_CASE("creation: like another tensor") {
  const Tensor x = constant({{1, 2}, {3, 4}}, int64);
  CHECK(zeros_like(x).shape() == x.shape());
  CHECK(zeros_like(x).dtype() == int64);
  CHECK(values<std::int64_t>(full_like(x, 5)) == std::vector<std::int64_t>{5, 5, 5, 5});
  CHECK(ones_like(constant({1.0}, float64)).dtype() == float64);
  CHECK_THROWS_AS(zeros_like(Tensor()), FailedPreconditionError);
}

TEST_CASE("creation: a tensor made from a watched one carries no gradient") {
  const Tensor x = constant({1.f, 2.f});
  GradientTape tape;
  tape.watch(x);
  CHECK_FALSE(tape.gradient(ones_like(x) + zeros_like(x), x));
}

TEST_CASE("creation: range") {
  CHECK(values<std::int32_t>(range(4)) == Ints{0, 1, 2, 3});
  CHECK(values<std::int32_t>(range(3, 18, 3)) == Ints{3, 6, 9, 12, 15});
  CHECK(values<std::int32_t>(range(3, 1, -1)) == Ints{3, 2});
  CHECK(values<std::int32_t>(range(5, 5)).empty());
  CHECK(values<std::int32_t>(range(5, 2)).empty());
  CHECK(values<float>(range(3, 1, -0.5)) == Floats{3, 2.5, 2, 1.5});
  CHECK(range(0, 1, 0.25).dtype() == float32);
  CHECK(values<double>(range(0, 1, 0.5, float64)) == std::vector<double>{0, 0.5});
  CHECK(range(0, 3, 1, int64).dtype() == int64);
  CHECK_THROWS_WITH_AS(range(0, 3, 0), Contains("delta of 0"), InvalidArgumentError);
  CHECK_THROWS_AS(range(0, 3, 1, boolean), InvalidArgumentError);
}

TEST_CASE("creation: linspace holds both ends") {
  const Tensor x = linspace(0.f, 1.f, 100);
  CHECK(x.shape() == Shape{100});
  CHECK(x.dtype() == float32);
  CHECK(x.data<float>()[0] == 0);
  CHECK(x.data<float>()[99] == 1);
  CHECK(x.data<float>()[1] == Approx(1.0 / 99).epsilon(1e-7));
  CHECK(values<double>(linspace(1, -1, 5, float64)) == std::vector<double>{1, 0.5, 0, -0.5, -1});
  CHECK(values<float>(linspace(3, 9, 1)) == Floats{3});
  CHECK_THROWS_AS(linspace(0, 1, 0), InvalidArgumentError);
  CHECK_THROWS_AS(linspace(0, 1, 3, int32), InvalidArgumentError);
}

TEST_CASE("creation: eye") {
  CHECK(values<float>(eye(2)) == Floats{1, 0, 0, 1});
  CHECK(values<std::int32_t>(eye(1, int32)) == Ints{1});
  CHECK(eye(0).shape() == Shape{0, 0});
  CHECK_THROWS_AS(eye(-1), InvalidArgumentError);
}

TEST_CASE("constant: a shape orders the values, or repeats a single one") {
  CHECK(constant({1, 2, 3, 4}, float32, {2, 2}).shape() == Shape{2, 2});
  CHECK(values<std::int32_t>(constant({1, 2, 3, 4}, int32, {4, 1})) == Ints{1, 2, 3, 4});
  CHECK(values<float>(constant(0.5, float32, {3})) == Floats{0.5, 0.5, 0.5});
  CHECK(values<float>(constant({7}, float32, {2, 1})) == Floats{7, 7});
  CHECK(constant(1, int64, {0, 2}).shape() == Shape{0, 2});
  CHECK_THROWS_WITH_AS(constant({1, 2, 3}, int32, {2, 2}),
                       doctest::Contains("[constant] 3 values for the shape (2, 2), which has 4"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(constant(1, int32, {-1}), InvalidArgumentError);
}

TEST_CASE("linspace of tensors: along a new axis, the ends exact, differentiable") {
  const Tensor start = constant({0.0, 10.0}, float64), stop = constant({1.0, 30.0}, float64);
  CHECK(values<double>(linspace(start, stop, 3)) == std::vector<double>{0, 10, 0.5, 20, 1, 30});
  CHECK(values<double>(linspace(start, stop, 3, -1)) == std::vector<double>{0, 0.5, 1, 10, 20, 30});
  CHECK(linspace(start, constant({{1.0}, {2.0}}, float64), 4, 1).shape() == Shape{2, 4, 2});
  CHECK(linspace(start, stop, 1).shape() == Shape{1, 2});
  CHECK(linspace(constant(0.1f), constant(0.7f), 7).data<float>()[6] == 0.7f);
  GradientTape tape;
  tape.watch(start);
  tape.watch(stop);
  const auto [da, db] = tape.gradient(linspace(start, stop, 5)[1], start, stop);
  CHECK(values<double>(da) == std::vector<double>{0.75, 0.75});
  CHECK(values<double>(db) == std::vector<double>{0.25, 0.25});
  CHECK_THROWS_AS(linspace(constant({1}), constant({2}), 3), InvalidArgumentError);
  CHECK_THROWS_AS(linspace(start, constant(1.f), 3), InvalidArgumentError);
  CHECK_THROWS_AS(linspace(start, stop, 0), InvalidArgumentError);
  CHECK_THROWS_AS(linspace(start, stop, 2, 2), InvalidArgumentError);
}

TEST_CASE("logspace and geomspace: powers and equal ratios") {
  CHECK(values<float>(logspace(0, 3, 4)) == Floats{1, 10, 100, 1000});
  CHECK(values<float>(logspace(0, 3, 4, 2)) == Floats{1, 2, 4, 8});
  const Tensor y = geomspace(1, 256, 9, float64);
  for (int i = 0; i < 9; ++i) CHECK(y[i].item<double>() == doctest::Approx(std::pow(2.0, i)).epsilon(1e-14));
  CHECK(y[8].item<double>() == 256);
  CHECK(values<float>(geomspace(-8, -2, 3))[1] == doctest::Approx(-4));
  CHECK_THROWS_AS(geomspace(-1, 1, 3), InvalidArgumentError);
  CHECK_THROWS_AS(geomspace(0, 1, 3), InvalidArgumentError);
  CHECK_THROWS_AS(logspace(0, 1, 0), InvalidArgumentError);
}

TEST_CASE("eye: columns and batches") {
  CHECK(values<float>(eye(2, 3)) == Floats{1, 0, 0, 0, 1, 0});
  CHECK(values<float>(eye(3, 2)) == Floats{1, 0, 0, 1, 0, 0});
  CHECK(values<std::int32_t>(linalg::eye(1, {.num_columns = 2, .batch_shape = {2}, .dtype = int32})) ==
        Ints{1, 0, 1, 0});
  CHECK(eye(2, {.batch_shape = {3, 0}}).shape() == Shape{3, 0, 2, 2});
  CHECK(eye(2, 2, {4}, float64).dtype() == float64);
  CHECK_THROWS_AS(eye(2, -3), InvalidArgumentError);
  CHECK_THROWS_AS(eye(2, {.num_columns = -2}), InvalidArgumentError);
}
