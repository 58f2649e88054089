#pragma once

#include <initializer_list>

#include "gradtape/nn/model.h"

namespace gradtape::nn {

/// tf.keras.Sequential: layers one after the other. Built at once when the first one has an input_shape, else by its
/// first call.
class Sequential : public Model {
 public:
  Sequential() : Sequential(std::vector<LayerHandle>()) {}
  Sequential(std::initializer_list<LayerHandle> layers, ModelOptions options = {});
  explicit Sequential(std::vector<LayerHandle> layers, ModelOptions options = {});

  /// Throws InvalidArgumentError, without a change, for a name that the model has already, and for a layer that does
  /// not take what comes before it.
  void add(LayerHandle layer);
  /// Takes the last layer away. Throws FailedPreconditionError when there is none.
  void pop();

 protected:
  Tensors call(const Tensors& inputs, bool training) override;
  std::shared_ptr<Layer> clone() const override;
};

}  // namespace gradtape::nn
