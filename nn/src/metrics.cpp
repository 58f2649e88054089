#include "gradtape/nn/metrics.h"

#include <cmath>

#include "gradtape/autograd/error.h"
#include "gradtape/nn/losses.h"
#include "known_names.h"
#include "metrics_state.h"

namespace gradtape::nn {

namespace metrics {

namespace {

class MeanOfPredictions final : public MeanState {
 public:
  void update_state(const Tensor&, const Tensor& y_pred, const Tensor& sample_weight) override {
    add_all(y_pred, sample_weight);
  }
};

class SumOfPredictions final : public MeanState {
 public:
  void update_state(const Tensor&, const Tensor& y_pred, const Tensor& sample_weight) override {
    add_all(y_pred, sample_weight);
  }
  double result() const override { return total_; }
};

class MeanOfFunction final : public MeanState {
 public:
  explicit MeanOfFunction(Metric::Function function) : function_(std::move(function)) {}
  void update_state(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) override {
    add_all(function_(y_true, y_pred), sample_weight);
  }

 private:
  Metric::Function function_;
};

class ElementAccuracy final : public MeanState {
 public:
  void update_state(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) override {
    check_matching_shapes(y_true.shape(), y_pred.shape());
    const Elements labels(y_true), predictions(y_pred);
    const Weights weights(sample_weight, y_pred.shape());
    for (std::int64_t i = 0; i < y_pred.num_elements(); ++i) add(labels[i] == predictions[i] ? 1 : 0, weights[i]);
  }
};

class BinaryState final : public MeanState {
 public:
  explicit BinaryState(double threshold) : threshold_(threshold) {}
  void update_state(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) override {
    add_binary_accuracy(*this, y_true, y_pred, sample_weight, threshold_);
  }

 private:
  double threshold_;
};

/// One of the functions of metrics_state.h.
template <void (*add_batch)(MeanState&, const Tensor&, const Tensor&, const Tensor&)>
class AccuracyState final : public MeanState {
 public:
  void update_state(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) override {
    add_batch(*this, y_true, y_pred, sample_weight);
  }
};

class SquaredErrorState final : public MeanState {
 public:
  void update_state(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) override {
    add_mean_of_rows(*this, y_true, y_pred, sample_weight,
                     [](double label, double prediction) { return (prediction - label) * (prediction - label); });
  }
};

class AbsoluteErrorState final : public MeanState {
 public:
  void update_state(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) override {
    add_mean_of_rows(*this, y_true, y_pred, sample_weight,
                     [](double label, double prediction) { return std::abs(prediction - label); });
  }
};

std::string or_default(std::string name, const char* usual) { return name.empty() ? usual : std::move(name); }

}  // namespace

Mean::Mean(MetricOptions options)
    : Metric(std::make_shared<MeanOfPredictions>(), or_default(std::move(options.name), "mean")) {}
void Mean::update_state(const Tensor& values, const Tensor& sample_weight) {
  state().update_state({}, values, sample_weight);
}
void Mean::update_state(double value, double weight) { static_cast<MeanState&>(state()).add(value, weight); }

Sum::Sum(MetricOptions options)
    : Metric(std::make_shared<SumOfPredictions>(), or_default(std::move(options.name), "sum")) {}
void Sum::update_state(const Tensor& values, const Tensor& sample_weight) {
  state().update_state({}, values, sample_weight);
}
void Sum::update_state(double value, double weight) { static_cast<MeanState&>(state()).add(value, weight); }

Accuracy::Accuracy(MetricOptions options)
    : Metric(std::make_shared<ElementAccuracy>(), or_default(std::move(options.name), "accuracy")) {}
BinaryAccuracy::BinaryAccuracy(BinaryAccuracyOptions options)
    : Metric(std::make_shared<BinaryState>(options.threshold),
             or_default(std::move(options.name), "binary_accuracy")) {}
CategoricalAccuracy::CategoricalAccuracy(MetricOptions options)
    : Metric(std::make_shared<AccuracyState<add_categorical_accuracy>>(),
             or_default(std::move(options.name), "categorical_accuracy")) {}
SparseCategoricalAccuracy::SparseCategoricalAccuracy(MetricOptions options)
    : Metric(std::make_shared<AccuracyState<add_sparse_categorical_accuracy>>(),
             or_default(std::move(options.name), "sparse_categorical_accuracy")) {}
MeanSquaredError::MeanSquaredError(MetricOptions options)
    : Metric(std::make_shared<SquaredErrorState>(), or_default(std::move(options.name), "mean_squared_error")) {}
MeanAbsoluteError::MeanAbsoluteError(MetricOptions options)
    : Metric(std::make_shared<AbsoluteErrorState>(), or_default(std::move(options.name), "mean_absolute_error")) {}

}  // namespace metrics

namespace {

using StatePointer = std::shared_ptr<MetricState>;

template <class State>
StatePointer made() {
  return std::make_shared<State>();
}

StatePointer made_binary() { return std::make_shared<metrics::BinaryState>(0.5); }

template <class LossClass>
StatePointer made_from_loss() {
  return std::make_shared<metrics::MeanOfFunction>(
      [loss = LossClass()](const Tensor& y_true, const Tensor& y_pred) { return loss.per_sample(y_true, y_pred); });
}

struct Known {
  const char* name;
  StatePointer (*make)();
};

constexpr Known known_metrics[] = {
    {"accuracy", made<metrics::AccuracyState<metrics::add_resolved_accuracy>>},
    {"acc", made<metrics::AccuracyState<metrics::add_resolved_accuracy>>},
    {"binary_accuracy", made_binary},
    {"categorical_accuracy", made<metrics::AccuracyState<metrics::add_categorical_accuracy>>},
    {"sparse_categorical_accuracy", made<metrics::AccuracyState<metrics::add_sparse_categorical_accuracy>>},
    {"mean_squared_error", made<metrics::SquaredErrorState>},
    {"mse", made<metrics::SquaredErrorState>},
    {"mean_absolute_error", made<metrics::AbsoluteErrorState>},
    {"mae", made<metrics::AbsoluteErrorState>},
    {"binary_crossentropy", made_from_loss<losses::BinaryCrossentropy>},
    {"categorical_crossentropy", made_from_loss<losses::CategoricalCrossentropy>},
    {"sparse_categorical_crossentropy", made_from_loss<losses::SparseCategoricalCrossentropy>},
};

}  // namespace

Metric::Metric(const std::string& name) : Metric(find_known("metric", name, known_metrics).make(), name) {}
Metric::Metric(const char* name) : Metric(std::string(name)) {}
Metric::Metric(Function function, std::string name)
    : Metric(std::make_shared<metrics::MeanOfFunction>(std::move(function)), std::move(name)) {}

MetricState& Metric::state() const {
  if (state_ == nullptr) throw FailedPreconditionError("this Metric is not a metric yet: assign one to it first");
  return *state_;
}

void Metric::update_state(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) {
  state().update_state(y_true, y_pred, sample_weight);
}
double Metric::result() const { return state().result(); }
void Metric::reset_state() { state().reset_state(); }

}  // namespace gradtape::nn
