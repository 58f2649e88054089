#pragma once
// Functions that bring their own gradient.

#include <functional>
#include <type_traits>
#include <vector>

#include "gradtape/autograd/tensors.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

/// A value and the function that turns the gradient arriving at it into the gradients of the function's arguments.
struct WithGradient {
  Tensor value;
  std::function<std::vector<Tensor>(const Tensor& upstream)> gradient;
};

/// What a function given to custom_gradient returns. `gradient` takes the upstream gradient and returns a Tensor, for
/// one argument, or a std::vector<Tensor>, one for each argument; an empty Tensor stands for no gradient.
template <class F>
WithGradient with_gradient(Tensor value, F gradient) {
  if constexpr (std::is_convertible_v<std::invoke_result_t<F, const Tensor&>, Tensor>)
    return {std::move(value), [gradient = std::move(gradient)](const Tensor& upstream) {
              return std::vector<Tensor>{gradient(upstream)};
            }};
  else
    return {std::move(value), std::move(gradient)};
}

namespace detail {
Tensor record_custom(WithGradient result, const std::vector<Tensor>& arguments, Where where);

// Callable just as F is, which gradcheck asks before it calls.
template <class F>
struct CustomGradientFunction {
  F f;
  Where where;

  template <class... Arguments>
  requires std::is_invocable_v<const F&, const Arguments&...> Tensor operator()(const Arguments&... arguments) const {
    return record_custom(f(arguments...), {static_cast<const Tensor&>(arguments)...}, where);
  }
};
}  // namespace detail

/// tf.custom_gradient: a function like f, whose gradient is the one it returns. f takes Tensors and returns
/// with_gradient(value, gradient). A gradient made of gradtape's ops can itself be differentiated. Throws
/// InvalidArgumentError when the gradient returns another number of tensors than there are arguments, or another
/// shape.
template <class F>
auto custom_gradient(F f, Where where = Where::here()) {
  return detail::CustomGradientFunction<F>{std::move(f), where};
}

}  // namespace gradtape
