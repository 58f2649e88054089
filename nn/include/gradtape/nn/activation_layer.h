#pragma once

#include "gradtape/nn/activation.h"
#include "gradtape/nn/layer.h"

namespace gradtape::nn {

struct ActivationLayerOptions {
  InputShape input_shape = {};
  std::string name = {};
  bool trainable = true;
  DType dtype = float32;

  void describe(auto& visit) { detail::describe_common(*this, visit); }
};

/// tf.keras.layers.Activation: the function as a layer. (nn::Activation is the function itself, which a list of
/// layers takes as well.)
class ActivationLayer : public detail::OptionsLayer<ActivationLayer, ActivationLayerOptions> {
 public:
  explicit ActivationLayer(Activation activation, ActivationLayerOptions options = {});
  void describe(OptionVisitor& visit) override;
  std::string type_name() const override { return "Activation"; }

 protected:
  Tensors call(const Tensors& inputs, bool training) override;

 private:
  Activation activation_;
};

}  // namespace gradtape::nn
