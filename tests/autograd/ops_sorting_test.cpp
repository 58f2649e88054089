#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;

namespace {

using Places = std::vector<std::int32_t>;

}  // namespace

TEST_CASE("sort and argsort: in both directions, along each axis") {
  const Tensor x = constant({{3.f, 1.f, 2.f}, {-1.f, 5.f, -7.f}});
  CHECK(values<float>(sort(x)) == std::vector<float>{1, 2, 3, -7, -1, 5});
  CHECK(values<float>(sort(x, -1, "DESCENDING")) == std::vector<float>{3, 2, 1, 5, -1, -7});
  CHECK(values<float>(sort(x, 0)) == std::vector<float>{-1, 1, -7, 3, 5, 2});
  CHECK(values<std::int32_t>(argsort(x)) == Places{1, 2, 0, 2, 0, 1});
  CHECK(values<std::int32_t>(argsort(x, 0, "DESCENDING")) == Places{0, 1, 0, 1, 0, 1});
  CHECK(values<std::int64_t>(sort(constant({3, -1, 2}, int64))) == std::vector<std::int64_t>{-1, 2, 3});
  CHECK(values<std::uint8_t>(sort(constant({3, 255, 2}, uint8), 0, "DESCENDING")) ==
        std::vector<std::uint8_t>{255, 3, 2});
  CHECK(values<bool>(sort(constant({true, false, true}))) == std::vector<bool>{false, true, true});
  CHECK(sort(zeros({2, 0})).shape() == Shape{2, 0});
}

TEST_CASE("argsort: equal values keep their order in both directions; -0 equals 0") {
  const Tensor x = constant({1.f, 0.f, 1.f, -0.f, 1.f});
  CHECK(values<std::int32_t>(argsort(x)) == Places{1, 3, 0, 2, 4});
  CHECK(values<std::int32_t>(argsort(x, -1, "DESCENDING")) == Places{0, 2, 4, 1, 3});
}

TEST_CASE("sort and top_k: NaN comes last in both directions") {
  const Tensor x = constant({NAN, 2.f, -INFINITY, NAN, INFINITY});
  CHECK(values<std::int32_t>(argsort(x)) == Places{2, 1, 4, 0, 3});
  CHECK(values<std::int32_t>(argsort(x, -1, "DESCENDING")) == Places{4, 1, 2, 0, 3});
  CHECK(values<std::int32_t>(top_k(x, 4).indices) == Places{4, 1, 2, 0});
}

TEST_CASE("sort: long lines agree with std::stable_sort, whichever way they are sorted") {
  for (const std::int64_t n : {100, 1000, 50000}) {
    const Tensor x = floor(random::normal({n}, {.stddev = 1000, .dtype = float64, .seed = 3}));
    Places expected(static_cast<std::size_t>(n));
    std::iota(expected.begin(), expected.end(), 0);
    const auto in = x.data<double>();
    std::stable_sort(expected.begin(), expected.end(),
                     [&](int a, int b) { return in[static_cast<std::size_t>(a)] > in[static_cast<std::size_t>(b)]; });
    CHECK(values<std::int32_t>(argsort(x, 0, "DESCENDING")) == expected);
    CHECK(values<std::int32_t>(argsort(cast(x, float32), 0, "DESCENDING")) == expected);
    CHECK(values<std::int32_t>(argsort(cast(x, int32), 0, "DESCENDING")) == expected);
    const std::int64_t k = 37;
    expected.resize(static_cast<std::size_t>(k));
    CHECK(values<std::int32_t>(top_k(x, k).indices) == expected);
    CHECK(values<std::int32_t>(top_k(cast(x, int64), k).indices) == expected);
  }
}

TEST_CASE("sort: the gradient goes back to where the values came from") {
  const Tensor x = constant({{3.f, 1.f, 2.f}, {4.f, 6.f, 5.f}}), weights = constant({1.f, 10.f, 100.f});
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor ascending = sort(x) * weights, down = sort(x, 0, "DESCENDING") * weights;
  CHECK(values<float>(tape.gradient(ascending, x)) == std::vector<float>{100, 1, 10, 1, 100, 10});
  CHECK(values<float>(tape.gradient(down, x)) == std::vector<float>{1, 10, 100, 1, 10, 100});
}

TEST_CASE("sort: an unknown direction's error lists the known ones; scalars and strings are refused") {
  CHECK_THROWS_WITH_AS(sort(zeros({2}), -1, "UP"),
                       doctest::Contains("\"UP\" is unknown; known are \"ASCENDING\" and \"DESCENDING\""),
                       InvalidArgumentError);
  CHECK_THROWS_AS(sort(constant(1.f)), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(argsort(zeros({2}), 1), doctest::Contains("[argsort]"), InvalidArgumentError);
  CHECK_THROWS_AS(sort(constant({"b", "a"})), InvalidArgumentError);
}

TEST_CASE("top_k: the largest in descending order, the first of equals first") {
  const auto [values_of, indices] = top_k(constant({{1.f, 3.f, 3.f, 2.f}, {9.f, 0.f, 8.f, 9.f}}), 2);
  CHECK(values<float>(values_of) == std::vector<float>{3, 3, 9, 9});
  CHECK(values<std::int32_t>(indices) == Places{1, 2, 0, 3});
  CHECK(top_k(zeros({3}), 0).values.shape() == Shape{0});
  CHECK(top_k(constant({4, 7})).values.item<int>() == 7);
  CHECK_THROWS_WITH_AS(top_k(zeros({2, 3}), 4), doctest::Contains("[top_k] k = 4 is outside [0, 3]"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(top_k(zeros({3}), -1), InvalidArgumentError);
  CHECK_THROWS_AS(top_k(constant(1.f)), InvalidArgumentError);
}

TEST_CASE("top_k: the gradient goes to the chosen places") {
  const Tensor x = constant({1.f, 3.f, 3.f, 2.f});
  GradientTape tape;
  tape.watch(x);
  const Tensor y = top_k(x, 2).values * constant({5.f, 7.f});
  CHECK(values<float>(tape.gradient(y, x)) == std::vector<float>{0, 5, 7, 0});
}

TEST_CASE("in_top_k: equals of the k-th count; a target that is no class and infinities do not") {
  const Tensor predictions =
      constant({{0.1f, 0.9f, 0.9f}, {0.5f, 0.4f, 0.1f}, {0.5f, INFINITY, 0.1f}, {1.f, 2.f, 3.f}});
  CHECK(values<bool>(in_top_k(constant({2, 1, 0, 3}), predictions, 1)) ==
        std::vector<bool>{true, false, false, false});
  CHECK(values<bool>(in_top_k(constant({0, 1, 2, -1}, int64), predictions, 2)) ==
        std::vector<bool>{false, true, false, false});
  CHECK_THROWS_AS(in_top_k(constant({0}), predictions, 1), InvalidArgumentError);
}

TEST_CASE("searchsorted: left and right, by rows, as TensorFlow's documentation shows it") {
  const Tensor sequence = constant({{0, 3, 8, 9, 10}, {1, 2, 3, 4, 5}}), wanted = constant({{2, 4, 3}, {0, 2, 6}});
  CHECK(values<std::int32_t>(searchsorted(sequence, wanted)) == Places{1, 2, 1, 0, 1, 5});
  CHECK(values<std::int32_t>(searchsorted(sequence, wanted, "right")) == Places{1, 2, 2, 0, 2, 5});
  CHECK(searchsorted(sequence, wanted, "left", {.out_type = int64}).dtype() == int64);
  CHECK_THROWS_WITH_AS(searchsorted(sequence, wanted, "middle"),
                       doctest::Contains("known are \"left\" and \"right\""), InvalidArgumentError);
  CHECK_THROWS_AS(searchsorted(sequence, constant({1})), InvalidArgumentError);
  CHECK_THROWS_AS(searchsorted(constant({1.f}), constant({1})), InvalidArgumentError);
}

TEST_CASE("invert_permutation: y[x[i]] = i, for permutations only") {
  CHECK(values<std::int32_t>(invert_permutation(constant({3, 4, 0, 2, 1}))) == Places{2, 4, 3, 0, 1});
  CHECK_THROWS_WITH_AS(invert_permutation(constant({0, 0})), doctest::Contains("appears twice"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(invert_permutation(constant({0, 2})), InvalidArgumentError);
  CHECK_THROWS_AS(invert_permutation(constant({-1, 0})), InvalidArgumentError);
  CHECK_THROWS_AS(invert_permutation(constant({0.f})), InvalidArgumentError);
}

TEST_CASE("top_k: an error names the number that was given") {
  CHECK_THROWS_WITH_AS(top_k(zeros({3}), -1), doctest::Contains("[top_k] k = -1 is outside [0, 3]"),
                       InvalidArgumentError);
}
