#pragma once
// Gradients checked against central differences.
//
// Method. The function's result y is weighted with a fixed random v, g = sum(v * y), and each derivative of g by the
// tape is compared with (g(x + epsilon) - g(x - epsilon)) / (2 epsilon) in float64. For the second order the same is
// done with the function that maps x and v to the gradients of g, so that the gradient's own gradient is checked, in
// x and in the gradient that arrives from above.

#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <vector>

#include "gradtape/autograd/tape.h"

namespace gradtape {

struct GradcheckOptions {
  double epsilon = 1e-6;
  /// Two derivatives agree when they differ by at most atol + rtol * (the larger magnitude).
  double rtol = 1e-5;
  double atol = 1e-7;
  bool second_order = false;
  /// One random direction in place of every entry: for inputs with many elements.
  bool directional = false;
  /// Of the weights and directions.
  std::uint64_t seed = 1;
};

struct GradcheckReport {
  bool passed = false;
  /// One line: what was compared, or the worst entry with both numbers.
  std::string message;
  int order = 1;                    ///< of the worst entry
  int input = -1;                   ///< of the worst entry; -1 where none was compared
  std::vector<std::int64_t> index;  ///< its place in that input
  double analytic = 0;
  double numeric = 0;

  explicit operator bool() const { return passed; }
};

namespace detail {
using CheckedFunction = std::function<Tensor(const std::vector<Tensor>&)>;
GradcheckReport run_gradcheck(const CheckedFunction& f, const Sources& inputs, const GradcheckOptions& options);
[[noreturn]] void throw_arity(std::size_t expected, std::size_t given);

template <std::size_t n, class F>
Tensor call_with(const F& f, const std::vector<Tensor>& x) {
  if (x.size() != n) throw_arity(n, x.size());
  if constexpr (n == 0) return f();
  if constexpr (n == 1) return f(x[0]);
  if constexpr (n == 2) return f(x[0], x[1]);
  if constexpr (n == 3) return f(x[0], x[1], x[2]);
  if constexpr (n == 4) return f(x[0], x[1], x[2], x[3]);
}

template <class F>
CheckedFunction checked_function(F f) {
  using T = const Tensor&;
  if constexpr (std::is_invocable_v<F>)
    return [f](const std::vector<Tensor>& x) { return call_with<0>(f, x); };
  else if constexpr (std::is_invocable_v<F, T>)
    return [f](const std::vector<Tensor>& x) { return call_with<1>(f, x); };
  else if constexpr (std::is_invocable_v<F, T, T>)
    return [f](const std::vector<Tensor>& x) { return call_with<2>(f, x); };
  else if constexpr (std::is_invocable_v<F, T, T, T>)
    return [f](const std::vector<Tensor>& x) { return call_with<3>(f, x); };
  else if constexpr (std::is_invocable_v<F, T, T, T, T>)
    return [f](const std::vector<Tensor>& x) { return call_with<4>(f, x); };
  else
    return f;
}
}  // namespace detail

/// Checks the gradients of f with respect to the inputs. Tensors among the inputs are f's arguments, in their order;
/// Variables are not passed: f reads them itself, and they have their values again afterwards. f takes as many
/// Tensors as there are, up to four, or one std::vector<Tensor>, and returns a Tensor. Inputs are float64; integer
/// and bool tensors are passed on unchecked. Throws InvalidArgumentError for float32 inputs, for a result that is not
/// float64, and when f gives different results for the same inputs.
template <class F>
GradcheckReport gradcheck(F f, const Sources& inputs, const GradcheckOptions& options = {}) {
  return detail::run_gradcheck(detail::checked_function(std::move(f)), inputs, options);
}

namespace detail {
template <class F, class... S>
GradcheckReport check_gradients(bool second_order, F f, const S&... inputs) {
  return gradcheck(std::move(f), Sources{Source(inputs)...}, {.second_order = second_order});
}
}  // namespace detail

}  // namespace gradtape

// For doctest: include it first. CHECK_GRADIENTS(f, inputs...) checks both orders.
#define CHECK_GRADIENTS(...) GRADTAPE_GRADIENTS(CHECK_MESSAGE, true, __VA_ARGS__)
#define REQUIRE_GRADIENTS(...) GRADTAPE_GRADIENTS(REQUIRE_MESSAGE, true, __VA_ARGS__)
// For functions that are differentiable once.
#define CHECK_FIRST_GRADIENTS(...) GRADTAPE_GRADIENTS(CHECK_MESSAGE, false, __VA_ARGS__)

#define GRADTAPE_GRADIENTS(check, second_order, ...)                    \
  do {                                                                  \
    const ::gradtape::GradcheckReport gradtape_report =                 \
        ::gradtape::detail::check_gradients(second_order, __VA_ARGS__); \
    check(gradtape_report.passed, gradtape_report.message);             \
  } while (false)
