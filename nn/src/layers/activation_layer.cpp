#include "gradtape/nn/activation_layer.h"

namespace gradtape::nn {

ActivationLayer::ActivationLayer(Activation activation, ActivationLayerOptions options)
    : OptionsLayer(std::move(options)), activation_(std::move(activation)) {}

Tensors ActivationLayer::call(const Tensors& inputs, bool) { return activation_(inputs); }

void ActivationLayer::describe(OptionVisitor& visit) {
  visit("activation", activation_);
  options_.describe(visit);
}

}  // namespace gradtape::nn
