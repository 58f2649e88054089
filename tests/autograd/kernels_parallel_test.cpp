// The thread pool behind the kernels.

#include "kernels/parallel.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace gradtape::kernels;

namespace {

struct ThreadsRestored {
  int before = num_threads();
  ~ThreadsRestored() { set_num_threads(before); }
};

}  // namespace

TEST_CASE("chunks cover the range once, with cuts that do not depend on the threads") {
  const ThreadsRestored restored;
  for (int threads : {1, 2, 4, 7, 2, 1}) {
    CAPTURE(threads);
    set_num_threads(threads);
    CHECK(num_threads() == threads);
    std::vector<std::atomic<int>> visits(1003);
    std::atomic<int> uneven{0};
    parallel_for(1003, 10, [&](std::int64_t begin, std::int64_t end) {
      if (begin % 10 != 0 || (end - begin != 10 && end != 1003)) ++uneven;
      for (std::int64_t i = begin; i < end; ++i) ++visits[static_cast<std::size_t>(i)];
    });
    CHECK(uneven == 0);
    for (const auto& count : visits) REQUIRE(count == 1);
  }
}

TEST_CASE("nothing runs for an empty range") {
  bool called = false;
  parallel_for(0, 10, [&](std::int64_t, std::int64_t) { called = true; });
  parallel_chunks(0, 10, [&](std::int64_t, std::int64_t) { called = true; });
  CHECK_FALSE(called);
}

TEST_CASE("more threads than cores can be asked for, and really run") {
  const ThreadsRestored restored;
  const int threads = static_cast<int>(std::thread::hardware_concurrency()) + 2;
  set_num_threads(threads);
  // Each body waits for the others: it ends only when all run at once (or, failing that, after a while).
  std::atomic<int> inside{0};
  parallel_chunks(threads, 1, [&](std::int64_t, std::int64_t) {
    ++inside;
    for (int i = 0; i < 5000 && inside < threads; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  });
  CHECK(inside == threads);
  set_num_threads(0);
  CHECK(num_threads() == 1);
}

TEST_CASE("an exception of a body reaches the caller once, and the pool lives on") {
  const ThreadsRestored restored;
  for (int threads : {1, 3}) {
    set_num_threads(threads);
    for (int round = 0; round < 20; ++round) {
      CHECK_THROWS_AS(parallel_chunks(100, 1,
                                      [](std::int64_t begin, std::int64_t) {
                                        if (begin % 10 == 3) throw std::runtime_error("stop");
                                      }),
                      std::runtime_error);
    }
    std::atomic<int> sum{0};
    parallel_chunks(100, 1, [&](std::int64_t begin, std::int64_t) { sum += static_cast<int>(begin); });
    CHECK(sum == 4950);
  }
}

TEST_CASE("nested calls and calls from several threads finish") {
  const ThreadsRestored restored;
  set_num_threads(3);
  std::atomic<long> sum{0};
  const auto work = [&] {
    for (int round = 0; round < 20; ++round)
      parallel_chunks(8, 1, [&](std::int64_t, std::int64_t) {
        parallel_chunks(50, 7, [&](std::int64_t begin, std::int64_t end) { sum += end - begin; });
      });
  };
  std::vector<std::thread> users;
  for (int i = 0; i < 4; ++i) users.emplace_back(work);
  for (auto& user : users) user.join();
  CHECK(sum == 4L * 20 * 8 * 50);
}

TEST_CASE("the number of threads may change while others compute") {
  const ThreadsRestored restored;
  std::atomic<long> sum{0};
  std::thread user([&] {
    for (int round = 0; round < 200; ++round)
      parallel_chunks(64, 4, [&](std::int64_t begin, std::int64_t end) { sum += end - begin; });
  });
  for (int round = 0; round < 50; ++round) set_num_threads(1 + round % 4);
  user.join();
  CHECK(sum == 200L * 64);
}

namespace {
std::atomic<int> starts{0};
thread_local int starts_here = 0;
}  // namespace

TEST_CASE("a start hook runs once on each thread before its first body") {
  const ThreadsRestored restored;
  on_worker_start([] {
    ++starts;
    ++starts_here;
  });
  set_num_threads(3);
  std::atomic<int> wrong{0};
  for (int round = 0; round < 20; ++round)
    parallel_chunks(64, 1, [&](std::int64_t, std::int64_t) {
      if (starts_here != 1) ++wrong;
    });
  CHECK(wrong == 0);
  CHECK(starts >= 1);
}
