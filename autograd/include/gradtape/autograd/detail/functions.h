#pragma once
// Functions of some number of Tensors as functions of a list.

#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>
#include <vector>

#include "gradtape/autograd/tensors.h"

namespace gradtape::detail {

using TensorsFunction = std::function<Tensors(const std::vector<Tensor>&)>;

template <class F, std::size_t... index>
decltype(auto) call_with_list(const F& f, const std::vector<Tensor>& x, std::index_sequence<index...>) {
  return f(x[index]...);
}

/// Throws InvalidArgumentError when the counts differ.
void check_argument_count(std::size_t taken, std::size_t given);

template <class F, std::size_t... index>
constexpr bool takes(std::index_sequence<index...>) {
  return std::is_invocable_v<const F&, decltype(static_cast<void>(index), std::declval<const Tensor&>())...>;
}

/// f takes none to six Tensors, or one std::vector<Tensor>; it returns a Tensor or Tensors.
template <class F, std::size_t count = 0>
TensorsFunction tensors_function(F f) {
  if constexpr (count > 6)
    return f;
  else if constexpr (takes<F>(std::make_index_sequence<count>()))
    return [f = std::move(f)](const std::vector<Tensor>& x) -> Tensors {
      check_argument_count(count, x.size());
      return call_with_list(f, x, std::make_index_sequence<count>());
    };
  else
    return tensors_function<F, count + 1>(std::move(f));
}

}  // namespace gradtape::detail
