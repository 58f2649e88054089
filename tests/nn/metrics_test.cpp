#include "gradtape/nn/metrics.h"

#include <doctest/doctest.h>

#include <cmath>

#include "gradtape/autograd/autograd.h"

using namespace gradtape;
namespace metrics = nn::metrics;
using doctest::Approx;

namespace {

// The examples of Keras's documentation.
const Tensor class_p = constant({{0.1f, 0.9f, 0.8f}, {0.05f, 0.95f, 0.f}});
const Tensor sparse_y = constant({{2}, {1}});
const Tensor one_hot_y = constant({{0.f, 0.f, 1.f}, {0.f, 1.f, 0.f}});
const Tensor weights = constant({0.7f, 0.3f});

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

double result_of(nn::Metric metric, const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) {
  metric.update_state(y_true, y_pred, sample_weight);
  return metric.result();
}

}  // namespace

TEST_CASE("mean and sum of values") {
  metrics::Mean mean;
  CHECK(mean.result() == 0);
  mean.update_state(constant({1.f, 3.f, 5.f, 7.f}));
  CHECK(mean.result() == 4);
  mean.reset_state();
  mean.update_state(constant({1.f, 3.f, 5.f, 7.f}), constant({1.f, 1.f, 0.f, 0.f}));
  CHECK(mean.result() == 2);
  mean.update_state(8, 2);
  CHECK(mean.result() == 5);
  metrics::Sum sum;
  sum.update_state(constant({1, 3, 5, 7}));
  CHECK(sum.result() == 16);
  sum.update_state(constant({1.f, 3.f, 5.f, 7.f}), constant({1.f, 1.f, 0.f, 0.f}));
  CHECK(sum.result() == 20);
  CHECK(mean.name() == "mean");
  CHECK(metrics::Sum({.name = "total"}).name() == "total");
}

TEST_CASE("accuracies of Keras's documentation") {
  CHECK(result_of(metrics::SparseCategoricalAccuracy(), sparse_y, class_p) == 0.5);
  CHECK(result_of(metrics::SparseCategoricalAccuracy(), sparse_y, class_p, weights) == Approx(0.3));
  CHECK(result_of(metrics::CategoricalAccuracy(), one_hot_y, class_p) == 0.5);
  CHECK(result_of(metrics::CategoricalAccuracy(), one_hot_y, class_p, weights) == Approx(0.3));
  const Tensor y = constant({{1}, {1}, {0}, {0}}), p = constant({{0.98f}, {1.f}, {0.f}, {0.6f}});
  CHECK(result_of(metrics::BinaryAccuracy(), y, p) == 0.75);
  CHECK(result_of(metrics::BinaryAccuracy(), y, p, constant({1.f, 0.f, 0.f, 1.f})) == 0.5);
  CHECK(result_of(metrics::BinaryAccuracy({.threshold = 0.7}), y, p) == 1);
  const Tensor a = constant({{1}, {2}, {3}, {4}}), b = constant({{0}, {2}, {3}, {4}});
  CHECK(result_of(metrics::Accuracy(), a, b) == 0.75);
  CHECK(result_of(metrics::Accuracy(), a, b, constant({1.f, 1.f, 0.f, 0.f})) == 0.5);
}

TEST_CASE("accuracy adds batches up and starts again") {
  metrics::SparseCategoricalAccuracy accuracy;
  accuracy.update_state(sparse_y, class_p);                             // 1 of 2
  accuracy.update_state(constant({1}), class_p.slice({1, 0}, {1, 3}));  // 1 of 1
  CHECK(accuracy.result() == Approx(2.0 / 3));
  nn::Metric copy = accuracy;
  copy.reset_state();
  CHECK(accuracy.result() == 0);
}

TEST_CASE("the first of equal predictions counts as the largest") {
  CHECK(result_of("sparse_categorical_accuracy", constant({0}), constant({{0.5f, 0.5f}})) == 1);
  CHECK(result_of("sparse_categorical_accuracy", constant({1}), constant({{0.5f, 0.5f}})) == 0);
}

TEST_CASE("sparse labels of every dtype and of (n) or (n, 1)") {
  for (const DType dtype : {int32, int64, uint8, float32, float64})
    for (const DType prediction : {float32, float64})
      for (const Shape& shape : {Shape{2}, Shape{2, 1}})
        CHECK(result_of("sparse_categorical_accuracy", reshape(cast(sparse_y, dtype), shape),
                        cast(class_p, prediction)) == 0.5);
}

TEST_CASE("sequences of labels with one weight for each sequence") {
  const Tensor p = reshape(concat({class_p, class_p}, 0), {2, 2, 3});
  const Tensor y = constant({{2, 1}, {1, 1}});  // right: 0, 1; 1, 1
  CHECK(result_of("sparse_categorical_accuracy", y, p) == 0.75);
  CHECK(result_of("sparse_categorical_accuracy", y, p, constant({1.f, 3.f})) == Approx((1 + 6) / 8.0));
  CHECK(result_of("sparse_categorical_accuracy", y, p, constant({{1.f}, {3.f}})) == Approx(7 / 8.0));
  CHECK(result_of("sparse_categorical_accuracy", y, p, constant({{1.f, 0.f}, {0.f, 1.f}})) == 0.5);
}

TEST_CASE("the name 'accuracy' chooses by the shapes") {
  CHECK(result_of("accuracy", sparse_y, class_p) == 0.5);
  CHECK(result_of("accuracy", reshape(sparse_y, {2}), class_p) == 0.5);
  CHECK(result_of("acc", one_hot_y, class_p) == 0.5);
  const Tensor p = constant({{0.98f}, {1.f}, {0.f}, {0.6f}});
  CHECK(result_of("accuracy", constant({{1}, {1}, {0}, {0}}), p) == 0.75);
  CHECK(result_of("accuracy", constant({1, 1, 0, 0}), p) == 0.75);
}

TEST_CASE("errors are means over the last axis, then over the samples") {
  const Tensor y = constant({{0.f, 1.f}, {0.f, 0.f}}), p = constant({{1.f, 1.f}, {1.f, -3.f}});
  CHECK(result_of(metrics::MeanSquaredError(), y, p) == Approx((0.5 + 5) / 2));
  CHECK(result_of(metrics::MeanAbsoluteError(), y, p) == Approx((0.5 + 2) / 2));
  CHECK(result_of("mse", y, p, constant({1.f, 3.f})) == Approx((0.5 + 15) / 4));
  CHECK(result_of("mae", constant({0.f, 2.f}), constant({{1.f}, {5.f}})) == Approx(2));
}

TEST_CASE("crossentropies are metrics by name") {
  const Tensor p = constant({{0.25f, 0.75f}, {0.5f, 0.5f}});
  CHECK(result_of("sparse_categorical_crossentropy", constant({1, 0}), p) ==
        Approx((-std::log(0.75) - std::log(0.5)) / 2).epsilon(1e-6));
  CHECK(result_of("categorical_crossentropy", constant({{0.f, 1.f}, {1.f, 0.f}}), p) ==
        Approx((-std::log(0.75) - std::log(0.5)) / 2).epsilon(1e-6));
}

TEST_CASE("a metric is called as it was given") {
  for (const char* name : {"accuracy", "acc", "mse", "mean_squared_error", "mae"})
    CHECK(nn::Metric(name).name() == name);
  CHECK(metrics::SparseCategoricalAccuracy().name() == "sparse_categorical_accuracy");
  CHECK(metrics::BinaryAccuracy({.name = "hits"}).name() == "hits");
  CHECK(contains(message_of([] { nn::Metric("accurate"); }), "'accuracy'"));
}

TEST_CASE("a function is a metric whose values are averaged") {
  nn::Metric metric([](const Tensor& y, const Tensor& p) { return abs(p - y); }, "distance");
  metric.update_state(constant({1.f, 2.f}), constant({2.f, 5.f}));
  metric.update_state(constant({0.f}), constant({5.f}));
  CHECK(metric.result() == 3);
  CHECK(metric.name() == "distance");
}

TEST_CASE("a user's own state is a metric") {
  struct Largest : nn::MetricState {
    double value = 0;
    void update_state(const Tensor&, const Tensor& p, const Tensor&) override {
      value = std::max(value, reduce_max(p).item<double>());
    }
    double result() const override { return value; }
    void reset_state() override { value = 0; }
  };
  nn::Metric metric(Largest(), "largest");
  metric.update_state({}, constant({1.f, 4.f}));
  metric.update_state({}, constant({2.f}));
  CHECK(metric.result() == 4);
}

TEST_CASE("shapes that do not fit are named and nothing is added") {
  metrics::SparseCategoricalAccuracy sparse;
  const std::string message = message_of([&] { sparse.update_state(constant({1, 2, 3}), class_p); });
  CHECK(contains(message, "(3,)"));
  CHECK(contains(message, "(2, 3)"));
  CHECK(contains(message_of([&] {
                   sparse.update_state(sparse_y, class_p, constant({1.f, 1.f, 1.f}));
                 }),
                 "sample_weight"));
  CHECK_THROWS_AS(metrics::CategoricalAccuracy().update_state(sparse_y, class_p), InvalidArgumentError);
  CHECK_THROWS_AS(metrics::MeanSquaredError().update_state(zeros({2}), zeros({3})), InvalidArgumentError);
  CHECK_THROWS_AS(sparse.update_state(sparse_y, Tensor()), FailedPreconditionError);
  CHECK(sparse.result() == 0);
  CHECK_THROWS_AS(nn::Metric().result(), FailedPreconditionError);
}

TEST_CASE("a metric leaves no trace on a tape") {
  metrics::SparseCategoricalAccuracy accuracy;
  Variable w(constant({{1.f, 2.f, 3.f}, {3.f, 2.f, 1.f}}));
  GradientTape tape;
  const Tensor p = softmax(w);
  const std::size_t watched = tape.watched().size();
  accuracy.update_state(sparse_y, p);
  CHECK(tape.watched().size() == watched);
  CHECK(accuracy.result() == 0.5);
}
