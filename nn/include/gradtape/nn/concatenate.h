#pragma once

#include "gradtape/nn/layer.h"

namespace gradtape::nn {

struct ConcatenateOptions {
  std::int64_t axis = -1;
  InputShape input_shape = {};
  std::string name = {};
  bool trainable = true;
  DType dtype = float32;

  void describe(auto& visit) {
    visit("axis", axis);
    detail::describe_common(*this, visit);
  }
};

/// tf.keras.layers.Concatenate: several inputs joined along an axis; their other lengths agree.
/// Throws InvalidArgumentError for fewer than two inputs.
class Concatenate : public detail::OptionsLayer<Concatenate, ConcatenateOptions> {
 public:
  explicit Concatenate(ConcatenateOptions options = {});

 protected:
  Tensors call(const Tensors& inputs, bool training) override;
};

}  // namespace gradtape::nn
