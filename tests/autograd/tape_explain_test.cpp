// Why a gradient does not exist: one case for each reason, with the exact sentence.
#include <doctest/doctest.h>

#include <string>
#include <thread>

#include "gradtape/autograd/autograd.h"

using namespace gradtape;

namespace {
std::string here(int line) { return " at tape_explain_test.cpp:" + std::to_string(line); }
}  // namespace

TEST_CASE("explain: the gradient exists") {
  const Variable w(2.f);
  GradientTape tape({.persistent = true});
  CHECK(tape.why_no_gradient(w * w, w) == "the gradient exists");
}

TEST_CASE("explain: never watched") {
  const Tensor x = constant(2.f);
  GradientTape tape;
  CHECK(tape.why_no_gradient(x * x, x) == "the source was never watched: call tape.watch() before it is used");
}

TEST_CASE("explain: a variable that was not used") {
  const Variable w(2.f, {.name = "kernel"}), v(1.f);
  GradientTape tape;
  CHECK(tape.why_no_gradient(v * v, w) == "the variable kernel was not used while the tape recorded");
}

TEST_CASE("explain: a variable that is not trainable") {
  const Variable w(2.f, {.trainable = false, .name = "moving_mean"});
  GradientTape tape;
  CHECK(tape.why_no_gradient(w * w, w) ==
        "the variable moving_mean is not trainable and was never watched; call tape.watch() before it is used");
}

TEST_CASE("explain: a tape that watches no variables") {
  const Variable w(2.f, {.name = "kernel"});
  GradientTape tape({.watch_accessed_variables = false});
  CHECK(tape.why_no_gradient(w * w, w) ==
        "the variable kernel was never watched: the tape has watch_accessed_variables = false, so call tape.watch() "
        "before it is used");
}

TEST_CASE("explain: an integer source") {
  const Tensor n = constant({1, 2});
  GradientTape tape;
  tape.watch(n);
  CHECK(tape.why_no_gradient(n * n, n) == "the source is int32, and only floating-point tensors have gradients");
}

TEST_CASE("explain: watched, and not used since") {
  const Tensor x = constant(2.f);
  GradientTape tape;
  const Tensor y = x * x;
  tape.watch(x);
  CHECK(tape.why_no_gradient(y, x) == "the source was not used after the tape began to watch it");
}

TEST_CASE("explain: used, without reaching the target") {
  const Variable w(2.f, {.name = "kernel"}), v(1.f);
  GradientTape tape;
  const int line = __LINE__ + 1;
  const Tensor elsewhere = exp(w);
  CHECK(tape.why_no_gradient(v * v, w) == "the target does not depend on the variable kernel, which was used by exp" +
                                              here(line) + " without reaching it");
}

TEST_CASE("explain: a target from outside the tape") {
  const Variable w(2.f);
  const Tensor y = w * w;
  GradientTape tape;
  const Tensor used = w + 1;
  CHECK(tape.why_no_gradient(y, w) ==
        "the target was not computed from anything that the tape watched while it recorded: it was computed before, "
        "in a "
        "part under stop_recording(), or from values that left gradtape by data() or item()");
}

TEST_CASE("explain: a target whose value left gradtape on the way") {
  const Tensor x = constant(2.f);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = constant((x * x).item<float>());
  CHECK(tape.why_no_gradient(y, x).find("data() or item()") != std::string::npos);
}

TEST_CASE("explain: an op without a gradient, its line, and why it has none") {
  const Tensor x = constant({1.f, 2.f});
  GradientTape tape;
  tape.watch(x);
  const int line = __LINE__ + 1;
  const Tensor k = argmax(x);
  const Tensor y = cast(k, float32) * 2;
  CHECK(tape.why_no_gradient(y, x) == "the path from the source to the target passes argmax" + here(line) +
                                          ", which has no gradient: its result is indices");
}

TEST_CASE("explain: stop_gradient, in its scope") {
  const Variable w(2.f, {.name = "kernel"});
  GradientTape tape;
  Tensor y;
  int line = 0;
  {
    const NameScope outer("model");
    const NameScope inner("dense");
    line = __LINE__ + 1;
    y = stop_gradient(w * 2);
  }
  CHECK(tape.why_no_gradient(y + 1, w) ==
        "the path from the variable kernel to the target passes stop_gradient in model/dense" + here(line) +
            ", which has no gradient: it is there to stop gradients");
}

TEST_CASE("explain: a cast to an integer") {
  const Tensor x = constant(2.5f);
  GradientTape tape;
  tape.watch(x);
  const int line = __LINE__ + 1;
  const Tensor n = cast(x, int32);
  CHECK(tape.why_no_gradient(cast(n, float32), x) == "the path from the source to the target passes cast" +
                                                         here(line) + ", which has no gradient: its result is int32");
}

TEST_CASE("explain: of two cuts the one nearer to the source is named") {
  const Tensor x = constant(2.5f);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = stop_gradient(cast(x > 1.f, float32));
  CHECK(tape.why_no_gradient(y, x).find("passes greater at") != std::string::npos);
}

TEST_CASE("explain: a cut beside an open path does not matter") {
  const Tensor x = constant(2.5f);
  GradientTape tape;
  tape.watch(x);
  CHECK(tape.why_no_gradient(x * stop_gradient(x), x) == "the gradient exists");
  CHECK(tape.why_no_gradient(stop_gradient(x) * x, x) == "the gradient exists");
}

TEST_CASE("explain: a target from another thread") {
  const Variable w(2.f);
  GradientTape tape;
  const Tensor used = w * 3;
  Tensor y;
  std::thread([&] { y = w * w; }).join();
  CHECK(tape.why_no_gradient(y, w) ==
        "the target was computed on another thread, and a tape records its own thread only");
}

TEST_CASE("explain: an empty target says why it is empty") {
  const Variable w(2.f), v(1.f, {.name = "bias"});
  GradientTape tape({.persistent = true});
  const Tensor none = tape.gradient(w * w, v);
  CHECK(tape.why_no_gradient(none, w) ==
        "the target is empty: it is a gradient that does not exist: the variable bias was not used while the tape "
        "recorded");
}

TEST_CASE("explain: the reason is kept when the tape has ended") {
  const Variable w(2.f), v(1.f, {.name = "bias"});
  GradientTape tape;
  const Tensor y = w * w;
  const auto [dw, dv] = tape.gradient(y, w, v);
  CHECK_FALSE(dv);
  CHECK(tape.why_no_gradient(y, v) == "the variable bias was not used while the tape recorded");
  CHECK(tape.why_no_gradient(y, w) ==
        "the gradient exists, or was not asked for before the tape ended with its first gradient()");
}

TEST_CASE("explain: an empty gradient says why when it is used") {
  const Variable w(2.f), v(1.f, {.name = "bias"});
  GradientTape tape;
  const Tensor none = tape.gradient(w * w, v);
  CHECK_FALSE(none);
  const int line = __LINE__ + 1;
  CHECK_THROWS_WITH_AS(
      none * 2,
      ("[multiply] the tensor is empty: it is a gradient that does not exist: the variable bias was not "
       "used while the tape recorded, at tape_explain_test.cpp:" +
       std::to_string(line))
          .c_str(),
      FailedPreconditionError);
}
