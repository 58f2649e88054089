// sum(exp(x * 2 + 1) * x) over 16 million floats, forward and backward.

#include <gradtape/gradtape.h>

#include "synthetic_data.h"
#include "timing.h"

int main(int count, char** arguments) {
  using namespace gradtape;
  const int threads = timing::thread_argument(count, arguments);
  set_num_threads(threads);

  const Tensor x = constant(synthetic::uniform(16'000'000, 3));
  double mean = 0;
  const timing::Timing timing = timing::measure(3, 0.5, [&] {
    GradientTape tape;
    tape.watch(x);
    const Tensor sum = reduce_sum(exp(x * 2 + 1) * x);
    const Tensor gradient = tape.gradient(sum, x);
    mean = sum.item<double>() / 16e6;
  });
  timing::report("elementwise_16m", threads, "ms", 1e3, timing, mean);
}
