// The product of two matrices of 1024 x 1024 floats, without a tape.

#include <gradtape/gradtape.h>

#include "synthetic_data.h"
#include "timing.h"

int main(int count, char** arguments) {
  using namespace gradtape;
  const int threads = timing::thread_argument(count, arguments);
  set_num_threads(threads);

  const Tensor a = reshape(constant(synthetic::uniform(1024 * 1024, 5)), {1024, 1024});
  const Tensor b = reshape(constant(synthetic::uniform(1024 * 1024, 6)), {1024, 1024});
  Tensor c;
  const timing::Timing timing = timing::measure(7, 0.3, [&] { c = matmul(a, b); });
  timing::report("matmul_1024", threads, "ms", 1e3, timing, reduce_mean(c).item<double>());
}
