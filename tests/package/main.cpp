// Finds w in y = w * x by gradient descent: gradtape as an installed library.

#include <gradtape/gradtape.h>

#include <cmath>
#include <cstdio>

using namespace gradtape;

int main() {
  const Tensor x = constant({-2.f, -1.f, 0.f, 1.f, 2.f});
  const Tensor y = 3.f * x;
  Variable w(0.f);
  for (int step = 0; step < 50; ++step) {
    GradientTape tape;
    const Tensor loss = reduce_mean(square(w * x - y));
    const Tensor dw = tape.gradient(loss, w);
    w.assign_sub(0.1f * dw);
  }
  // The mean of x * x is 2, so a step multiplies the distance to 3 by 1 - 0.1 * 2 * 2.
  const float found = w.value().item<float>();
  std::printf("w = %g\n", static_cast<double>(found));
  return std::abs(found - 3.f) < 1e-5f ? 0 : 1;
}
