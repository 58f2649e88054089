#include "training/step.h"

#include "gradtape/autograd/detail_annotation.h"
#include "gradtape/autograd/error.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/reduction.h"
#include "gradtape/autograd/tape.h"
#include "layer_state.h"

namespace gradtape::nn {
namespace {

struct BatchLoss {
  Tensor total;
  std::vector<Tensor> parts;  // of each output, where there are several
  std::vector<double> part_values() const {
    std::vector<double> values;
    for (const Tensor& part : parts) values.push_back(part.item<double>());
    return values;
  }
};

Tensor as_scalar(const Tensor& loss, Where where) {
  return loss.rank() == 0 ? loss : reduce_mean(loss, {}, {}, where);
}

BatchLoss loss_of(const Compilation& compilation, const Tensors& y, const Tensors& y_pred, Where where) {
  if (y.size() != y_pred.size())
    throw InvalidArgumentError("the model has " + std::to_string(y_pred.size()) + " outputs, and y " +
                               std::to_string(y.size()) + " tensors");
  const std::vector<Loss>& losses = compilation.losses;
  if (losses.size() > 1 && losses.size() != y_pred.size())
    throw InvalidArgumentError("the model has " + std::to_string(y_pred.size()) + " outputs and was compiled with " +
                               std::to_string(losses.size()) + " losses");
  const std::vector<double>& weights = compilation.loss_weights;
  if (!weights.empty() && weights.size() != y_pred.size())
    throw InvalidArgumentError("the model has " + std::to_string(y_pred.size()) + " outputs and was compiled with " +
                               std::to_string(weights.size()) + " loss_weights");
  if (y_pred.size() > 1 && !compilation.metrics.empty())
    throw UnimplementedError(
        "metrics of a model with several outputs; compile it without, the loss of each output is "
        "reported");
  BatchLoss result;
  for (std::size_t i = 0; i < y_pred.size(); ++i) {
    const Loss& loss = losses[losses.size() == 1 ? 0 : i];
    if (!loss) continue;
    const Tensor part = as_scalar(loss(y[i], y_pred[i], {}, where), where);
    const Tensor weighted = weights.empty() ? part : part * weights[i];
    result.total = result.total ? result.total + weighted : weighted;
    if (y_pred.size() > 1) result.parts.push_back(part);
  }
  return result;
}

}  // namespace

Totals::Totals(Compilation& compilation, const Model& model) : compilation_(compilation) {
  const std::size_t outputs = LayerAccess::state(model).output_shapes.size();
  const Graph* graph = ModelAccess::core(model).graph.get();
  for (std::size_t i = 0; outputs > 1 && i < outputs; ++i) {
    if (compilation.losses.size() > 1 && i < compilation.losses.size() && !compilation.losses[i]) continue;
    std::string name = "output_" + std::to_string(i + 1);
    if (graph != nullptr)
      for (const Graph::Call& call : graph->calls())
        if (call.outputs.size() == 1 && call.outputs[0] == graph->outputs()[i]) name = call.layer->name();
    part_names_.push_back(name + "_loss");
  }
  reset();
}

void Totals::reset() {
  loss_sum_ = samples_ = 0;
  part_sums_.assign(part_sums_.size(), 0);
  for (Metric& metric : compilation_.metrics) metric.reset_state();
}

void Totals::add(const Tensors& y, const Tensors& y_pred, double loss, const std::vector<double>& parts) {
  const double count = y_pred[0].rank() > 0 ? static_cast<double>(y_pred[0].shape()[0]) : 1;
  last_loss_ = loss;
  loss_sum_ += loss * count;
  samples_ += count;
  part_sums_.resize(parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) part_sums_[i] += parts[i] * count;
  for (Metric& metric : compilation_.metrics) metric.update_state(y[0], y_pred[0]);
}

void Totals::write(Logs& logs, const char* prefix) const {
  const double count = samples_ > 0 ? samples_ : 1;
  const std::string before = prefix;
  logs.set(before + "loss", loss_sum_ / count);
  for (std::size_t i = 0; i < part_sums_.size(); ++i)
    logs.set(before + (i < part_names_.size() ? part_names_[i] : "output_" + std::to_string(i + 1) + "_loss"),
             part_sums_[i] / count);
  for (std::size_t i = 0; i < compilation_.metrics.size(); ++i)
    logs.set(before + compilation_.metric_names[i], compilation_.metrics[i].result());
}

void train_batch(Model& model, Compilation& compilation, const Tensors& x, const Tensors& y, Totals& totals,
                 Where where) {
  GradientTape tape;
  const Tensors y_pred = model(x, {.training = true}, where);
  const BatchLoss loss = loss_of(compilation, y, y_pred, where);
  const std::vector<Variable> variables = model.trainable_variables();
  compilation.optimizer.apply_gradients(tape.gradient(loss.total, variables), variables);
  totals.add(y, y_pred, loss.total.item<double>(), loss.part_values());
}

void test_batch(Model& model, Compilation& compilation, const Tensors& x, const Tensors& y, Totals& totals,
                Where where) {
  const gradtape::detail::NoRecording no_recording;
  const Tensors y_pred = model(x, {.training = false}, where);
  const BatchLoss loss = loss_of(compilation, y, y_pred, where);
  totals.add(y, y_pred, loss.total.item<double>(), loss.part_values());
}

}  // namespace gradtape::nn
