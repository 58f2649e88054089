#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "data/pipeline_values.h"

using namespace gradtape;
using namespace gradtape::test;

namespace {

std::vector<std::int64_t> sorted(std::vector<std::int64_t> values) {
  std::sort(values.begin(), values.end());
  return values;
}

}  // namespace

TEST_CASE("shuffle hands out every element once, whatever the size of its buffer") {
  const auto dataset = data::from_tensor_slices(numbers(500));
  for (const std::int64_t buffer_size : {1, 2, 7, 100, 499, 500, 501, 1 << 30})
    for (const std::int64_t batch_size : {1, 32}) {
      const auto values = flat_values_of(dataset.shuffle(buffer_size, {.seed = 11}).batch(batch_size));
      CHECK(sorted(values) == counting(0, 500));
      CHECK((values == counting(0, 500)) == (buffer_size == 1));
    }
}

TEST_CASE("an element is drawn from the next buffer_size ones") {
  const std::int64_t buffer_size = 20;
  const auto values = flat_values_of(data::from_tensor_slices(numbers(500)).shuffle(buffer_size, {.seed = 1}));
  for (std::int64_t i = 0; i < 500; ++i) CHECK(values[i] <= i + buffer_size);
}

TEST_CASE("the order does not depend on how elements are read") {
  const auto dataset =
      data::from_tensor_slices(numbers(100)).shuffle(30, {.seed = 9, .reshuffle_each_iteration = false});
  const auto expected = flat_values_of(dataset);
  CHECK(flat_values_of(dataset.batch(1)) == expected);
  CHECK(flat_values_of(dataset.batch(7)) == expected);
  CHECK(flat_values_of(dataset.batch(1000).prefetch()) == expected);
  CHECK(flat_values_of(data::from_tensor_slices(numbers(100))
                           .map([](const Tensor& x) { return x + 0; })  // no rows any more
                           .shuffle(30, {.seed = 9})) == expected);
}

TEST_CASE("every permutation is equally likely with a buffer of all elements") {
  // 6 permutations, 6,000 draws: the chi-square statistic with 5 degrees of freedom is below 20.5 with p = 0.999.
  const auto dataset = data::from_tensor_slices(numbers(3)).shuffle(3, {.seed = 2024});
  std::map<std::vector<std::int64_t>, int> counts;
  for (int i = 0; i < 6000; ++i) ++counts[flat_values_of(dataset)];
  CHECK(counts.size() == 6);
  double statistic = 0;
  for (const auto& [order, count] : counts) statistic += (count - 1000.0) * (count - 1000.0) / 1000;
  CHECK(statistic < 20.5);
}

TEST_CASE("a seed gives the same orders pass by pass, and each pass has its own") {
  const auto source = data::from_tensor_slices(numbers(50));
  const auto a = source.shuffle(50, {.seed = 7}), b = source.shuffle(50, {.seed = 7}),
             c = source.shuffle(50, {.seed = 8});
  const auto first = flat_values_of(a), second = flat_values_of(a);
  CHECK(first != second);
  CHECK(flat_values_of(b) == first);
  CHECK(flat_values_of(b.batch(4)) == second);
  CHECK(flat_values_of(c) != first);
}

TEST_CASE("without reshuffling all passes have one order") {
  const auto dataset =
      data::from_tensor_slices(numbers(50)).shuffle(50, {.seed = 7, .reshuffle_each_iteration = false});
  const auto first = flat_values_of(dataset);
  CHECK(flat_values_of(dataset) == first);
  auto twice = first;
  twice.insert(twice.end(), first.begin(), first.end());
  CHECK(flat_values_of(dataset.repeat(2)) == twice);
}

TEST_CASE("without a seed the order comes from set_seed") {
  const auto order = [] {
    const auto dataset = data::from_tensor_slices(numbers(50)).shuffle(50);
    auto both = flat_values_of(dataset);
    for (const std::int64_t value : flat_values_of(dataset)) both.push_back(value);
    return both;
  };
  set_seed(1);
  const auto first = order(), next = order();
  set_seed(1);
  CHECK(order() == first);
  CHECK(next != first);
  set_seed(2);
  CHECK(order() != first);
}

TEST_CASE("repeat after shuffle shuffles each repetition, repeat before shuffle mixes them") {
  const auto source = data::from_tensor_slices(numbers(50));
  const auto after = flat_values_of(source.shuffle(50, {.seed = 3}).repeat(3));
  std::vector<std::int64_t> passes[3];
  for (int i = 0; i < 3; ++i) {
    passes[i].assign(after.begin() + 50 * i, after.begin() + 50 * (i + 1));
    CHECK(sorted(passes[i]) == counting(0, 50));
  }
  CHECK(passes[0] != passes[1]);
  CHECK(passes[1] != passes[2]);
  CHECK(passes[0] != passes[2]);

  auto before = flat_values_of(source.repeat(3).shuffle(150, {.seed = 3}));
  CHECK(before.size() == 150);
  CHECK(sorted({before.begin(), before.begin() + 50}) != counting(0, 50));
}

TEST_CASE("how far a background thread has come does not change later passes") {
  const auto orders = [](std::int64_t read_first) {
    const auto dataset = data::from_tensor_slices(numbers(8)).shuffle(8, {.seed = 3}).batch(2).repeat().prefetch(50);
    for (const auto& element : dataset)
      if (element[0].shape()[0] == 2 && --read_first <= 0) break;
    return flat_values_of(dataset.take(8));
  };
  const auto expected = orders(1);
  CHECK(orders(30) == expected);
  for (int i = 0; i < 20; ++i) CHECK(orders(1) == expected);
}

TEST_CASE("components of an element stay together") {
  const Tensor x = numbers(1000);
  for (const auto& [a, b] : data::from_tensor_slices(x, x * 3).shuffle(64, {.seed = 1}).batch(10).prefetch())
    for (int i = 0; i < 10; ++i) REQUIRE(b.data<std::int64_t>()[i] == 3 * a.data<std::int64_t>()[i]);
}
