#include "gradtape/autograd/functional.h"

#include "gradtape/autograd/error.h"

namespace gradtape::detail {

void check_argument_count(std::size_t taken, std::size_t given) {
  if (taken != given)
    throw InvalidArgumentError("a function of " + std::to_string(taken) + " tensors is given " +
                               std::to_string(given));
}

namespace {

constexpr GradientTapeOptions own_sources{.persistent = false, .watch_accessed_variables = false};

void watch(GradientTape& tape, const Sources& inputs) {
  for (const Source& input : inputs) tape.watch(input.tensor());
}

Tensor call(const TensorsFunction& f, const Sources& inputs) {
  std::vector<Tensor> arguments;
  for (const Source& input : inputs)
    if (!input.is_variable()) arguments.push_back(input.tensor());
  return f(arguments).single();
}

Tensor one_number(const char* function, const TensorsFunction& f, const Sources& inputs) {
  Tensor y = call(f, inputs);
  if (y.num_elements() != 1)
    throw InvalidArgumentError(std::string("[") + function + "] the function returns shape " + to_string(y.shape()) +
                               "; it must return one number");
  return y;
}

}  // namespace

ValueAndDerivatives vjp(const TensorsFunction& f, const Sources& inputs, const Tensor& upstream) {
  GradientTape tape(own_sources);
  watch(tape, inputs);
  ValueAndDerivatives result{call(f, inputs), {}};
  GradientOptions options{.unconnected_gradients = UnconnectedGradients::zero};
  if (upstream) options.output_gradients = {upstream};
  result.derivatives = tape.gradient(result.value, inputs, options);
  return result;
}

ValueAndDerivative jvp(const TensorsFunction& f, const Sources& inputs, const Tensors& tangents) {
  ForwardAccumulator forward(inputs, tangents);
  Tensor y = call(f, inputs);
  Tensor derivative = forward.jvp(y, {.unconnected_gradients = UnconnectedGradients::zero});
  return {std::move(y), std::move(derivative)};
}

std::vector<Tensor> hvp(const TensorsFunction& f, const Sources& inputs, const Tensors& v) {
  const GradientOptions zero{.unconnected_gradients = UnconnectedGradients::zero};
  if (v.size() != inputs.size())
    throw InvalidArgumentError("[hvp] " + std::to_string(v.size()) + " vectors for " + std::to_string(inputs.size()) +
                               " inputs");
  GradientTape outer(own_sources);
  watch(outer, inputs);
  std::vector<Tensor> gradients;
  {
    GradientTape inner(own_sources);
    watch(inner, inputs);
    const Tensor y = one_number("hvp", f, inputs);
    gradients = inner.gradient(y, inputs, zero);
  }
  GradientOptions options = zero;
  options.output_gradients = v;
  return outer.gradient(gradients, inputs, options);
}

std::vector<Tensor> jacobians(const TensorsFunction& f, const Sources& inputs, const JacobianOptions& options) {
  GradientTape tape(own_sources);
  watch(tape, inputs);
  const Tensor y = call(f, inputs);
  JacobianOptions zero = options;
  zero.unconnected_gradients = UnconnectedGradients::zero;
  return tape.jacobian(y, inputs, zero);
}

std::vector<std::vector<Tensor>> hessians(const TensorsFunction& f, const Sources& inputs,
                                          const JacobianOptions& options) {
  GradientTape outer({.persistent = true, .watch_accessed_variables = false});
  watch(outer, inputs);
  std::vector<Tensor> gradients;
  {
    GradientTape inner(own_sources);
    watch(inner, inputs);
    const Tensor y = one_number("hessian", f, inputs);
    gradients = inner.gradient(y, inputs, {.unconnected_gradients = UnconnectedGradients::zero});
  }
  JacobianOptions zero = options;
  zero.unconnected_gradients = UnconnectedGradients::zero;
  const auto pause = outer.stop_recording();
  std::vector<std::vector<Tensor>> hessian;
  for (const Tensor& gradient : gradients) hessian.push_back(outer.jacobian(gradient, inputs, zero));
  return hessian;
}

}  // namespace gradtape::detail
