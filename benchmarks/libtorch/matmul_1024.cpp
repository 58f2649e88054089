// The product of two matrices of 1024 x 1024 floats, without autograd.

#include <ATen/Parallel.h>
#include <torch/types.h>

#include "../synthetic_data.h"
#include "../timing.h"

int main(int count, char** arguments) {
  const int threads = timing::thread_argument(count, arguments);
  at::set_num_threads(threads);

  std::vector<float> left = synthetic::uniform(1024 * 1024, 5), right = synthetic::uniform(1024 * 1024, 6);
  const torch::Tensor a = torch::from_blob(left.data(), {1024, 1024});
  const torch::Tensor b = torch::from_blob(right.data(), {1024, 1024});
  const c10::InferenceMode inference;
  torch::Tensor c;
  const timing::Timing timing = timing::measure(7, 0.3, [&] { c = torch::matmul(a, b); });
  timing::report("matmul_1024", threads, "ms", 1e3, timing, c.mean().item<double>());
}
