#include "gradtape/data/dataset.h"

#include <doctest/doctest.h>

#include <thread>

#include "data/pipeline_values.h"

using namespace gradtape;
using namespace gradtape::test;
using Values = std::vector<std::vector<std::int64_t>>;

TEST_CASE("from_tensor_slices gives one element for each index of the first axis") {
  const Tensor x = constant({{1.f, 2.f}, {3.f, 4.f}, {5.f, 6.f}}), y = constant({7, 8, 9});
  int i = 0;
  for (const auto& [row, label] : data::from_tensor_slices(x, y)) {
    CHECK(row.shape() == Shape{2});
    CHECK(row.dtype() == float32);
    CHECK(row.data<float>()[0] == 2 * i + 1);
    CHECK(row.data<float>()[1] == 2 * i + 2);
    CHECK(label.shape() == Shape{});
    CHECK(label.item<int>() == 7 + i);
    ++i;
  }
  CHECK(i == 3);
}

TEST_CASE("elements have one, two or three components") {
  const Tensor x = numbers(4);
  int seen = 0;
  for (const auto& [a] : data::from_tensor_slices(x)) seen += a.item<int>() == seen;
  CHECK(seen == 4);
  for (const auto& [a, b, w] : data::from_tensor_slices(x, x, constant({.5f, 1.f, 1.5f, 2.f})).batch(4)) {
    CHECK(a.shape() == Shape{4});
    CHECK(b.shape() == Shape{4});
    CHECK(w.data<float>()[2] == 1.5f);
    ++seen;
  }
  CHECK(seen == 5);
}

TEST_CASE("batch stacks elements and leaves a smaller last batch") {
  const auto dataset = data::from_tensor_slices(numbers(10));
  CHECK(values_of(dataset.batch(4)) == Values{{0, 1, 2, 3}, {4, 5, 6, 7}, {8, 9}});
  CHECK(values_of(dataset.batch(4, {.drop_remainder = true})) == Values{{0, 1, 2, 3}, {4, 5, 6, 7}});
  CHECK(values_of(dataset.batch(5)) == Values{{0, 1, 2, 3, 4}, {5, 6, 7, 8, 9}});
  CHECK(values_of(dataset.batch(std::int64_t{1} << 40)) == Values{counting(0, 10)});
  CHECK(values_of(dataset.batch(std::int64_t{1} << 40, {.drop_remainder = true})) == Values{});
}

TEST_CASE("batches in order share the memory of the source") {
  const Tensor x = ones({10, 3}), y = zeros({10});
  std::int64_t row = 0;
  for (const auto& [a, b] : data::from_tensor_slices(x, y).batch(4)) {
    CHECK(a.data<float>().data() == x.data<float>().data() + 3 * row);
    CHECK(b.data<float>().data() == y.data<float>().data() + row);
    row += a.shape()[0];
  }
  CHECK(row == 10);
}

TEST_CASE("rows of every dtype are gathered whole") {
  for (const DType dtype : {float32, float64, int32, int64, uint8, boolean})
    for (const std::int64_t width : {1, 2, 3, 4, 8, 100}) {
      std::vector<std::int64_t> modulo_7(static_cast<std::size_t>(50 * width));
      for (std::size_t i = 0; i < modulo_7.size(); ++i) modulo_7[i] = static_cast<std::int64_t>(i % 7);
      const Tensor x = cast(constant(modulo_7, {50, width}), dtype);
      for (const auto& [rows, row_numbers] :
           data::from_tensor_slices(x, numbers(50)).shuffle(50, {.seed = 3}).batch(16)) {
        const Tensor values = cast(rows, int64);
        for (std::int64_t i = 0; i < rows.shape()[0]; ++i)
          for (std::int64_t j = 0; j < width; ++j) {
            const std::int64_t source = row_numbers.data<std::int64_t>()[i] * width + j;
            const std::int64_t expected = dtype == boolean ? source % 7 != 0 : source % 7;
            REQUIRE(values.data<std::int64_t>()[i * width + j] == expected);
          }
      }
    }
}

TEST_CASE("batches of batches gain an axis each") {
  Shape shapes[2];
  int i = 0;
  for (const auto& [x] : data::from_tensor_slices(ones({12, 5})).batch(3).batch(3)) shapes[i++] = x.shape();
  CHECK(shapes[0] == Shape{3, 3, 5});
  CHECK(shapes[1] == Shape{1, 3, 5});
}

TEST_CASE("take, skip and repeat count elements") {
  const auto dataset = data::from_tensor_slices(numbers(5));
  CHECK(flat_values_of(dataset.take(3)) == counting(0, 3));
  CHECK(flat_values_of(dataset.take(0)).empty());
  CHECK(flat_values_of(dataset.take(9)) == counting(0, 5));
  CHECK(flat_values_of(dataset.take(-1)) == counting(0, 5));
  CHECK(flat_values_of(dataset.skip(3)) == counting(3, 5));
  CHECK(flat_values_of(dataset.skip(5)).empty());
  CHECK(flat_values_of(dataset.skip(9)).empty());
  CHECK(flat_values_of(dataset.skip(-1)).empty());
  CHECK(flat_values_of(dataset.repeat(2)) == std::vector<std::int64_t>{0, 1, 2, 3, 4, 0, 1, 2, 3, 4});
  CHECK(flat_values_of(dataset.repeat(0)).empty());
  CHECK(flat_values_of(dataset.repeat().skip(4).take(3)) == std::vector<std::int64_t>{4, 0, 1});
  CHECK(flat_values_of(dataset.take(2).repeat(2)) == std::vector<std::int64_t>{0, 1, 0, 1});
  CHECK(flat_values_of(dataset.skip(3).repeat(2)) == std::vector<std::int64_t>{3, 4, 3, 4});
  CHECK(flat_values_of(dataset.repeat(2).repeat(2)).size() == 20);
  // Batches after repeat cross the border between passes, batches before it do not.
  CHECK(values_of(dataset.repeat(2).batch(4)) == Values{{0, 1, 2, 3}, {4, 0, 1, 2}, {3, 4}});
  CHECK(values_of(dataset.batch(4).repeat(2)) == Values{{0, 1, 2, 3}, {4}, {0, 1, 2, 3}, {4}});
  CHECK(values_of(dataset.batch(2).skip(1).take(1)) == Values{{2, 3}});
}

TEST_CASE("cardinality counts without reading") {
  const auto dataset = data::from_tensor_slices(numbers(10));
  CHECK(dataset.cardinality() == 10);
  CHECK(dataset.shuffle(3).cardinality() == 10);
  CHECK(dataset.batch(3).cardinality() == 4);
  CHECK(dataset.batch(5).cardinality() == 2);
  CHECK(dataset.batch(3, {.drop_remainder = true}).cardinality() == 3);
  CHECK(dataset.take(3).cardinality() == 3);
  CHECK(dataset.take(-1).cardinality() == 10);
  CHECK(dataset.skip(3).cardinality() == 7);
  CHECK(dataset.skip(30).cardinality() == 0);
  CHECK(dataset.repeat(3).cardinality() == 30);
  CHECK(dataset.repeat().cardinality() == data::infinite_cardinality);
  CHECK(dataset.repeat().batch(3).cardinality() == data::infinite_cardinality);
  CHECK(dataset.repeat().take(7).cardinality() == 7);
  CHECK(dataset.repeat().skip(7).cardinality() == data::infinite_cardinality);
  CHECK(dataset.take(0).repeat().cardinality() == 0);
  CHECK(dataset.map([](const Tensor& x) { return x; }).prefetch().cardinality() == 10);
}

TEST_CASE("an empty dataset yields nothing") {
  const auto dataset = data::from_tensor_slices(zeros({0, 3}), zeros({0}));
  CHECK(dataset.cardinality() == 0);
  int elements = 0;
  for (const auto& element : dataset) elements += element.size() > 0;
  for (const auto& element : dataset.shuffle(5).batch(2).prefetch()) elements += element.size() > 0;
  for (const auto& element : dataset.repeat().batch(2)) elements += element.size() > 0;
  for (const auto& element : dataset.batch(2).shuffle(5).repeat()) elements += element.size() > 0;
  CHECK(elements == 0);
}

TEST_CASE("every loop starts anew, and loops within each other do not disturb each other") {
  const auto dataset = data::from_tensor_slices(numbers(6)).batch(2).prefetch();
  CHECK(flat_values_of(dataset) == counting(0, 6));
  CHECK(flat_values_of(dataset) == counting(0, 6));
  std::vector<std::int64_t> pairs;
  for (const auto& [a] : dataset)
    for (const auto& [b] : dataset) pairs.push_back(10 * a.data<std::int64_t>()[0] + b.data<std::int64_t>()[0]);
  CHECK(pairs == std::vector<std::int64_t>{0, 2, 4, 20, 22, 24, 40, 42, 44});
}

TEST_CASE("several threads can iterate over one dataset") {
  const auto dataset = data::from_tensor_slices(numbers(1000))
                           .shuffle(100, {.seed = 5})
                           .batch(7)
                           .map([](const Tensor& x) { return x + 1; })
                           .prefetch();
  std::int64_t sums[4] = {};
  std::vector<std::thread> threads;
  for (std::int64_t& sum : sums)
    threads.emplace_back([&] {
      for (const std::int64_t value : flat_values_of(dataset)) sum += value;
    });
  for (std::thread& thread : threads) thread.join();
  for (const std::int64_t sum : sums) CHECK(sum == 500500);
}

TEST_CASE("a dataset outlives the handles that it was made from, and an iterator its dataset") {
  auto iterator = [] { return data::from_tensor_slices(numbers(100)).shuffle(100, {.seed = 1}).batch(10).begin(); }();
  std::int64_t sum = 0, count = 0;
  for (; !(iterator == data::Dataset<1>::End()); ++iterator)
    for (const std::int64_t value : (*iterator)[0].data<std::int64_t>()) sum += value, ++count;
  CHECK(count == 100);
  CHECK(sum == 4950);
}

TEST_CASE("a loop over gathered batches makes three tensors a batch, and asks the system for no memory") {
  const auto dataset = data::from_tensor_slices(ones({6400, 8}), zeros({6400})).shuffle(1000, {.seed = 1}).batch(64);
  for (const auto& [x, y] : dataset) CHECK(x.shape()[0] == y.shape()[0]);
  [[maybe_unused]] const auto before = memory_statistics();
  const std::uint64_t first_id = constant(0.f).id();
  for (const auto& [x, y] : dataset) CHECK(x.shape()[0] == y.shape()[0]);
  const std::uint64_t last_id = constant(0.f).id();
  CHECK(last_id - first_id == 3 * 100 + 1);  // the rows' numbers, x and y; a thread's ids are consecutive
#ifndef __SANITIZE_ADDRESS__                 // which switches the pool off
  CHECK(memory_statistics().system_allocations == before.system_allocations);
#endif
}

TEST_CASE("what cannot be sliced is rejected") {
  const Tensor x = ones({3, 2}), y = ones({4});
  CHECK_THROWS_AS(data::from_tensor_slices(constant(1.f)), InvalidArgumentError);
  CHECK_THROWS_AS(data::from_tensor_slices(Tensor()), InvalidArgumentError);
  const std::string message = message_of<InvalidArgumentError>([&] { data::from_tensor_slices(x, y); });
  INFO(message);
  CHECK(message.find("[from_tensor_slices]") == 0);
  CHECK(message.find("(3, 2)") != message.npos);
  CHECK(message.find("(4,)") != message.npos);
  CHECK(message.find("lengths, 3 and 4") != message.npos);
  CHECK(message.find("at dataset_test.cpp:" + std::to_string(__LINE__ - 6)) != message.npos);
}

TEST_CASE("arguments out of range are rejected when the stage is added") {
  const auto dataset = data::from_tensor_slices(numbers(4));
  CHECK_THROWS_AS(dataset.batch(0), InvalidArgumentError);
  CHECK_THROWS_AS(dataset.batch(-1), InvalidArgumentError);
  CHECK_THROWS_AS(dataset.shuffle(0), InvalidArgumentError);
  CHECK_THROWS_AS(dataset.repeat(-2), InvalidArgumentError);
  CHECK_THROWS_AS(dataset.take(-2), InvalidArgumentError);
  CHECK_THROWS_AS(dataset.skip(-2), InvalidArgumentError);
  CHECK_THROWS_AS(dataset.prefetch(0), InvalidArgumentError);
  CHECK_THROWS_AS(dataset.prefetch(-2), InvalidArgumentError);
  CHECK(message_of<InvalidArgumentError>([&] { dataset.batch(0); }).find("[Dataset.batch]") == 0);
}

TEST_CASE("elements of different shapes are not batched") {
  const auto dataset = data::from_tensor_slices(numbers(10)).batch(4).batch(3);
  const std::string message = message_of<InvalidArgumentError>([&] { values_of(dataset); });
  INFO(message);
  CHECK(message.find("(4,)") != message.npos);
  CHECK(message.find("(2,)") != message.npos);
  CHECK(message.find("element 2") != message.npos);
  CHECK(message.find("dataset_test.cpp:") != message.npos);

  int calls = 0;
  const auto mixed = data::from_tensor_slices(numbers(2)).map([&](const Tensor& x) {
    return cast(x, calls++ == 0 ? float32 : float64);
  });
  const std::string dtypes = message_of<InvalidArgumentError>([&] {
    for (const auto& element : mixed.batch(2)) CHECK(element.size() == 1);
  });
  CHECK(dtypes.find("float32") != dtypes.npos);
  CHECK(dtypes.find("float64") != dtypes.npos);

  const auto deep = data::from_tensor_slices(ones({2, 1, 1, 1, 1, 1, 1, 1})).batch(1).batch(1);
  CHECK_THROWS_AS(deep.begin(), InvalidArgumentError);
}
