#include "losses_functions.h"

#include "gradtape/autograd/detail_annotation.h"
#include "gradtape/autograd/ops/clipping.h"
#include "gradtape/autograd/ops/comparison.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/neural.h"
#include "gradtape/autograd/ops/reduction.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "shape_match.h"

namespace gradtape::nn::losses {

namespace functions {

namespace {

/// Keras's backend.epsilon().
constexpr double epsilon = 1e-7;

/// y_true in the shape and dtype of y_pred.
Tensor matched(const Tensor& y_true, const Tensor& y_pred) {
  check_matching_shapes(y_true.shape(), y_pred.shape());
  if (!is_floating(y_pred.dtype()))
    throw InvalidArgumentError("y_pred has the dtype " + std::string(name_of(y_pred.dtype())) +
                               ": predictions must be float32 or float64");
  const Tensor labels = y_true.dtype() == y_pred.dtype() ? y_true : cast(y_true, y_pred.dtype());
  return labels.shape() == y_pred.shape() ? labels : reshape(labels, y_pred.shape());
}

/// The mean over the last axis; a scalar is its own mean.
Tensor mean_of_last_axis(const Tensor& values) { return values.rank() == 0 ? values : reduce_mean(values, -1); }

Tensor clipped_probabilities(const Tensor& probabilities) {
  return clip_by_value(probabilities, epsilon, 1 - epsilon);
}

using gradtape::detail::LogitsFunction;
using gradtape::detail::remembered_logits;

/// As Keras does: probabilities that come straight from a softmax (sigmoid) activation are replaced by its logits,
/// whose loss is exact where a probability rounds to 0 or 1.
struct Prediction {
  const Tensor& tensor;
  bool is_logits;
};
Prediction look_through(const Tensor& y_pred, bool from_logits, LogitsFunction function) {
  const Tensor* logits = from_logits ? nullptr : remembered_logits(y_pred, function);
  return logits != nullptr ? Prediction{*logits, true} : Prediction{y_pred, from_logits};
}

void check_classes(const Tensor& y_pred) {
  if (y_pred.rank() == 0) throw InvalidArgumentError("y_pred is a scalar: its last axis must be the classes");
}

}  // namespace

void check_label_smoothing(double label_smoothing) {
  if (!(label_smoothing >= 0 && label_smoothing <= 1))
    throw InvalidArgumentError("label_smoothing is " + std::to_string(label_smoothing) +
                               ": it must lie between 0 and 1");
}

Tensor mean_squared_error(const Tensor& y_true, const Tensor& y_pred) {
  return mean_of_last_axis(squared_difference(y_pred, matched(y_true, y_pred)));
}

Tensor mean_absolute_error(const Tensor& y_true, const Tensor& y_pred) {
  return mean_of_last_axis(abs(y_pred - matched(y_true, y_pred)));
}

Tensor huber(const Tensor& y_true, const Tensor& y_pred, double delta) {
  const Tensor error = y_pred - matched(y_true, y_pred);
  const Tensor size = abs(error);
  return mean_of_last_axis(where(size <= delta, 0.5 * square(error), delta * size - 0.5 * delta * delta));
}

Tensor binary_crossentropy(const Tensor& y_true, const Tensor& y_pred, const CrossentropyFunctionOptions& options) {
  check_label_smoothing(options.label_smoothing);
  Tensor labels = matched(y_true, y_pred);
  if (options.label_smoothing > 0) labels = labels * (1 - options.label_smoothing) + 0.5 * options.label_smoothing;
  const auto [prediction, is_logits] = look_through(y_pred, options.from_logits, LogitsFunction::sigmoid);
  if (is_logits) return mean_of_last_axis(sigmoid_cross_entropy_with_logits(labels, prediction));
  const Tensor p = clipped_probabilities(y_pred);
  return mean_of_last_axis(-(labels * log(p + epsilon) + (1 - labels) * log(1 - p + epsilon)));
}

Tensor categorical_crossentropy(const Tensor& y_true, const Tensor& y_pred,
                                const CrossentropyFunctionOptions& options) {
  check_label_smoothing(options.label_smoothing);
  check_classes(y_pred);
  Tensor labels = matched(y_true, y_pred);
  if (options.label_smoothing > 0) {
    const double classes = static_cast<double>(y_pred.shape().back());
    labels = labels * (1 - options.label_smoothing) + options.label_smoothing / classes;
  }
  const auto [prediction, is_logits] = look_through(y_pred, options.from_logits, LogitsFunction::softmax);
  if (is_logits) return softmax_cross_entropy_with_logits(labels, prediction);
  const Tensor p = clipped_probabilities(y_pred / reduce_sum(y_pred, -1, {.keepdims = true}));
  return -reduce_sum(labels * log(p), -1);
}

Tensor sparse_categorical_crossentropy(const Tensor& y_true, const Tensor& y_pred, bool from_logits) {
  check_classes(y_pred);
  const Shape samples = y_pred.shape().sub(0, y_pred.rank() - 1);
  check_sparse_labels(y_true.shape(), y_pred.shape());
  Tensor labels = is_integer(y_true.dtype()) ? y_true : cast(y_true, int64);
  if (labels.shape() != samples) labels = reshape(labels, samples);
  const auto [prediction, is_logits] = look_through(y_pred, from_logits, LogitsFunction::softmax);
  return sparse_softmax_cross_entropy_with_logits(labels,
                                                  is_logits ? prediction : log(clipped_probabilities(y_pred)));
}

}  // namespace functions

Tensor mean_squared_error(const Tensor& y_true, const Tensor& y_pred, Where where) {
  return in_scope("mean_squared_error", where, [&] { return functions::mean_squared_error(y_true, y_pred); });
}

Tensor mean_absolute_error(const Tensor& y_true, const Tensor& y_pred, Where where) {
  return in_scope("mean_absolute_error", where, [&] { return functions::mean_absolute_error(y_true, y_pred); });
}

Tensor huber(const Tensor& y_true, const Tensor& y_pred, HuberFunctionOptions options, Where where) {
  return in_scope("huber", where, [&] { return functions::huber(y_true, y_pred, options.delta); });
}

Tensor binary_crossentropy(const Tensor& y_true, const Tensor& y_pred, CrossentropyFunctionOptions options,
                           Where where) {
  return in_scope("binary_crossentropy", where,
                  [&] { return functions::binary_crossentropy(y_true, y_pred, options); });
}

Tensor categorical_crossentropy(const Tensor& y_true, const Tensor& y_pred, CrossentropyFunctionOptions options,
                                Where where) {
  return in_scope("categorical_crossentropy", where,
                  [&] { return functions::categorical_crossentropy(y_true, y_pred, options); });
}

Tensor sparse_categorical_crossentropy(const Tensor& y_true, const Tensor& y_pred,
                                       SparseCrossentropyFunctionOptions options, Where where) {
  return in_scope("sparse_categorical_crossentropy", where,
                  [&] { return functions::sparse_categorical_crossentropy(y_true, y_pred, options.from_logits); });
}

}  // namespace gradtape::nn::losses
