#include <doctest/doctest.h>

#include <cstring>
#include <thread>

#include "gradtape/autograd/autograd.h"

using namespace gradtape;

namespace {

struct RestoredThreads {
  int before = num_threads();
  ~RestoredThreads() { set_num_threads(before); }
};

bool same_bits(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() &&
         std::memcmp(a.data<float>().data(), b.data<float>().data(), a.data<float>().size_bytes()) == 0;
}

}  // namespace

TEST_CASE("the number of threads is set and read") {
  const RestoredThreads restored;
  set_num_threads(3);
  CHECK(num_threads() == 3);
  CHECK_THROWS_AS(set_num_threads(0), InvalidArgumentError);
  CHECK_THROWS_AS(set_num_threads(-2), InvalidArgumentError);
  CHECK(num_threads() == 3);
}

TEST_CASE("large results have the same bits for any number of threads") {
  const RestoredThreads restored;
  const Tensor a = random::normal({700, 900}, {.seed = 1}), b = random::normal({900, 500}, {.seed = 2});
  const auto all = [&] {
    GradientTape tape;
    tape.watch({a, b});
    const Tensor y = reduce_mean(softmax(tanh(matmul(a, b))) * 3.f, 0);
    const auto [da, db] = tape.gradient(y, a, b);
    return std::vector<Tensor>{y, da, db, reduce_sum(a), random::normal({300'000}, {.seed = 3})};
  };
  set_num_threads(1);
  const std::vector<Tensor> one = all();
  for (int threads : {2, 4}) {
    set_num_threads(threads);
    const std::vector<Tensor> several = all();
    for (std::size_t i = 0; i < one.size(); ++i) CHECK(same_bits(one[i], several[i]));
  }
}

TEST_CASE("two threads share tensors and a variable") {
  const Tensor x = random::normal({64, 64}, {.seed = 4});
  const Variable w(random::normal({64, 64}, {.seed = 5}));
  const Tensor expected = matmul(x, w);
  bool same[2] = {true, true};
  std::thread threads[2];
  for (int t = 0; t < 2; ++t)
    threads[t] = std::thread([&, t] {
      for (int i = 0; i < 50; ++i) same[t] = same[t] && same_bits(matmul(x, w), expected);
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(same[0]);
  CHECK(same[1]);
}

TEST_CASE("a tensor may be released by another thread than the one that made it") {
  for (int i = 0; i < 20; ++i) {
    Tensor x = zeros({1000});
    std::thread([moved = std::move(x)]() mutable { moved = Tensor(); }).join();
  }
  Tensor y;
  std::thread([&y] { y = ones({1000}); }).join();
  CHECK(reduce_sum(y).item<float>() == 1000);
}
