// Nothing that happens to a tape leaks, crashes, or gives the gradient at another value.
#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;
using Floats = std::vector<float>;

namespace {

constexpr std::uint64_t slack = 64 * 1024;

/// Runs `work` a few times to warm up, then many times: the memory held must not have grown.
template <class Work>
void check_no_leak(Work work) {
  for (int i = 0; i < 3; ++i) work();
  const std::uint64_t before = memory_statistics().bytes_in_use;
  for (int i = 0; i < 50; ++i) work();
  CHECK(memory_statistics().bytes_in_use <= before + slack);
}

const Tensor& big() {
  static const Tensor x = random::uniform({10'000}, {.minval = 0.5, .maxval = 1, .seed = 1});
  return x;
}

auto failing() {
  return custom_gradient([](const Tensor& v) {
    return with_gradient(v * 1.f, [v](const Tensor&) -> Tensor { throw std::runtime_error("in the gradient"); });
  });
}

}  // namespace

TEST_CASE("tape safety: every way of assigning leaves the recorded value") {
  const std::function<void(Variable&)> ways[] = {
      [](Variable& v) {
        v.assign(constant({9.f, 9.f}));
      },
      [](Variable& v) {
        v.assign_add(constant({9.f, 9.f}));
      },
      [](Variable& v) { v.assign_sub(3.f); },
      [](Variable& v) { v.assign(v * 0.f); },
  };
  for (const auto& assign : ways) {
    Variable w(constant({2.f, 3.f}));
    GradientTape tape;
    const Tensor y = w * w * w;
    assign(w);
    CHECK(values<float>(tape.gradient(y, w)) == Floats{12, 27});
  }
}

TEST_CASE("tape safety: read, assign, read again: each use has its own value") {
  Variable w(2.f);
  GradientTape tape;
  const Tensor a = w * w;
  w.assign(5.f);
  const Tensor b = w * w;
  CHECK(tape.gradient(a + b, w).item<float>() == 4 + 10);
}

TEST_CASE("tape safety: assigned inside the second order's inner pass") {
  Variable w(2.f);
  GradientTape outer;
  Tensor first;
  {
    GradientTape inner;
    const Tensor y = w * w * w;
    w.assign(7.f);
    first = inner.gradient(y, w);
  }
  w.assign(11.f);
  CHECK(first.item<float>() == 12);
  CHECK(outer.gradient(first, w).item<float>() == 12);
}

TEST_CASE("tape safety: a vector of tapes that grows and shrinks") {
  const Variable w(3.f);
  check_no_leak([&] {
    std::vector<GradientTape> tapes;
    std::vector<Tensor> targets;
    for (int i = 0; i < 20; ++i) {
      tapes.emplace_back(GradientTapeOptions{.persistent = i % 2 == 0});
      targets.push_back(w * static_cast<float>(i) * big());
    }
    tapes.erase(tapes.begin() + 5, tapes.begin() + 10);
    std::rotate(tapes.begin(), tapes.begin() + 3, tapes.end());
    const Tensor y = w * w;
    for (GradientTape& tape : tapes) REQUIRE(tape.gradient(y, w).item<float>() == 6);
  });
}

TEST_CASE("tape safety: a tape moved onto itself goes on") {
  const Variable w(3.f);
  GradientTape tape;
  const Tensor y = w * w;
  GradientTape& same = tape;
  tape = std::move(same);
  CHECK(tape.gradient(y, w).item<float>() == 6);
}

TEST_CASE("tape safety: everything on a tape that was moved from says so, and it can be assigned to") {
  const Variable w(3.f);
  GradientTape tape;
  GradientTape other = std::move(tape);
  // NOLINTBEGIN(bugprone-use-after-move): what this is about
  CHECK_THROWS_AS(tape.watch(w), FailedPreconditionError);
  CHECK_THROWS_AS(tape.reset(), FailedPreconditionError);
  CHECK_THROWS_AS(tape.jacobian(w, w), FailedPreconditionError);
  CHECK_THROWS_AS(tape.watched(), FailedPreconditionError);
  CHECK_THROWS_AS(tape.why_no_gradient(w, w), FailedPreconditionError);
  CHECK_THROWS_AS(static_cast<void>(tape.stop_recording()), FailedPreconditionError);
  // NOLINTEND(bugprone-use-after-move)
  tape = GradientTape();
  CHECK(tape.gradient(w * w, w).item<float>() == 6);
}

TEST_CASE("tape safety: nested tapes destroyed in every order leak nothing") {
  int order[] = {0, 1, 2};
  do {
    check_no_leak([&] {
      std::optional<GradientTape> tapes[3];
      Tensor y = big();
      for (int i = 0; i < 3; ++i) {
        tapes[i].emplace(GradientTapeOptions{.persistent = i == 1});
        tapes[i]->watch(big());
        for (int k = 0; k < 3; ++k) y = tanh(y * big());
      }
      Tensor g = tapes[2]->gradient(y, big());
      for (const int i : order) tapes[i].reset();
    });
  } while (std::next_permutation(order, order + 3));
}

TEST_CASE("tape safety: an exception in the forward pass leaks nothing") {
  check_no_leak([] {
    try {
      GradientTape outer, inner({.persistent = true});
      inner.watch(big());
      Tensor y = exp(big());
      y = matmul(y, y);  // vectors are refused
    } catch (const InvalidArgumentError&) {
    }
  });
}

TEST_CASE("tape safety: an exception in a custom gradient leaks nothing, and the tapes around it go on") {
  check_no_leak([] {
    const Tensor x = big();
    GradientTape outer;
    outer.watch(x);
    Tensor y = tanh(x);
    for (const bool persistent : {false, true}) {
      GradientTape tape({.persistent = persistent});
      tape.watch(x);
      const Tensor z = tanh(failing()(sin(x)));
      REQUIRE_THROWS_AS(tape.gradient(z, x), std::runtime_error);
      if (persistent) REQUIRE(tape.gradient(sin(x) * y, x));
    }
    REQUIRE(outer.gradient(y, x));
  });
}

TEST_CASE("tape safety: an exception from a custom gradient of a Jacobian, of forward mode, of recomputed code") {
  const auto recomputed = recompute_grad([](const Tensor& t) { return failing()(t); });
  check_no_leak([&] {
    const Tensor x = big().slice({0}, {5});
    {
      GradientTape tape;
      tape.watch(x);
      const Tensor y = failing()(x);
      REQUIRE_THROWS_AS(tape.jacobian(y, x), std::runtime_error);
    }
    {
      ForwardAccumulator forward(x, x);
      const Tensor y = failing()(x);
      REQUIRE_THROWS_AS(forward.jvp(y), std::runtime_error);
    }
    GradientTape tape;
    tape.watch(x);
    const Tensor y = recomputed(x);
    REQUIRE_THROWS_AS(tape.gradient(y, x), std::runtime_error);
  });
  // And after all of it the thread records as before.
  const Tensor x = constant(3.f);
  GradientTape tape;
  tape.watch(x);
  CHECK(tape.gradient(x * x, x).item<float>() == 6);
}

namespace {
// Throws when it has been copied so many times.
struct Fragile {
  explicit Fragile(int copies) : left(std::make_shared<int>(copies)) {}
  Fragile(const Fragile& other) : left(other.left), value(other.value) {
    if (--*left < 0) throw std::runtime_error("copied too often");
  }
  std::shared_ptr<int> left;
  Tensor value = big() * 1.f;
};
}  // namespace

TEST_CASE("tape safety: a gradient function that cannot be copied leaks nothing") {
  bool passed = false;
  for (int copies = 0; !passed && copies < 30; ++copies) {
    check_no_leak([&] {
      GradientTape tape;
      tape.watch(big());
      try {
        const Fragile fragile(copies + 1);
        const auto f = custom_gradient([fragile](const Tensor& x) {
          return with_gradient(x * 1.f, [fragile](const Tensor& dy) { return dy * fragile.value; });
        });
        const Tensor y = f(big()) * 2.f;
        passed = static_cast<bool>(tape.gradient(y, big()));
      } catch (const std::runtime_error&) {
        const Tensor y = tanh(big());
        passed = false;
        REQUIRE(tape.gradient(y, big()));
      }
    });
  }
  CHECK(passed);
}

TEST_CASE("tape safety: a tape captured by its own recording does not keep itself alive") {
  check_no_leak([] {
    auto tape = std::make_shared<GradientTape>(GradientTapeOptions{.persistent = true});
    tape->watch(big());
    const Tensor y = tanh(big());
    const Tensor g = tape->gradient(y, big());
  });
}

TEST_CASE("tape safety: persistent tapes asked again and again hold no more than their recording") {
  GradientTape tape({.persistent = true, .watch_accessed_variables = false});
  tape.watch(big());
  Tensor y = big();
  for (int i = 0; i < 5; ++i) y = tanh(y);
  const auto pause = tape.stop_recording();
  check_no_leak([&] { REQUIRE(tape.gradient(y, big())); });
}

TEST_CASE("tape safety: forward mode, Jacobians, Hessians and recomputed code leak nothing") {
  const Variable w(constant({1.f, 2.f, 3.f}));
  const auto f = [&](const Tensor& x) { return reduce_sum(exp(x * w) * x); };
  const auto again = recompute_grad(f);
  check_no_leak([&] {
    const Tensor x = constant({0.1f, 0.2f, 0.3f});
    hessian(f, x);
    hvp(f, x, x);
    jvp(f, x, x);
    GradientTape tape({.persistent = true});
    tape.watch(x);
    const Tensor y = again(x);
    tape.jacobian(exp(x) * y, x);
    tape.batch_jacobian(exp(x), x);
    tape.gradient(y, {x, w});
  });
}

TEST_CASE("tape safety: a pause that outlives a moved tape") {
  const Variable w(3.f);
  std::optional<GradientTape> tape(std::in_place);
  {
    auto pause = tape->stop_recording();
    GradientTape moved = std::move(*tape);
    tape.emplace();
    CHECK_FALSE(moved.gradient(w * w, w));  // it is paused, whoever holds it
  }
  CHECK(tape->gradient(w * w, w).item<float>() == 6);
}

TEST_CASE("tape safety: forward mode and recomputed code refuse or ignore another thread") {
  const Tensor x = constant(2.f);
  ForwardAccumulator forward(x, constant(1.f));
  const Tensor y = x * x;
  std::thread([&] { CHECK_THROWS_AS(forward.jvp(y), FailedPreconditionError); }).join();
  CHECK(forward.jvp(y).item<float>() == 4);
}
