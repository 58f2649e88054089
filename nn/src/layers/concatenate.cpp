#include "gradtape/nn/concatenate.h"

#include "gradtape/autograd/error.h"
#include "gradtape/autograd/ops/shape_ops.h"

namespace gradtape::nn {

Concatenate::Concatenate(ConcatenateOptions options) : OptionsLayer(std::move(options)) {}

Tensors Concatenate::call(const Tensors& inputs, bool) {
  if (inputs.size() < 2)
    throw InvalidArgumentError("expected at least two inputs to join, got " + std::to_string(inputs.size()));
  return concat(inputs, static_cast<int>(options_.axis));
}

}  // namespace gradtape::nn
