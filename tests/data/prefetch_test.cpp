#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "data/pipeline_values.h"

using namespace gradtape;
using namespace gradtape::test;

TEST_CASE("prefetch hands out the same elements in the same order") {
  const auto source = data::from_tensor_slices(numbers(1000)).batch(3);
  const auto expected = values_of(source);
  for (const std::int64_t buffer_size :
       {data::autotune, std::int64_t{1}, std::int64_t{2}, std::int64_t{3}, std::int64_t{1000}}) {
    CHECK(values_of(source.prefetch(buffer_size)) == expected);
    CHECK(values_of(source.prefetch(buffer_size).prefetch(2)) == expected);
    CHECK(values_of(source.prefetch(buffer_size).repeat(2)).size() == 2 * expected.size());
  }
}

TEST_CASE("prefetch runs what is before it on another thread, and no further ahead than its buffer") {
  std::atomic<int> made = 0;
  std::atomic<bool> elsewhere = true;
  const auto loop_thread = std::this_thread::get_id();
  const auto dataset = data::from_tensor_slices(numbers(30))
                           .map([&](const Tensor& x) {
                             ++made;
                             if (std::this_thread::get_id() == loop_thread) elsewhere = false;
                             return x;
                           })
                           .prefetch(4);
  int received = 0;
  for (const auto& [x] : dataset) {
    CHECK(x.item<int>() == received);
    ++received;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    CHECK(made <= received + 4);
  }
  CHECK(received == 30);
  CHECK(elsewhere);
}

TEST_CASE("leaving a loop early ends the thread") {
  std::atomic<int> running = 0;
  const auto dataset = data::from_tensor_slices(numbers(5))
                           .repeat()
                           .map([&](const Tensor& x) {
                             ++running;
                             Tensor y = x + 1;
                             --running;
                             return y;
                           })
                           .prefetch();
  for (int i = 0; i < 50; ++i)
    for (const auto& [x] : dataset)
      if (x.item<int>() > i % 5) break;
  const auto leave = [&] {
    for (const auto& [x] : dataset)
      if (x.item<int>() == 2) throw std::logic_error("the loop's own");
  };
  CHECK_THROWS_WITH_AS(leave(), "the loop's own", std::logic_error);
  CHECK(running == 0);
  { auto never_moved = dataset.begin(); }
  auto moved_from = dataset.begin();
  auto moved_to = std::move(moved_from);
  CHECK((*moved_to)[0].item<int>() == 1);
}

TEST_CASE("an exception behind prefetch is thrown once, after the elements before it") {
  const auto dataset =
      data::from_tensor_slices(numbers(100)).batch(10).batch(4).prefetch();  // the last one has 2 batches
  CHECK(values_of(dataset).size() == 3);
  const auto failing = data::from_tensor_slices(numbers(100)).batch(30).batch(4).prefetch();
  CHECK_THROWS_AS(values_of(failing), InvalidArgumentError);

  auto iterator = data::from_tensor_slices(numbers(3))
                      .map([](const Tensor& x) {
                        if (x.item<int>() == 1) throw std::out_of_range("one");
                        return x;
                      })
                      .prefetch()
                      .begin();
  CHECK((*iterator)[0].item<int>() == 0);
  CHECK_THROWS_WITH_AS(++iterator, "one", std::out_of_range);
  ++iterator;
  CHECK((iterator == data::Dataset<1>::End()));
}

TEST_CASE("prefetch by itself keeps few large elements") {
  std::atomic<int> made = 0;
  const auto dataset = data::from_tensor_slices(numbers(20))
                           .map([&](const Tensor&) {
                             ++made;
                             return zeros({3 << 20});  // 12 MiB
                           })
                           .prefetch();
  auto iterator = dataset.begin();
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  CHECK(made <= 3);
}

TEST_CASE("prefetch works with one thread for the ops") {
  const int threads = num_threads();
  set_num_threads(1);
  CHECK(flat_values_of(data::from_tensor_slices(numbers(100)).shuffle(10).batch(7).prefetch()).size() == 100);
  set_num_threads(threads);
}
