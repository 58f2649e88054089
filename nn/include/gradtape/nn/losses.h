#pragma once
// Loss: how far predictions are from what is true.
//
// The functions give one loss per sample, the mean over the last axis or the sum over the classes there; the classes
// hold a function with its options and reduce its result to one number. Labels of another dtype are cast to the
// predictions'. Labels (n) stand for (n, 1) beside predictions (n, 1), and the other way round; any other difference
// between the shapes is an InvalidArgumentError (Keras would broadcast).

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>

#include "gradtape/autograd/tensor.h"
#include "gradtape/autograd/where.h"

namespace gradtape::nn {

/// tf.keras.losses.Reduction; "sum_over_batch_size" is the mean of the per-sample losses.
class Reduction {
 public:
  enum Kind { sum_over_batch_size, sum, none };
  constexpr Reduction(Kind kind = sum_over_batch_size) : kind_(kind) {}
  /// Throws InvalidArgumentError for an unknown name.
  Reduction(const char* name);
  Reduction(const std::string& name);
  constexpr operator Kind() const { return kind_; }
  std::string name() const;

 private:
  Kind kind_;
};

struct LossOptions {
  Reduction reduction = {};
  std::string name = {};  ///< the function's name where empty

  void describe(auto& visit) {
    visit("reduction", reduction);
    visit("name", name);
  }
};

class Loss;

template <class F>
concept LossFunction =
    !std::derived_from<F, Loss> && std::is_invocable_r_v<Tensor, const F&, const Tensor&, const Tensor&>;

/// tf.keras.losses.Loss: a name, one of the classes in nn::losses, or any function of y_true and y_pred that returns
/// a Tensor of losses. A copy shares the function.
class Loss {
 public:
  using Function = std::function<Tensor(const Tensor& y_true, const Tensor& y_pred)>;

  /// No loss.
  Loss() = default;
  /// "mean_squared_error" ("mse"), "mean_absolute_error" ("mae"), "huber", "binary_crossentropy",
  /// "categorical_crossentropy", "sparse_categorical_crossentropy" (from probabilities), or the classes' names.
  /// Throws InvalidArgumentError for another name.
  Loss(const char* name);
  Loss(const std::string& name);
  template <LossFunction F>
  Loss(F function, LossOptions options = {})
      : Loss("custom_loss", Function(std::move(function)), std::move(options)) {}

  /// The reduced loss: a scalar, or the per-sample losses with Reduction::none. The losses are multiplied by
  /// sample_weight first, which is a scalar or has their shape, or broadcasts to it; sum_over_batch_size divides by
  /// the number of losses, not by the sum of the weights, as Keras does. The default weight, an empty Tensor, is 1.
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {},
                    Where where = Where::here()) const;
  /// The losses before any weight and reduction: Keras's call().
  Tensor per_sample(const Tensor& y_true, const Tensor& y_pred, Where where = Where::here()) const;

  Reduction reduction() const;
  std::string name() const;
  explicit operator bool() const { return definition_ != nullptr; }

 protected:
  Loss(std::string default_name, Function function, LossOptions options);

 private:
  struct Definition;
  const Definition& definition() const;
  std::shared_ptr<const Definition> definition_;
};

namespace losses {

/// tf.keras.losses.mean_squared_error: mean((y_pred - y_true)^2) over the last axis. y_true, y_pred: (..., d), a loss
/// of shape (...).
Tensor mean_squared_error(const Tensor& y_true, const Tensor& y_pred, Where where = Where::here());
/// tf.keras.losses.mean_absolute_error: mean(|y_pred - y_true|) over the last axis.
Tensor mean_absolute_error(const Tensor& y_true, const Tensor& y_pred, Where where = Where::here());

struct HuberFunctionOptions {
  double delta = 1;
};
/// tf.keras.losses.huber: the mean over the last axis of e^2 / 2 where |e| <= delta, delta * |e| - delta^2 / 2
/// elsewhere.
Tensor huber(const Tensor& y_true, const Tensor& y_pred, HuberFunctionOptions options = {},
             Where where = Where::here());

struct CrossentropyFunctionOptions {
  bool from_logits = false;
  double label_smoothing = 0;
};
/// tf.keras.losses.binary_crossentropy: the mean over the last axis. Labels in [0, 1]; probabilities are clipped to
/// [1e-7, 1 - 1e-7], and 1e-7 is added inside the logarithms, as Keras does. label_smoothing moves labels towards
/// 0.5.
Tensor binary_crossentropy(const Tensor& y_true, const Tensor& y_pred, CrossentropyFunctionOptions options = {},
                           Where where = Where::here());
/// tf.keras.losses.categorical_crossentropy: one-hot (or soft) labels and predictions (..., classes), a loss of shape
/// (...). Probabilities are divided by their sum and clipped to [1e-7, 1 - 1e-7]. label_smoothing moves labels
/// towards 1 / classes.
Tensor categorical_crossentropy(const Tensor& y_true, const Tensor& y_pred, CrossentropyFunctionOptions options = {},
                                Where where = Where::here());

struct SparseCrossentropyFunctionOptions {
  bool from_logits = false;
};
/// tf.keras.losses.sparse_categorical_crossentropy: labels (...) or (..., 1) of any dtype, cast to int64 where they
/// are floating-point, predictions (..., classes), a loss of shape (...). The logarithms of probabilities clipped to
/// [1e-7, 1 - 1e-7] are taken as logits, as Keras does. Throws OutOfRangeError for a label outside [0, classes).
Tensor sparse_categorical_crossentropy(const Tensor& y_true, const Tensor& y_pred,
                                       SparseCrossentropyFunctionOptions options = {}, Where where = Where::here());

class MeanSquaredError : public Loss {
 public:
  explicit MeanSquaredError(LossOptions options = {});
};
class MeanAbsoluteError : public Loss {
 public:
  explicit MeanAbsoluteError(LossOptions options = {});
};

struct HuberOptions {
  double delta = 1;
  Reduction reduction = {};
  std::string name = "huber_loss";

  void describe(auto& visit) {
    visit("delta", delta);
    visit("reduction", reduction);
    visit("name", name);
  }
};
/// Throws InvalidArgumentError for a negative delta.
class Huber : public Loss {
 public:
  explicit Huber(HuberOptions options = {});
};

struct CrossentropyOptions {
  bool from_logits = false;
  double label_smoothing = 0;
  Reduction reduction = {};
  std::string name = {};

  void describe(auto& visit) {
    visit("from_logits", from_logits);
    visit("label_smoothing", label_smoothing);
    visit("reduction", reduction);
    visit("name", name);
  }
};
/// Both throw InvalidArgumentError for a label_smoothing outside [0, 1].
class BinaryCrossentropy : public Loss {
 public:
  explicit BinaryCrossentropy(CrossentropyOptions options = {});
};
class CategoricalCrossentropy : public Loss {
 public:
  explicit CategoricalCrossentropy(CrossentropyOptions options = {});
};

struct SparseCrossentropyOptions {
  bool from_logits = false;
  Reduction reduction = {};
  std::string name = {};

  void describe(auto& visit) {
    visit("from_logits", from_logits);
    visit("reduction", reduction);
    visit("name", name);
  }
};
class SparseCategoricalCrossentropy : public Loss {
 public:
  explicit SparseCategoricalCrossentropy(SparseCrossentropyOptions options = {});
};

}  // namespace losses
}  // namespace gradtape::nn
