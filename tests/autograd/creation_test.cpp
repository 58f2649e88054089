// constant is tested by tensor_test.cpp.
#include <doctest/doctest.h>

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
