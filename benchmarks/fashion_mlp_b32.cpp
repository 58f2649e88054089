// One epoch of a 784-300-100-10 network over 55,000 pictures, batches of 32, SGD: by a tape loop, and by fit().

#include <gradtape/gradtape.h>

#include "synthetic_data.h"
#include "timing.h"

namespace {

using namespace gradtape;

nn::Sequential network() {
  return nn::Sequential({
      nn::Dense(300, {.activation = "relu", .input_shape = {synthetic::Images::pixels}}),
      nn::Dense(100, {.activation = "relu"}),
      nn::Dense(10),
  });
}

/// The mean loss of the epoch.
double train_epoch(nn::Sequential& model, optim::SGD& optimizer, const Tensor& x, const Tensor& y, int threads) {
  const std::int64_t count = y.shape()[0];
  auto dataset = data::from_tensor_slices(x, y).shuffle(count, {.seed = 42}).batch(32);
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

  const synthetic::Images images = synthetic::images(55000, 1);
  const Tensor x = reshape(constant(images.x), {images.count, images.pixels});
  const Tensor y = constant(images.y);
  const Tensor few_x = x.slice({0, 0}, {3200, -1}), few_y = y.slice({0}, {3200});

  {
    nn::Sequential model = network();
    optim::SGD optimizer({.learning_rate = 0.01});
    train_epoch(model, optimizer, few_x, few_y, threads);
    double loss = 0;
    const timing::Timing timing = timing::measure_once([&] { loss = train_epoch(model, optimizer, x, y, threads); });
    timing::report("fashion_mlp_b32", threads, "ms/epoch", 1e3, timing, loss);
  }
  {
    nn::Sequential model = network();
    model.compile({.optimizer = optim::SGD({.learning_rate = 0.01}),
                   .loss = nn::losses::SparseCategoricalCrossentropy({.from_logits = true})});
    model.fit(few_x, few_y, {.batch_size = 32, .epochs = 1, .verbose = 0});
    double loss = 0;
    const timing::Timing timing = timing::measure_once([&] {
      const nn::History history = model.fit(x, y, {.batch_size = 32, .epochs = 1, .verbose = 0});
      loss = history.history.at("loss").back();
    });
    timing::report("fashion_mlp_b32_fit", threads, "ms/epoch", 1e3, timing, loss);
  }
}
