// How tapes begin and end, several at once, on several threads, and what they cost while they live.
#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;
using doctest::Contains;
using Floats = std::vector<float>;

TEST_CASE("tape lifetime: ended in another order than they began") {
  const Tensor x = constant(3.f);
  auto first = std::make_unique<GradientTape>(GradientTapeOptions{.persistent = true});
  first->watch(x);
  Tensor y = x * x;
  auto second = std::make_unique<GradientTape>(GradientTapeOptions{.persistent = true});
  second->watch(x);
  y = y * x;
  auto third = std::make_unique<GradientTape>(GradientTapeOptions{.persistent = true});
  third->watch(x);
  const Tensor z = y * x;
  first.reset();
  CHECK(second->gradient(y, x).item<float>() == 9);   // the first factor is a constant to it
  CHECK(second->gradient(z, x).item<float>() == 54);  // d/dx of 9 x^2
  CHECK(third->gradient(z, x).item<float>() == 27);
  second.reset();
  CHECK(third->gradient(z * x, x).item<float>() == 162);  // d/dx of 27 x^2
}

TEST_CASE("tape lifetime: an outer tape goes on after an inner one has ended") {
  const Variable w(2.f);
  GradientTape outer;
  Tensor y = w * w;
  {
    GradientTape inner;
    y = y * w;
    CHECK(inner.gradient(y, w).item<float>() == 4);  // w * w was not recorded by it
  }
  y = y * w;
  CHECK(outer.gradient(y, w).item<float>() == 32);
}

TEST_CASE("tape lifetime: a moved tape keeps its recording") {
  const Variable w(3.f);
  GradientTape tape;
  const Tensor y = w * w;
  GradientTape moved = std::move(tape);
  CHECK_THROWS_AS(tape.gradient(y, w), FailedPreconditionError);  // NOLINT: it says so
  CHECK(moved.gradient(y, w).item<float>() == 6);
  GradientTape other;
  const Tensor z = w * w * w;
  moved = std::move(other);
  CHECK(moved.gradient(z, w).item<float>() == 27);
}

TEST_CASE("tape lifetime: a pause outlives its tape, or the tape's reset") {
  const Variable w(3.f);
  std::optional<GradientTape> tape(std::in_place);
  std::optional<GradientTape::Pause> pause(tape->stop_recording());
  tape.reset();
  pause.reset();
  GradientTape next;
  pause.emplace(next.stop_recording());
  next.reset();
  const Tensor y = w * w;
  pause.reset();
  CHECK(next.gradient(y, w).item<float>() == 6);
}

TEST_CASE("tape lifetime: an exception that leaves the scope ends the tape") {
  const Variable w(3.f);
  GradientTape outer;
  try {
    GradientTape inner;
    const Tensor y = w * w;
    throw std::runtime_error("user code");
  } catch (const std::runtime_error&) {
  }
  CHECK(outer.gradient(w * w, w).item<float>() == 6);
  GradientTape after;
  CHECK(after.gradient(w * w, w).item<float>() == 6);
}

TEST_CASE("tape lifetime: an exception inside gradient() ends a tape that is not persistent") {
  const Tensor x = constant(2.f);
  const auto failing = custom_gradient([](const Tensor& v) {
    return with_gradient(v * 1.f, [](const Tensor&) -> Tensor { throw NotFoundError("the gradient's own"); });
  });
  GradientTape tape;
  tape.watch(x);
  const Tensor y = failing(x);
  CHECK_THROWS_AS(tape.gradient(y, x), NotFoundError);
  CHECK_THROWS_AS(tape.gradient(y, x), FailedPreconditionError);
  GradientTape after;
  after.watch(x);
  CHECK(after.gradient(x * x, x).item<float>() == 4);
}

TEST_CASE("tape lifetime: at most 64 tapes live in a thread") {
  std::vector<GradientTape> tapes(64);
  CHECK_THROWS_AS(GradientTape(), ResourceExhaustedError);
  const Variable w(3.f);
  const Tensor y = w * w;
  for (GradientTape& tape : tapes) CHECK(tape.gradient(y, w).item<float>() == 6);
}

TEST_CASE("tape lifetime: a tape refuses another thread") {
  const Variable w(3.f);
  GradientTape tape({.persistent = true});
  const Tensor y = w * w;
  std::thread([&] {
    CHECK_THROWS_WITH_AS(tape.gradient(y, w), Contains("another thread"), FailedPreconditionError);
    CHECK_THROWS_AS(tape.watch(w), FailedPreconditionError);
    CHECK_THROWS_AS(tape.jacobian(y, w), FailedPreconditionError);
    CHECK_THROWS_AS(tape.reset(), FailedPreconditionError);
  }).join();
  CHECK(tape.gradient(y, w).item<float>() == 6);
}

TEST_CASE("tape lifetime: what another thread computes is not recorded") {
  const Variable w(3.f);
  GradientTape tape({.persistent = true});
  Tensor y;
  std::thread([&] { y = w * w; }).join();
  CHECK_FALSE(tape.gradient(y, w));
  CHECK(tape.gradient(y * w, w).item<float>() == 9);  // y is a constant to this thread's tape
}

TEST_CASE("tape lifetime: two threads with a tape each, and one shared variable") {
  const Variable w(constant({1.f, 2.f, 3.f}));
  bool right[2] = {true, true};
  std::thread threads[2];
  for (int t = 0; t < 2; ++t)
    threads[t] = std::thread([&, t] {
      for (int i = 0; i < 200; ++i) {
        GradientTape tape;
        const Tensor y = t == 0 ? w * w : w * w * w;
        const Floats expected = t == 0 ? Floats{2, 4, 6} : Floats{3, 12, 27};
        right[t] = right[t] && values<float>(tape.gradient(y, w)) == expected;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(right[0]);
  CHECK(right[1]);
}

TEST_CASE("tape lifetime: two threads watch one tensor") {
  const Tensor x = constant({1.f, 2.f});
  bool right[2] = {true, true};
  std::thread threads[2];
  for (int t = 0; t < 2; ++t)
    threads[t] = std::thread([&, t] {
      for (int i = 0; i < 200; ++i) {
        GradientTape tape;
        tape.watch(x);
        right[t] = right[t] && values<float>(tape.gradient(x * x, x)) == Floats{2, 4};
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(right[0]);
  CHECK(right[1]);
}

TEST_CASE("tape lifetime: a tape may be destroyed by another thread") {
  const Variable w(3.f);
  auto tape = std::make_unique<GradientTape>();
  const Tensor y = w * w;
  std::thread([&] { tape.reset(); }).join();
  GradientTape next;
  CHECK(next.gradient(w * w, w).item<float>() == 6);
}

TEST_CASE("tape lifetime: a long-lived outer tape does not grow by inner tapes that it needs nothing of") {
  const Tensor x = zeros({1000});
  GradientTape outer({.watch_accessed_variables = false});
  const auto step = [&] {
    GradientTape inner;
    inner.watch(x);
    Tensor y = x;
    for (int i = 0; i < 10; ++i) y = exp(y) * 0.1f;
    inner.gradient(y, x);
  };
  for (int i = 0; i < 10; ++i) step();
  const std::uint64_t before = memory_statistics().bytes_in_use;
  for (int i = 0; i < 1000; ++i) step();
  CHECK(memory_statistics().bytes_in_use <= before + 64 * 1024);
}

TEST_CASE("tape lifetime: what a tape saved is freed when it ends") {
  const std::uint64_t before = memory_statistics().bytes_in_use;
  {
    const Tensor x = zeros({100'000});
    GradientTape tape;
    tape.watch(x);
    Tensor y = x;
    for (int i = 0; i < 10; ++i) y = tanh(y);
    CHECK(memory_statistics().bytes_in_use >= before + 11 * 400'000);
  }
  CHECK(memory_statistics().bytes_in_use <= before + 64 * 1024);
}

TEST_CASE("tape lifetime: without a tape nothing is kept") {
  const Variable w(zeros({100'000}));
  Tensor y = w + 0;
  const std::uint64_t before = memory_statistics().bytes_in_use;
  for (int i = 0; i < 20; ++i) y = tanh(y + w);
  CHECK(memory_statistics().bytes_in_use <= before + 64 * 1024);
}
