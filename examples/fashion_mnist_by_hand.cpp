// The classifier of fashion_mnist.cpp without fit(): a loop over a pipeline, with a tape, an optimizer and metrics.
//
// usage: fashion_mnist_by_hand [EPOCHS]

#include <gradtape/gradtape.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

using namespace gradtape;

namespace {

// Runs on the pipeline's own thread, batch by batch.
std::pair<Tensor, Tensor> to_unit_range(const Tensor& images, const Tensor& labels) {
  return {cast(images, float32) / 255, labels};
}

}  // namespace

int main(int argc, char** argv) try {
  const int epochs = argc > 1 ? std::atoi(argv[1]) : 5;
  if (epochs < 1) throw InvalidArgumentError("usage: fashion_mnist_by_hand [EPOCHS], at least 1");
  set_seed(42);

  const auto [train, test] = data::fashion_mnist();
  const auto samples = data::from_tensor_slices(train.x, train.y);
  const auto valid_set = samples.take(5000).batch(1000).map(to_unit_range);
  const auto train_set = samples.skip(5000).shuffle(55000, {.seed = 42}).batch(32).map(to_unit_range).prefetch();

  nn::Sequential model({
      nn::Flatten({.input_shape = {28, 28}}), nn::Dense(300, {.activation = "relu"}),
      nn::Dense(100, {.activation = "relu"}),
      nn::Dense(10),  // logits
  });
  const std::vector<Variable> weights = model.trainable_variables();
  optim::SGD optimizer({.learning_rate = 0.01});
  nn::metrics::Mean mean_loss;
  nn::metrics::SparseCategoricalAccuracy accuracy, valid_accuracy;

  for (int epoch = 1; epoch <= epochs; ++epoch) {
    mean_loss.reset_state();
    accuracy.reset_state();
    for (const auto& [x, y] : train_set) {
      GradientTape tape;
      const Tensor logits = model(x, {.training = true});
      const Tensor losses = nn::losses::sparse_categorical_crossentropy(y, logits, {.from_logits = true});
      const Tensor loss = reduce_mean(losses);
      optimizer.apply_gradients(tape.gradient(loss, weights), weights);
      mean_loss.update_state(losses);
      accuracy.update_state(y, logits);
    }

    valid_accuracy.reset_state();
    for (const auto& [x, y] : valid_set) valid_accuracy.update_state(y, model(x));
    std::printf("epoch %d/%d  loss %.4f  accuracy %.4f  val_accuracy %.4f\n", epoch, epochs, mean_loss.result(),
                accuracy.result(), valid_accuracy.result());
    std::fflush(stdout);
  }
} catch (const Error& error) {
  std::fprintf(stderr, "fashion_mnist_by_hand: %s\n", error.what());
  return 1;
}
