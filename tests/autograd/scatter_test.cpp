// Scattering, into tensors and Variables. Expected values are worked out by hand.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;
using doctest::Contains;

namespace {
using Ints = std::vector<std::int32_t>;
using Floats = std::vector<float>;
using Doubles = std::vector<double>;
}  // namespace

TEST_CASE("scatter_nd: updates land at their tuples, and repeated ones add up") {
  CHECK(values<float>(scatter_nd(constant({{4}, {3}, {1}, {4}}), constant({9.f, 10.f, 11.f, 12.f}), {6})) ==
        Floats{0, 11, 0, 10, 21, 0});
  const Tensor rows = scatter_nd(constant({{2}, {0}}), constant({{1, 2}, {3, 4}}), {3, 2});
  CHECK(values<std::int32_t>(rows) == Ints{3, 4, 0, 0, 1, 2});
  CHECK(values<std::int32_t>(scatter_nd(constant({{0, 1}, {1, 0}}), constant(5), {2, 2})) == Ints{0, 5, 5, 0});
  CHECK(values<float>(scatter_nd(zeros({0, 1}, int32), zeros({0}), {2})) == Floats{0, 0});
  CHECK(scatter_nd(zeros({0, 1}, int32), zeros({0}), {0}).shape() == Shape{0});
  CHECK_THROWS_WITH_AS(scatter_nd(constant({{6}}), constant({1.f}), {6}),
                       Contains("[scatter_nd] index 6 at (0, 0) of the indices is outside [0, 6)"), OutOfRangeError);
  CHECK_THROWS_AS(scatter_nd(constant({{-1}}), constant({1.f}), {6}), OutOfRangeError);
  CHECK_THROWS_AS(scatter_nd(constant({{0}}), constant({1.f}), {0}), OutOfRangeError);
  CHECK_THROWS_WITH_AS(scatter_nd(constant({{0}}), constant({1.f, 2.f}), {6}),
                       Contains("the updates have shape (2,); the indices ask for (1,)"), InvalidArgumentError);
  CHECK_THROWS_AS(scatter_nd(constant({{0}}), constant({1.f}), {-6}), InvalidArgumentError);
  CHECK_THROWS_AS(scatter_nd(constant({{0}}), constant({true}), {6}), InvalidArgumentError);
  CHECK_THROWS_AS(scatter_nd(constant({0.f}), constant({1.f}), {6}), InvalidArgumentError);
}

TEST_CASE("tensor_scatter_nd: update, add, sub, max and min of each element in turn") {
  const Tensor x = constant({1, 2, 3, 4}), i = constant({{1}, {3}, {1}}), u = constant({10, -20, 30});
  CHECK(values<std::int32_t>(tensor_scatter_nd_update(x, i, u)) == Ints{1, 30, 3, -20});
  CHECK(values<std::int32_t>(tensor_scatter_nd_add(x, i, u)) == Ints{1, 42, 3, -16});
  CHECK(values<std::int32_t>(tensor_scatter_nd_sub(x, i, u)) == Ints{1, -38, 3, 24});
  CHECK(values<std::int32_t>(tensor_scatter_nd_max(x, i, u)) == Ints{1, 30, 3, 4});
  CHECK(values<std::int32_t>(tensor_scatter_nd_min(x, i, u)) == Ints{1, 2, 3, -20});
  CHECK(values<std::int32_t>(x) == Ints{1, 2, 3, 4});
  CHECK(values<bool>(tensor_scatter_nd_update(constant({true, true}), constant({{0}}), constant({false}))) ==
        std::vector<bool>{false, true});
  CHECK(to_string(tensor_scatter_nd_update(constant({"a", "b"}), constant({{0}}), constant({"c"}))).find("b'c'") !=
        std::string::npos);
  CHECK_THROWS_AS(tensor_scatter_nd_add(constant({true}), constant({{0}}), constant({true})), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(tensor_scatter_nd_update(x, i, constant({1.f, 2.f, 3.f})),
                       Contains("[tensor_scatter_nd_update] operands of dtypes int32 and float32"),
                       InvalidArgumentError);
  CHECK_THROWS_WITH_AS(tensor_scatter_nd_max(x, constant({{4}}), constant({1})),
                       Contains("[tensor_scatter_nd_max] index 4 at (0, 0)"), OutOfRangeError);
}

TEST_CASE("tensor_scatter_nd_add wraps small integers around") {
  CHECK(values<std::uint8_t>(tensor_scatter_nd_add(constant({250}, uint8), constant({{0}}), constant({10}, uint8))) ==
        std::vector<std::uint8_t>{4});
}

TEST_CASE("tensor_scatter_nd_max and min: NaN in either is the result") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Tensor y = tensor_scatter_nd_max(constant({nan, 1.f}), constant({{0}, {1}}), constant({2.f, nan}));
  CHECK(std::isnan(y.data<float>()[0]));
  CHECK(std::isnan(y.data<float>()[1]));
}

TEST_CASE("tensor_scatter_nd_update: the tensor's gradient is 0 at the places, each update gets its place's") {
  const Tensor x = counting<double>({4}), u = constant({7.0, 8.0, 9.0}, float64), i = constant({{1}, {3}, {1}});
  GradientTape tape;
  tape.watch(x);
  tape.watch(u);
  const Tensor y = tensor_scatter_nd_update(x, i, u) * constant(std::vector<double>{1, 10, 100, 1000});
  const auto [dx, du] = tape.gradient(y, x, u);
  CHECK(values<double>(dx) == Doubles{1, 0, 100, 0});
  // As TensorFlow's, also for the 7 that the 9 wrote over.
  CHECK(values<double>(du) == Doubles{10, 1000, 10});
}

TEST_CASE("tensor_scatter_nd_max: equals share the gradient evenly") {
  const Tensor x = constant({5.0, 1.0, 2.0}, float64), u = constant({5.0, 5.0, 3.0, 0.0}, float64);
  const Tensor i = constant({{0}, {0}, {1}, {2}});
  GradientTape tape;
  tape.watch(x);
  tape.watch(u);
  const Tensor y = tensor_scatter_nd_max(x, i, u) * constant(std::vector<double>{6, 10, 100});
  const auto [dx, du] = tape.gradient(y, x, u);
  CHECK(values<double>(dx) == Doubles{2, 0, 100});
  CHECK(values<double>(du) == Doubles{2, 2, 10, 0});
}

TEST_CASE("Variable: scatter changes parts of the first axis, in order") {
  Variable v(constant({1.f, 2.f, 3.f}));
  v.scatter_update(constant({2, 0, 2}), constant({7.f, 8.f, 9.f}));
  CHECK(values<float>(v.value()) == Floats{8, 2, 9});
  v.scatter_add(constant({1, 1}), constant({10.f, 20.f})).scatter_sub(constant({0}), constant({1.f}));
  CHECK(values<float>(v.value()) == Floats{7, 32, 9});
  v.scatter_mul(constant({0, 2}), 2).scatter_div(constant({1}), constant({4.f}));
  CHECK(values<float>(v.value()) == Floats{14, 8, 18});
  v.scatter_max(constant({0, 1}), 10).scatter_min(constant({2}), 1);
  CHECK(values<float>(v.value()) == Floats{14, 10, 1});
  Variable m(zeros({3, 2}));
  m.scatter_update(constant({{2}, {0}}), constant({{{1.f, 2.f}}, {{3.f, 4.f}}}));
  CHECK(values<float>(m.value()) == Floats{3, 4, 0, 0, 1, 2});
  m.scatter_add(constant(1), constant({5.f, 6.f}));
  CHECK(values<float>(m.value()) == Floats{3, 4, 5, 6, 1, 2});
}

TEST_CASE("Variable: scatter_nd changes places that tuples name") {
  Variable v(zeros({2, 2}));
  v.scatter_nd_update(constant({{0, 1}, {1, 0}}), constant({1.f, 2.f}));
  v.scatter_nd_add(constant({{1, 0}, {1, 0}}), constant({10.f, 20.f}));
  v.scatter_nd_sub(constant({{0}}), constant({{5.f, 5.f}}));
  CHECK(values<float>(v.value()) == Floats{-5, -4, 32, 0});
  v.scatter_nd_max(constant({{0, 0}}), 3).scatter_nd_min(constant({{1, 0}}), 3);
  CHECK(values<float>(v.value()) == Floats{3, -4, 3, 0});
}

TEST_CASE("Variable: what an op has read is not changed by a scatter") {
  Variable v(constant({1.0, 2.0, 3.0}, float64));
  GradientTape tape;
  const Tensor y = v * v;
  const Tensor before = v.value();
  v.scatter_update(constant({0}), constant(std::vector<double>{100}));
  CHECK(values<double>(before) == Doubles{1, 2, 3});
  CHECK(values<double>(v.value()) == Doubles{100, 2, 3});
  CHECK(values<double>(tape.gradient(y, v)) == Doubles{2, 4, 6});
}

TEST_CASE("Variable: a scatter of its own value reads what it was") {
  Variable v(constant({1.f, 2.f, 3.f}));
  v.scatter_update(constant({2, 1, 0}), v);
  CHECK(values<float>(v.value()) == Floats{3, 2, 1});
}

TEST_CASE("Variable: a scatter that does not fit changes nothing") {
  Variable v(constant({1.f, 2.f}), {.name = "w"});
  CHECK_THROWS_WITH_AS(v.scatter_update(constant({0, 2}), constant({5.f, 6.f})),
                       Contains("[scatter_update] index 2 at (1,) of the indices is outside [0, 2)"),
                       OutOfRangeError);
  CHECK_THROWS_WITH_AS(v.scatter_add(constant({0}), constant({5.f, 6.f})),
                       Contains("indices of the variable w with shape (2,) ask for (1,)"), InvalidArgumentError);
  CHECK_THROWS_AS(v.scatter_add(constant({0}), constant({5})), InvalidArgumentError);
  CHECK_THROWS_AS(v.scatter_nd_add(constant({{-1}}), constant({5.f})), OutOfRangeError);
  CHECK_THROWS_AS(Variable(constant(1.f)).scatter_add(constant({0}), constant({5.f})), InvalidArgumentError);
  CHECK_THROWS_AS(Variable(constant({6, 4})).scatter_div(constant({0}), 2), InvalidArgumentError);
  CHECK(values<float>(v.value()) == Floats{1, 2});
}
