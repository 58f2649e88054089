#include "gradtape/nn/model.h"

#include <algorithm>
#include <typeinfo>

#include "gradtape/autograd/detail_annotation.h"
#include "gradtape/autograd/error.h"
#include "layer_state.h"
#include "model_core.h"
#include "symbolic.h"

namespace gradtape::nn {

Model::Model(ModelOptions options)
    : Layer({.name = std::move(options.name), .trainable = options.trainable}), core_(std::make_shared<ModelCore>()) {
  LayerAccess::state(*this).casts_inputs = false;  // its layers cast
}

Model::Model(const Tensors& inputs, const Tensors& outputs, ModelOptions options) : Model(std::move(options)) {
  core_->graph = std::make_unique<Graph>(inputs, outputs);
  for (const Graph::Call& call : core_->graph->calls())
    LayerAccess::adopt(*this, *call.layer, &call.layer, LayerAccess::state(*this).children.size());
  check_unique_names(*this);
  LayerState& state = LayerAccess::state(*this);
  state.built = true;
  for (const Tensor& output : outputs)
    state.output_shapes.push_back(symbol_of(output)->call->outputs[symbol_of(output)->index]);
}

void check_unique_names(const Layer& model) {
  const std::vector<LayerHandle> layers = model.layers();
  for (std::size_t i = 0; i < layers.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (layers[i]->name() == layers[j]->name())
        throw InvalidArgumentError("two layers of a model are named " + layers[i]->name() +
                                   "; the names must differ, for the weights to be told apart in a file");
}

void Model::build(const Shape& input) {
  // Before its first call the layer itself asks; there is nothing to build but the layers, which that call builds.
  if (!LayerAccess::is_building(*this)) build(std::vector<Shape>{input});
}

void Model::build(const std::vector<Shape>& inputs) {
  if (built()) return;
  const gradtape::detail::NoRecording no_recording;
  std::vector<Tensor> zeros;
  for (const Shape& input : inputs) zeros.push_back(zeros_for(input, dtype()));
  (*this)(std::move(zeros), {.training = false});
}

Tensors Model::call(const Tensors& inputs, bool) {
  if (core_->graph == nullptr)
    throw UnimplementedError("the model " + name() + " of the class " + type_name() +
                             " computes nothing: override call(), or make it of symbolic tensors");
  return core_->graph->run(inputs);
}

std::shared_ptr<Layer> Model::clone() const {
  return typeid(*this) == typeid(Model) ? std::make_shared<Model>(*this) : nullptr;
}

void Model::compile(CompileOptions options) {
  Compilation compilation;
  compilation.optimizer = options.optimizer ? std::move(options.optimizer) : optim::Optimizer("sgd");
  compilation.losses = options.loss.losses();
  compilation.loss_weights = std::move(options.loss_weights);
  compilation.metrics = std::move(options.metrics);
  const std::size_t losses = compilation.losses.size(), weights = compilation.loss_weights.size();
  if (weights > 0 && losses > 1 && weights != losses)
    throw InvalidArgumentError("compile got " + std::to_string(weights) + " loss_weights for " +
                               std::to_string(losses) + " losses");
  for (const Metric& metric : compilation.metrics) {
    if (!metric) throw InvalidArgumentError("compile got a metric that is none");
    std::string name = metric.name();
    for (int again = 1; std::find(compilation.metric_names.begin(), compilation.metric_names.end(), name) !=
                        compilation.metric_names.end();
         ++again)
      name = metric.name() + "_" + std::to_string(again);
    compilation.metric_names.push_back(std::move(name));
  }
  core_->compilation = std::move(compilation);
}

bool Model::compiled() const { return core_->compilation.has_value(); }

Compilation& compilation_for(const Model& model, const char* function) {
  std::optional<Compilation>& compilation = ModelAccess::core(model).compilation;
  if (!compilation)
    throw FailedPreconditionError(std::string(function) + ": the model " + model.name() +
                                  " is not compiled; call compile({.optimizer = ..., .loss = ...}) first");
  const auto is_none = [](const Loss& loss) { return !loss; };
  if (compilation->losses.empty() || std::all_of(compilation->losses.begin(), compilation->losses.end(), is_none))
    throw FailedPreconditionError(std::string(function) + ": the model " + model.name() +
                                  " was compiled without a loss; give compile() a .loss");
  return *compilation;
}

optim::Optimizer& Model::optimizer() {
  if (!core_->compilation)
    throw FailedPreconditionError("the model " + name() + " has no optimizer before compile()");
  return core_->compilation->optimizer;
}

std::vector<std::string> Model::metrics_names() const {
  std::vector<std::string> names{"loss"};
  if (core_->compilation)
    names.insert(names.end(), core_->compilation->metric_names.begin(), core_->compilation->metric_names.end());
  return names;
}

bool Model::stop_training() const { return core_->stop_training; }
void Model::set_stop_training(bool stop) { core_->stop_training = stop; }

}  // namespace gradtape::nn
