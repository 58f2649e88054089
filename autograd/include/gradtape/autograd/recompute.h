#pragma once
// Gradient checkpointing: what a function computes on the way is computed again for its gradient instead of kept.

#include <type_traits>
#include <utility>
#include <vector>

#include "gradtape/autograd/detail/functions.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

namespace detail {
Tensors recomputed(const TensorsFunction& f, const std::vector<Tensor>& arguments, Where where);

template <class F>
struct RecomputedFunction {
  F f;
  Where where;

  template <class... Arguments>
  requires std::is_invocable_v<const F&, const Arguments&...>
  auto operator()(const Arguments&... arguments) const {
    using Result = std::invoke_result_t<const F&, const Arguments&...>;
    const TensorsFunction again = [f = f](const std::vector<Tensor>& x) -> Tensors {
      return call_with_list(f, x, std::index_sequence_for<Arguments...>());
    };
    Tensors results = recomputed(again, {static_cast<const Tensor&>(arguments)...}, where);
    if constexpr (std::is_convertible_v<Result, Tensor> && !std::is_same_v<std::decay_t<Result>, Tensors>)
      return Tensor(results.single());
    else
      return results;
  }
};
}  // namespace detail

/// tf.recompute_grad: a function like f, of which a tape keeps the arguments and the result only. Its gradient runs f
/// again, so that a chain of such functions keeps what lies between them, and at one time what is inside one of them.
/// f takes Tensors and returns a Tensor or Tensors of one floating-point dtype. There are gradients for the arguments
/// and for the trainable Variables that f reads, of every order.
///
/// The second run sees what the first saw: Variables have the values that they had, those that f assigned keep what
/// the first run gave them, and random ops draw the same numbers. f must not depend on other state that changes, and
/// tensors that it captures count as constants: pass them as arguments. Throws FailedPreconditionError when the
/// second run draws more random numbers than the first.
template <class F>
auto recompute_grad(F f, Where where = Where::here()) {
  return detail::RecomputedFunction<F>{std::move(f), where};
}

}  // namespace gradtape
