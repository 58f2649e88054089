// The prediction for one sample by a 784-300-100-10 network.

#include <ATen/Parallel.h>
#include <torch/nn.h>
#include <torch/types.h>

#include "../synthetic_data.h"
#include "../timing.h"

int main(int count, char** arguments) {
  using namespace torch::nn;
  const int threads = timing::thread_argument(count, arguments);
  at::set_num_threads(threads);

  std::vector<float> values = synthetic::uniform(synthetic::Images::pixels, 4);
  const torch::Tensor x = torch::from_blob(values.data(), {1, synthetic::Images::pixels});
  Sequential model(Linear(synthetic::Images::pixels, 300), ReLU(), Linear(300, 100), ReLU(), Linear(100, 10),
                   Softmax(1));
  model->eval();

  constexpr int calls = 100;
  const c10::InferenceMode inference;  // lighter than NoGradGuard
  torch::Tensor y;
  const timing::Timing timing = timing::measure(15, 0.3, [&] {
    for (int i = 0; i < calls; ++i) y = model->forward(x);
  });
  timing::report("predict_b1", threads, "us", 1e6 / calls, timing, y.sum().item<double>());
}
