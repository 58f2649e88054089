#include <doctest/doctest.h>

#include <stdexcept>

#include "data/pipeline_values.h"

using namespace gradtape;
using namespace gradtape::test;

TEST_CASE("map applies a function to each element") {
  const auto dataset = data::from_tensor_slices(numbers(5)).map([](const Tensor& x) { return x * x; });
  CHECK(flat_values_of(dataset) == std::vector<std::int64_t>{0, 1, 4, 9, 16});
  CHECK(values_of(dataset.batch(2)) == std::vector<std::vector<std::int64_t>>{{0, 1}, {4, 9}, {16}});
}

TEST_CASE("map changes the number of components") {
  const auto one = data::from_tensor_slices(numbers(6)).batch(3);
  const data::Dataset<2> two = one.map([](const Tensor& x) { return std::pair(x, x + 1); });
  const data::Dataset<3> three = two.map([](const Tensor& x, const Tensor& y) { return std::tuple(x, y, x + y); });
  const data::Dataset<2> array = three.map([](auto&& x, auto&&, auto&& sum) { return std::array{x, sum}; });
  const data::Dataset<1> sums = array.map([](Tensor, Tensor sum) { return sum; });
  for (const auto& [x, y, sum] : three) {
    CHECK(y.data<std::int64_t>()[0] == x.data<std::int64_t>()[0] + 1);
    CHECK(sum.data<std::int64_t>()[2] == 2 * x.data<std::int64_t>()[2] + 1);
  }
  CHECK(flat_values_of(sums) == std::vector<std::int64_t>{1, 3, 5, 7, 9, 11});
}

TEST_CASE("map changes dtypes and shapes") {
  const Tensor images = cast(ones({10, 4, 4}) * 255.f, uint8), labels = cast(numbers(10), uint8);
  const auto dataset =
      data::from_tensor_slices(images, labels).shuffle(10).batch(4).map([](const Tensor& x, const Tensor& y) {
        return std::pair(reshape(cast(x, float32) / 255.f, {-1, 16}), cast(y, int32));
      });
  std::int64_t rows = 0, labels_sum = 0;
  for (const auto& [x, y] : dataset.prefetch()) {
    CHECK(x.shape() == Shape{y.shape()[0], 16});
    CHECK(x.data<float>()[15] == 1.f);
    for (const std::int32_t label : y.data<std::int32_t>()) labels_sum += label;
    rows += x.shape()[0];
  }
  CHECK(rows == 10);
  CHECK(labels_sum == 45);
}

TEST_CASE("a map function is not recorded") {
  const Variable w(2.f);
  for (const bool prefetch : {false, true}) {
    auto dataset = data::from_tensor_slices(ones({2})).map([&](const Tensor& x) { return x * w; });
    if (prefetch) dataset = dataset.prefetch();
    GradientTape tape;
    Tensor sum = constant(0.f);
    for (const auto& [x] : dataset) sum = sum + x;
    CHECK(sum.item<float>() == 4.f);
    CHECK_FALSE(tape.gradient(sum, w));
  }
}

TEST_CASE("a map function can use a tape of its own") {
  const auto slopes = data::from_tensor_slices(constant({1.f, 2.f, 3.f})).map([](const Tensor& x) {
    GradientTape tape;
    tape.watch(x);
    return tape.gradient(x * x, x);
  });
  for (const auto& [slope] : slopes.batch(3)) {
    CHECK(slope.data<float>()[0] == 2.f);
    CHECK(slope.data<float>()[2] == 6.f);
  }
}

TEST_CASE("an empty Tensor as a map function's result is an error") {
  const auto dataset =
      data::from_tensor_slices(numbers(3)).map([](const Tensor& x) { return std::pair(x, Tensor()); });
  const std::string message = message_of<InvalidArgumentError>([&] { dataset.begin(); });
  INFO(message);
  CHECK(message.find("[Dataset.map]") == 0);
  CHECK(message.find("component 1") != message.npos);
  CHECK(message.find("map_test.cpp:") != message.npos);
}

TEST_CASE("an exception in a map function reaches the loop at its element") {
  const auto dataset = data::from_tensor_slices(numbers(10)).map([](const Tensor& x) {
    if (x.item<int>() == 3) throw std::runtime_error("three");
    return x;
  });
  for (const auto& each : {dataset, dataset.prefetch(), dataset.prefetch(1)}) {
    std::vector<std::int64_t> seen;
    CHECK_THROWS_WITH_AS(
        [&] {
          for (const auto& [x] : each) seen.push_back(x.item<std::int64_t>());
        }(),
        "three", std::runtime_error);
    CHECK(seen == counting(0, 3));
  }
}
