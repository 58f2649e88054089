#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;

using Counts = std::vector<std::int32_t>;

TEST_CASE("count_nonzero and zero_fraction: numbers, bool, text, nothing") {
  const Tensor x = constant({{0.f, 1.f, -0.f}, {NAN, 2.f, 0.f}});
  CHECK(count_nonzero(x).item<int>() == 3);
  CHECK(count_nonzero(x).dtype() == int64);
  CHECK(values<std::int32_t>(count_nonzero(x, 1, {.keepdims = true, .dtype = int32})) == Counts{1, 2});
  CHECK(count_nonzero(constant({true, false})).item<int>() == 1);
  CHECK(count_nonzero(constant({"", "a", "b"})).item<int>() == 2);
  CHECK(count_nonzero(zeros({0})).item<int>() == 0);
  CHECK(zero_fraction(constant({0, 0, 0, 3})).item<float>() == 0.75f);
  CHECK(std::isnan(zero_fraction(zeros({0})).item<float>()));
}

TEST_CASE("bincount: lengths, weights, rows") {
  const Tensor x = constant({1, 1, 2, 3, 2, 4, 4, 5});
  CHECK(values<std::int32_t>(bincount(x)) == Counts{0, 2, 2, 1, 2, 1});
  CHECK(values<std::int32_t>(bincount(x, {.minlength = 8})) == Counts{0, 2, 2, 1, 2, 1, 0, 0});
  CHECK(values<std::int32_t>(bincount(x, {.maxlength = 3})) == Counts{0, 2, 2});
  CHECK(bincount(x, {.dtype = int64}).dtype() == int64);
  CHECK(values<std::int32_t>(bincount(x, {.binary_output = true})) == Counts{0, 1, 1, 1, 1, 1});
  CHECK(values<float>(bincount(constant({0, 2, 2}), {.weights = constant({1.5f, 2.f, 3.f})})) ==
        std::vector<float>{1.5, 0, 5});
  const Tensor rows = bincount(constant({{1, 2, 1}, {0, 0, 3}}), {.axis = -1});
  CHECK(rows.shape() == Shape{2, 4});
  CHECK(values<std::int32_t>(rows) == Counts{0, 2, 1, 0, 2, 0, 0, 1});
  CHECK(bincount(zeros({0}, int32)).shape() == Shape{0});
}

TEST_CASE("bincount: the gradient of the weights; errors") {
  const Tensor weights = constant({1.f, 2.f, 3.f});
  GradientTape tape;
  tape.watch(weights);
  const Tensor y = bincount(constant({0, 2, 5}), {.weights = weights, .maxlength = 3}) * constant({1.f, 10.f, 100.f});
  CHECK(values<float>(tape.gradient(y, weights)) == std::vector<float>{1, 100, 0});
  CHECK_THROWS_WITH_AS(bincount(constant({0, -1})),
                       doctest::Contains("[bincount] the elements of arr must not be negative"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(bincount(constant({0.f})), InvalidArgumentError);
  CHECK_THROWS_AS(bincount(constant({0, 1}), {.weights = weights}), InvalidArgumentError);
  CHECK_THROWS_AS(bincount(constant({std::numeric_limits<std::int64_t>::max()}, int64)), Error);
}

TEST_CASE("histogram_fixed_width: TensorFlow's documentation, ends and values outside") {
  const Tensor x = constant({-1.f, 0.f, 1.5f, 2.f, 5.f, 15.f}), range = constant({0.f, 5.f});
  CHECK(values<std::int32_t>(histogram_fixed_width(x, range, 5)) == Counts{2, 1, 1, 0, 2});
  CHECK(values<std::int32_t>(histogram_fixed_width_bins(x, range, 5)) == Counts{0, 0, 1, 2, 4, 4});
  CHECK(histogram_fixed_width(x, range).shape() == Shape{100});
  CHECK(values<std::int64_t>(histogram_fixed_width(constant({1, 7, 9}), constant({0, 10}), 2, int64)) ==
        std::vector<std::int64_t>{1, 2});
  CHECK(values<std::int32_t>(histogram_fixed_width_bins(constant({-INFINITY, INFINITY}), range, 5)) == Counts{0, 4});
  CHECK(values<std::int32_t>(histogram_fixed_width(zeros({0}), range, 2)) == Counts{0, 0});
  CHECK_THROWS_AS(histogram_fixed_width(x, range, 0), InvalidArgumentError);
  CHECK_THROWS_AS(histogram_fixed_width(x, constant({1.f, 1.f})), InvalidArgumentError);
  CHECK_THROWS_AS(histogram_fixed_width(x, constant({1.f})), InvalidArgumentError);
  CHECK_THROWS_AS(histogram_fixed_width(x, constant({0.f, INFINITY})), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(histogram_fixed_width_bins(constant({1.f, NAN}), range), doctest::Contains("at (1,) is NaN"),
                       InvalidArgumentError);
}

TEST_CASE("confusion_matrix: rows are labels, columns predictions") {
  const Tensor labels = constant({1, 2, 4}), predictions = constant({2, 2, 4});
  const Tensor matrix = confusion_matrix(labels, predictions);
  CHECK(matrix.shape() == Shape{5, 5});
  CHECK(matrix.dtype() == int32);
  Counts expected(25);
  expected[1 * 5 + 2] = expected[2 * 5 + 2] = expected[4 * 5 + 4] = 1;
  CHECK(values<std::int32_t>(matrix) == expected);
  const Tensor weighted = confusion_matrix(constant({0, 1, 1}), constant({{0}, {1}, {1}}), 2,
                                           {.weights = constant({0.5f, 1.f, 2.f}), .dtype = float32});
  CHECK(values<float>(weighted) == std::vector<float>{0.5, 0, 0, 3});
  CHECK(confusion_matrix(zeros({0}, int32), zeros({0}, int32), 2).shape() == Shape{2, 2});
}

TEST_CASE("confusion_matrix: classes and shapes that do not fit") {
  CHECK_THROWS_WITH_AS(confusion_matrix(constant({0, 3}), constant({0, 0}), 3),
                       doctest::Contains("label 3 is outside [0, 3)"), InvalidArgumentError);
  CHECK_THROWS_AS(confusion_matrix(constant({0, -1}), constant({0, 0})), InvalidArgumentError);
  CHECK_THROWS_AS(confusion_matrix(constant({0, 1}), constant({0, 0, 1})), InvalidArgumentError);
  CHECK_THROWS_AS(confusion_matrix(constant({0.f}), constant({0})), InvalidArgumentError);
}

TEST_CASE(
    "unique: in the order of first appearance, with places and counts, as TensorFlow's documentation shows it") {
  const auto [y, idx, count] = unique_with_counts(constant({1, 1, 2, 4, 4, 4, 7, 8, 8}));
  CHECK(values<std::int32_t>(y) == Counts{1, 2, 4, 7, 8});
  CHECK(values<std::int32_t>(idx) == Counts{0, 0, 1, 2, 2, 2, 3, 4, 4});
  CHECK(values<std::int32_t>(count) == Counts{2, 1, 3, 1, 2});
  CHECK(unique(constant({1.f}), int64).idx.dtype() == int64);
  CHECK(unique(zeros({0})).y.shape() == Shape{0});
  const auto [text, places] = unique(constant({"b", "a", "b", ""}));
  CHECK(strings_of(text) == std::vector<std::string>{"b", "a", ""});
  CHECK(values<std::int32_t>(places) == Counts{0, 1, 0, 2});
}

TEST_CASE("unique: -0 equals 0, and every NaN is its own") {
  const Unique found = unique(constant({0.f, NAN, -0.f, NAN}));
  CHECK(values<std::int32_t>(found.idx) == Counts{0, 1, 0, 2});
  CHECK_THROWS_WITH_AS(unique(zeros({2, 2})), doctest::Contains("[unique] a tensor with one axis"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(unique(zeros({2}), float32), InvalidArgumentError);
}

TEST_CASE("setdiff1d: what is in x and not in y") {
  const auto [out, idx] = setdiff1d(constant({1, 2, 3, 4, 5, 6, 1}), constant({1, 3, 5}));
  CHECK(values<std::int32_t>(out) == Counts{2, 4, 6});
  CHECK(values<std::int32_t>(idx) == Counts{1, 3, 5});
  CHECK_THROWS_AS(setdiff1d(constant({1}), constant({1.f})), InvalidArgumentError);
}
