#include "symbolic.h"

#include <atomic>

#include "gradtape/autograd/detail_annotation.h"
#include "gradtape/autograd/error.h"
#include "gradtape/autograd/ops/creation.h"
#include "layer_state.h"

namespace gradtape::nn {
namespace {

std::uint64_t next_number() {
  static std::atomic<std::uint64_t> next{0};
  return next++;
}

Tensors with_symbols(const Tensors& values, const std::shared_ptr<const SymbolicCall>& call) {
  std::vector<Tensor> result;
  for (const Tensor& value : values)
    result.push_back(gradtape::detail::annotated(value, std::make_shared<Symbol>(Symbol{call, result.size()})));
  return result;
}

}  // namespace

const Symbol* symbol_of(const Tensor& tensor) {
  const auto* meaning = gradtape::detail::meaning_of(tensor);
  return meaning != nullptr ? static_cast<const Symbol*>(meaning->get()) : nullptr;
}

Tensor zeros_for(Shape shape, DType dtype) {
  for (int axis = 0; axis < shape.rank(); ++axis)
    if (shape[axis] < 0) shape[axis] = 1;
  return zeros(shape, dtype);
}

Tensor symbolic_input(LayerHandle input_layer, const Shape& sample, DType dtype) {
  Shape shape{-1};
  for (const std::int64_t length : sample) shape.push_back(length);
  const Tensor value = zeros_for(shape, dtype);
  const auto call = std::make_shared<SymbolicCall>(SymbolicCall{std::move(input_layer), {}, next_number(), {shape}});
  return with_symbols(value, call);
}

Tensors call_symbolically(Layer& layer, const LayerHandle* handle, const Tensors& inputs, Where where) {
  std::vector<Tensor> values;
  for (const Tensor& input : inputs) {
    if (symbol_of(input) == nullptr)
      throw InvalidArgumentError("the layer " + layer.name() + " was called on symbolic tensors, but its input " +
                                 std::to_string(values.size()) + " with shape " + to_string(input.shape()) +
                                 " is none: it comes from an op or from data, and only layers can be applied to "
                                 "symbolic tensors (nn::Concatenate in place of concat)");
    values.push_back(gradtape::detail::view(input, input.shape()));
  }
  std::shared_ptr<Layer> kept = handle != nullptr ? handle->pointer() : LayerAccess::clone(layer);
  if (kept == nullptr)
    throw InvalidArgumentError("the layer " + layer.name() + " of the class " + layer.type_name() +
                               " cannot be kept by a symbolic call; call it as nn::layer(" + layer.type_name() +
                               "(...))(x)");

  const gradtape::detail::NoRecording no_recording;
  const LayerHandle own(std::move(kept));
  const Tensors outputs = LayerAccess::invoke(*own, &own, values, {.training = false}, where);
  std::vector<Shape> shapes;
  for (const Tensor& output : outputs) {
    Shape shape = output.shape();
    if (shape.rank() > 0) shape[0] = -1;
    shapes.push_back(shape);
  }
  const auto call = std::make_shared<SymbolicCall>(
      SymbolicCall{own, std::vector<Tensor>(inputs.begin(), inputs.end()), next_number(), std::move(shapes)});
  return with_symbols(outputs, call);
}

}  // namespace gradtape::nn
