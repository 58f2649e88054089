#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;

namespace {

template <class F>
std::vector<float> gradient_of(const F& f, const Tensor& x) {
  GradientTape tape;
  tape.watch(x);
  return values<float>(tape.gradient(f(x), x));
}

}  // namespace

TEST_CASE("segment_...: rows by ascending ids, as TensorFlow's documentation shows them") {
  const Tensor data = constant({{1, 2, 3, 4}, {4, 3, 2, 1}, {5, 6, 7, 8}}), ids = constant({0, 0, 1});
  using Values = std::vector<std::int32_t>;
  CHECK(values<std::int32_t>(segment_sum(data, ids)) == Values{5, 5, 5, 5, 5, 6, 7, 8});
  CHECK(values<std::int32_t>(segment_prod(data, ids)) == Values{4, 6, 6, 4, 5, 6, 7, 8});
  CHECK(values<std::int32_t>(segment_max(data, ids)) == Values{4, 3, 3, 4, 5, 6, 7, 8});
  CHECK(values<std::int32_t>(segment_min(data, ids)) == Values{1, 2, 2, 1, 5, 6, 7, 8});
  CHECK(values<float>(segment_mean(cast(data, float32), ids)) == std::vector<float>{2.5, 2.5, 2.5, 2.5, 5, 6, 7, 8});
}

TEST_CASE("segment_...: what a segment without rows gives") {
  const Tensor data = constant({-2.f, -3.f}), ids = constant({1, 3}, int64);
  CHECK(values<float>(segment_sum(data, ids)) == std::vector<float>{0, -2, 0, -3});
  CHECK(values<float>(segment_mean(data, ids)) == std::vector<float>{0, -2, 0, -3});
  CHECK(values<float>(segment_prod(data, ids)) == std::vector<float>{1, -2, 1, -3});
  CHECK(values<float>(segment_max(data, ids)) == std::vector<float>{0, -2, 0, -3});
  CHECK(values<float>(segment_min(data, ids)) == std::vector<float>{0, -2, 0, -3});
  CHECK(segment_sum(zeros({0, 2}), zeros({0}, int32)).shape() == Shape{0, 2});
}

TEST_CASE("segment_...: ids that do not ascend, are negative, or are not one for each row") {
  const Tensor data = zeros({3, 2});
  CHECK_THROWS_WITH_AS(segment_sum(data, constant({0, 1, 0})),
                       doctest::Contains("[segment_sum] segment id 0 at 2 is less than the one before it"),
                       InvalidArgumentError);
  CHECK_THROWS_WITH_AS(segment_max(data, constant({-1, 0, 1})), doctest::Contains("is negative"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(segment_mean(data, constant({0, 1})), InvalidArgumentError);
  CHECK_THROWS_AS(segment_prod(constant(1.f), constant(0)), InvalidArgumentError);
  CHECK_THROWS_AS(segment_sum(data, constant({0.f, 1.f, 2.f})), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(segment_mean(cast(data, int32), constant({0, 0, 1})), doctest::Contains("floating-point"),
                       InvalidArgumentError);
}

TEST_CASE("unsorted_segment_...: any order, negative ids left out, values of segments without elements") {
  const Tensor data = constant({1.f, 2.f, 3.f, 4.f}), ids = constant({2, 0, -1, 2});
  const float low = std::numeric_limits<float>::lowest(), high = std::numeric_limits<float>::max();
  CHECK(values<float>(unsorted_segment_sum(data, ids, 3)) == std::vector<float>{2, 0, 5});
  CHECK(values<float>(unsorted_segment_mean(data, ids, 3)) == std::vector<float>{2, 0, 2.5});
  CHECK(values<float>(unsorted_segment_prod(data, ids, 3)) == std::vector<float>{2, 1, 4});
  CHECK(values<float>(unsorted_segment_max(data, ids, 3)) == std::vector<float>{2, low, 4});
  CHECK(values<float>(unsorted_segment_min(data, ids, 3)) == std::vector<float>{2, high, 1});
  CHECK(values<float>(unsorted_segment_sqrt_n(data, ids, 3))[2] == doctest::Approx(5 / std::sqrt(2.f)));
  CHECK(values<std::int32_t>(unsorted_segment_max(constant({1, 2}), constant({0, 0}), 2)) ==
        std::vector<std::int32_t>{2, std::numeric_limits<std::int32_t>::lowest()});
}

TEST_CASE("unsorted_segment_...: ids of the leading axes") {
  const Tensor data = counting<float>({2, 2, 3}), ids = constant({{1, 0}, {1, 1}});
  CHECK(values<float>(unsorted_segment_sum(data, ids, 2)) == std::vector<float>{3, 4, 5, 15, 18, 21});
  CHECK(values<float>(unsorted_segment_sum(constant({1.f, 2.f}), constant(1), 2)) == std::vector<float>{0, 0, 1, 2});
}

TEST_CASE("unsorted_segment_...: ids and numbers that do not fit") {
  const Tensor data = zeros({2, 2});
  CHECK_THROWS_WITH_AS(unsorted_segment_sum(data, constant({0, 3}), 3),
                       doctest::Contains("segment id 3 at (1,) is outside [0, 3)"), InvalidArgumentError);
  CHECK_THROWS_AS(unsorted_segment_sum(data, constant({0, 1}), -1), InvalidArgumentError);
  CHECK_THROWS_AS(unsorted_segment_max(data, constant({0, 1, 1}), 2), InvalidArgumentError);
  CHECK_THROWS_AS(unsorted_segment_sum(constant({true}), constant({0}), 1), InvalidArgumentError);
  CHECK(unsorted_segment_sum(data, constant({-1, -2}), 0).shape() == Shape{0, 2});
}

TEST_CASE("segment_max and its kin: equal maxima share the gradient") {
  const Tensor x = constant({1.f, 3.f, 3.f, 2.f});
  CHECK(gradient_of(
            [](const Tensor& t) {
              return segment_max(t, constant({0, 0, 0, 1}));
            },
            x) == std::vector<float>{0, 0.5, 0.5, 1});
  CHECK(gradient_of(
            [](const Tensor& t) {
              return unsorted_segment_max(t, constant({2, 0, 0, -1}), 3);
            },
            x) == std::vector<float>{1, 0.5, 0.5, 0});
  CHECK(gradient_of(
            [](const Tensor& t) {
              return unsorted_segment_min(t, constant({0, 0, 0, 0}), 2);
            },
            x) == std::vector<float>{1, 0, 0, 0});
}

TEST_CASE("segment_prod and unsorted_segment_prod: the gradient holds with one zero and with several") {
  const Tensor x = constant({2.f, 0.f, 5.f, 0.f, 0.f, 3.f});
  CHECK(gradient_of(
            [](const Tensor& t) {
              return segment_prod(t, constant({0, 0, 0, 1, 1, 1}));
            },
            x) == std::vector<float>{0, 10, 0, 0, 0, 0});
  CHECK(gradient_of(
            [](const Tensor& t) {
              return unsorted_segment_prod(t, constant({1, 0, 1, 1, -1, 0}), 3);
            },
            x) == std::vector<float>{0, 3, 0, 10, 0, 0});
}

TEST_CASE("unsorted_segment_sum: large data agree with a plain loop, whatever the cut") {
  for (const std::int64_t inner : {1, 3, 300}) {
    const std::int64_t n = 200000 / inner + 1;
    const Tensor x = random::normal({n, inner}, {.dtype = float64, .seed = 5});
    const Tensor ids = cast(floor(random::uniform({n}, {.minval = -1, .maxval = 10, .seed = 6})), int32);
    std::vector<double> expected(static_cast<std::size_t>(10 * inner)), highest(expected.size(), -1e300);
    for (std::int64_t i = 0; i < n; ++i) {
      const auto id = ids.data<std::int32_t>()[static_cast<std::size_t>(i)];
      for (std::int64_t c = 0; id >= 0 && c < inner; ++c) {
        const double value = x.data<double>()[static_cast<std::size_t>(i * inner + c)];
        expected[static_cast<std::size_t>(id * inner + c)] += value;
        highest[static_cast<std::size_t>(id * inner + c)] =
            std::max(highest[static_cast<std::size_t>(id * inner + c)], value);
      }
    }
    CHECK(values<double>(unsorted_segment_sum(x, ids, 10)) == expected);
    CHECK(values<double>(unsorted_segment_max(x, ids, 10)) == highest);
  }
}
