#pragma once

#include "gradtape/nn/layer.h"

namespace gradtape::nn {

struct FlattenOptions {
  InputShape input_shape = {};
  std::string name = {};
  bool trainable = true;
  DType dtype = float32;

  void describe(auto& visit) { detail::describe_common(*this, visit); }
};

/// tf.keras.layers.Flatten: (b, ...) to (b, product of the rest), sharing memory; (b) to (b, 1).
class Flatten : public detail::OptionsLayer<Flatten, FlattenOptions> {
 public:
  explicit Flatten(FlattenOptions options = {});

 protected:
  Tensors call(const Tensors& inputs, bool training) override;
};

}  // namespace gradtape::nn
