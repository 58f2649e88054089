#pragma once
// Activation: what a layer applies to its outputs.

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>

#include "gradtape/autograd/tensor.h"
#include "gradtape/autograd/where.h"

namespace gradtape::nn {

class Activation;

template <class F>
concept ActivationFunction =
    !std::derived_from<F, Activation> && (std::is_invocable_r_v<Tensor, const F&, const Tensor&> ||
                                          std::is_invocable_r_v<Tensor, const F&, const Tensor&, Where>);

/// tf.keras.activations: a name, or any function from a tensor to a tensor. A copy shares the function.
class Activation {
 public:
  /// Linear: the tensor itself.
  Activation() = default;
  /// "linear", "relu", "sigmoid", "tanh", "softmax" (along the last axis), "softplus", "exponential". Throws
  /// InvalidArgumentError for another name.
  Activation(const char* name);
  Activation(const std::string& name);
  template <ActivationFunction F>
  Activation(F function, std::string name = "custom")
      : Activation(std::move(name), [function = std::move(function)](const Tensor& x, [[maybe_unused]] Where where) {
          if constexpr (std::is_invocable_r_v<Tensor, const F&, const Tensor&>)
            return Tensor(function(x));
          else
            return Tensor(function(x, where));
        }) {}

  /// The result has x's shape and dtype for all of the named ones.
  Tensor operator()(const Tensor& x, Where where = Where::here()) const;
  bool is_linear() const { return definition_ == nullptr; }
  std::string name() const;

 private:
  struct Definition;
  using Function = std::function<Tensor(const Tensor&, Where)>;
  Activation(std::string name, Function function);
  std::shared_ptr<const Definition> definition_;
};

}  // namespace gradtape::nn
