#pragma once
// What compile, fit, evaluate and predict can be given. Members are in the order of Keras's signatures.

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "gradtape/nn/batch_source.h"
#include "gradtape/nn/callback.h"
#include "gradtape/nn/losses.h"
#include "gradtape/nn/metrics.h"
#include "gradtape/optim/optimizer.h"

namespace gradtape::nn {

/// One loss for all outputs, or one for each: "mse", or {"mse", nn::losses::Huber()}.
class LossList {
 public:
  LossList() = default;
  template <class L>
  requires(std::is_convertible_v<L, Loss> && !std::derived_from<std::remove_cvref_t<L>, LossList>) LossList(L&& loss)
      : losses_{Loss(std::forward<L>(loss))} {}
  LossList(std::initializer_list<Loss> losses) : losses_(losses) {}
  LossList(std::vector<Loss> losses) : losses_(std::move(losses)) {}
  const std::vector<Loss>& losses() const { return losses_; }

 private:
  std::vector<Loss> losses_;
};

struct CompileOptions {
  optim::Optimizer optimizer = {};  ///< none: SGD, when the model is trained
  LossList loss = {};
  std::vector<Metric> metrics = {};  ///< a model with several outputs takes none yet
  std::vector<double> loss_weights = {};
};

/// {x, y}, or a dataset.
class ValidationData {
 public:
  ValidationData() = default;
  ValidationData(Tensors x, Tensors y) : x_(std::move(x)), y_(std::move(y)) {}
  template <class D>
  requires(std::is_convertible_v<const D&, Batches> && !std::same_as<D, ValidationData>)
      ValidationData(const D& dataset)
      : source_(Batches(dataset).pointer()) {}
  explicit operator bool() const { return source_ != nullptr || !x_.empty(); }
  const Tensors& x() const { return x_; }
  const Tensors& y() const { return y_; }
  const std::shared_ptr<BatchSource>& source() const { return source_; }

 private:
  Tensors x_, y_;
  std::shared_ptr<BatchSource> source_;
};

/// verbose: 0 silent, 1 a progress bar, 2 one line for each epoch.
struct FitOptions {
  std::int64_t batch_size = 32;  ///< of tensors; a dataset has its own
  int epochs = 1;
  int verbose = 1;
  std::vector<CallbackHandle> callbacks = {};
  double validation_split = 0;  ///< the last part of the samples, taken before they are shuffled
  ValidationData validation_data = {};
  bool shuffle = true;  ///< the samples of tensors, anew for each epoch
  int initial_epoch = 0;
  std::optional<std::int64_t> steps_per_epoch = {};
  std::optional<std::int64_t> validation_steps = {};
  std::optional<std::int64_t> validation_batch_size = {};
  int validation_freq = 1;
};

struct EvaluateOptions {
  std::int64_t batch_size = 32;
  int verbose = 1;
  std::optional<std::int64_t> steps = {};
  std::vector<CallbackHandle> callbacks = {};
};

struct PredictOptions {
  std::int64_t batch_size = 32;
  int verbose = 0;
  std::optional<std::int64_t> steps = {};
  std::vector<CallbackHandle> callbacks = {};
};

}  // namespace gradtape::nn
