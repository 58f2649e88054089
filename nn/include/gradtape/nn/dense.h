#pragma once

#include "gradtape/nn/activation.h"
#include "gradtape/nn/layer.h"

namespace gradtape::nn {

struct DenseOptions {
  Activation activation = {};
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  InputShape input_shape = {};
  std::string name = {};
  bool trainable = true;
  DType dtype = float32;

  void describe(auto& visit) {
    visit("activation", activation);
    visit("use_bias", use_bias);
    visit("kernel_initializer", kernel_initializer);
    visit("bias_initializer", bias_initializer);
    detail::describe_common(*this, visit);
  }
};

/// tf.keras.layers.Dense: activation(inputs x kernel + bias). Inputs (..., d), at least two axes, give (..., units);
/// kernel (d, units), bias (units). Inputs of another dtype are cast to the layer's.
/// Throws InvalidArgumentError for units < 1, inputs of rank below 2, and a last axis of another length than at
/// first.
class Dense : public detail::OptionsLayer<Dense, DenseOptions> {
 public:
  explicit Dense(std::int64_t units, DenseOptions options = {});
  void build(const Shape& input) override;
  void describe(OptionVisitor& visit) override;
  std::int64_t units() const { return units_; }
  const Variable& kernel() const { return kernel_; }
  /// Not a variable without use_bias.
  const Variable& bias() const { return bias_; }

 protected:
  Tensors call(const Tensors& inputs, bool training) override;

 private:
  std::int64_t units_;
  Variable kernel_, bias_;
};

}  // namespace gradtape::nn
