#include "gradtape/nn/sequential.h"

#include <typeinfo>

#include "gradtape/autograd/detail_annotation.h"
#include "gradtape/autograd/error.h"
#include "gradtape/nn/input.h"
#include "layer_state.h"
#include "model_core.h"
#include "symbolic.h"

namespace gradtape::nn {
namespace {

// What the first layer takes, as zeros; no tensors where it does not say.
Tensors zeros_for_first(const Layer& first) {
  const LayerState& state = LayerAccess::state(first);
  if (!state.input_shape) return {};
  Shape shape{-1};
  for (const std::int64_t length : state.input_shape.shape()) shape.push_back(length);
  return zeros_for(shape, state.dtype);
}

void note_built(LayerState& state, const Tensors& tail) {
  state.built = !tail.empty();
  state.output_shapes.clear();
  for (const Tensor& output : tail) {
    Shape shape = output.shape();
    if (shape.rank() > 0) shape[0] = -1;
    state.output_shapes.push_back(shape);
  }
}

}  // namespace

Sequential::Sequential(std::initializer_list<LayerHandle> layers, ModelOptions options)
    : Sequential(std::vector<LayerHandle>(layers), std::move(options)) {}

Sequential::Sequential(std::vector<LayerHandle> layers, ModelOptions options) : Model(std::move(options)) {
  for (LayerHandle& layer : layers) add(std::move(layer));
}

void Sequential::add(LayerHandle layer) {
  ModelCore& core = ModelAccess::core(*this);
  LayerState& state = LayerAccess::state(*this);
  const std::string& name = layer->name();
  for (const LayerHandle& other : state.children)
    if (other->name() == name)
      throw InvalidArgumentError("the model has a layer named " + name + " already; give this one another .name");

  const bool is_first = core.sequence.empty();
  const bool is_input = dynamic_cast<const InputLayer*>(&*layer) != nullptr;
  if (is_input && !is_first) throw InvalidArgumentError("an InputLayer can only be the first layer of a Sequential");
  if (is_first && !state.input_shape) {
    core.head = zeros_for_first(*layer);
    core.tail = core.head;
  }
  if (!is_input) {
    if (!core.tail.empty()) {
      const gradtape::detail::NoRecording no_recording;
      core.tail = layer(core.tail, {.training = false});
    }
    core.sequence.push_back(layer);
    LayerAccess::adopt(*this, *layer, &layer, state.children.size());
  }
  if (is_first && !state.input_shape) state.input_shape = LayerAccess::state(*layer).input_shape;
  note_built(state, core.sequence.empty() ? Tensors() : core.tail);
  structure_changed();
}

void Sequential::pop() {
  ModelCore& core = ModelAccess::core(*this);
  LayerState& state = LayerAccess::state(*this);
  if (core.sequence.empty()) throw FailedPreconditionError("pop: the model has no layers");
  core.sequence.pop_back();
  state.children.pop_back();
  if (core.sequence.empty()) {
    core.head = {};
    state.input_shape = {};
  }
  core.tail = core.head;
  if (!core.tail.empty()) {
    const gradtape::detail::NoRecording no_recording;
    for (const LayerHandle& layer : core.sequence) core.tail = layer(core.tail, {.training = false});
  }
  note_built(state, core.sequence.empty() ? Tensors() : core.tail);
  structure_changed();
}

Tensors Sequential::call(const Tensors& inputs, bool) {
  const std::vector<LayerHandle>& sequence = ModelAccess::core(*this).sequence;
  if (sequence.empty()) return inputs;
  Tensors x = sequence.front()(inputs);
  for (std::size_t i = 1; i < sequence.size(); ++i) x = sequence[i](x);
  return x;
}

std::shared_ptr<Layer> Sequential::clone() const {
  return typeid(*this) == typeid(Sequential) ? std::make_shared<Sequential>(*this) : nullptr;
}

}  // namespace gradtape::nn
