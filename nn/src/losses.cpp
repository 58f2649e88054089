#include "gradtape/nn/losses.h"

#include "gradtape/autograd/error.h"
#include "gradtape/autograd/name_scope.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/reduction.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "known_names.h"
#include "losses_functions.h"

namespace gradtape::nn {

namespace {

struct KnownReduction {
  const char* name;
  Reduction::Kind kind;
};
constexpr KnownReduction known_reductions[] = {
    {"sum_over_batch_size", Reduction::sum_over_batch_size},
    {"sum", Reduction::sum},
    {"none", Reduction::none},
};

template <class Class>
Loss made() {
  return Class();
}

struct KnownLoss {
  const char* name;
  Loss (*make)();
};
constexpr KnownLoss known_losses[] = {
    {"mean_squared_error", made<losses::MeanSquaredError>},
    {"mse", made<losses::MeanSquaredError>},
    {"mean_absolute_error", made<losses::MeanAbsoluteError>},
    {"mae", made<losses::MeanAbsoluteError>},
    {"huber", made<losses::Huber>},
    {"huber_loss", made<losses::Huber>},
    {"binary_crossentropy", made<losses::BinaryCrossentropy>},
    {"categorical_crossentropy", made<losses::CategoricalCrossentropy>},
    {"sparse_categorical_crossentropy", made<losses::SparseCategoricalCrossentropy>},
};

/// The weights as they multiply the losses: cast, and with one axis of length 1 less or more at the end, as Keras
/// does.
Tensor aligned_weight(const Tensor& weight, const Tensor& losses) {
  Tensor aligned = weight.dtype() == losses.dtype() ? weight : cast(weight, losses.dtype());
  const int excess = aligned.rank() - losses.rank();
  if (excess == 1 && aligned.shape().back() == 1)
    aligned = squeeze(aligned, -1);
  else if (excess == -1 && aligned.rank() > 0)
    aligned = expand_dims(aligned, -1);
  bool fits = aligned.rank() <= losses.rank();
  for (int axis = 1; fits && axis <= aligned.rank(); ++axis)
    fits = aligned.shape()[-axis] == losses.shape()[-axis] || aligned.shape()[-axis] == 1;
  if (!fits)
    throw InvalidArgumentError("sample_weight has the shape " + to_string(weight.shape()) + ", the losses " +
                               to_string(losses.shape()) + ": give one weight per sample");
  return aligned;
}

Tensor reduced(const Tensor& losses, Reduction reduction) {
  switch (reduction) {
    case Reduction::sum_over_batch_size:
      return reduce_mean(losses);
    case Reduction::sum:
      return reduce_sum(losses);
    case Reduction::none:
      break;
  }
  return losses;
}

}  // namespace

Reduction::Reduction(const std::string& name) : kind_(find_known("reduction", name, known_reductions).kind) {}
Reduction::Reduction(const char* name) : Reduction(std::string(name)) {}
std::string Reduction::name() const { return known_reductions[kind_].name; }

struct Loss::Definition {
  std::string name;
  Function function;
  Reduction reduction;
};

Loss::Loss(const std::string& name) : Loss(find_known("loss", name, known_losses).make()) {}
Loss::Loss(const char* name) : Loss(std::string(name)) {}

Loss::Loss(std::string default_name, Function function, LossOptions options)
    : definition_(std::make_shared<Definition>(
          Definition{options.name.empty() ? std::move(default_name) : std::move(options.name), std::move(function),
                     options.reduction})) {}

const Loss::Definition& Loss::definition() const {
  if (definition_ == nullptr) throw FailedPreconditionError("no loss is given");
  return *definition_;
}

Tensor Loss::per_sample(const Tensor& y_true, const Tensor& y_pred, Where where) const {
  const Definition& d = definition();
  return losses::in_scope(d.name, where, [&] { return d.function(y_true, y_pred); });
}

Tensor Loss::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight, Where where) const {
  const Definition& d = definition();
  return losses::in_scope(d.name, where, [&] {
    Tensor losses = d.function(y_true, y_pred);
    if (sample_weight) losses = losses * aligned_weight(sample_weight, losses);
    return reduced(losses, d.reduction);
  });
}

Reduction Loss::reduction() const { return definition().reduction; }
std::string Loss::name() const { return definition_ == nullptr ? "" : definition_->name; }

namespace losses {

MeanSquaredError::MeanSquaredError(LossOptions options)
    : Loss("mean_squared_error", functions::mean_squared_error, std::move(options)) {}

MeanAbsoluteError::MeanAbsoluteError(LossOptions options)
    : Loss("mean_absolute_error", functions::mean_absolute_error, std::move(options)) {}

namespace {

double checked_delta(double delta) {
  if (!(delta >= 0))
    throw InvalidArgumentError("Huber's delta is " + std::to_string(delta) + ": it cannot be negative");
  return delta;
}

CrossentropyFunctionOptions checked(const CrossentropyOptions& options) {
  functions::check_label_smoothing(options.label_smoothing);
  return {options.from_logits, options.label_smoothing};
}

}  // namespace

Huber::Huber(HuberOptions options)
    : Loss("huber_loss",
           [delta = checked_delta(options.delta)](const Tensor& y_true, const Tensor& y_pred) {
             return functions::huber(y_true, y_pred, delta);
           },
           {options.reduction, options.name}) {}

BinaryCrossentropy::BinaryCrossentropy(CrossentropyOptions options)
    : Loss("binary_crossentropy",
           [function_options = checked(options)](const Tensor& y_true, const Tensor& y_pred) {
             return functions::binary_crossentropy(y_true, y_pred, function_options);
           },
           {options.reduction, options.name}) {}

CategoricalCrossentropy::CategoricalCrossentropy(CrossentropyOptions options)
    : Loss("categorical_crossentropy",
           [function_options = checked(options)](const Tensor& y_true, const Tensor& y_pred) {
             return functions::categorical_crossentropy(y_true, y_pred, function_options);
           },
           {options.reduction, options.name}) {}

SparseCategoricalCrossentropy::SparseCategoricalCrossentropy(SparseCrossentropyOptions options)
    : Loss("sparse_categorical_crossentropy",
           [from_logits = options.from_logits](const Tensor& y_true, const Tensor& y_pred) {
             return functions::sparse_categorical_crossentropy(y_true, y_pred, from_logits);
           },
           {options.reduction, options.name}) {}

}  // namespace losses
}  // namespace gradtape::nn
