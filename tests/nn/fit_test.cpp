#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <iostream>
#include <sstream>

#include "autograd/tensor_values.h"
#include "gradtape/gradtape.h"
#include "nn/error_text.h"

using namespace gradtape;

namespace {

const Tensor inputs =
    constant({{1.f, 0.f}, {0.f, 1.f}, {1.f, 1.f}, {2.f, 1.f}, {1.f, 3.f}, {0.f, 2.f}, {3.f, 1.f}, {2.f, 2.f}});
const Tensor targets = constant({{1.f}, {2.f}, {2.5f}, {4.f}, {7.f}, {3.f}, {5.f}, {5.5f}});

nn::Sequential linear_model(double learning_rate) {
  nn::Sequential model({nn::Dense(1, {.kernel_initializer = "ones", .input_shape = {2}})});
  model.compile({.optimizer = optim::SGD({.learning_rate = learning_rate}), .loss = "mse", .metrics = {"mae"}});
  return model;
}

/// Batches in memory, as a dataset that fit() can read.
struct List {
  std::vector<std::array<Tensor, 2>> batches;
  auto begin() const { return batches.begin(); }
  auto end() const { return batches.end(); }
  std::int64_t cardinality() const { return static_cast<std::int64_t>(batches.size()); }
};

/// What is printed on std::cerr while it lives.
class Warnings {
 public:
  Warnings() : before_(std::cerr.rdbuf(text_.rdbuf())) {}
  ~Warnings() { std::cerr.rdbuf(before_); }
  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::streambuf* before_;
};

}  // namespace

TEST_CASE("fit reaches the closed form of least squares") {
  nn::Sequential model = linear_model(0.1);
  const nn::History history = model.fit(inputs, targets, {.batch_size = 8, .epochs = 1500, .verbose = 0});
  // numpy.linalg.lstsq on the same numbers.
  CHECK(history["loss"].back() == doctest::Approx(0.09922773).epsilon(1e-4));
  const std::vector<Tensor> w = model.get_weights();
  CHECK(w[0].data<float>()[0] == doctest::Approx(1.12212644).epsilon(1e-3));
  CHECK(w[0].data<float>()[1] == doctest::Approx(1.88793103).epsilon(1e-3));
  CHECK(w[1].data<float>()[0] == doctest::Approx(-0.24856322).epsilon(1e-3));
  CHECK(model.evaluate(inputs, targets, {.verbose = 0})[0] == doctest::Approx(0.09922773).epsilon(1e-4));
}

TEST_CASE("fit does what the loop written by hand does, to the bit") {
  nn::Sequential fitted = linear_model(0.05), looped = linear_model(0.05);
  fitted.fit(inputs, targets, {.batch_size = 3, .epochs = 4, .verbose = 0, .shuffle = false});

  optim::SGD optimizer({.learning_rate = 0.05});
  for (int epoch = 0; epoch < 4; ++epoch)
    for (std::int64_t first = 0; first < 8; first += 3) {
      const std::int64_t count = std::min<std::int64_t>(3, 8 - first);
      GradientTape tape;
      const Tensor y = looped(inputs.slice({first, 0}, {count, -1}), {.training = true});
      const Tensor loss = reduce_mean(square(y - targets.slice({first, 0}, {count, -1})));
      optimizer.apply_gradients(tape.gradient(loss, looped.trainable_variables()), looped.trainable_variables());
    }
  CHECK(values<float>(fitted.get_weights()[0]) == values<float>(looped.get_weights()[0]));
  CHECK(values<float>(fitted.get_weights()[1]) == values<float>(looped.get_weights()[1]));
}

TEST_CASE("the history has the loss and the metrics of training and validation") {
  nn::Sequential model = linear_model(0);
  const nn::History history =
      model.fit(inputs, targets,
                {.batch_size = 3, .epochs = 2, .verbose = 0, .validation_data = {ones({2, 2}), zeros({2, 1})}});
  std::vector<std::string> names;
  for (const auto& [name, series] : history.history) {
    names.push_back(name);
    CHECK(series.size() == 2);
  }
  CHECK(names == std::vector<std::string>{"loss", "mae", "val_loss", "val_mae"});
  CHECK(history.epoch == std::vector<int>{0, 1});
  CHECK(history.params().epochs == 2);
  CHECK(history.params().steps == 3);
  // The sum of both inputs, 2, beside 0.
  CHECK(history["val_loss"][0] == doctest::Approx(4));
  CHECK(history["val_mae"][1] == doctest::Approx(2));
  // Batches of 3, 3 and 2 samples: the mean over samples, not over batches. Errors: 0 -1 -.5 -1 -3 -1 -1 -1.5.
  CHECK(history["loss"][0] == doctest::Approx((0 + 1 + 0.25 + 1 + 9 + 1 + 1 + 2.25) / 8));
  CHECK(history["mae"][0] == doctest::Approx((0 + 1 + 0.5 + 1 + 3 + 1 + 1 + 1.5) / 8));
  check_contains(error_of([&] { history["val_accuracy"]; }), "val_mae");
}

TEST_CASE("validation_split takes the last samples, before they are shuffled") {
  nn::Sequential model = linear_model(0);
  const nn::History history =
      model.fit(inputs, targets, {.batch_size = 2, .epochs = 1, .verbose = 0, .validation_split = 0.25});
  CHECK(history.params().steps == 3);
  CHECK(history["loss"][0] == doctest::Approx((0 + 1 + 0.25 + 1 + 9 + 1) / 6));
  CHECK(history["val_loss"][0] == doctest::Approx((1 + 2.25) / 2));
}

TEST_CASE("validation_freq validates every so many epochs") {
  nn::Sequential model = linear_model(0);
  const nn::History history = model.fit(
      inputs, targets, {.epochs = 5, .verbose = 0, .validation_data = {inputs, targets}, .validation_freq = 2});
  CHECK(history["val_loss"].size() == 2);
  CHECK(history["loss"].size() == 5);
}

TEST_CASE("samples are shuffled anew for each epoch, and set_seed makes that repeatable") {
  std::vector<std::vector<double>> losses;
  for (const bool shuffle : {true, true, false}) {
    nn::Sequential model = linear_model(0.05);
    set_seed(11);
    losses.push_back(
        model.fit(inputs, targets, {.batch_size = 1, .epochs = 3, .verbose = 0, .shuffle = shuffle})["loss"]);
  }
  CHECK(losses[0] == losses[1]);
  CHECK(losses[0] != losses[2]);
}

TEST_CASE("every sample is seen once in an epoch") {
  const Tensor x = reshape(range(10, 110, 1, float32), {100, 1});
  nn::Sequential scaled({nn::Dense(1, {.use_bias = false, .kernel_initializer = "ones", .input_shape = {1}})});
  scaled.compile({.optimizer = optim::SGD({.learning_rate = 0}),
                  .loss = [](const Tensor& y, const Tensor& p) { return square(y - p) + p; }});
  // 10 to 109, each once, and x shuffled as y is: the mean is 59.5.
  CHECK(scaled.fit(x, x, {.batch_size = 7, .verbose = 0})["loss"][0] == doctest::Approx(59.5));
}

TEST_CASE("fit and evaluate read datasets") {
  nn::Sequential from_tensors = linear_model(0.05), from_list = linear_model(0.05);
  const List list{{{inputs.slice({0, 0}, {4, -1}), targets.slice({0, 0}, {4, -1})},
                   {inputs.slice({4, 0}, {4, -1}), targets.slice({4, 0}, {4, -1})}}};
  const nn::History a =
      from_tensors.fit(inputs, targets, {.batch_size = 4, .epochs = 3, .verbose = 0, .shuffle = false});
  const nn::History b = from_list.fit(list, {.epochs = 3, .verbose = 0, .validation_data = list});
  CHECK(a["loss"] == b["loss"]);
  CHECK(b["val_loss"].size() == 3);
  CHECK(from_list.evaluate(list, {.verbose = 0})[0] == b["val_loss"].back());
  CHECK(from_list.predict(list).single().shape() == Shape{8, 1});
}

TEST_CASE("fit reads the data module's datasets, and takes endless ones with steps_per_epoch only") {
  nn::Sequential a = linear_model(0.05), b = linear_model(0.05);
  const auto dataset = data::from_tensor_slices(inputs, targets).batch(3);
  CHECK(a.fit(inputs, targets, {.batch_size = 3, .epochs = 2, .verbose = 0, .shuffle = false})["loss"] ==
        b.fit(dataset, {.epochs = 2, .verbose = 0})["loss"]);
  CHECK(b.evaluate(dataset, {.verbose = 0})[0] == a.evaluate(inputs, targets, {.batch_size = 3, .verbose = 0})[0]);
  CHECK_THROWS_AS(a.fit(dataset.repeat()), InvalidArgumentError);
  CHECK_THROWS_AS(a.fit(dataset, {.validation_data = dataset.repeat()}), InvalidArgumentError);
  CHECK_THROWS_AS(a.evaluate(dataset.repeat()), InvalidArgumentError);
  const nn::History history = a.fit(dataset.repeat(), {.epochs = 3, .verbose = 0, .steps_per_epoch = 4});
  CHECK(history["loss"].size() == 3);
  CHECK(a.predict(data::from_tensor_slices(inputs).batch(3)).single().shape() == Shape{8, 1});
}

TEST_CASE("steps_per_epoch goes on in the data, and the training ends when they run out") {
  nn::Sequential model = linear_model(0);
  List list;
  for (std::int64_t i = 0; i < 8; ++i)
    list.batches.push_back({inputs.slice({i, 0}, {1, -1}), targets.slice({i, 0}, {1, -1})});
  const Warnings warnings;
  const nn::History history = model.fit(list, {.epochs = 4, .verbose = 0, .steps_per_epoch = 3});
  CHECK(history["loss"].size() == 3);
  CHECK(history["loss"][0] == doctest::Approx((0 + 1 + 0.25) / 3));
  CHECK(history["loss"][1] == doctest::Approx((1 + 9 + 1) / 3.0));
  CHECK(history["loss"][2] == doctest::Approx((1 + 2.25) / 2));
  check_contains(warnings.text(), "ran out");
}

TEST_CASE("bad input is an error before anything has changed") {
  nn::Sequential model = linear_model(0.1);
  const std::vector<float> before = values<float>(model.get_weights()[0]);
  check_contains(error_of([&] { model.fit(inputs, ones({7, 1})); }), "(7, 1)");
  CHECK_THROWS_AS(model.fit(inputs, ones({7, 1})), InvalidArgumentError);
  CHECK_THROWS_AS(model.fit(inputs, targets, {.batch_size = 0}), InvalidArgumentError);
  CHECK_THROWS_AS(model.fit(inputs, targets, {.epochs = 0}), InvalidArgumentError);
  CHECK_THROWS_AS(model.fit(zeros({0, 2}), zeros({0, 1})), InvalidArgumentError);
  CHECK_THROWS_AS(model.fit(Tensor(), targets), InvalidArgumentError);
  CHECK_THROWS_AS(model.fit(inputs, targets, {.validation_split = 1.5}), InvalidArgumentError);
  CHECK_THROWS_AS(model.fit(inputs, targets, {.verbose = 0, .validation_split = 0.95}), InvalidArgumentError);
  CHECK_THROWS_AS(model.fit(inputs, targets, {.validation_data = {inputs, ones({7, 1})}}), InvalidArgumentError);
  CHECK_THROWS_AS(model.fit(inputs, {targets, targets}, {.verbose = 0}), InvalidArgumentError);
  const std::string text = error_of([&] { model.fit(zeros({8, 3}), targets, {.verbose = 0}); });
  check_contains(text, "length 2");
  check_contains(text, "fit_test.cpp:");
  CHECK(values<float>(model.get_weights()[0]) == before);
}

TEST_CASE("the first NaN loss is named on std::cerr, once") {
  nn::Sequential model = linear_model(0);
  const Tensor x = constant({{1.f, 1.f}, {1.f, 1.f}, {NAN, 1.f}, {1.f, 1.f}});
  const Warnings warnings;
  model.fit(x, ones({4, 1}), {.batch_size = 1, .epochs = 2, .verbose = 0, .shuffle = false});
  check_contains(warnings.text(), "epoch 1, batch 2");
  CHECK(warnings.text().find('\n') == warnings.text().size() - 1);
}

TEST_CASE("a model is trained by fit without having been called before") {
  nn::Sequential model({nn::Dense(3, {.activation = "relu"}), nn::Dense(1)});
  model.compile({.optimizer = "adam", .loss = "mse"});
  model.fit(inputs, targets, {.verbose = 0});
  CHECK(model.count_params() == 2 * 3 + 3 + 3 + 1);
}

TEST_CASE("accuracy looks at the shapes of labels and predictions") {
  nn::Sequential model({nn::Flatten({.input_shape = {3}})});
  model.compile({.loss = nn::losses::SparseCategoricalCrossentropy({.from_logits = true}), .metrics = {"accuracy"}});
  const Tensor logits = constant({{5.f, 0.f, 0.f}, {0.f, 5.f, 0.f}, {0.f, 0.f, 5.f}, {5.f, 0.f, 0.f}});
  const nn::Scores scores = model.evaluate(logits, constant({0, 1, 2, 1}), {.batch_size = 3, .verbose = 0});
  CHECK(scores["accuracy"] == doctest::Approx(0.75));
}
