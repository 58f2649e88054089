// The tape of one thread: gradients, sources, targets, orders. Its life and its threads: tape_lifetime_test.cpp.
#include <doctest/doctest.h>

#include <cmath>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;
using doctest::Approx;
using doctest::Contains;
using Floats = std::vector<float>;

TEST_CASE("tape: the gradient of a variable, which it watches by itself") {
  Variable w(3.f);
  GradientTape tape;
  const Tensor y = w * w;
  CHECK(tape.gradient(y, w).item<float>() == 6);
}

TEST_CASE("tape: a watched tensor") {
  const Tensor x = constant({1.f, 2.f});
  GradientTape tape;
  tape.watch(x);
  CHECK(values<float>(tape.gradient(x * x * x, x)) == Floats{3, 12});
}

TEST_CASE("tape: uses before watch() are not recorded") {
  const Tensor x = constant(2.f);
  GradientTape tape;
  const Tensor before = x * x;
  tape.watch(x);
  const Tensor y = before * x;
  CHECK(tape.gradient(y, x).item<float>() == 4);
}

TEST_CASE("tape: several sources come as an array or a vector") {
  const Variable w(2.f), b(5.f);
  const Tensor x = constant(3.f);
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor y = w * x + b;
  const auto [dw, db, dx] = tape.gradient(y, w, b, x);
  CHECK(dw.item<float>() == 3);
  CHECK(db.item<float>() == 1);
  CHECK(dx.item<float>() == 2);
  const std::vector<Tensor> list = tape.gradient(y, {w, b, x});
  REQUIRE(list.size() == 3);
  CHECK(list[2].item<float>() == 2);
  CHECK(tape.gradient(y, std::vector<Variable>{b, w})[1].item<float>() == 3);
  CHECK(tape.gradient(y, std::vector<Tensor>{x})[0].item<float>() == 2);
  CHECK(tape.gradient(y, Sources(std::vector<Tensor>{})).empty());
}

TEST_CASE("tape: the same source twice") {
  const Variable w(2.f);
  GradientTape tape;
  const auto [a, b] = tape.gradient(w * w, w, w);
  CHECK(a.item<float>() == 4);
  CHECK(b.item<float>() == 4);
}

TEST_CASE("tape: several targets add up") {
  const Variable w(2.f);
  GradientTape tape({.persistent = true});
  const Tensor a = w * w, b = 3 * w;
  CHECK(tape.gradient({a, b}, w).item<float>() == 7);
  CHECK(tape.gradient({a, b, b}, w).item<float>() == 10);
}

TEST_CASE("tape: the elements of a target add up") {
  const Tensor x = constant({1.f, 2.f, 3.f});
  GradientTape tape;
  tape.watch(x);
  const Tensor total = reduce_sum(x);
  const Tensor y = total * x;  // the sum over i of total * x[i]
  CHECK(values<float>(tape.gradient(y, x)) == Floats{12, 12, 12});
}

TEST_CASE("tape: output gradients weight the targets") {
  const Tensor x = constant({1.f, 2.f});
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor y = x * x, z = 3 * x;
  CHECK(values<float>(tape.gradient(y, x, {.output_gradients = {constant({10.f, 0.f})}})) == Floats{20, 0});
  CHECK(values<float>(tape.gradient({y, z}, x, {.output_gradients = {constant({1.f, 1.f}), constant({0.f, 2.f})}})) ==
        Floats{2, 10});
  CHECK(values<float>(tape.gradient({y, z}, x, {.output_gradients = {Tensor(), constant({0.f, 2.f})}})) ==
        Floats{2, 10});
  CHECK_THROWS_WITH_AS(tape.gradient(y, x, {.output_gradients = {constant(1.f)}}),
                       Contains("output gradient 0 has shape () and dtype float32, its target (2,)"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(tape.gradient(y, x, {.output_gradients = {constant({1.0, 1.0}, float64)}}), InvalidArgumentError);
  CHECK_THROWS_AS(tape.gradient({y, z}, x, {.output_gradients = {constant({1.f, 1.f})}}), InvalidArgumentError);
}

TEST_CASE("tape: wrong output gradients leave a tape that is not persistent usable") {
  const Variable w(2.f);
  GradientTape tape;
  const Tensor y = w * w;
  CHECK_THROWS_AS(tape.gradient(y, w, {.output_gradients = {constant({1.f, 1.f})}}), InvalidArgumentError);
  CHECK(tape.gradient(y, w).item<float>() == 4);
}

TEST_CASE("tape: an unconnected source has no gradient, or zeros when asked for") {
  const Variable w(2.f), other(constant({1.f, 2.f}));
  GradientTape tape({.persistent = true});
  const Tensor y = w * w, unused = other * 2;
  const auto [dw, dother] = tape.gradient(y, w, other);
  CHECK(dw);
  CHECK_FALSE(dother);
  CHECK_THROWS_AS(dother + 1, FailedPreconditionError);
  const Tensor zero = tape.gradient(y, other, {.unconnected_gradients = UnconnectedGradients::zero});
  CHECK(values<float>(zero) == Floats{0, 0});
}

TEST_CASE("tape: the gradient adds up over several uses") {
  const Variable w(2.f);
  GradientTape tape;
  Tensor y = w + 0;
  for (int i = 0; i < 9; ++i) y = y + w;
  CHECK(tape.gradient(y, w).item<float>() == 10);
}

TEST_CASE("tape: a result used twice") {
  const Tensor x = constant(3.f);
  GradientTape tape;
  tape.watch(x);
  const Tensor square_of_x = x * x;
  CHECK(tape.gradient(square_of_x * square_of_x + square_of_x, x).item<float>() == 4 * 27 + 6);
}

TEST_CASE("tape: a gradient handed on twice is not added to in place") {
  // Both operands of the sum receive the same upstream tensor, and x gets more from elsewhere.
  const Tensor x = constant({1.f, 2.f}), y = constant({3.f, 4.f});
  GradientTape tape;
  tape.watch({x, y});
  const Tensor s = x + y;
  const auto [dx, dy, ds] = tape.gradient(s + 5 * x, x, y, s);
  CHECK(values<float>(dx) == Floats{6, 6});
  CHECK(values<float>(dy) == Floats{1, 1});
  CHECK(values<float>(ds) == Floats{1, 1});
}

TEST_CASE("tape: an intermediate result is a source") {
  const Variable w(3.f);
  GradientTape tape({.persistent = true});
  const Tensor middle = w * w, y = middle * middle;
  CHECK(tape.gradient(y, middle).item<float>() == 18);
  const auto [dmiddle, dw] = tape.gradient(y, middle, w);
  CHECK(dmiddle.item<float>() == 18);
  CHECK(dw.item<float>() == 108);
}

TEST_CASE("tape: the target is a source") {
  const Variable w(3.f);
  GradientTape tape({.persistent = true});
  const Tensor y = w * w;
  CHECK(tape.gradient(y, y).item<float>() == 1);
  const auto [dy, dw] = tape.gradient(y, y, w);
  CHECK(dy.item<float>() == 1);
  CHECK(dw.item<float>() == 6);
  CHECK(tape.gradient(w.value(), w).item<float>() == 1);
}

TEST_CASE("tape: an intermediate result that is watched again") {
  const Tensor x = constant(2.f);
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor middle = x * x;
  tape.watch(middle);
  const Tensor y = middle * middle;
  CHECK(tape.gradient(y, middle).item<float>() == 8);
  CHECK(tape.gradient(y, x).item<float>() == 32);
  const auto [dmiddle, dx] = tape.gradient(y, middle, x);
  CHECK(dmiddle.item<float>() == 8);
  CHECK(dx.item<float>() == 32);
}

TEST_CASE("tape: an integer source has no gradient") {
  const Tensor n = constant({1, 2});
  GradientTape tape({.persistent = true});
  tape.watch(n);
  const Tensor y = n * n;
  CHECK_FALSE(tape.gradient(y, n));
  const Tensor zero = tape.gradient(y, n, {.unconnected_gradients = UnconnectedGradients::zero});
  CHECK(zero.dtype() == int32);
}

TEST_CASE("tape: stop_gradient and stop_recording") {
  const Tensor x = constant(3.f);
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor y = x * stop_gradient(x);
  CHECK(tape.gradient(y, x).item<float>() == 3);
  Tensor paused;
  {
    const auto pause = tape.stop_recording();
    const auto again = tape.stop_recording();
    paused = x * x;
  }
  const Tensor z = paused * x;
  CHECK(tape.gradient(z, x).item<float>() == 9);
  CHECK_FALSE(tape.gradient(paused, x));
}

TEST_CASE("tape: a gradient taken while recording is stopped") {
  const Tensor x = constant(3.f);
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor y = x * x;
  const auto pause = tape.stop_recording();
  CHECK(tape.gradient(y, x).item<float>() == 6);
}

TEST_CASE("tape: reset forgets, and records again") {
  const Tensor x = constant(3.f);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = x * x;
  tape.reset();
  CHECK_FALSE(tape.gradient(y, x));
  tape.reset();
  tape.watch(x);
  const Tensor z = x * x;
  CHECK(tape.gradient(z, x).item<float>() == 6);
}

TEST_CASE("tape: watch_accessed_variables = false") {
  const Variable a(2.f), b(5.f);
  GradientTape tape({.persistent = true, .watch_accessed_variables = false});
  tape.watch(a);
  const Tensor y = a * b;
  CHECK(tape.gradient(y, a).item<float>() == 5);
  CHECK_FALSE(tape.gradient(y, b));
  CHECK(tape.watched() == std::vector<std::uint64_t>{a.id()});
}

TEST_CASE("tape: a variable that is not trainable is watched on request only") {
  const Variable mean(2.f, {.trainable = false});
  GradientTape tape({.persistent = true});
  CHECK_FALSE(tape.gradient(mean * mean, mean));
  tape.watch(mean);
  CHECK(tape.gradient(mean * mean, mean).item<float>() == 4);
}

TEST_CASE("tape: watched() lists what was watched, in order of first use") {
  const Variable a(2.f), b(5.f);
  const Tensor x = constant(1.f);
  GradientTape tape;
  const Tensor y = b * 2 + a;
  tape.watch(x);
  const Tensor z = y + b;
  CHECK(tape.watched() == std::vector<std::uint64_t>{b.id(), a.id(), x.id()});
}

TEST_CASE("tape: it ends with its first gradient unless it is persistent") {
  const Variable w(2.f);
  GradientTape tape;
  const Tensor y = w * w;
  CHECK(tape.gradient(y, w));
  CHECK_THROWS_WITH_AS(tape.gradient(y, w), Contains("{.persistent = true}"), FailedPreconditionError);
  CHECK_THROWS_AS(tape.watch(y), FailedPreconditionError);
  CHECK_THROWS_AS(tape.stop_recording(), FailedPreconditionError);
  GradientTape persistent({.persistent = true});
  const Tensor z = w * w;
  for (int i = 0; i < 3; ++i) CHECK(persistent.gradient(z, w).item<float>() == 4);
}

TEST_CASE("tape: a variable assigned between forward and backward") {
  Variable w(constant({2.f, 3.f}));
  GradientTape tape;
  const Tensor y = w * w;
  w.assign(constant({100.f, 100.f}));
  CHECK(values<float>(tape.gradient(y, w)) == Floats{4, 6});
  CHECK(values<float>(y) == Floats{4, 9});
}

TEST_CASE("tape: a variable assigned between two uses") {
  Variable w(2.f);
  GradientTape tape;
  Tensor y = w * w;  // 2 w at 2
  w.assign_add(3);
  y = y + w * w * w;  // 3 w^2 at 5
  CHECK(tape.gradient(y, w).item<float>() == 4 + 75);
}

TEST_CASE("tape: control flow is recorded as it ran") {
  const Tensor x = constant(2.f);
  GradientTape tape;
  tape.watch(x);
  Tensor y = x;
  while (y.item<float>() < 100) y = y * x;
  CHECK(y.item<float>() == 128);  // x^7
  CHECK(tape.gradient(y, x).item<float>() == 7 * 64);
}

TEST_CASE("tape: a recurrence of 10,000 steps") {
  // h <- 0.999 h + 0.001 w, from 0: h = (1 - 0.999^n) w.
  const Variable w(constant(2.0, float64));
  GradientTape tape;
  Tensor h = zeros({}, float64);
  for (int i = 0; i < 10'000; ++i) h = 0.999 * h + 0.001 * w;
  CHECK(tape.gradient(h, w).item<double>() == Approx(1 - std::pow(0.999, 10'000)).epsilon(1e-10));
}

TEST_CASE("tape: rows and slices pass gradients to their place") {
  const Tensor x = constant({{1.f, 2.f}, {3.f, 4.f}, {5.f, 6.f}});
  GradientTape tape;
  tape.watch(x);
  const Tensor y = x[1] * x[-1] + reduce_sum(x.slice({0, 1}, {2, 1}));
  // The sum over two elements of y counts the second term twice.
  CHECK(values<float>(tape.gradient(y, x)) == Floats{0, 2, 5, 8, 3, 4});
}

TEST_CASE("tape: the gradient of a sum of products is a value of its own, not the variable that it equals") {
  Variable w(constant({1.0f, 2.0f})), v(constant({3.0f, 4.0f}));
  GradientTape first;
  const Tensor dv = first.gradient(reduce_sum(w * v), v);
  CHECK(dv.data<float>()[1] == 2);
  GradientTape second;
  CHECK_FALSE(second.gradient(reduce_sum(dv * v), w));
  w.assign_sub(dv);
  CHECK(w.value().data<float>()[1] == 0);
  CHECK(dv.data<float>()[1] == 2);
}
