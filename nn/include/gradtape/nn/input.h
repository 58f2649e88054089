#pragma once
// Symbolic tensors: where a model of the functional API begins.

#include "gradtape/nn/layer.h"

namespace gradtape::nn {

struct InputOptions {
  std::string name = {};
  DType dtype = float32;
};

/// tf.keras.Input: a symbolic tensor for samples of this shape, without the batch axis; -1 stands for a length that
/// is not known. It is a tensor of zeros for a batch of one that remembers the layers it passes through:
/// nn::Model(inputs, outputs) makes a model of them. Only layers can be applied to it, not ops.
Tensor Input(const Shape& shape, const InputOptions& options = {});

struct InputLayerOptions {
  InputShape input_shape = {};
  std::string name = {};
  bool trainable = true;
  DType dtype = float32;

  void describe(auto& visit) { detail::describe_common(*this, visit); }
};

/// tf.keras.layers.InputLayer: says what a Sequential's inputs look like. Throws InvalidArgumentError without a
/// shape.
class InputLayer : public detail::OptionsLayer<InputLayer, InputLayerOptions> {
 public:
  explicit InputLayer(InputLayerOptions options);

 protected:
  Tensors call(const Tensors& inputs, bool training) override;
};

}  // namespace gradtape::nn
