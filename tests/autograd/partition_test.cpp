// Expected values are worked out by hand; those of dynamic_stitch's merge are of TensorFlow's documentation.
#include <doctest/doctest.h>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;
using doctest::Contains;

namespace {
using Ints = std::vector<std::int32_t>;
using Doubles = std::vector<double>;
}  // namespace

TEST_CASE("boolean_mask: parts in order, from any axis on") {
  const Tensor x = counting<std::int32_t>({3, 2});
  CHECK(values<std::int32_t>(boolean_mask(x, constant({true, false, true}))) == Ints{0, 1, 4, 5});
  CHECK(values<std::int32_t>(boolean_mask(x, constant({{true, false}, {false, true}, {false, false}}))) ==
        Ints{0, 3});
  CHECK(values<std::int32_t>(boolean_mask(x, constant({false, true}), {.axis = 1})) == Ints{1, 3, 5});
  CHECK(values<std::int32_t>(boolean_mask(x, constant({true, false}), {.axis = -1})) == Ints{0, 2, 4});
}

TEST_CASE("boolean_mask: a mask that chooses nothing, or everything, or is empty") {
  const Tensor x = counting<double>({2, 3});
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor nothing = boolean_mask(x, constant({false, false})), all = boolean_mask(x, ones({2, 3}, boolean));
  CHECK(nothing.shape() == Shape{0, 3});
  CHECK(all.shape() == Shape{6});
  CHECK(values<double>(tape.gradient(reduce_sum(nothing), x)) == Doubles(6, 0));
  CHECK(values<double>(tape.gradient(all * 2, x)) == Doubles(6, 2));
  CHECK(boolean_mask(zeros({0, 3}), zeros({0}, boolean)).shape() == Shape{0, 3});
}

TEST_CASE("boolean_mask: refuses masks that do not fit") {
  const Tensor x = zeros({3, 2});
  CHECK_THROWS_WITH_AS(boolean_mask(x, constant(true)), Contains("[boolean_mask] the mask is a scalar"),
                       InvalidArgumentError);
  CHECK_THROWS_WITH_AS(boolean_mask(x, constant({true, false})),
                       Contains("is not that of the tensor, which is (3, 2)"), InvalidArgumentError);
  CHECK_THROWS_AS(boolean_mask(x, constant({1, 0, 1})), InvalidArgumentError);
  CHECK_THROWS_AS(boolean_mask(x, constant({true, false, true}), {.axis = 1}), InvalidArgumentError);
  CHECK_THROWS_AS(boolean_mask(x, constant({true}), {.axis = 2}), InvalidArgumentError);
  CHECK_THROWS_AS(boolean_mask(constant(1.f), constant({true})), InvalidArgumentError);
}

TEST_CASE("dynamic_partition: parts keep their order, and one may be empty") {
  const std::vector<Tensor> parts = dynamic_partition(constant({10, 20, 30, 40, 50}), constant({2, 0, 2, 0, 2}), 3);
  REQUIRE(parts.size() == 3);
  CHECK(values<std::int32_t>(parts[0]) == Ints{20, 40});
  CHECK(parts[1].shape() == Shape{0});
  CHECK(values<std::int32_t>(parts[2]) == Ints{10, 30, 50});
  const std::vector<Tensor> rows =
      dynamic_partition(counting<std::int32_t>({2, 2, 2}), constant({{1, 0}, {1, 1}}), 2);
  CHECK(values<std::int32_t>(rows[0]) == Ints{2, 3});
  CHECK(rows[1].shape() == Shape{3, 2});
  CHECK(dynamic_partition(zeros({0, 4}), zeros({0}, int32), 2)[1].shape() == Shape{0, 4});
  CHECK(values<std::int32_t>(dynamic_partition(constant(7), constant(1), 2)[1]) == Ints{7});
}

TEST_CASE("dynamic_partition: the gradients of parts go back to their places") {
  const Tensor x = counting<double>({5});
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const std::vector<Tensor> parts = dynamic_partition(x, constant({2, 0, 2, 0, 2}), 4);
  CHECK(values<double>(tape.gradient(parts[0] * constant(std::vector<double>{3, 4}), x)) == Doubles{0, 3, 0, 4, 0});
  CHECK(values<double>(tape.gradient(reduce_sum(parts[0]) + reduce_sum(parts[2] * 5), x)) == Doubles{5, 1, 5, 1, 5});
  CHECK(values<double>(tape.gradient(reduce_sum(parts[1]), x)) == Doubles(5, 0));
}

TEST_CASE("dynamic_partition: refuses numbers that are no part, and shapes that do not fit") {
  const Tensor x = zeros({3});
  CHECK_THROWS_WITH_AS(dynamic_partition(x, constant({0, 2, 1}), 2),
                       Contains("[dynamic_partition] partition 2 at (1,) is outside [0, 2)"), OutOfRangeError);
  CHECK_THROWS_AS(dynamic_partition(x, constant({0, -1, 1}), 2), OutOfRangeError);
  CHECK_THROWS_AS(dynamic_partition(x, constant({0, 1}), 2), InvalidArgumentError);
  CHECK_THROWS_AS(dynamic_partition(x, constant({0, 0, 0}), 0), InvalidArgumentError);
  CHECK_THROWS_AS(dynamic_partition(x, constant({0.f, 0.f, 0.f}), 1), InvalidArgumentError);
}

TEST_CASE("dynamic_stitch: puts rows at their numbers") {
  const Tensor merged = dynamic_stitch(
      {constant(6), constant({4, 1}), constant({{5, 2}, {0, 3}})},
      {constant({61, 62}), constant({{41, 42}, {11, 12}}), constant({{{51, 52}, {21, 22}}, {{1, 2}, {31, 32}}})});
  CHECK(values<std::int32_t>(merged) == Ints{1, 2, 11, 12, 21, 22, 31, 32, 41, 42, 51, 52, 61, 62});
  CHECK(dynamic_stitch({zeros({0}, int32)}, {zeros({0, 3})}).shape() == Shape{0, 3});
  CHECK(values<std::int32_t>(dynamic_stitch({constant({2})}, {constant({5})})) == Ints{0, 0, 5});
}

TEST_CASE("dynamic_stitch: of repeated indices the last counts, and each gets its row's gradient") {
  const Tensor a = constant({1.0, 2.0}, float64), b = constant({3.0, 4.0}, float64);
  GradientTape tape;
  tape.watch(a);
  tape.watch(b);
  const Tensor y = dynamic_stitch({constant({0, 1}), constant({1, 1})}, {a, b});
  CHECK(values<double>(y) == Doubles{1, 4});
  const auto [da, db] = tape.gradient(y * constant(std::vector<double>{10, 100}), a, b);
  CHECK(values<double>(da) == Doubles{10, 100});
  CHECK(values<double>(db) == Doubles{100, 100});
}

TEST_CASE("dynamic_stitch undoes dynamic_partition") {
  const Tensor x = counting<std::int32_t>({5, 2}), numbers = constant({1, 0, 1, 2, 1});
  const Tensor stitched = dynamic_stitch(dynamic_partition(range(5), numbers, 3), dynamic_partition(x, numbers, 3));
  CHECK(values<std::int32_t>(stitched) == values<std::int32_t>(x));
}

TEST_CASE("dynamic_stitch: refuses what does not fit") {
  CHECK_THROWS_WITH_AS(dynamic_stitch({constant({0})}, {constant({1.f}), constant({2.f})}),
                       Contains("[dynamic_stitch] 1 tensors of indices and 2 of data"), InvalidArgumentError);
  CHECK_THROWS_AS(dynamic_stitch({}, {}), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(dynamic_stitch({constant({0, -1})}, {constant({1.f, 2.f})}),
                       Contains("index -1 at (1,) of indices 0 is negative"), OutOfRangeError);
  CHECK_THROWS_WITH_AS(dynamic_stitch({constant({0}), constant({1})}, {zeros({1, 2}), zeros({1, 3})}),
                       Contains("the rows of data 1 have shape (3,), those of data 0 (2,)"), InvalidArgumentError);
  CHECK_THROWS_AS(dynamic_stitch({constant({0, 1})}, {zeros({3})}), InvalidArgumentError);
  CHECK_THROWS_AS(dynamic_stitch({constant({std::int64_t{1} << 62})}, {zeros({1, 2})}), Error);
}
