#pragma once
// Products over any axes: tf.tensordot, tf.einsum.

#include <string_view>
#include <type_traits>

#include "gradtape/autograd/operand.h"
#include "gradtape/autograd/shape.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

/// What tensordot sums over: a number of axes, the last of a and the first of b; or a's axes and b's.
struct TensordotAxes {
  TensordotAxes(int axis_count) : count(axis_count) {}
  TensordotAxes(const Axes& a_axes, const Axes& b_axes) : named(true), a(a_axes), b(b_axes) {}
  int count = 0;
  bool named = false;
  Axes a = Axes::none(), b = Axes::none();
};

/// tf.tensordot: tensordot(a, b, 1), tensordot(a, b, {{0, 1}, {1, 0}}), or with 0 the outer product. The result has
/// a's other axes, then b's. float32, float64, int32, int64. Throws InvalidArgumentError for axes that do not fit or
/// whose lengths differ.
Tensor tensordot(const Tensor& a, const Tensor& b, const TensordotAxes& axes, Where where = Where::here());

/// The equation of einsum, which knows the line it was written in.
struct EinsumEquation {
  template <class Text>
  requires std::is_convertible_v<const Text&, std::string_view> EinsumEquation(const Text& equation,
                                                                               const char* file = __builtin_FILE(),
                                                                               int line = __builtin_LINE())
      : text(equation), where{file, line} {}
  std::string_view text;
  Where where;
};

/// tf.einsum: einsum("bij,bjk->bik", a, b) with any number of operands of one numeric dtype. A letter names an axis;
/// equal letters have equal lengths; letters that are not in the result are summed over. A letter that stands twice
/// in one operand takes the diagonal. "..." stands for the axes that have no letter, which broadcast from the right
/// (and are summed where the result has no "..."). Without "->" the result has "..." and the letters that stand once,
/// in alphabetical order. Spaces do not count. Several operands are multiplied in pairs, those first that leave the
/// smallest results. Throws InvalidArgumentError for an equation that is ill-formed or does not fit the shapes.
Tensor einsum(const EinsumEquation& equation, const Tensors& inputs);
template <class... More>
requires(std::is_convertible_v<const More&, Tensor>&&...) Tensor
    einsum(const EinsumEquation& equation, const Tensor& first, const More&... more) {
  return einsum(equation, Tensors{first, more...});
}

}  // namespace gradtape
