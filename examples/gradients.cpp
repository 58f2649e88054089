// What a tape can tell: gradients of any order, Jacobians, gradients of one's own, and why there is none.

#include <gradtape/autograd/gradcheck.h>
#include <gradtape/gradtape.h>

#include <cstdio>
#include <iostream>

using namespace gradtape;

namespace {

void first_and_second_order() {
  std::puts("\n# y = x^3 at 2: dy/dx = 3 x^2, d2y/dx2 = 6 x");
  const Tensor x = constant(2.f);
  GradientTape outer;
  outer.watch(x);
  Tensor dy;
  {
    GradientTape inner;
    inner.watch(x);
    dy = inner.gradient(x * x * x, x);  // the outer tape records this backward pass
  }
  const Tensor d2y = outer.gradient(dy, x);
  std::cout << dy << '\n' << d2y << '\n';
}

void jacobians() {
  std::puts("\n# The Jacobian of softmax, and its diagonal blocks for a batch");
  const Tensor logits = constant({1.f, 2.f, 3.f});
  GradientTape tape;
  tape.watch(logits);
  std::cout << tape.jacobian(softmax(logits), logits) << '\n';

  const Tensor batch = constant({{1.f, 2.f}, {3.f, 5.f}});
  GradientTape batch_tape;
  batch_tape.watch(batch);
  std::cout << batch_tape.batch_jacobian(square(batch), batch) << '\n';
}

void no_gradient() {
  std::puts("\n# Where there is no gradient, the tape says why");
  Variable w(2.f, {.name = "w"}), unused(1.f, {.name = "unused"});
  GradientTape tape;
  const Tensor steps = cast(w * 3, int32);
  const Tensor loss = square(cast(steps, float32));
  const auto [dw, du] = tape.gradient(loss, w, unused);
  if (!dw) std::cout << tape.why_no_gradient(loss, w) << '\n';
  if (!du) std::cout << tape.why_no_gradient(loss, unused) << '\n';
}

// log(1 + exp(x)); its gradient is written so that it is right for large x too, where exp(x) overflows.
const auto log1pexp = custom_gradient([](const Tensor& x) {
  const Tensor e = exp(x);
  return with_gradient(log(1 + e), [=](const Tensor& upstream) { return upstream * (1 - 1 / (1 + e)); });
});

void custom_gradients() {
  std::puts("\n# d log(1 + exp(x)) / dx at 0 and 100: as the ops give it, then with a gradient of one's own");
  const Tensor x = constant({0.f, 100.f});
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor plain = log(1 + exp(x)), careful = log1pexp(x);
  std::cout << tape.gradient(plain, x) << '\n' << tape.gradient(careful, x) << '\n';
}

bool numerical_check() {
  std::puts("\n# Both orders against central differences, then a gradient that is wrong on purpose");
  const Tensor x = random::normal({3, 4}, {.dtype = float64, .seed = 1});
  const GradcheckReport right = gradcheck(log1pexp, {x}, {.second_order = true});
  std::cout << right.message << '\n';

  const auto wrong_square = custom_gradient(
      [](const Tensor& v) { return with_gradient(square(v), [=](const Tensor& upstream) { return upstream * v; }); });
  const GradcheckReport wrong = gradcheck(wrong_square, {x});
  std::cout << wrong.message << '\n';
  return right && !wrong;
}

}  // namespace

int main() try {
  first_and_second_order();
  jacobians();
  no_gradient();
  custom_gradients();
  return numerical_check() ? 0 : 1;
} catch (const Error& error) {
  std::fprintf(stderr, "gradients: %s\n", error.what());
  return 1;
}
