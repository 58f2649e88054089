#include <doctest/doctest.h>

#include "gradtape/autograd/autograd.h"

using namespace gradtape;

// With the address sanitizer each block goes to the system, so that a use after release is seen.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool pooling = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool pooling = false;
#else
constexpr bool pooling = true;
#endif
#else
constexpr bool pooling = true;
#endif

TEST_CASE("a training loop at its steady state makes no system allocation for tensors") {
  if (!pooling) return;
  const Tensor x = random::normal({32, 20}, {.seed = 1}),
               labels = cast(random::uniform({32}, {.maxval = 5, .dtype = int32, .seed = 2}), int64);
  Variable w1(random::normal({20, 64}, {.stddev = 0.1, .seed = 3})), b1(zeros({64}));
  Variable w2(random::normal({64, 5}, {.stddev = 0.1, .seed = 4})), b2(zeros({5}));
  float first = 0, last = 0;
  const auto step = [&] {
    GradientTape tape;
    const Tensor hidden = relu(bias_add(matmul(x, w1), b1));
    const Tensor logits = bias_add(matmul(hidden, w2), b2);
    const Tensor loss = reduce_mean(sparse_softmax_cross_entropy_with_logits(labels, logits));
    const auto gradients = tape.gradient(loss, w1, b1, w2, b2);
    Variable* variables[] = {&w1, &b1, &w2, &b2};
    for (std::size_t i = 0; i < 4; ++i) variables[i]->assign_sub(0.5 * gradients[i]);
    return loss.item<float>();
  };
  for (int i = 0; i < 3; ++i) first = step();
  const std::uint64_t before = memory_statistics().system_allocations;
  for (int i = 0; i < 100; ++i) last = step();
  CHECK(memory_statistics().system_allocations == before);
  CHECK(last < 0.5f * first);  // it did train
}

TEST_CASE("bytes in use follow the tensors that live") {
  const std::uint64_t before = memory_statistics().bytes_in_use;
  {
    const Tensor x = zeros({1000, 1000});
    const std::uint64_t with = memory_statistics().bytes_in_use - before;
    CHECK(with >= 4'000'000);
    CHECK(with <= 5'000'000);  // a quarter is the most that a size class wastes
    const Tensor view = reshape(x, {1'000'000});
    CHECK(memory_statistics().bytes_in_use - before < with + 4096);
  }
  CHECK(memory_statistics().bytes_in_use == before);
}

TEST_CASE("the peak is the highest use since the last reset") {
  reset_peak_memory();
  const std::uint64_t start = memory_statistics().bytes_in_use;
  { const Tensor x = zeros({1'000'000}); }
  CHECK(memory_statistics().peak_bytes_in_use >= start + 4'000'000);
  reset_peak_memory();
  CHECK(memory_statistics().peak_bytes_in_use < start + 4'000'000);
}

TEST_CASE("what tensors leave is kept for the next and can be given back") {
  if (!pooling) return;
  release_cached_memory();
  CHECK(memory_statistics().bytes_cached == 0);
  { const Tensor x = zeros({300'000}), small = zeros({3}); }
  CHECK(memory_statistics().bytes_cached >= 1'200'000);
  const std::uint64_t allocations = memory_statistics().system_allocations;
  { const Tensor again = zeros({300'000}), small = zeros({3}); }
  CHECK(memory_statistics().system_allocations == allocations);
  release_cached_memory();
  CHECK(memory_statistics().bytes_cached == 0);
  CHECK(ones({300'000}).data<float>()[299'999] == 1);
}

TEST_CASE("the backward pass frees what the tape saved as it goes") {
  const auto peak_above_start = [](bool persistent) {
    const Tensor x = zeros({100'000});
    reset_peak_memory();
    const std::uint64_t start = memory_statistics().bytes_in_use;
    GradientTape tape({.persistent = persistent});
    tape.watch(x);
    Tensor y = x;
    for (int i = 0; i < 10; ++i) y = exp(y) * 0.1f;
    const std::uint64_t forward = memory_statistics().bytes_in_use - start;
    tape.gradient(y, x);
    const std::uint64_t left = memory_statistics().bytes_in_use - start;
    return std::pair{forward, left};
  };
  const auto [forward, left] = peak_above_start(false);
  CHECK(forward >= 10 * 400'000);
  CHECK(left <= 2 * 400'000);  // the result
  const auto [persistent_forward, persistent_left] = peak_above_start(true);
  CHECK(persistent_left >= 10 * 400'000);
  CHECK(persistent_forward == forward);
}

TEST_CASE("a variable is updated in place in the statement that takes its gradient") {
  Variable w(ones({4, 4}));
  const void* const data = w.value().data<float>().data();
  for (int step = 0; step < 3; ++step) {
    GradientTape tape;
    const Tensor loss = reduce_sum(matmul(w, w));
    w.assign_sub(0.01f * tape.gradient(loss, {w})[0]);
  }
  CHECK(w.value().data<float>().data() == data);
}
