#pragma once
// Symbolic tensors: tensors of zeros for a batch of one that remember the layer call that made them.

#include <memory>
#include <vector>

#include "gradtape/nn/layer.h"

namespace gradtape::nn {

/// One call of a layer on symbolic tensors, or an Input.
struct SymbolicCall {
  LayerHandle layer;
  std::vector<Tensor> inputs;  // symbolic; none for an Input
  std::uint64_t number;        // in the order of the calls
  std::vector<Shape> outputs;  // with -1 for the batch axis and other lengths that are not known
};

/// What a symbolic tensor stands for: one of a call's outputs.
struct Symbol {
  std::shared_ptr<const SymbolicCall> call;
  std::size_t index;
};

/// Null for an ordinary tensor.
const Symbol* symbol_of(const Tensor& tensor);
inline bool is_symbolic(const Tensors& tensors) {
  for (const Tensor& tensor : tensors)
    if (symbol_of(tensor) != nullptr) return true;
  return false;
}

Tensors call_symbolically(Layer& layer, const LayerHandle* handle, const Tensors& inputs, Where where);

/// A symbolic tensor that no layer has made yet.
Tensor symbolic_input(LayerHandle input_layer, const Shape& sample, DType dtype);

/// Zeros of a shape in which -1 stands for 1.
Tensor zeros_for(Shape shape, DType dtype);

}  // namespace gradtape::nn
