#pragma once
// Metric: a number that is collected over batches.
//
// Nothing that a built-in metric does is recorded on a tape: it reads the tensors' elements. Sums are kept in double.

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>

#include "gradtape/autograd/tensor.h"

namespace gradtape::nn {

/// What a metric keeps between batches. A user's own metric derives from this and is passed to Metric's constructor.
class MetricState {
 public:
  virtual ~MetricState() = default;
  /// sample_weight is empty where there are no weights.
  virtual void update_state(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) = 0;
  virtual double result() const = 0;
  virtual void reset_state() = 0;
};

class Metric;

template <class F>
concept MetricFunction =
    !std::derived_from<F, Metric> && std::is_invocable_r_v<Tensor, const F&, const Tensor&, const Tensor&>;

/// tf.keras.metrics.Metric: a name, one of the classes in nn::metrics, any function of y_true and y_pred whose values
/// are averaged (as MeanMetricWrapper does), or a MetricState. A handle: copies share the state.
class Metric {
 public:
  using Function = std::function<Tensor(const Tensor& y_true, const Tensor& y_pred)>;

  Metric() = default;
  /// "accuracy" ("acc"), "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy",
  /// "mean_squared_error"
  /// ("mse"), "mean_absolute_error" ("mae"), the crossentropies, or the classes' names. The metric is called as given
  /// here. "accuracy" looks at the shapes, as Keras does: predictions (..., 1) are binary, labels of a lower rank
  /// than the predictions or (..., 1) are sparse, others one-hot. Throws InvalidArgumentError for another name.
  Metric(const char* name);
  Metric(const std::string& name);
  template <MetricFunction F>
  Metric(F function, std::string name = "custom_metric") : Metric(Function(std::move(function)), std::move(name)) {}
  template <std::derived_from<MetricState> S>
  Metric(S state, std::string name = "custom_metric")
      : Metric(std::make_shared<S>(std::move(state)), std::move(name)) {}

  /// Takes a batch in. sample_weight: one weight per sample, or per value of the metric. Throws InvalidArgumentError
  /// for shapes that do not fit together.
  void update_state(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {});
  /// The value over all batches since the start or the last reset; 0 before the first.
  double result() const;
  void reset_state();

  const std::string& name() const { return name_; }
  explicit operator bool() const { return state_ != nullptr; }

 protected:
  Metric(std::shared_ptr<MetricState> state, std::string name) : state_(std::move(state)), name_(std::move(name)) {}
  Metric(Function function, std::string name);
  MetricState& state() const;

 private:
  std::shared_ptr<MetricState> state_;
  std::string name_;
};

namespace metrics {

struct MetricOptions {
  std::string name = {};  ///< the metric's usual name where empty

  void describe(auto& visit) { visit("name", name); }
};

/// The weighted mean of everything passed to update_state.
class Mean : public Metric {
 public:
  explicit Mean(MetricOptions options = {});
  void update_state(const Tensor& values, const Tensor& sample_weight = {});
  void update_state(double value, double weight = 1);
};
/// The weighted sum.
class Sum : public Metric {
 public:
  explicit Sum(MetricOptions options = {});
  void update_state(const Tensor& values, const Tensor& sample_weight = {});
  void update_state(double value, double weight = 1);
};

/// The share of elements where y_true == y_pred.
class Accuracy : public Metric {
 public:
  explicit Accuracy(MetricOptions options = {});
};

struct BinaryAccuracyOptions {
  std::string name = {};
  double threshold = 0.5;

  void describe(auto& visit) {
    visit("name", name);
    visit("threshold", threshold);
  }
};
/// The share of y_true == (y_pred > threshold), by sample over the last axis.
class BinaryAccuracy : public Metric {
 public:
  explicit BinaryAccuracy(BinaryAccuracyOptions options = {});
};
/// The share of samples whose largest label and largest prediction are in the same place; both (..., classes).
class CategoricalAccuracy : public Metric {
 public:
  explicit CategoricalAccuracy(MetricOptions options = {});
};
/// The share of samples whose largest prediction is at the label: labels (...) or (..., 1), predictions (...,
/// classes).
class SparseCategoricalAccuracy : public Metric {
 public:
  explicit SparseCategoricalAccuracy(MetricOptions options = {});
};
class MeanSquaredError : public Metric {
 public:
  explicit MeanSquaredError(MetricOptions options = {});
};
class MeanAbsoluteError : public Metric {
 public:
  explicit MeanAbsoluteError(MetricOptions options = {});
};

}  // namespace metrics
}  // namespace gradtape::nn
