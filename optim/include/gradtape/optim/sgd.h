#pragma once

#include "gradtape/optim/optimizer.h"

namespace gradtape::optim {

struct SGDOptions {
  LearningRate learning_rate = 0.01;
  double momentum = 0.0;
  bool nesterov = false;
  std::string name = "SGD";

  void describe(auto& visit) {
    visit("learning_rate", learning_rate);
    visit("momentum", momentum);
    visit("nesterov", nesterov);
    visit("name", name);
  }
};

/// tf.keras.optimizers.SGD: w -= learning_rate * g; with momentum v = momentum * v - learning_rate * g, then w += v,
/// or with nesterov w += momentum * v - learning_rate * g. Throws InvalidArgumentError for a negative learning rate
/// and a momentum outside [0, 1].
class SGD : public Optimizer {
 public:
  explicit SGD(SGDOptions options = {});
};

}  // namespace gradtape::optim
