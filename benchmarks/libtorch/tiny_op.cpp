// The cost of one op that has next to nothing to compute: a chain of 2,000 products.

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>

#include "../timing.h"

namespace {

constexpr int length = 2000;

torch::Tensor chain(torch::Tensor y, const torch::Tensor& w) {
  for (int i = 0; i < length; ++i) y = y * w;
  return y;
}

void run(int elements, int threads) {
  const std::string name = "tiny_op_" + std::to_string(elements);
  const torch::Tensor w = torch::ones({elements});
  torch::Tensor result;

  timing::Timing timing{};
  {
    const c10::InferenceMode inference;  // lighter than NoGradGuard
    const torch::Tensor x = torch::ones({elements});
    timing = timing::measure(15, 0.1, [&] { result = chain(x, w); });
    timing::report(name + "_no_tape", threads, "ns/op", 1e9 / length, timing, result.sum().item<double>());
  }

  const torch::Tensor x = torch::ones({elements}, torch::requires_grad());
  timing = timing::measure(15, 0.1, [&] {
    result = torch::Tensor();  // the graph is freed within the round, as the tape is
    result = chain(x, w);
  });
  timing::report(name + "_recorded", threads, "ns/op", 1e9 / length, timing, result.sum().item<double>());

  const torch::Tensor upstream = torch::ones({elements});
  timing = timing::measure(15, 0.1, [&] {
    const torch::Tensor y = chain(x, w);
    result = torch::autograd::grad({y}, {x}, {upstream})[0];
  });
  timing::report(name + "_forward_backward", threads, "ns/op", 1e9 / length, timing, result.sum().item<double>());
}

}  // namespace

int main(int count, char** arguments) {
  const int threads = timing::thread_argument(count, arguments);
  at::set_num_threads(threads);
  run(1, threads);
  run(16, threads);
}
