#include "gradtape/nn/input.h"

#include <atomic>

#include "gradtape/autograd/error.h"
#include "symbolic.h"

namespace gradtape::nn {
namespace {

// Keras counts inputs from 1.
InputLayerOptions named(InputLayerOptions options) {
  static std::atomic<int> count{0};
  if (options.name.empty()) options.name = "input_" + std::to_string(++count);
  return options;
}

}  // namespace

InputLayer::InputLayer(InputLayerOptions options) : OptionsLayer(named(std::move(options))) {
  if (!options_.input_shape) throw InvalidArgumentError("InputLayer needs an input_shape");
}

Tensors InputLayer::call(const Tensors& inputs, bool) { return inputs; }

Tensor Input(const Shape& shape, const InputOptions& options) {
  return symbolic_input(InputLayer({.input_shape = shape, .name = options.name, .dtype = options.dtype}), shape,
                        options.dtype);
}

}  // namespace gradtape::nn
