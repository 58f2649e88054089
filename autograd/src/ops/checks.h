#pragma once
// Checks that ops of several families share.

#include <string>

#include "gradtape/autograd/error.h"
#include "kernels/dispatch.h"
#include "tensor/impl.h"

namespace gradtape::detail {

inline std::string text_of(DType dtype) { return std::string(name_of(dtype)); }

/// Throws InvalidArgumentError unless the dtype is float32 or float64.
inline void check_floating(DType dtype) {
  if (!is_floating(dtype))
    throw InvalidArgumentError("a floating-point dtype is needed, got " + text_of(dtype) + "; cast it first");
}

/// Throws InvalidArgumentError for bool and string.
inline void check_number(DType dtype) {
  if (dtype == boolean || dtype == DType::string)
    throw InvalidArgumentError("numbers are needed, got " + text_of(dtype) +
                               (dtype == boolean ? "; cast it first" : ""));
}

/// The shape of an input of which the gradient needs nothing else; {} for an empty Tensor, which record() refuses.
inline Shape shape_of(const Tensor& tensor) { return tensor ? impl_of(tensor)->shape : Shape(); }

/// The product of the lengths of the axes [first, last).
inline std::int64_t product_of(const Shape& shape, int first, int last) {
  std::int64_t product = 1;
  for (int i = first; i < last; ++i) product *= shape[i];
  return product;
}

/// The permutation that undoes `perm`, whose axes are in [0, rank).
inline Axes inverse_permutation(const Axes& perm) {
  int places[Shape::max_rank] = {}, place = 0;
  for (int axis : perm) places[axis] = place++;
  Axes inverse = Axes::none();
  for (int i = 0; i < perm.count(); ++i) inverse.push_back(places[i]);
  return inverse;
}

/// Where the element at `place` of a row-major tensor lies: "(2, 0)".
inline std::string position_of(std::int64_t place, const Shape& shape) {
  Shape position = shape;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    position[axis] = place % shape[axis];
    place /= shape[axis];
  }
  return to_string(position);
}

/// The value at `place` of a tensor of an integer dtype.
inline std::int64_t integer_at(const TensorImpl& tensor, std::int64_t place) {
  return kernels::with_type(tensor.dtype, [&](auto zero) {
    return static_cast<std::int64_t>(static_cast<const decltype(zero)*>(tensor.data)[place]);
  });
}

}  // namespace gradtape::detail
