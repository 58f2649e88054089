#pragma once
// ForwardAccumulator: directional derivatives, Jacobian times vector.
//
// Method. The gradient that a tape gives, J'u, is linear in the u that arrives from above. So an accumulator is a
// tape that runs along, and jvp() differentiates the gradient with respect to u in the direction of the tangents:
// that is J v. It needs no rule of its own for any op, and what has a gradient has a tangent, of every order. The
// price: what is computed is kept as by a persistent tape, and a jvp() takes the time of two or three gradients. Ask
// for all targets in one jvp().
//
// Nesting. Accumulators and tapes nest in every order: what jvp() computes is recorded by the tapes and accumulators
// outside it, but not by itself. Forward over reverse, the product of a Hessian and a vector:
//
//   ForwardAccumulator forward(x, v);
//   GradientTape tape;
//   tape.watch(x);
//   Tensor g = tape.gradient(f(x), x);
//   Tensor hv = forward.jvp(g);

#include <type_traits>
#include <vector>

#include "gradtape/autograd/tape.h"

namespace gradtape {

struct JvpOptions {
  UnconnectedGradients unconnected_gradients = UnconnectedGradients::none;
};

/// tf.autodiff.ForwardAccumulator: like a GradientTape it records what runs while it lives, on its thread.
class ForwardAccumulator {
 public:
  /// What runs from here on is differentiated in the direction `tangent` of the primal, a Tensor or a Variable.
  /// Throws InvalidArgumentError when the tangent has not the primal's shape and dtype, or is not floating-point.
  template <class S>
  requires std::is_convertible_v<const S&, Source> ForwardAccumulator(const S& primal, const Tensor& tangent)
      : ForwardAccumulator(Sources{Source(primal)}, Tensors(tangent)) {}
  /// In several primals at once: the sum of their contributions. Throws InvalidArgumentError for another number of
  /// tangents, and for a primal named twice.
  ForwardAccumulator(const Sources& primals, const Tensors& tangents);

  /// The derivative of `target`, of its shape. An empty Tensor, or zeros, where it does not depend on any primal.
  Tensor jvp(const Tensor& target, const JvpOptions& options = {});
  Tensor jvp(const Variable& target, const JvpOptions& options = {}) { return jvp(target.value(), options); }
  /// The derivatives of several targets.
  std::vector<Tensor> jvp(const Tensors& targets, const JvpOptions& options = {});

 private:
  GradientTape tape_;
  std::vector<Source> primals_;
  std::vector<Tensor> tangents_;
};

}  // namespace gradtape
