// One epoch of a 784-300-100-10 network over 55,000 pictures, batches of 32, SGD.

#include <ATen/Parallel.h>
#include "../timing.h"
#include "classifier.h"

int main(int count, char** arguments) {
  const int threads = timing::thread_argument(count, arguments);
  at::set_num_threads(threads);

  synthetic::Images images = synthetic::images(55000, 1);
  const torch::Tensor x = torch::from_blob(images.x.data(), {images.count, images.pixels});
  const torch::Tensor y = torch::from_blob(images.y.data(), {images.count}, torch::kInt64);

  torch::nn::Sequential model = classifier::network(300, 100);
  torch::optim::SGD optimizer(model->parameters(), torch::optim::SGDOptions(0.01));
  classifier::train_epoch(model, optimizer, x.slice(0, 0, 3200), y.slice(0, 0, 3200), 32);
  double loss = 0;
  const timing::Timing timing =
      timing::measure_once([&] { loss = classifier::train_epoch(model, optimizer, x, y, 32); });
  timing::report("fashion_mlp_b32", threads, "ms/epoch", 1e3, timing, loss);
}
