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
/// The same for several values, with the gradients that arrive at each of them.
struct WithGradients {
  std::vector<Tensor> values;
  std::function<std::vector<Tensor>(const std::vector<Tensor>& upstream)> gradient;
};

namespace detail {
inline std::vector<Tensor> gradient_list(Tensor gradient) { return {std::move(gradient)}; }
inline std::vector<Tensor> gradient_list(std::vector<Tensor> gradients) { return gradients; }
inline std::vector<Tensor> gradient_list(const Tensors& gradients) { return gradients; }
}  // namespace detail

/// What a function given to custom_gradient returns. `gradient` takes the upstream gradient and returns a Tensor, for
/// one argument, or a std::vector<Tensor>, one for each argument; an empty Tensor stands for no gradient.
template <class F>
WithGradient with_gradient(Tensor value, F gradient) {
  return {std::move(value), [gradient = std::move(gradient)](const Tensor& upstream) {
            return detail::gradient_list(gradient(upstream));
          }};
}
/// For a function of several results, of one floating-point dtype: `gradient` takes a std::vector<Tensor>, the
/// gradients that arrive at them; zeros where nothing does.
template <class F>
requires std::is_invocable_v < const F&, const std::vector<Tensor>
& > WithGradients with_gradient(const Tensors& values, F gradient) {
  return {values, [gradient = std::move(gradient)](const std::vector<Tensor>& upstream) {
            return detail::gradient_list(gradient(upstream));
          }};
}

namespace detail {
Tensor record_custom(WithGradient result, const std::vector<Tensor>& arguments, Where where);
Tensors record_custom(WithGradients results, const std::vector<Tensor>& arguments, Where where);

// Callable just as F is, which gradcheck asks before it calls.
template <class F>
struct CustomGradientFunction {
  F f;
  Where where;

  template <class... Arguments>
  requires std::is_invocable_v<const F&, const Arguments&...>
  auto operator()(const Arguments&... arguments) const {
    return record_custom(f(arguments...), {static_cast<const Tensor&>(arguments)...}, where);
  }
};
}  // namespace detail

/// tf.custom_gradient: a function like f, whose gradient is the one it returns. f takes Tensors and returns
/// with_gradient(value, gradient); for several values, with_gradient(Tensors{...}, gradient), the function returns
/// Tensors. A gradient made of gradtape's ops, or of functions with a gradient of their own, can itself be
/// differentiated. Throws InvalidArgumentError when the gradient returns another number of tensors than there are
/// arguments, or another shape.
template <class F>
auto custom_gradient(F f, Where where = Where::here()) {
  return detail::CustomGradientFunction<F>{std::move(f), where};
}

}  // namespace gradtape
