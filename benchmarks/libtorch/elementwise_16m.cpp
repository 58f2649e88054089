// sum(exp(x * 2 + 1) * x) over 16 million floats, forward and backward.

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>

#include "../synthetic_data.h"
#include "../timing.h"

int main(int count, char** arguments) {
  const int threads = timing::thread_argument(count, arguments);
  at::set_num_threads(threads);

  std::vector<float> values = synthetic::uniform(16'000'000, 3);
  const torch::Tensor x = torch::from_blob(values.data(), {16'000'000}, torch::requires_grad());
  double mean = 0;
  const timing::Timing timing = timing::measure(3, 0.5, [&] {
    const torch::Tensor sum = (torch::exp(x * 2 + 1) * x).sum();
    const torch::Tensor gradient = torch::autograd::grad({sum}, {x})[0];
    mean = sum.item<double>() / 16e6;
  });
  timing::report("elementwise_16m", threads, "ms", 1e3, timing, mean);
}
