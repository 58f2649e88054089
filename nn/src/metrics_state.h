#pragma once
// What the built-in metrics are made of: weighted means of values read straight from the tensors.

#include <cstdint>

#include "gradtape/autograd/tensor.h"
#include "gradtape/nn/metrics.h"
#include "shape_match.h"

namespace gradtape::nn::metrics {

/// The elements of a tensor of any dtype as double.
class Elements {
 public:
  /// None for an empty tensor.
  explicit Elements(const Tensor& tensor);
  double operator[](std::int64_t index) const { return read_(data_, index); }

 private:
  const void* data_;
  double (*read_)(const void* data, std::int64_t index);
};

/// The weight of each of the values of a metric: 1 without weights; weights of a shorter shape hold for all values
/// below. Throws InvalidArgumentError when the weights' shape does not begin the values'.
class Weights {
 public:
  Weights(const Tensor& sample_weight, const Shape& values);
  double operator[](std::int64_t index) const { return given_ ? elements_[index / values_per_weight_] : 1; }

 private:
  bool given_;
  Elements elements_;
  std::int64_t values_per_weight_ = 1;
};

class MeanState : public MetricState {
 public:
  double result() const override { return weight_ == 0 ? 0 : total_ / weight_; }
  void reset_state() override { total_ = weight_ = 0; }
  void add(double value, double weight) {
    total_ += value * weight;
    weight_ += weight;
  }
  /// All elements of the tensor, weighted.
  void add_all(const Tensor& values, const Tensor& sample_weight);

 protected:
  double total_ = 0, weight_ = 0;
};

/// For each row along the last axis of y_pred, the mean of value(label, prediction). Throws InvalidArgumentError for
/// shapes that differ.
template <class Value>
void add_mean_of_rows(MeanState& mean, const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight,
                      const Value& value) {
  check_matching_shapes(y_true.shape(), y_pred.shape());
  const Shape& shape = y_pred.shape();
  const std::int64_t length = shape.rank() == 0 ? 1 : shape.back();
  const Shape samples = shape.rank() == 0 ? shape : shape.sub(0, shape.rank() - 1);
  const Elements labels(y_true), predictions(y_pred);
  const Weights weights(sample_weight, samples);
  for (std::int64_t row = 0; row < samples.num_elements(); ++row) {
    double sum = 0;
    for (std::int64_t i = row * length; i < (row + 1) * length; ++i) sum += value(labels[i], predictions[i]);
    mean.add(sum / static_cast<double>(length), weights[row]);
  }
}

void add_binary_accuracy(MeanState& mean, const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight,
                         double threshold);
void add_categorical_accuracy(MeanState& mean, const Tensor& y_true, const Tensor& y_pred,
                              const Tensor& sample_weight);
void add_sparse_categorical_accuracy(MeanState& mean, const Tensor& y_true, const Tensor& y_pred,
                                     const Tensor& sample_weight);
/// The one of the three that Keras takes for "accuracy" and these shapes.
void add_resolved_accuracy(MeanState& mean, const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight);

}  // namespace gradtape::nn::metrics
