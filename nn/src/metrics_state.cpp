#include "metrics_state.h"

#include <algorithm>

#include "gradtape/autograd/error.h"

namespace gradtape::nn::metrics {

namespace {

template <class T>
double read(const void* data, std::int64_t index) {
  return static_cast<double>(static_cast<const T*>(data)[index]);
}

constexpr double (*readers[dtype_count])(const void*, std::int64_t) = {
    read<float>,       read<double>,       read<std::int32_t>,  read<std::int64_t>,  read<std::uint8_t>,  read<bool>,
    read<std::int8_t>, read<std::int16_t>, read<std::uint16_t>, read<std::uint32_t>, read<std::uint64_t>, nullptr};

const void* data_of(const Tensor& tensor) {
  if (readers[static_cast<int>(tensor.dtype())] == nullptr)
    throw InvalidArgumentError("a metric compares numbers, got a tensor of dtype " +
                               std::string(name_of(tensor.dtype())));
  return gradtape::detail::mutable_data(tensor);
}

/// Where the largest element of each row of n is; the first of equals.
template <class T>
std::int64_t largest(const T* row, std::int64_t n) {
  std::int64_t best = 0;
  T highest = row[0];
  for (std::int64_t i = 1; i < n; ++i) {
    const bool higher = row[i] > highest;  // two selections: no branch to predict
    best = higher ? i : best;
    highest = higher ? row[i] : highest;
  }
  return best;
}

/// The same for rows of any dtype.
class Rows {
 public:
  explicit Rows(const Tensor& tensor) : length_(tensor.shape().back()), elements_(tensor) {
    if (length_ == 0) throw InvalidArgumentError("an accuracy over no classes: shape " + to_string(tensor.shape()));
    if (tensor.dtype() == float32) floats_ = tensor.data<float>().data();
  }
  std::int64_t argmax(std::int64_t row) const {
    if (floats_ != nullptr) return largest(floats_ + row * length_, length_);
    std::int64_t best = 0;
    for (std::int64_t i = 1; i < length_; ++i)
      if (elements_[row * length_ + i] > elements_[row * length_ + best]) best = i;
    return best;
  }

 private:
  std::int64_t length_;
  Elements elements_;
  const float* floats_ = nullptr;
};

void check_classes(const Tensor& y_pred) {
  if (y_pred.rank() == 0) throw InvalidArgumentError("y_pred is a scalar: its last axis must be the classes");
}

}  // namespace

Elements::Elements(const Tensor& tensor)
    : data_(tensor ? data_of(tensor) : nullptr),
      read_(tensor ? readers[static_cast<int>(tensor.dtype())] : nullptr) {}

Weights::Weights(const Tensor& sample_weight, const Shape& values)
    : given_(static_cast<bool>(sample_weight)), elements_(sample_weight) {
  if (!given_) return;
  const Shape& shape = sample_weight.shape();
  int rank = shape.rank();
  while (rank > 0 && shape[rank - 1] == 1 && (rank > values.rank() || values[rank - 1] != 1)) --rank;
  if (rank > values.rank() || !(shape.sub(0, rank) == values.sub(0, rank)))
    throw InvalidArgumentError("sample_weight has the shape " + to_string(shape) + ", the metric's values " +
                               to_string(values) + ": give one weight per sample");
  values_per_weight_ = std::max<std::int64_t>(1, values.sub(rank, values.rank()).num_elements());
}

void MeanState::add_all(const Tensor& values, const Tensor& sample_weight) {
  const Elements elements(values);
  const Weights weights(sample_weight, values.shape());
  for (std::int64_t i = 0; i < values.num_elements(); ++i) add(elements[i], weights[i]);
}

void add_binary_accuracy(MeanState& mean, const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight,
                         double threshold) {
  add_mean_of_rows(mean, y_true, y_pred, sample_weight, [&](double label, double prediction) {
    return label == (prediction > threshold ? 1.0 : 0.0) ? 1.0 : 0.0;
  });
}

void add_categorical_accuracy(MeanState& mean, const Tensor& y_true, const Tensor& y_pred,
                              const Tensor& sample_weight) {
  check_classes(y_pred);
  if (y_true.shape() != y_pred.shape())
    throw InvalidArgumentError("y_true has the shape " + to_string(y_true.shape()) + ", y_pred " +
                               to_string(y_pred.shape()) + ": they must be equal");
  const Rows labels(y_true), predictions(y_pred);
  const Shape samples = y_pred.shape().sub(0, y_pred.rank() - 1);
  const Weights weights(sample_weight, samples);
  for (std::int64_t i = 0; i < samples.num_elements(); ++i)
    mean.add(labels.argmax(i) == predictions.argmax(i) ? 1 : 0, weights[i]);
}

void add_sparse_categorical_accuracy(MeanState& mean, const Tensor& y_true, const Tensor& y_pred,
                                     const Tensor& sample_weight) {
  check_classes(y_pred);
  check_sparse_labels(y_true.shape(), y_pred.shape());
  const Elements labels(y_true);
  const Rows predictions(y_pred);
  const Shape samples = y_pred.shape().sub(0, y_pred.rank() - 1);
  const Weights weights(sample_weight, samples);
  for (std::int64_t i = 0; i < samples.num_elements(); ++i)
    mean.add(labels[i] == static_cast<double>(predictions.argmax(i)) ? 1 : 0, weights[i]);
}

void add_resolved_accuracy(MeanState& mean, const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) {
  check_classes(y_pred);
  const bool sparse = y_true.rank() < y_pred.rank() || y_true.shape().back() == 1;
  if (y_pred.shape().back() == 1)
    add_binary_accuracy(mean, y_true, y_pred, sample_weight, 0.5);
  else if (sparse)
    add_sparse_categorical_accuracy(mean, y_true, y_pred, sample_weight);
  else
    add_categorical_accuracy(mean, y_true, y_pred, sample_weight);
}

}  // namespace gradtape::nn::metrics
