// One epoch of a 784-128-128-10 network over 48,000 pictures, batches of 128, Adam.

#include <ATen/Parallel.h>
#include "../timing.h"
#include "classifier.h"

int main(int count, char** arguments) {
  const int threads = timing::thread_argument(count, arguments);
  at::set_num_threads(threads);

  synthetic::Images images = synthetic::images(48000, 2);
  const torch::Tensor x = torch::from_blob(images.x.data(), {images.count, images.pixels});
  const torch::Tensor y = torch::from_blob(images.y.data(), {images.count}, torch::kInt64);

  torch::nn::Sequential model = classifier::network(128, 128);
  torch::optim::Adam optimizer(model->parameters(), torch::optim::AdamOptions(1e-3).eps(1e-7));
  classifier::train_epoch(model, optimizer, x.slice(0, 0, 3200), y.slice(0, 0, 3200), 128);
  double loss = 0;
  const timing::Timing timing =
      timing::measure_once([&] { loss = classifier::train_epoch(model, optimizer, x, y, 128); });
  timing::report("mnist_mlp_b128", threads, "ms/epoch", 1e3, timing, loss);
}
