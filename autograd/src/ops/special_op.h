#pragma once
// Ops of a scalar function of float64.

#include "kernels/special_functions.h"
#include "ops/binary.h"

namespace gradtape::detail {

inline void check_special(DType dtype) {
  if (!is_floating(dtype)) throw_unsupported(dtype);
}

template <double (*function)(double)>
struct SpecialUnary {
  static constexpr bool is_elementwise = true;
  Shape infer(const Inputs& x) const {
    check_special(x.dtype(0));
    return x.shape(0);
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& a = *impl_of(x[0]);
    kernels::apply(function, a.dtype, a.data, impl_of(y)->data, a.count);
  }
};

template <double (*function)(double, double)>
struct SpecialBinary {
  static constexpr bool is_elementwise = true;
  Shape infer(const Inputs& x) const {
    check_special(x.dtype(0));
    return broadcast_pair(x);
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &a = *impl_of(x[0]), &b = *impl_of(x[1]), &result = *impl_of(y);
    kernels::apply(function, a.dtype, a.data, a.shape, b.data, b.shape, result.data, result.shape);
  }
};

}  // namespace gradtape::detail
