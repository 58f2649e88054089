#include "gradtape/autograd/detail/update.h"

#include "kernels/update.h"
#include "tensor/variable_state.h"

namespace gradtape::detail {

void sgd_update(Variable& variable, const Tensor& gradient, double learning_rate) {
  const TensorImpl& g = checked(gradient);
  kernels::sgd_update(g.dtype, VariableAccess::writable_data(variable), g.data, g.count, learning_rate);
}

void momentum_update(Variable& variable, Variable& velocity, const Tensor& gradient, double learning_rate,
                     double momentum, bool nesterov) {
  const TensorImpl& g = checked(gradient);
  kernels::momentum_update(g.dtype, VariableAccess::writable_data(variable), VariableAccess::writable_data(velocity),
                           g.data, g.count, learning_rate, momentum, nesterov);
}

void adam_update(Variable& variable, Variable& first_moment, Variable& second_moment, Variable* second_moment_max,
                 const Tensor& gradient, const AdamStep& step) {
  const TensorImpl& g = checked(gradient);
  kernels::adam_update(g.dtype, VariableAccess::writable_data(variable), VariableAccess::writable_data(first_moment),
                       VariableAccess::writable_data(second_moment),
                       second_moment_max != nullptr ? VariableAccess::writable_data(*second_moment_max) : nullptr,
                       g.data, g.count, step.corrected_rate, step.beta_1, step.beta_2, step.epsilon);
}

}  // namespace gradtape::detail
