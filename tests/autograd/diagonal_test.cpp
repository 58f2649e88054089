// Expected values: TensorFlow's documentation of linalg.diag, diag_part and band_part, and NumPy's of tril.
#include <doctest/doctest.h>

#include <limits>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;
using doctest::Contains;

namespace {
using Ints = std::vector<std::int32_t>;
using Doubles = std::vector<double>;

Tensor two_matrices() {
  return constant({{{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 8, 7, 6}}, {{5, 4, 3, 2}, {1, 2, 3, 4}, {5, 6, 7, 8}}});
}
}  // namespace

TEST_CASE("diag: matrices of one diagonal, as small as hold it unless told") {
  const Tensor square = diag(constant({{1, 2}, {3, 4}}));
  CHECK(square.shape() == Shape{2, 2, 2});
  CHECK(values<std::int32_t>(square) == Ints{1, 0, 0, 2, 3, 0, 0, 4});
  CHECK(values<std::int32_t>(linalg::diag(constant({1, 2}), {.k = 1})) == Ints{0, 1, 0, 0, 0, 2, 0, 0, 0});
  CHECK(values<std::int32_t>(diag(constant({1, 2}), {.k = -1, .num_rows = 3, .num_cols = 4})) ==
        Ints{0, 0, 0, 0, 1, 0, 0, 0, 0, 2, 0, 0});
  const Tensor padded = diag(constant({1, 2}), {.k = -1, .num_rows = 3, .padding_value = 9});
  CHECK(padded.shape() == Shape{3, 2});
  CHECK(values<std::int32_t>(padded) == Ints{9, 9, 1, 9, 9, 2});
  CHECK(diag(zeros({3, 0})).shape() == Shape{3, 0, 0});
}

TEST_CASE("diag: bands, with short diagonals at either end of their rows") {
  const Ints expected{1, 8, 0, 4, 2, 9, 0, 5, 3, 6, 2, 0, 9, 7, 3, 0, 1, 9};
  const Tensor right_left = constant({{{0, 8, 9}, {1, 2, 3}, {4, 5, 0}}, {{0, 2, 3}, {6, 7, 9}, {9, 1, 0}}});
  const Tensor left_right = constant({{{8, 9, 0}, {1, 2, 3}, {0, 4, 5}}, {{2, 3, 0}, {6, 7, 9}, {0, 9, 1}}});
  CHECK(values<std::int32_t>(diag(right_left, {.k = {-1, 1}})) == expected);
  CHECK(values<std::int32_t>(diag(left_right, {.k = {-1, 1}, .align = "LEFT_RIGHT"})) == expected);
}

TEST_CASE("diag_part: diagonals of matrices, and bands with padding") {
  const Tensor x = two_matrices();
  CHECK(values<std::int32_t>(diag_part(x)) == Ints{1, 6, 7, 5, 2, 7});
  CHECK(values<std::int32_t>(linalg::diag_part(x, {.k = 1})) == Ints{2, 7, 6, 4, 3, 8});
  CHECK(values<std::int32_t>(diag_part(x, {.k = -1})) == Ints{5, 8, 1, 6});
  CHECK(values<std::int32_t>(diag_part(x, {.k = {0, 2}})) ==
        Ints{0, 3, 8, 2, 7, 6, 1, 6, 7, 0, 3, 4, 4, 3, 8, 5, 2, 7});
  CHECK(values<std::int32_t>(diag_part(x, {.k = {-1, 2}, .align = "LEFT_RIGHT"})) ==
        Ints{3, 8, 0, 2, 7, 6, 1, 6, 7, 0, 5, 8, 3, 4, 0, 4, 3, 8, 5, 2, 7, 0, 1, 6});
  CHECK(values<std::int32_t>(diag_part(x, {.k = {1, 3}, .padding_value = 9})) ==
        Ints{9, 9, 4, 9, 3, 8, 2, 7, 6, 9, 9, 2, 9, 3, 4, 4, 3, 8});
  CHECK(diag_part(zeros({0, 3})).shape() == Shape{0});
  CHECK_THROWS_WITH_AS(diag_part(x, {.k = 4}), Contains("[diag_part] matrices of shape (2, 3, 4) have no diagonal 4"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(diag_part(x, {.k = -3}), InvalidArgumentError);
  CHECK_THROWS_AS(diag_part(x, {.k = {1, -1}}), InvalidArgumentError);
  CHECK_THROWS_AS(diag_part(constant({1.f})), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(diag_part(x, {.align = "CENTER"}), Contains("the alignment \"CENTER\" is not known"),
                       InvalidArgumentError);
}

TEST_CASE("diag: refuses sizes that do not have the diagonal") {
  CHECK_THROWS_AS(diag(constant({1, 2}), {.num_rows = 1}), InvalidArgumentError);
  CHECK_THROWS_AS(diag(constant({1, 2}), {.num_rows = 3, .num_cols = 3}), InvalidArgumentError);
  CHECK_THROWS_AS(diag(constant({{1, 2}}), {.k = {-1, 1}}), InvalidArgumentError);
  CHECK_THROWS_AS(diag(constant(1)), InvalidArgumentError);
}

TEST_CASE("set_diag: other diagonals, the rest as it is") {
  const Tensor x = constant({{7, 7, 7, 7}, {7, 7, 7, 7}, {7, 7, 7, 7}});
  CHECK(values<std::int32_t>(set_diag(x, constant({1, 2, 3}))) == Ints{1, 7, 7, 7, 7, 2, 7, 7, 7, 7, 3, 7});
  CHECK(values<std::int32_t>(linalg::set_diag(x, constant({{0, 9, 1}, {6, 5, 8}, {1, 2, 3}}), {.k = {0, 2}})) ==
        Ints{1, 6, 9, 7, 7, 2, 5, 1, 7, 7, 3, 8});
  CHECK_THROWS_WITH_AS(set_diag(x, constant({1, 2})), Contains("[set_diag] a diagonal of shape (2,)"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(set_diag(x, constant({1.f, 2.f, 3.f})), InvalidArgumentError);
}

TEST_CASE("set_diag: the input has no gradient on the diagonal, which has it") {
  const Tensor x = zeros({2, 2}, float64), d = constant({1.0, 2.0}, float64);
  GradientTape tape;
  tape.watch(x);
  tape.watch(d);
  const auto [dx, dd] = tape.gradient(set_diag(x, d) * constant(std::vector<double>{1, 2, 3, 4}, {2, 2}), x, d);
  CHECK(values<double>(dx) == Doubles{0, 2, 3, 0});
  CHECK(values<double>(dd) == Doubles{1, 4});
}

TEST_CASE("tensor_diag and tensor_diag_part: every axis twice") {
  const Tensor x = constant({{1, 2}, {3, 4}});
  const Tensor y = tensor_diag(x);
  CHECK(y.shape() == Shape{2, 2, 2, 2});
  CHECK(values<std::int32_t>(y) == Ints{1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 4});
  CHECK(values<std::int32_t>(linalg::tensor_diag_part(y)) == Ints{1, 2, 3, 4});
  CHECK_THROWS_WITH_AS(tensor_diag_part(zeros({2, 3})), Contains("[tensor_diag_part] shape (2, 3) is not one shape"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(tensor_diag_part(zeros({2, 2, 2})), InvalidArgumentError);
  CHECK_THROWS_AS(tensor_diag(zeros({1, 1, 1, 1, 1})), InvalidArgumentError);
}

TEST_CASE("band_part: what lies between two diagonals") {
  const Tensor x = constant({{0, 1, 2, 3}, {-1, 0, 1, 2}, {-2, -1, 0, 1}, {-3, -2, -1, 0}});
  CHECK(values<std::int32_t>(band_part(x, 1, -1)) == Ints{0, 1, 2, 3, -1, 0, 1, 2, 0, -1, 0, 1, 0, 0, -1, 0});
  CHECK(values<std::int32_t>(linalg::band_part(x, 2, 1)) ==
        Ints{0, 1, 0, 0, -1, 0, 1, 0, -2, -1, 0, 1, 0, -2, -1, 0});
  CHECK(values<std::int32_t>(band_part(x, -1, -1)) == values<std::int32_t>(x));
  CHECK(band_part(zeros({0, 2}), 0, 0).shape() == Shape{0, 2});
  CHECK_THROWS_WITH_AS(band_part(x, 5, 0), Contains("[band_part] num_lower 5"), InvalidArgumentError);
  CHECK_THROWS_AS(band_part(constant({1.f}), 0, 0), InvalidArgumentError);
}

TEST_CASE("tril and triu: triangles about any diagonal") {
  const Tensor x = constant({{1, 2, 3}, {4, 5, 6}, {7, 8, 9}, {10, 11, 12}});
  CHECK(values<std::int32_t>(tril(x, -1)) == Ints{0, 0, 0, 4, 0, 0, 7, 8, 0, 10, 11, 12});
  CHECK(values<std::int32_t>(triu(x, -1)) == Ints{1, 2, 3, 4, 5, 6, 0, 8, 9, 0, 0, 12});
  CHECK(values<std::int32_t>(triu(x, 2)) == Ints{0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  CHECK(values<std::int32_t>(tril(x, 100)) == values<std::int32_t>(x));
  CHECK(values<std::int32_t>(tril(x, std::int64_t{-1} << 62)) == Ints(12, 0));
  CHECK_THROWS_AS(tril(constant({1.f})), InvalidArgumentError);
}

TEST_CASE("band_part: NaN outside the band leaves zeros, and no gradient") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Tensor x = constant(std::vector<double>{1, nan, 3, 4}, {2, 2});
  GradientTape tape;
  tape.watch(x);
  const Tensor y = tril(x);
  CHECK(values<double>(y) == Doubles{1, 0, 3, 4});
  CHECK(values<double>(tape.gradient(y, x)) == Doubles{1, 0, 1, 1});
}
