#pragma once
// What binary elementwise ops share.

#include "kernels/arithmetic.h"
#include "kernels/elementwise.h"
#include "ops/op.h"

namespace gradtape::detail {

[[noreturn]] void throw_unsupported(DType dtype);
/// Throws InvalidArgumentError when the kernel has no loop for the dtype.
template <class Function>
void check_supported(Function function, DType dtype) {
  if (!is_floating(dtype) && !kernels::supports(function, dtype)) throw_unsupported(dtype);
}

/// The shape of x broadcast with y; the usual case, equal shapes, first.
inline Shape broadcast_pair(const Inputs& x) {
  const Shape &a = x.shape(0), &b = x.shape(1);
  return a == b || b.rank() == 0 ? a : broadcast_shapes(a, b);
}

/// A kernels::Binary, ActivationGradient or Arithmetic.
template <auto function>
struct BinaryOp {
  static constexpr bool is_elementwise = true;
  Shape infer(const Inputs& x) const {
    check_supported(function, x.dtype(0));
    return broadcast_pair(x);
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &a = *impl_of(x[0]), &b = *impl_of(x[1]), &result = *impl_of(y);
    if (a.count == result.count && b.count == result.count)  // they differ by axes of length 1 at most
      kernels::binary(function, a.dtype, a.data, b.data, result.data, result.count);
    else
      kernels::binary(function, a.dtype, a.data, a.shape, b.data, b.shape, result.data, result.shape);
  }
};

/// A kernels::Unary, Function or Activation.
template <auto function>
struct UnaryOp {
  static constexpr bool is_elementwise = true;
  Shape infer(const Inputs& x) const {
    check_supported(function, x.dtype(0));
    return x.shape(0);
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& a = *impl_of(x[0]);
    kernels::unary(function, a.dtype, a.data, impl_of(y)->data, a.count);
  }
};

/// The line of the user's call, from whichever operand knows it.
inline Where where_of(const Operand& x, const Operand& y) { return x.where().line > 0 ? x.where() : y.where(); }

template <Op O>
Tensor record_binary(const O& op, const Operand& x, const Operand& y) {
  if (!x.is_number() && !y.is_number()) return record(op, {x.tensor(), y.tensor()}, where_of(x, y));
  try {
    const OperandPair pair(x, y);
    return record(op, {pair.a(), pair.b()}, where_of(x, y));
  } catch (Error& error) {
    rethrow_in(O::name, where_of(x, y), error);
  }
}

}  // namespace gradtape::detail
