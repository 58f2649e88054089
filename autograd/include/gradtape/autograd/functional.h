#pragma once
// Derivatives of functions, without a tape in sight.
//
// f takes Tensors, up to six, or one std::vector<Tensor>, and returns a Tensor. What it is differentiated with
// respect to is a Tensor, its argument, or a Variable, which is not passed: f reads it itself. A braced list or a
// vector of them is several; then results are lists in the same order. Where f does not depend on something, the
// derivative is zero. Other tapes record all of it, so that these functions nest. The names are those of
// torch.autograd.functional and of JAX; TensorFlow has tapes and accumulators only.

#include <type_traits>
#include <utility>
#include <vector>

#include "gradtape/autograd/detail/functions.h"
#include "gradtape/autograd/forward_accumulator.h"
#include "gradtape/autograd/tape.h"

namespace gradtape {

/// What vjp and jvp return: y = f(x), and the derivative. auto [y, dx] = vjp(f, x);
struct ValueAndDerivative {
  Tensor value;
  Tensor derivative;
};
struct ValueAndDerivatives {
  Tensor value;
  std::vector<Tensor> derivatives;
};

namespace detail {
template <class S>
concept OneSource = std::is_convertible_v<const S&, Source>;  // a braced list is several
ValueAndDerivatives vjp(const TensorsFunction& f, const Sources& inputs, const Tensor& upstream);
ValueAndDerivative jvp(const TensorsFunction& f, const Sources& inputs, const Tensors& tangents);
std::vector<Tensor> hvp(const TensorsFunction& f, const Sources& inputs, const Tensors& v);
std::vector<Tensor> jacobians(const TensorsFunction& f, const Sources& inputs, const JacobianOptions& options);
std::vector<std::vector<Tensor>> hessians(const TensorsFunction& f, const Sources& inputs,
                                          const JacobianOptions& options);
}  // namespace detail

/// Vector times Jacobian, u'J, of the input's shape: the gradient where u arrives from above. u is of f's result's
/// shape; ones where it is left out.
template <class F, detail::OneSource S>
ValueAndDerivative vjp(F f, const S& input, const Tensor& u = {}) {
  ValueAndDerivatives all = detail::vjp(detail::tensors_function(std::move(f)), {Source(input)}, u);
  return {std::move(all.value), std::move(all.derivatives[0])};
}
template <class F>
ValueAndDerivatives vjp(F f, const Sources& inputs, const Tensor& u = {}) {
  return detail::vjp(detail::tensors_function(std::move(f)), inputs, u);
}

/// Jacobian times vector, J v, of the shape of f's result: see ForwardAccumulator. v is of the input's shape; for
/// several inputs there is one v each.
template <class F, detail::OneSource S>
ValueAndDerivative jvp(F f, const S& input, const Tensor& v) {
  return detail::jvp(detail::tensors_function(std::move(f)), {Source(input)}, v);
}
template <class F>
ValueAndDerivative jvp(F f, const Sources& inputs, const Tensors& v) {
  return detail::jvp(detail::tensors_function(std::move(f)), inputs, v);
}

/// Hessian times vector, of the input's shape, for an f that returns one number: the gradient of v'g, where g is the
/// gradient. It takes about twice the time of a gradient, and never forms the Hessian. Throws InvalidArgumentError
/// when f returns more than one number.
template <class F, detail::OneSource S>
Tensor hvp(F f, const S& input, const Tensor& v) {
  return detail::hvp(detail::tensors_function(std::move(f)), {Source(input)}, v)[0];
}
template <class F>
std::vector<Tensor> hvp(F f, const Sources& inputs, const Tensors& v) {
  return detail::hvp(detail::tensors_function(std::move(f)), inputs, v);
}

/// The Jacobian, of shape result.shape + input.shape: see GradientTape::jacobian.
template <class F, detail::OneSource S>
Tensor jacobian(F f, const S& input, const JacobianOptions& options = {}) {
  return detail::jacobians(detail::tensors_function(std::move(f)), {Source(input)}, options)[0];
}
template <class F>
std::vector<Tensor> jacobian(F f, const Sources& inputs, const JacobianOptions& options = {}) {
  return detail::jacobians(detail::tensors_function(std::move(f)), inputs, options);
}

/// The Hessian of an f that returns one number, of shape input.shape + input.shape: the Jacobian of the gradient. For
/// several inputs, hessian[i][j] is the derivative with respect to inputs i and j. Throws InvalidArgumentError when f
/// returns more than one number.
template <class F, detail::OneSource S>
Tensor hessian(F f, const S& input, const JacobianOptions& options = {}) {
  return detail::hessians(detail::tensors_function(std::move(f)), {Source(input)}, options)[0][0];
}
template <class F>
std::vector<std::vector<Tensor>> hessian(F f, const Sources& inputs, const JacobianOptions& options = {}) {
  return detail::hessians(detail::tensors_function(std::move(f)), inputs, options);
}

}  // namespace gradtape
