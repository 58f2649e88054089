// The cost of one op that has next to nothing to compute: a chain of 2,000 products.

#include <gradtape/gradtape.h>

#include "timing.h"

namespace {

using namespace gradtape;

constexpr int length = 2000;

Tensor chain(Tensor y, const Tensor& w) {
  for (int i = 0; i < length; ++i) y = y * w;
  return y;
}

void run(int elements, int threads) {
  const std::string name = "tiny_op_" + std::to_string(elements);
  const Tensor x = ones({elements}), w = ones({elements});
  Tensor result;

  timing::Timing timing = timing::measure(15, 0.1, [&] { result = chain(x, w); });
  timing::report(name + "_no_tape", threads, "ns/op", 1e9 / length, timing, reduce_sum(result).item<double>());

  timing = timing::measure(15, 0.1, [&] {
    GradientTape tape;
    tape.watch(x);
    result = chain(x, w);
  });
  timing::report(name + "_recorded", threads, "ns/op", 1e9 / length, timing, reduce_sum(result).item<double>());

  timing = timing::measure(15, 0.1, [&] {
    GradientTape tape;
    tape.watch(x);
    const Tensor y = chain(x, w);
    result = tape.gradient(y, x);
  });
  timing::report(name + "_forward_backward", threads, "ns/op", 1e9 / length, timing,
                 reduce_sum(result).item<double>());
}

}  // namespace

int main(int count, char** arguments) {
  const int threads = timing::thread_argument(count, arguments);
  set_num_threads(threads);
  run(1, threads);
  run(16, threads);
}
