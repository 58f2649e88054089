#include <doctest/doctest.h>

#include <thread>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/gradcheck.h"
#include "gradtape/gradtape.h"
#include "nn/error_text.h"

using namespace gradtape;

namespace {

class WideAndDeep : public nn::Model {
  nn::Dense hidden1{30, {.activation = "relu"}}, hidden2{30, {.activation = "relu"}}, output{1};
  Tensors call(const Tensors& inputs, bool) override {
    Tensor deep = hidden2(hidden1(inputs[1]));
    return output(concat({inputs[0], deep}, -1));
  }
};

// How often the cell runs depends on the data.
class Iterated : public nn::Model {
 public:
  int steps = 0;

 private:
  nn::Dense cell{3, {.activation = "tanh", .dtype = float64}}, head{1, {.dtype = float64}};
  Tensors call(const Tensors& inputs, bool) override {
    Tensor h = inputs;
    for (steps = 0; steps < 2 || (steps < 6 && reduce_max(abs(h)).item<double>() > 0.5); ++steps) h = cell(h);
    return head(h);
  }
};

class Gated : public nn::Model {
 public:
  Variable gate = add_weight("gate", {.initializer = "ones"});

 private:
  nn::Dense dense{2};
  void build(const Shape& input) override { gate.build({input.back()}); }
  Tensors call(const Tensors& inputs, bool) override { return dense(inputs * gate); }
};

double distance(const Tensor& a, const Tensor& b) { return reduce_max(abs(a - b)).item<double>(); }

}  // namespace

TEST_CASE("a subclassed model finds its layers by itself") {
  WideAndDeep model;
  CHECK(model.name() == "wide_and_deep");
  CHECK(model.layers().empty());
  const Tensor y = model({zeros({2, 3}), zeros({2, 5})}, {.training = true});
  CHECK(y.shape() == Shape{2, 1});
  REQUIRE(model.layers().size() == 3);
  CHECK(model.count_params() == 5 * 30 + 30 + 30 * 30 + 30 + 33 + 1);
  CHECK(model.trainable_variables()[0].shape() == Shape{5, 30});
}

TEST_CASE("a model with a loop that depends on the data has the right gradients, and learns") {
  set_seed(3);
  Iterated model;
  const Tensor x = random::normal({4, 3}, {.dtype = float64, .seed = 5});
  const Tensor y = random::normal({4, 1}, {.dtype = float64, .seed = 6});
  model(x);
  CHECK(model.steps >= 2);
  CHECK(model.trainable_variables().size() == 4);
  Sources sources(model.trainable_variables());
  const GradcheckReport report = gradcheck([&] { return reduce_mean(square(Tensor(model(x)) - y)); }, sources);
  CHECK_MESSAGE(report, report.message);

  model.compile({.optimizer = optim::SGD({.learning_rate = 0.1}), .loss = "mse"});
  const double before = model.evaluate(x, y, {.verbose = 0})["loss"];
  model.fit(x, y, {.epochs = 100, .verbose = 0});
  CHECK(model.evaluate(x, y, {.verbose = 0})["loss"] < 0.5 * before);
}

TEST_CASE("a model may have weights of its own") {
  Gated model;
  model(ones({1, 3}));
  REQUIRE(model.gate.is_built());
  CHECK(model.trainable_variables().size() == 3);
  CHECK(model.weights()[0].is_same(model.gate));
}

TEST_CASE("build runs the layers on zeros") {
  nn::Sequential sequential({nn::Dense(3)});
  sequential.build({-1, 7});
  CHECK(sequential.weights()[0].shape() == Shape{7, 3});
  WideAndDeep model;
  model.build({Shape{-1, 3}, Shape{-1, 5}});
  CHECK(model.trainable_variables().size() == 6);
  WideAndDeep too_few;
  CHECK_THROWS_AS(too_few.build({-1, 7}), OutOfRangeError);
}

TEST_CASE("training and testing need compile") {
  nn::Sequential model({nn::Dense(1, {.input_shape = {2}})});
  const Tensor x = ones({3, 2}), y = ones({3, 1});
  check_contains(error_of([&] { model.fit(x, y); }), "not compiled");
  CHECK_THROWS_AS(model.fit(x, y), FailedPreconditionError);
  CHECK_THROWS_AS(model.evaluate(x, y), FailedPreconditionError);
  CHECK_THROWS_AS(model.train_on_batch(x, y), FailedPreconditionError);
  CHECK_THROWS_AS(model.optimizer(), FailedPreconditionError);
  CHECK(model.predict(x).single().shape() == Shape{3, 1});
  model.compile({.optimizer = "sgd"});
  CHECK_THROWS_AS(model.fit(x, y), FailedPreconditionError);
  CHECK_THROWS_AS(model.compile({.optimizer = "sdg", .loss = "mse"}), InvalidArgumentError);
  CHECK_THROWS_AS(model.compile({.loss = "msee"}), InvalidArgumentError);
  CHECK_THROWS_AS(model.compile({.loss = "mse", .metrics = {"accuracyy"}}), InvalidArgumentError);
}

TEST_CASE("a model without call says what to do") {
  nn::Model model;
  check_contains(error_of([&] { model(ones({1, 1})); }), "override call()");
}

TEST_CASE("one batch: train_on_batch moves the weights as SGD does, test_on_batch and predict_on_batch do not") {
  nn::Sequential model({nn::Dense(1, {.use_bias = false, .kernel_initializer = "ones", .input_shape = {1}})});
  model.compile({.optimizer = optim::SGD({.learning_rate = 0.1}), .loss = "mse", .metrics = {"mae"}});
  const Tensor x = constant({{1.f}, {2.f}}), y = constant({{3.f}, {3.f}});
  // Predictions 1 and 2: squares 4 and 1, absolute errors 2 and 1.
  const nn::Scores scores = model.test_on_batch(x, y);
  CHECK(scores[0] == doctest::Approx(2.5));
  CHECK(scores["mae"] == doctest::Approx(1.5));
  CHECK(values<float>(Tensor(model.predict_on_batch(x))) == std::vector<float>{1.f, 2.f});
  CHECK(model.train_on_batch(x, y)["loss"] == doctest::Approx(2.5));
  // The gradient is mean(2 (w x - y) x) = (2 * -2 * 1 + 2 * -1 * 2) / 2 = -4.
  CHECK(model.weights()[0].value().item<double>() == doctest::Approx(1.4));
  CHECK(model.metrics_names() == std::vector<std::string>{"loss", "mae"});
  CHECK_THROWS_AS(scores["accuracy"], NotFoundError);
}

TEST_CASE("predict gives the same for any batch size") {
  nn::Sequential model({nn::Dense(4, {.activation = "tanh", .input_shape = {3}}), nn::Dropout(0.5), nn::Dense(2)});
  const Tensor x = random::normal({10, 3}, {.seed = 1});
  const Tensor whole = model.predict(x), parts = model.predict(x, {.batch_size = 3});
  CHECK(parts.shape() == Shape{10, 2});
  CHECK(distance(whole, parts) < 1e-6);
  CHECK_THROWS_AS(model.predict(x, {.batch_size = 0}), InvalidArgumentError);
  CHECK_THROWS_AS(model.predict(zeros({0, 3})), InvalidArgumentError);
}

TEST_CASE("predict and evaluate are not recorded by a tape outside") {
  nn::Sequential model({nn::Dense(1, {.input_shape = {2}})});
  model.compile({.loss = "mse"});
  GradientTape tape;
  model.predict(ones({3, 2}));
  model.evaluate(ones({3, 2}), ones({3, 1}), {.verbose = 0});
  CHECK(tape.watched().empty());
}

TEST_CASE("two models train in two threads as each does alone") {
  const Tensor x = random::normal({64, 4}, {.seed = 1}), y = random::normal({64, 1}, {.seed = 2});
  const auto train = [&](std::uint64_t seed) {
    nn::Sequential model({
        nn::Dense(8, {.activation = "tanh",
                      .kernel_initializer = nn::initializers::GlorotUniform({.seed = seed}),
                      .input_shape = {4}}),
        nn::Dense(1, {.kernel_initializer = nn::initializers::GlorotUniform({.seed = seed + 1})}),
    });
    model.compile({.optimizer = optim::SGD({.learning_rate = 0.05}), .loss = "mse"});
    return model.fit(x, y, {.batch_size = 16, .epochs = 20, .verbose = 0, .shuffle = false})["loss"];
  };
  const std::vector<double> first = train(10), second = train(20);
  std::vector<double> first_again, second_again;
  std::thread one([&] { first_again = train(10); }), two([&] { second_again = train(20); });
  one.join();
  two.join();
  CHECK(first_again == first);
  CHECK(second_again == second);
}
