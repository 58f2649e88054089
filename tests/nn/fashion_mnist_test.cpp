// The published run of the tutorial network 784-300-100-10 on Fashion-MNIST: SGD(0.01), batches of 32, 55,000 images
// to train on and 5,000 to validate with, glorot_uniform. After 5 epochs its validation accuracy lies between 0.85
// and 0.88; after 30 its test accuracy is at least 0.87.
#include <doctest/doctest.h>

#include <cstring>
#include <optional>

#include "gradtape/gradtape.h"

using namespace gradtape;

namespace {

struct FashionMnist {
  Tensor x_train, y_train, x_valid, y_valid, x_test, y_test;
};

std::optional<FashionMnist> load() {
  try {
    const auto [train, test] = data::fashion_mnist();
    const Tensor x = cast(train.x, float32) / 255;
    const auto part = [](const Tensor& t, std::int64_t begin, std::int64_t count) {
      Shape from, size;
      for (int axis = 0; axis < t.rank(); ++axis) {
        from.push_back(axis == 0 ? begin : 0);
        size.push_back(axis == 0 ? count : -1);
      }
      return t.slice(from, size);
    };
    return FashionMnist{part(x, 5000, 55000),   part(train.y, 5000, 55000),  part(x, 0, 5000),
                        part(train.y, 0, 5000), cast(test.x, float32) / 255, test.y};
  } catch (const NotFoundError& error) {
    MESSAGE("skipped: ", std::string(error.what()));
    return std::nullopt;
  }
}

nn::Sequential network(const char* last_activation) {
  return nn::Sequential({
      nn::Flatten({.input_shape = {28, 28}}),
      nn::Dense(300, {.activation = "relu"}),
      nn::Dense(100, {.activation = "relu"}),
      nn::Dense(10, {.activation = last_activation}),
  });
}

nn::Sequential fitted(const FashionMnist& set, int epochs, nn::History& history) {
  nn::Sequential model = network("softmax");
  model.compile({.optimizer = optim::SGD({.learning_rate = 0.01}),
                 .loss = "sparse_categorical_crossentropy",
                 .metrics = {"accuracy"}});
  history = model.fit(set.x_train, set.y_train,
                      {.epochs = epochs, .verbose = 0, .validation_data = {set.x_valid, set.y_valid}});
  return model;
}

double accuracy_of(nn::Sequential& model, const Tensor& x, const Tensor& y) {
  nn::metrics::SparseCategoricalAccuracy accuracy;
  for (const auto& [images, labels] : data::from_tensor_slices(x, y).batch(1000))
    accuracy.update_state(labels, model(images));
  return accuracy.result();
}

nn::Sequential trained_by_hand(const FashionMnist& set, int epochs, std::int64_t images = 55000) {
  nn::Sequential model = network("linear");
  const std::vector<Variable> weights = model.trainable_variables();
  optim::SGD optimizer({.learning_rate = 0.01});
  const auto dataset = data::from_tensor_slices(set.x_train, set.y_train)
                           .take(images)
                           .shuffle(55000, {.seed = 42})
                           .batch(32)
                           .prefetch();
  for (int epoch = 0; epoch < epochs; ++epoch)
    for (const auto& [x, y] : dataset) {
      GradientTape tape;
      const Tensor logits = model(x, {.training = true});
      const Tensor loss = reduce_mean(nn::losses::sparse_categorical_crossentropy(y, logits, {.from_logits = true}));
      optimizer.apply_gradients(tape.gradient(loss, weights), weights);
    }
  return model;
}

}  // namespace

TEST_CASE("fit() on Fashion-MNIST is in the published band after 5 epochs") {
  const auto set = load();
  if (!set) return;
  set_seed(42);
  nn::History history;
  fitted(*set, 5, history);
  CHECK(history["val_accuracy"].back() >= 0.85);
  CHECK(history["val_accuracy"].back() <= 0.88);
}

TEST_CASE("a tape loop on Fashion-MNIST is in the published band after 5 epochs") {
  const auto set = load();
  if (!set) return;
  set_seed(42);
  nn::Sequential model = trained_by_hand(*set, 5);
  const double accuracy = accuracy_of(model, set->x_valid, set->y_valid);
  CHECK(accuracy >= 0.85);
  CHECK(accuracy <= 0.88);
}

TEST_CASE("training gives the same bits for any number of threads") {
  const auto set = load();
  if (!set) return;
  const int threads = num_threads();
  std::vector<std::vector<Tensor>> weights;
  for (const int count : {1, 2, 4}) {
    set_num_threads(count);
    set_seed(7);
    weights.push_back(trained_by_hand(*set, 1, 6400).get_weights());
  }
  set_num_threads(threads);
  for (std::size_t run = 1; run < weights.size(); ++run)
    for (std::size_t i = 0; i < weights[0].size(); ++i) {
      const auto first = weights[0][i].data<float>(), other = weights[run][i].data<float>();
      CHECK(std::memcmp(first.data(), other.data(), first.size_bytes()) == 0);
    }
}

TEST_SUITE("long") {
  TEST_CASE("fit() and a tape loop reach the published test accuracy on Fashion-MNIST after 30 epochs") {
    const auto set = load();
    if (!set) return;
    set_seed(42);
    nn::History history;
    nn::Sequential by_fit = fitted(*set, 30, history);
    CHECK(accuracy_of(by_fit, set->x_test, set->y_test) >= 0.87);
    nn::Sequential by_hand = trained_by_hand(*set, 30);
    CHECK(accuracy_of(by_hand, set->x_test, set->y_test) >= 0.87);
  }
}
