#include "gradtape/nn/losses.h"

#include <doctest/doctest.h>

#include <cmath>

#include "gradtape/autograd/autograd.h"
#include "gradtape/autograd/gradcheck.h"
#include "gradtape/nn/activation.h"

using namespace gradtape;
namespace losses = nn::losses;

// Values marked "numpy" were computed in float64 from the formulas in Keras's documentation, those marked "Keras"
// stand there to three digits.

namespace {

Tensor matrix(const std::vector<double>& values, const Shape& shape) { return constant(values, shape); }

void check_values(const Tensor& tensor, const std::vector<double>& expected, double relative = 1e-12) {
  REQUIRE(tensor.num_elements() == static_cast<std::int64_t>(expected.size()));
  const Tensor wide = cast(tensor, float64);
  for (std::size_t i = 0; i < expected.size(); ++i)
    CHECK(std::abs(wide.data<double>()[i] - expected[i]) <= relative * (1 + std::abs(expected[i])));
}

template <class F>
std::string message_of(const F& f) {
  try {
    f();
  } catch (const InvalidArgumentError& error) {
    return error.what();
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const Tensor y = matrix({0, 1, 1, 0, 0.25, 0.75}, {3, 2});
const Tensor p = matrix({0.6, 0.4, 0.4, 0.6, 0.1, 0.95}, {3, 2});
const Tensor one_hot_y = matrix({0, 1, 0, 0, 0, 1}, {2, 3});
const Tensor class_p = matrix({0.05, 0.95, 0, 0.1, 0.8, 0.1}, {2, 3});
const Tensor logits = matrix({1, 2, 3, -1, 0.5, 4}, {2, 3});

}  // namespace

TEST_CASE("squared and absolute errors are means over the last axis") {
  check_values(losses::mean_squared_error(y, p), {0.36, 0.36, 0.03125});
  check_values(losses::mean_absolute_error(y, p), {0.6, 0.6, 0.175});
}

TEST_CASE("huber is quadratic up to delta and linear beyond") {
  const Tensor zero = zeros({2, 2}, float64), e = matrix({0.3, -2, 1, 0.5}, {2, 2});
  check_values(losses::huber(zero, e), {0.7725, 0.3125});
  check_values(losses::huber(zero, e, {.delta = 0.5}), {0.46, 0.25});
}

TEST_CASE("binary crossentropy from probabilities") {
  check_values(losses::binary_crossentropy(y, p),
               {0.9162904818741863, 0.9162904818741863, 0.7210343934454868});  // numpy
  check_values(losses::binary_crossentropy(y, p, {.label_smoothing = 0.2}),
               {0.8757439793967015, 0.8757439793967015, 0.8495759127674721});  // numpy
}

TEST_CASE("binary crossentropy of a certain and wrong prediction is finite, by Keras's two epsilons") {
  // -log(1e-7 + 1e-7)
  check_values(losses::binary_crossentropy(matrix({1, 0}, {1, 2}), matrix({0, 1}, {1, 2})), {-std::log(2e-7)}, 1e-9);
}

TEST_CASE("binary crossentropy from logits") {
  check_values(
      losses::binary_crossentropy(y, matrix({18.6, 0.51, 2.94, -12.8, -0.3, 0.7}, {3, 2}), {.from_logits = true}),
      {9.535156663201635, 0.02575923636056201, 0.6037706466769925});  // numpy
}

TEST_CASE("categorical crossentropy from probabilities") {
  check_values(losses::categorical_crossentropy(one_hot_y, class_p), {0.05129329438755058, std::log(10.0)});
  check_values(losses::categorical_crossentropy(one_hot_y, class_p, {.label_smoothing = 0.1}),
               {0.6850013389121242, 2.233270374938051});  // numpy
}

TEST_CASE("categorical crossentropy divides probabilities by their sum") {
  // The prediction for class 1 is 1.9 / 2.4.
  check_values(losses::categorical_crossentropy(matrix({0, 1, 0}, {1, 3}), matrix({0.1, 1.9, 0.4}, {1, 3})),
               {std::log(2.4 / 1.9)});
}

TEST_CASE("categorical crossentropy from logits takes soft labels") {
  check_values(
      losses::categorical_crossentropy(matrix({0.2, 0.3, 0.5, 0.1, 0.1, 0.8}, {2, 3}), logits, {.from_logits = true}),
      {1.10760596444438, 0.8862695651247788});  // numpy
}

TEST_CASE("sparse categorical crossentropy from logits is minus the log-softmax at the label") {
  check_values(losses::sparse_categorical_crossentropy(constant({2, 0}), logits, {.from_logits = true}),
               {0.40760596444438013, 5.036269565124779});  // numpy
}

TEST_CASE("sparse categorical crossentropy from probabilities clips them and takes their logarithms as logits") {
  check_values(losses::sparse_categorical_crossentropy(constant({1, 2}), class_p),
               {0.05129339438754563, 2.3025850929940455});  // numpy
  // The clipped probabilities add up to 1 + 1e-7: log((1 + 1e-7) / 1e-7).
  check_values(losses::sparse_categorical_crossentropy(constant({2}), class_p.slice({0, 0}, {1, 3})),
               {std::log((1 + 1e-7) / 1e-7)});
}

TEST_CASE("sparse labels may be (n, 1), of any integer dtype, or floating-point") {
  const std::vector<double> expected = {0.40760596444438013, 5.036269565124779};
  for (const DType dtype : {int32, int64, uint8, float32, float64})
    for (const Shape& shape : {Shape{2}, Shape{2, 1}}) {
      const Tensor labels = reshape(cast(constant({2, 0}), dtype), shape);
      const Tensor loss = losses::sparse_categorical_crossentropy(labels, logits, {.from_logits = true});
      CHECK(loss.shape() == Shape{2});
      check_values(loss, expected);
    }
  const Tensor sequence =
      losses::sparse_categorical_crossentropy(constant({{2, 0}}), reshape(logits, {1, 2, 3}), {.from_logits = true});
  CHECK(sequence.shape() == Shape{1, 2});
  check_values(sequence, expected);
}

TEST_CASE("labels are cast to the predictions' dtype") {
  const Tensor labels = constant({{0, 1}, {0, 0}}), predictions = constant({{1.f, 1.f}, {1.f, 0.f}});
  CHECK(losses::mean_squared_error(labels, predictions).dtype() == float32);
  check_values(losses::mean_squared_error(labels, predictions), {0.5, 0.5});
  check_values(losses::binary_crossentropy(cast(labels, boolean), constant({{0.6f, 0.4f}, {0.4f, 0.6f}})),
               {0.916, 0.714}, 1e-3);  // Keras
  check_values(losses::categorical_crossentropy(cast(one_hot_y, int64), class_p),
               {0.05129329438755058, std::log(10.0)});
}

TEST_CASE("labels (n) stand for (n, 1) and the other way round") {
  const Tensor flat = matrix({1, 2, 3}, {3}), column = matrix({2, 2, 5}, {3, 1});
  check_values(losses::mean_squared_error(flat, column), {1, 0, 4});
  check_values(losses::mean_squared_error(column, flat), {5.0 / 3});
  check_values(nn::Loss("mse")(flat, column), {5.0 / 3});
}

TEST_CASE("shapes that do not fit are named") {
  for (const auto& function : {losses::mean_squared_error, losses::mean_absolute_error}) {
    const std::string message = message_of([&] { function(zeros({32}), zeros({32, 10}), Where::here()); });
    CHECK(contains(message, "(32,)"));
    CHECK(contains(message, "(32, 10)"));
  }
  CHECK(contains(message_of([] {
                   losses::mean_squared_error(zeros({2, 3}), zeros({3, 2}));
                 }),
                 "[mean_squared_error]"));
  CHECK(contains(message_of([] { losses::mean_squared_error(zeros({2, 3}), zeros({3, 2})); }), "losses_test.cpp:"));
  CHECK_THROWS_AS(losses::categorical_crossentropy(zeros({4}), zeros({4, 3})), InvalidArgumentError);
  const std::string sparse = message_of([] {
    losses::sparse_categorical_crossentropy(zeros({4, 3}), zeros({4, 3}));
  });
  CHECK(contains(sparse, "(4, 3)"));
  CHECK(contains(sparse, "categorical_crossentropy"));
  CHECK_THROWS_AS(losses::sparse_categorical_crossentropy(constant({0, 3}), logits, {.from_logits = true}),
                  OutOfRangeError);
  CHECK_THROWS_AS(losses::binary_crossentropy(y, p, {.label_smoothing = 2}), InvalidArgumentError);
}

TEST_CASE("loss objects give the figures of Keras's documentation") {
  const Tensor t = constant({{0.f, 1.f}, {0.f, 0.f}}), f = constant({{0.6f, 0.4f}, {0.4f, 0.6f}});
  const Tensor ones_and_zero = constant({{1.f, 1.f}, {1.f, 0.f}});
  const Tensor first = constant({1.f, 0.f});
  const auto check = [](const Tensor& loss, std::vector<double> expected) { check_values(loss, expected, 6e-4); };
  check(losses::MeanSquaredError()(t, ones_and_zero), {0.5});
  check(losses::MeanSquaredError()(t, ones_and_zero, constant({0.7f, 0.3f})), {0.25});
  check(losses::MeanSquaredError({.reduction = "sum"})(t, ones_and_zero), {1.0});
  check(losses::MeanSquaredError({.reduction = nn::Reduction::none})(t, ones_and_zero), {0.5, 0.5});
  check(losses::Huber()(t, f), {0.155});
  check(losses::Huber()(t, f, first), {0.09});
  check(losses::BinaryCrossentropy()(t, f), {0.815});
  check(losses::BinaryCrossentropy()(t, f, first), {0.458});
  check(losses::BinaryCrossentropy({.reduction = "sum"})(t, f), {1.630});
  check(losses::BinaryCrossentropy({.from_logits = true})(constant({0, 1, 0, 0}),
                                                          constant({-18.6f, 0.51f, 2.94f, -12.8f})),
        {0.865});
  check(losses::CategoricalCrossentropy()(one_hot_y, class_p), {1.177});
  check(losses::CategoricalCrossentropy()(one_hot_y, class_p, constant({0.3f, 0.7f})), {0.814});
  check(losses::SparseCategoricalCrossentropy()(constant({1, 2}), class_p), {1.177});
  check(losses::SparseCategoricalCrossentropy()(constant({1, 2}), class_p, constant({0.3f, 0.7f})), {0.814});
}

TEST_CASE("weights may be (n, 1), a scalar, or one for each loss") {
  const Tensor mse = losses::mean_squared_error(y, p);  // 0.36, 0.36, 0.03125
  const nn::Loss none = losses::MeanSquaredError({.reduction = "none"});
  check_values(none(y, p, matrix({1, 2, 4}, {3, 1})), {0.36, 0.72, 0.125});
  check_values(none(y, p, constant(2.0, float64)), {0.72, 0.72, 0.0625});
  check_values(losses::MeanSquaredError()(y, p, constant({0, 0, 8})), {0.25 / 3});
  const Tensor deep = reshape(y, {1, 3, 2}), deep_p = reshape(p, {1, 3, 2});
  check_values(none(deep, deep_p, matrix({2}, {1})), {0.72, 0.72, 0.0625});
  check_values(none(deep, deep_p, matrix({1, 2, 4}, {1, 3})), {0.36, 0.72, 0.125});
  const std::string message = message_of([&] { none(y, p, matrix({1, 2}, {2})); });
  CHECK(contains(message, "sample_weight"));
  CHECK(contains(message, "(2,)"));
  CHECK(contains(message, "(3,)"));
}

TEST_CASE("gradients of the losses agree with differences") {
  const GradcheckOptions options = {.second_order = true};
  const auto check = [&](const char* name, const auto& loss, const Tensor& at) {
    CAPTURE(name);
    const GradcheckReport report = gradcheck(loss, {at}, options);
    INFO(report.message);
    CHECK(report.passed);
  };
  check(
      "mse", [](const Tensor& x) { return losses::mean_squared_error(y, x); }, p);
  check(
      "mae", [](const Tensor& x) { return losses::mean_absolute_error(y, x); }, p);
  check(
      "huber", [](const Tensor& x) { return losses::huber(y, x, {.delta = 0.5}); }, p);
  check(
      "binary", [](const Tensor& x) { return losses::binary_crossentropy(y, x, {.label_smoothing = 0.1}); }, p);
  check(
      "binary, logits", [](const Tensor& x) { return losses::binary_crossentropy(y, x, {.from_logits = true}); }, p);
  const Tensor inner = matrix({0.2, 0.3, 0.5, 0.6, 0.3, 0.1}, {2, 3});
  check(
      "categorical", [](const Tensor& x) { return losses::categorical_crossentropy(one_hot_y, x); }, inner);
  check(
      "categorical, logits",
      [](const Tensor& x) { return losses::categorical_crossentropy(one_hot_y, x, {.from_logits = true}); }, logits);
  check(
      "sparse",
      [](const Tensor& x) {
        return losses::sparse_categorical_crossentropy(constant({1, 2}), x);
      },
      inner);
  check(
      "sparse, logits",
      [](const Tensor& x) {
        return losses::sparse_categorical_crossentropy(constant({1, 2}), x, {.from_logits = true});
      },
      logits);
  check(
      "weighted",
      [](const Tensor& x) {
        return nn::Loss("mse")(y, x, constant({1.f, 2.f, 3.f}));
      },
      p);
}

TEST_CASE("the gradient of the mean crossentropy is softmax minus one-hot, over n") {
  GradientTape tape;
  tape.watch(logits);
  const Tensor loss = losses::SparseCategoricalCrossentropy({.from_logits = true})(constant({2, 0}), logits);
  const Tensor expected = (softmax(logits) - one_hot(constant({2, 0}), 3, {.dtype = float64})) / 2;
  const Tensor gradient = tape.gradient(loss, logits);
  check_values(gradient, {expected.data<double>().begin(), expected.data<double>().end()});
}

TEST_CASE("a loss is a name, an object or a function") {
  CHECK(nn::Loss("mse").name() == "mean_squared_error");
  CHECK(nn::Loss("mean_absolute_error").name() == "mean_absolute_error");
  CHECK(nn::Loss("SparseCategoricalCrossentropy").name() == "sparse_categorical_crossentropy");
  CHECK(nn::Loss(losses::Huber({.delta = 0.5})).name() == "huber_loss");
  CHECK(losses::MeanSquaredError({.name = "mine"}).name() == "mine");
  const nn::Loss mine = [](const Tensor& t, const Tensor& x) { return square(x - t); };
  check_values(mine(zeros({2}, float64), matrix({1, 3}, {2})), {5});
  check_values(mine.per_sample(zeros({2}, float64), matrix({1, 3}, {2})), {1, 9});
  CHECK(contains(message_of([] { nn::Loss("mean_square"); }), "'mean_squared_error'"));
  CHECK(contains(message_of([] { nn::Reduction("mean"); }), "'sum_over_batch_size'"));
  CHECK_FALSE(nn::Loss());
  CHECK_THROWS_AS(nn::Loss()(y, p), FailedPreconditionError);
  CHECK_THROWS_AS(losses::Huber({.delta = -1}), InvalidArgumentError);
}

TEST_CASE("options describe themselves in Keras's order") {
  losses::CrossentropyOptions options = {.from_logits = true, .label_smoothing = 0.1};
  std::vector<std::string> names;
  auto visit = [&](const char* name, auto&) { names.push_back(name); };
  options.describe(visit);
  CHECK(names == std::vector<std::string>{"from_logits", "label_smoothing", "reduction", "name"});
}

TEST_CASE("probabilities of a softmax or sigmoid activation lose nothing where they round to 0 or 1, as in Keras") {
  // The label has probability exp(-200): clipped it would cost -log(1e-7) = 16.1, by its logits it costs 200.
  const Tensor logits = constant({{200.0f, 0.0f}});
  const Tensor probabilities = nn::Activation("softmax")(logits);
  const Tensor sparse = nn::losses::sparse_categorical_crossentropy(constant({1}), probabilities);
  CHECK(sparse.data<float>()[0] == doctest::Approx(200.0));
  const Tensor dense = nn::losses::categorical_crossentropy(constant({{0.0f, 1.0f}}), probabilities);
  CHECK(dense.data<float>()[0] == doctest::Approx(200.0));
  const Tensor binary =
      nn::losses::binary_crossentropy(constant({{0.0f}}), nn::Activation("sigmoid")(constant({{50.0f}})));
  CHECK(binary.data<float>()[0] == doctest::Approx(50.0));
}
