#include "gradtape/autograd/recompute.h"

#include <doctest/doctest.h>

#include <cstring>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"
#include "gradtape/autograd/gradcheck.h"

using namespace gradtape;
using doctest::Approx;
using Floats = std::vector<float>;

namespace {

Tensor block(const Tensor& x) {
  Tensor y = x;
  for (int i = 0; i < 20; ++i) y = tanh(y * 1.1f);
  return y;
}

std::uint64_t peak_of_chain(bool recompute) {
  const Tensor x = random::normal({50'000}, {.seed = 1});
  const auto again = recompute_grad(block);
  const std::uint64_t before = memory_statistics().bytes_in_use;
  reset_peak_memory();
  GradientTape tape;
  tape.watch(x);
  Tensor y = x;
  for (int i = 0; i < 20; ++i) y = recompute ? again(y) : block(y);
  CHECK(tape.gradient(y, x));
  return memory_statistics().peak_bytes_in_use - before;
}

}  // namespace

TEST_CASE("recompute_grad: the gradients have the same bits") {
  const Variable w(random::normal({8, 8}, {.seed = 1})), b(random::normal({8}, {.seed = 2}));
  const Tensor x = random::normal({4, 8}, {.seed = 3});
  const auto layer = [&](const Tensor& t) { return tanh(matmul(t, w) + b); };
  const auto again = recompute_grad(layer);
  const auto gradients = [&](bool recompute) {
    GradientTape tape;
    tape.watch(x);
    Tensor y = x;
    for (int i = 0; i < 3; ++i) y = recompute ? again(y) : layer(y);
    return tape.gradient(reduce_sum(y * y), {x, w, b});
  };
  const auto plain = gradients(false), recomputed = gradients(true);
  for (std::size_t i = 0; i < 3; ++i) CHECK(values<float>(plain[i]) == values<float>(recomputed[i]));
}

TEST_CASE("recompute_grad: a chain of blocks has a peak several times lower") {
  const std::uint64_t plain = peak_of_chain(false), recomputed = peak_of_chain(true);
  // 400 results of tanh are kept, against 20 results of blocks and what is inside one of them.
  CHECK(recomputed * 4 < plain);
}

TEST_CASE("recompute_grad: nothing but arguments and result is kept by the forward pass") {
  const Tensor x = zeros({100'000});
  const auto again = recompute_grad(block);
  GradientTape tape;
  tape.watch(x);
  const std::uint64_t before = memory_statistics().bytes_in_use;
  const Tensor y = again(x);
  CHECK(memory_statistics().bytes_in_use <= before + 400'000 + 64 * 1024);
}

TEST_CASE("recompute_grad: without a tape it is the function") {
  const Tensor x = constant({1.f, 2.f});
  CHECK(values<float>(recompute_grad(block)(x)) == values<float>(block(x)));
}

TEST_CASE("recompute_grad: orders one and two by numeric differences") {
  const auto f = recompute_grad([](const Tensor& x, const Tensor& y) { return sin(x * y) + x * x * y; });
  const Tensor x = random::normal({3}, {.dtype = float64, .seed = 1});
  const Tensor y = random::normal({3}, {.dtype = float64, .seed = 2});
  CHECK_GRADIENTS([&](const Tensor& a, const Tensor& b) { return f(a, b); }, x, y);
  // Of what is read inside too, and one inside another.
  const Variable w(random::normal({3}, {.dtype = float64, .seed = 4}));
  const auto inner = recompute_grad([&](const Tensor& a) { return exp(a * w); });
  const auto outer = recompute_grad([&](const Tensor& a) { return inner(a) * sin(inner(a * 0.5)); });
  CHECK_GRADIENTS([&](const Tensor& a) { return outer(a); }, x, w);
}

TEST_CASE("recompute_grad: a Variable assigned in between has the gradient at the recorded value") {
  Variable w(constant({2.f, 3.f}));
  const Tensor x = constant({5.f, 7.f});
  const auto f = recompute_grad([&](const Tensor& t) { return t * w * w; });
  GradientTape tape;
  tape.watch(x);
  const Tensor y = f(x);
  w.assign(constant({100.f, 100.f}));
  const auto [dx, dw] = tape.gradient(y, x, w);
  CHECK(values<float>(dx) == Floats{4, 9});
  CHECK(values<float>(dw) == Floats{20, 42});
  CHECK(values<float>(w.value()) == Floats{100, 100});
}

TEST_CASE("recompute_grad: what the function assigns is assigned once") {
  Variable count(0.f, {.trainable = false}), w(2.f);
  const auto f = recompute_grad([&](const Tensor& t) {
    count.assign_add(1.f);
    return t * w * count;
  });
  const Tensor x = constant(3.f);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = f(x);
  CHECK(y.item<float>() == 6);
  CHECK(tape.gradient(y, x).item<float>() == 2);
  CHECK(count.value().item<float>() == 1);
}

TEST_CASE("recompute_grad: random ops draw the same numbers again") {
  set_seed(7);
  const auto f = recompute_grad([](const Tensor& t) {
    const Tensor factor = random::normal({4}), term = random::uniform({4});
    return t * factor + term;
  });
  const Tensor x = ones({4});
  GradientTape tape;
  tape.watch(x);
  const Tensor y = f(x);
  const Tensor between = random::normal({4});
  const Floats gradient = values<float>(tape.gradient(y, x));
  // The same draws by hand: the gradient is the factor.
  set_seed(7);
  CHECK(gradient == values<float>(random::normal({4})));
  random::uniform({4});
  CHECK(values<float>(random::normal({4})) == values<float>(between));
}

TEST_CASE("recompute_grad: a second run that draws more random numbers is refused") {
  int runs = 0;
  const auto f = recompute_grad([&](const Tensor& t) {
    Tensor y = t;
    for (int i = 0; i <= runs; ++i) y = y * random::normal({});
    ++runs;
    return y;
  });
  const Tensor x = constant(1.f);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = f(x);
  CHECK_THROWS_WITH_AS(tape.gradient(y, x), doctest::Contains("draws more random numbers than the first time"),
                       FailedPreconditionError);
}

TEST_CASE("recompute_grad: several results, and an integer argument") {
  const auto f = recompute_grad([](const Tensor& x, const Tensor& i) {
    const Tensor picked = gather(x, i);
    return Tensors{picked * picked, reduce_sum(x)};
  });
  const Tensor x = constant({1.f, 2.f, 3.f}), i = constant({2, 0});
  GradientTape tape;
  tape.watch(x);
  const Tensors y = f(x, i);
  CHECK(values<float>(y[0]) == Floats{9, 1});
  CHECK(values<float>(tape.gradient({y[0], y[1]}, x)) == Floats{3, 1, 7});
}

TEST_CASE("recompute_grad: in a Jacobian and in forward mode") {
  const auto f = recompute_grad([](const Tensor& x) { return x * x * x; });
  const Tensor x = constant({1.f, 2.f});
  GradientTape tape;
  tape.watch(x);
  CHECK(values<float>(tape.jacobian(f(x), x)) == Floats{3, 0, 0, 12});
  ForwardAccumulator forward(x, constant({1.f, 10.f}));
  CHECK(values<float>(forward.jvp(f(x))) == Floats{3, 120});
}

TEST_CASE("recompute_grad: an exception in the second run leaves everything as it was") {
  Variable w(2.f);
  bool fail = false;
  const auto f = recompute_grad([&](const Tensor& t) {
    const Tensor y = t * w;
    if (fail) throw NotFoundError("the second run");
    return y;
  });
  const Tensor x = constant(3.f);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = f(x);
  w.assign(5.f);
  fail = true;
  CHECK_THROWS_AS(tape.gradient(y, x), NotFoundError);
  CHECK(w.value().item<float>() == 5);
  fail = false;
  GradientTape next;
  next.watch(x);
  CHECK(next.gradient(f(x), x).item<float>() == 5);
}
