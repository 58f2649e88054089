#include "gradtape/nn/activation.h"

#include "gradtape/autograd/detail_annotation.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/neural.h"
#include "gradtape/nn/activation_layer.h"
#include "known_names.h"
#include "symbolic.h"

namespace gradtape::nn {

namespace {

struct Known {
  const char* name;
  Tensor (*function)(const Tensor& x, Where where);
};

// As in Keras, the crossentropies find the logits behind the probabilities (see losses_functions.cpp).
Tensor softmax_of_last_axis(const Tensor& x, Where where) {
  Tensor y = softmax(x, -1, where);
  gradtape::detail::remember_logits(y, x, gradtape::detail::LogitsFunction::softmax);
  return y;
}
Tensor sigmoid_with_logits(const Tensor& x, Where where) {
  Tensor y = sigmoid(x, where);
  gradtape::detail::remember_logits(y, x, gradtape::detail::LogitsFunction::sigmoid);
  return y;
}

constexpr Known known_activations[] = {
    {"linear", nullptr},
    {"relu", relu},
    {"sigmoid", sigmoid_with_logits},
    {"tanh", tanh},
    {"softmax", softmax_of_last_axis},
    {"softplus", softplus},
    {"exponential", exp},
};

}  // namespace

struct Activation::Definition {
  std::string name;
  Function function;
};

Activation::Activation(const std::string& name) {
  const Known& known = find_known("activation", name, known_activations);
  if (known.function != nullptr) *this = Activation(std::string(known.name), Function(known.function));
}

Activation::Activation(const char* name) : Activation(std::string(name)) {}

Activation::Activation(std::string name, Function function)
    : definition_(std::make_shared<Definition>(Definition{std::move(name), std::move(function)})) {}

Tensor Activation::operator()(const Tensor& x, Where where) const {
  if (symbol_of(x) != nullptr) return ActivationLayer(*this)(x, {}, where);
  return definition_ == nullptr ? x : definition_->function(x, where);
}

std::string Activation::name() const { return definition_ == nullptr ? "linear" : definition_->name; }

}  // namespace gradtape::nn
