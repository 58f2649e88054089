#pragma once
// Activation functions: tf.nn. Floating-point dtypes. relu, sigmoid, tanh and softplus are in math.h.

#include "gradtape/autograd/operand.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

/// tf.nn.relu6: min(max(x, 0), 6), integers too. The gradient at 0 and at 6 is 0.
Tensor relu6(const Tensor& features, Where where = Where::here());
/// tf.nn.leaky_relu: x where x > 0, else alpha * x. The gradient at 0 is alpha. Integers become float32.
Tensor leaky_relu(const Tensor& features, double alpha = 0.2, Where where = Where::here());
/// tf.nn.elu: x, or exp(x) - 1 where x < 0. tf.nn.selu: the same, scaled.
Tensor elu(const Tensor& features, Where where = Where::here());
Tensor selu(const Tensor& features, Where where = Where::here());
/// tf.nn.gelu: x times the probability that a standard normal value is below x; when approximate,
/// 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))).
Tensor gelu(const Tensor& features, bool approximate = false, Where where = Where::here());
/// tf.nn.silu and tf.nn.swish: x sigmoid(beta x), differentiable in beta too.
Tensor silu(const Operand& features, const Operand& beta = 1.0);
Tensor swish(const Operand& features, const Operand& beta = 1.0);
/// x tanh(softplus(x)), after Misra 2019.
Tensor mish(const Tensor& features, Where where = Where::here());
/// tf.math.log_sigmoid: log(sigmoid(x)), accurate where the sigmoid is tiny.
Tensor log_sigmoid(const Tensor& x, Where where = Where::here());
/// tf.nn.softsign: x / (|x| + 1).
Tensor softsign(const Tensor& features, Where where = Where::here());
/// tf.keras.activations.hard_sigmoid of Keras 2: 0.2 x + 0.5, not below 0 and not above 1.
Tensor hard_sigmoid(const Tensor& x, Where where = Where::here());
/// tf.nn.crelu: relu(x) and relu(-x) side by side along axis, which becomes twice as long.
Tensor crelu(const Tensor& features, int axis = -1, Where where = Where::here());

}  // namespace gradtape
