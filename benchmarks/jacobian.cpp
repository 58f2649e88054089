// Jacobians: many rows in one backward pass beside a pass for each row.

#include <gradtape/gradtape.h>

#include "timing.h"

namespace {

using namespace gradtape;

template <class Function>
void run(const std::string& name, int threads, const Tensor& x, bool batched, Function f) {
  for (const bool vectorize : {true, false}) {
    Tensor result;
    const timing::Timing timing = timing::measure(5, 0.3, [&] {
      GradientTape tape;
      tape.watch(x);
      const Tensor y = f(x);
      result = batched ? tape.batch_jacobian(y, x, {.vectorize = vectorize})
                       : tape.jacobian(y, x, {.vectorize = vectorize});
    });
    timing::report("jacobian_" + name + (vectorize ? "" : "_row_by_row"), threads, "ms", 1e3, timing,
                   reduce_sum(abs(result)).item<double>());
  }
}

}  // namespace

int main(int count, char** arguments) {
  const int threads = timing::thread_argument(count, arguments);
  set_num_threads(threads);
  std::vector<Tensor> square_layers, network;
  for (std::uint64_t i = 0; i < 4; ++i)
    square_layers.push_back(random::normal({256, 256}, {.stddev = 0.06, .seed = i + 1}));
  network = {random::normal({20, 64}, {.stddev = 0.2, .seed = 5}),
             random::normal({64, 64}, {.stddev = 0.1, .seed = 6}),
             random::normal({64, 10}, {.stddev = 0.1, .seed = 7})};
  const auto dense = [](const std::vector<Tensor>& weights) {
    return [&weights](const Tensor& x) {
      Tensor y = x;
      for (const Tensor& w : weights) y = tanh(matmul(y, w));
      return y;
    };
  };
  run("dense_256", threads, random::normal({1, 256}, {.seed = 8}), false, dense(square_layers));
  run("elementwise_64", threads, random::normal({64}, {.seed = 9}), false, [](const Tensor& x) {
    Tensor y = x;
    for (int i = 0; i < 20; ++i) y = tanh(y * 1.1f);
    return y;
  });
  run("batch_mlp_32", threads, random::normal({32, 20}, {.seed = 10}), true, dense(network));
}
