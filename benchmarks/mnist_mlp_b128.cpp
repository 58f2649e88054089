// One epoch of a 784-128-128-10 network over 48,000 pictures, batches of 128, Adam.

#include <gradtape/gradtape.h>

#include "synthetic_data.h"
#include "timing.h"

namespace {

using namespace gradtape;

/// The mean loss of the epoch.
double train_epoch(nn::Sequential& model, optim::Adam& optimizer, const Tensor& x, const Tensor& y, int threads) {
  const std::int64_t count = y.shape()[0];
  auto dataset = data::from_tensor_slices(x, y).shuffle(count, {.seed = 42}).batch(128);
  if (threads > 1) dataset = dataset.prefetch();  // its reader is a thread, which one thread does not have
  double total = 0;
  for (const auto& [images, labels] : dataset) {
    GradientTape tape;
    const Tensor logits = model(images, {.training = true});
    const Tensor loss =
        reduce_mean(nn::losses::sparse_categorical_crossentropy(labels, logits, {.from_logits = true}));
    optimizer.apply_gradients(tape.gradient(loss, model.trainable_variables()), model.trainable_variables());
    total += loss.item<double>() * static_cast<double>(labels.num_elements());
  }
  return total / static_cast<double>(count);
}

}  // namespace

int main(int count, char** arguments) {
  const int threads = timing::thread_argument(count, arguments);
  set_num_threads(threads);

  const synthetic::Images images = synthetic::images(48000, 2);
  const Tensor x = reshape(constant(images.x), {images.count, images.pixels});
  const Tensor y = constant(images.y);

  nn::Sequential model({
      nn::Dense(128, {.activation = "relu", .input_shape = {synthetic::Images::pixels}}),
      nn::Dense(128, {.activation = "relu"}),
      nn::Dense(10),
  });
  optim::Adam optimizer({.learning_rate = 1e-3});
  train_epoch(model, optimizer, x.slice({0, 0}, {3200, -1}), y.slice({0}, {3200}), threads);
  double loss = 0;
  const timing::Timing timing = timing::measure_once([&] { loss = train_epoch(model, optimizer, x, y, threads); });
  timing::report("mnist_mlp_b128", threads, "ms/epoch", 1e3, timing, loss);
}
