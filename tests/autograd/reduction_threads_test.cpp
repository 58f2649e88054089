// Tensors that are large enough to be cut: the same bits for any number of threads.
#include <doctest/doctest.h>

#include <cstring>

#include "gradtape/autograd/autograd.h"

using namespace gradtape;

namespace {

struct RestoredThreads {
  int before = num_threads();
  ~RestoredThreads() { set_num_threads(before); }
};

/// The result of f and its gradient for 1, 2 and 4 threads.
template <class F>
void check_same_bits(const Tensor& x, const F& f) {
  const RestoredThreads restored;
  Tensor expected[2];
  for (const int threads : {1, 2, 4}) {
    CAPTURE(threads);
    set_num_threads(threads);
    GradientTape tape;
    tape.watch(x);
    const Tensor y = f(x);
    const Tensor results[2] = {y, tape.gradient(y * y, x)};
    for (int i = 0; i < 2; ++i) {
      if (!expected[i]) expected[i] = results[i];
      const auto got = results[i].data<float>(), wanted = expected[i].data<float>();
      CHECK(std::memcmp(got.data(), wanted.data(), got.size_bytes()) == 0);
    }
  }
}

}  // namespace

TEST_CASE("large reductions, scans, sorts and segments have the same bits for 1, 2 and 4 threads") {
  const Tensor x = random::normal({300, 20, 100}, {.seed = 1});
  for (const int axis : {0, 1, 2}) {
    CAPTURE(axis);
    check_same_bits(x, [=](const Tensor& t) { return reduce_logsumexp(t, axis); });
    check_same_bits(x, [=](const Tensor& t) { return reduce_std(t, axis); });
    check_same_bits(x, [=](const Tensor& t) { return reduce_euclidean_norm(t, axis); });
    check_same_bits(x, [=](const Tensor& t) { return reduce_prod(t, axis); });
    check_same_bits(x, [=](const Tensor& t) { return cumsum(t, axis); });
    check_same_bits(x, [=](const Tensor& t) { return cumprod(t, axis, {.exclusive = true}); });
    check_same_bits(x, [=](const Tensor& t) { return cumulative_logsumexp(t, axis, {.reverse = true}); });
    check_same_bits(x, [=](const Tensor& t) { return sort(t, axis); });
  }
  check_same_bits(x, [](const Tensor& t) { return top_k(t, 7).values; });
  check_same_bits(reshape(x, {-1}), [](const Tensor& t) { return reduce_euclidean_norm(t); });

  for (const std::int64_t inner : {1, 3, 500}) {
    CAPTURE(inner);
    const std::int64_t rows = 600000 / inner;
    const Tensor data = reshape(x, {-1, inner});
    const Tensor ids = cast(random::uniform({rows}, {.maxval = 50, .seed = 2}), int32) - 1;
    check_same_bits(data, [&](const Tensor& t) { return unsorted_segment_sum(t, ids, 49); });
    check_same_bits(data, [&](const Tensor& t) { return unsorted_segment_max(t, ids, 49); });
    check_same_bits(data, [&](const Tensor& t) { return unsorted_segment_prod(t * 1.0001f, ids, 49); });
  }
}
