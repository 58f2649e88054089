#include "gradtape/nn/layer.h"

#include "gradtape/autograd/error.h"
#include "gradtape/autograd/name_scope.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/nn/activation_layer.h"
#include "layer_state.h"
#include "symbolic.h"

namespace gradtape::nn {
namespace {

constinit thread_local CallFrame* innermost_frame = nullptr;

bool is_internal(Where where) { return std::string_view(where.file).starts_with("gradtape:"); }

// Stands for a layer object of a class that cannot be copied to the heap: it has its weights, but cannot be called.
class LayerReference final : public Layer {
 public:
  explicit LayerReference(const Layer& original) : Layer() { LayerAccess::share_state(*this, original); }
  std::string type_name() const override { return LayerAccess::state(*this).type_name; }

 protected:
  Tensors call(const Tensors&, bool) override {
    throw FailedPreconditionError(
        "the layer " + name() +
        " was found as a member of another one, and only its weights "
        "can be reached from there; keep it as nn::layer(...), a LayerHandle, to call it from "
        "elsewhere");
  }
};

}  // namespace

CallFrame::CallFrame(Layer& layer, std::optional<bool> training, Where where)
    : layer_(layer), parent_(innermost_frame), training_(parent_ != nullptr && parent_->training_), where_(where) {
  if (training) training_ = *training;
  if (parent_ != nullptr && is_internal(where)) where_ = parent_->where_;
  innermost_frame = this;
}

CallFrame::~CallFrame() { innermost_frame = parent_; }

void CallFrame::adopt_into_parent(Layer& layer, const LayerHandle* handle) {
  if (parent_ != nullptr) parent_->cursor_ = LayerAccess::adopt(parent_->layer_, layer, handle, parent_->cursor_) + 1;
}

Layer::Layer(LayerOptions options) : state_(std::make_shared<LayerState>()) {
  state_->name = std::move(options.name);
  state_->trainable = options.trainable;
  state_->dtype = options.dtype;
  state_->input_shape = options.input_shape;
}

void Layer::build(const Shape&) {}
bool Layer::built() const { return state_->built; }
DType Layer::dtype() const { return state_->dtype; }
bool Layer::trainable() const { return state_->trainable; }

void Layer::set_trainable(bool trainable) {
  state_->trainable = trainable;
  structure_changed();
}

std::string Layer::type_name() const { return class_name(typeid(*this)); }

const std::string& Layer::name() const {
  LayerState& s = *state_;
  if (s.type_name.empty()) {
    s.type_name = type_name();
    if (s.name.empty()) s.name = unique_name(s.type_name);
  }
  return s.name;
}

std::vector<LayerHandle> Layer::layers() const { return state_->children; }

void Layer::describe(OptionVisitor& visit) {
  LayerOptions options{state_->input_shape, state_->name, state_->trainable, state_->dtype};
  detail::describe_common(options, visit);
}

Variable Layer::add_weight(std::string name, WeightOptions options) {
  if (!options.initializer) options.initializer = "glorot_uniform";
  Variable variable =
      Variable::deferred([initializer = std::move(options.initializer)](
                             const Shape& shape, DType dtype) { return initializer(shape, dtype); },
                         options.dtype.value_or(state_->dtype), {.trainable = options.trainable, .name = name});
  state_->weights.push_back({std::move(name), variable});
  structure_changed();
  return variable;
}

void Layer::adopt(Layer& layer) { LayerAccess::adopt(*this, layer, nullptr, state_->children.size()); }

LayerHandle LayerAccess::handle_of(const Layer& layer) {
  layer.name();
  if (std::shared_ptr<Layer> copy = layer.clone()) return LayerHandle(std::move(copy));
  return LayerHandle(std::make_shared<LayerReference>(layer));
}

std::size_t LayerAccess::adopt(Layer& layer, const Layer& child, const LayerHandle* handle, std::size_t expected) {
  std::vector<LayerHandle>& children = layer.state_->children;
  if (expected < children.size() && children[expected]->state_ == child.state_) return expected;
  for (std::size_t i = 0; i < children.size(); ++i)
    if (children[i]->state_ == child.state_) return i;
  child.name();
  children.push_back(handle != nullptr ? *handle : handle_of(child));
  structure_changed();
  return children.size() - 1;
}

namespace {

// The inputs with floating-point ones in the layer's dtype, as Keras casts them.
Tensors cast_inputs(const Tensors& inputs, DType dtype, Where where) {
  std::vector<Tensor> result;
  result.reserve(inputs.size());
  for (const Tensor& input : inputs) result.push_back(is_floating(input.dtype()) ? cast(input, dtype, where) : input);
  return result;
}

bool needs_cast(const Tensors& inputs, DType dtype) {
  for (const Tensor& input : inputs)
    if (input.dtype() != dtype && is_floating(input.dtype())) return true;
  return false;
}

void note_output_shapes(LayerState& s, const Tensors& outputs) {
  s.output_shapes.clear();
  for (const Tensor& output : outputs) {
    Shape shape = output.shape();
    if (shape.rank() > 0) shape[0] = -1;
    s.output_shapes.push_back(shape);
  }
}

// Tells Model::build, which calls the model, from the call that asks for it.
class Building {
 public:
  explicit Building(LayerState& state) : state_(state) { state_.building = true; }
  ~Building() { state_.building = false; }

 private:
  LayerState& state_;
};

void name_weights(LayerState& s) {
  for (LayerState::Weight& weight : s.weights) weight.variable.set_name(s.name + "/" + weight.name);
}

}  // namespace

Tensors LayerAccess::invoke(Layer& layer, const LayerHandle* handle, const Tensors& inputs, CallOptions options,
                            Where where) {
  if (is_symbolic(inputs)) return call_symbolically(layer, handle, inputs, where);
  LayerState& s = *layer.state_;
  const std::string& name = layer.name();
  CallFrame frame(layer, options.training, where);
  const NameScope scope(name, frame.where());
  try {
    if (inputs.empty()) throw InvalidArgumentError("the layer was called without an input");
    const bool first = !s.built;
    const bool cast_first = s.casts_inputs && needs_cast(inputs, s.dtype);
    const Tensors cast_ones = cast_first ? cast_inputs(inputs, s.dtype, frame.where()) : Tensors();
    const Tensors& arguments = cast_first ? cast_ones : inputs;
    if (first) {
      const Building building(s);
      layer.build(arguments[0].shape());
      name_weights(s);
    }
    Tensors outputs = layer.call(arguments, frame.training());
    if (first) {
      note_output_shapes(s, outputs);
      s.built = true;
      structure_changed();
    }
    frame.adopt_into_parent(layer, handle);
    return outputs;
  } catch (Error& error) {
    error.add_context(name, current_scope(), frame.where());
    throw;
  }
}

Tensors Layer::operator()(const Tensors& inputs, CallOptions options, Where where) {
  return LayerAccess::invoke(*this, nullptr, inputs, options, where);
}

LayerHandle::LayerHandle(const Activation& activation) : layer_(std::make_shared<ActivationLayer>(activation)) {}

Tensors LayerHandle::operator()(const Tensors& inputs, CallOptions options, Where where) const {
  return LayerAccess::invoke(*layer_, this, inputs, options, where);
}

}  // namespace gradtape::nn
