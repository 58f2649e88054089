#pragma once

#include "gradtape/nn/layer.h"

namespace gradtape::nn {

struct DropoutOptions {
  std::optional<std::uint64_t> seed = {};
  InputShape input_shape = {};
  std::string name = {};
  bool trainable = true;
  DType dtype = float32;

  void describe(auto& visit) {
    visit("seed", seed);
    detail::describe_common(*this, visit);
  }
};

/// tf.keras.layers.Dropout: in training, each element is 0 with probability `rate`, and the others are multiplied by
/// 1 / (1 - rate); otherwise the inputs themselves. A seed fixes the sequence of masks that follow.
/// Throws InvalidArgumentError for a rate outside [0, 1).
class Dropout : public detail::OptionsLayer<Dropout, DropoutOptions> {
 public:
  explicit Dropout(double rate, DropoutOptions options = {});
  void describe(OptionVisitor& visit) override;
  double rate() const { return rate_; }

 protected:
  Tensors call(const Tensors& inputs, bool training) override;

 private:
  struct Stream;
  double rate_;
  std::shared_ptr<Stream> stream_;  // of a seed's masks
};

}  // namespace gradtape::nn
