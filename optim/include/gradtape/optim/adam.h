#pragma once

#include "gradtape/optim/optimizer.h"

namespace gradtape::optim {

struct AdamOptions {
  LearningRate learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  bool amsgrad = false;
  std::string name = "Adam";

  void describe(auto& visit) {
    visit("learning_rate", learning_rate);
    visit("beta_1", beta_1);
    visit("beta_2", beta_2);
    visit("epsilon", epsilon);
    visit("amsgrad", amsgrad);
    visit("name", name);
  }
};

/// tf.keras.optimizers.Adam (Kingma and Ba, 2014, in the form before section 2.1, as Keras has it: epsilon is added
/// to the uncorrected root); with amsgrad, the variant of Reddi et al. (2018). Throws InvalidArgumentError for a
/// negative learning rate or epsilon, and betas outside [0, 1).
class Adam : public Optimizer {
 public:
  explicit Adam(AdamOptions options = {});
};

}  // namespace gradtape::optim
