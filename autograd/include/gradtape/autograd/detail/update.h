#pragma once
// The optimizers' updates of a Variable, for gradtape::optim. One pass each; see kernels/update.h for the formulas.
//
// The gradient and the slots have the variable's shape and dtype, float32 or float64: the caller has checked that. A
// buffer that somebody else still holds is copied first.

#include "gradtape/autograd/variable.h"

namespace gradtape::detail {

void sgd_update(Variable& variable, const Tensor& gradient, double learning_rate);

void momentum_update(Variable& variable, Variable& velocity, const Tensor& gradient, double learning_rate,
                     double momentum, bool nesterov);

struct AdamStep {
  double corrected_rate, beta_1, beta_2, epsilon;
};
/// second_moment_max is null without amsgrad.
void adam_update(Variable& variable, Variable& first_moment, Variable& second_moment, Variable* second_moment_max,
                 const Tensor& gradient, const AdamStep& step);

}  // namespace gradtape::detail
