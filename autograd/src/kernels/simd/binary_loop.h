#pragma once
// The loop of a function of two operands of one dtype.

#include <cstdint>

#include "elementwise_table.h"
#include "isa_macros.h"

namespace gradtape::kernels::GRADTAPE_ISA {

template <class T, class F>
static void binary_loop(Operands advance, const void* a, const void* b, void* y, std::int64_t n) {
  const T* left = static_cast<const T*>(a);
  const T* right = static_cast<const T*>(b);
  T* out = static_cast<T*>(y);
  if (advance == Operands::both) {
    GRADTAPE_VECTORIZE
    for (std::int64_t i = 0; i < n; ++i) out[i] = F::apply(left[i], right[i]);
  } else if (advance == Operands::left) {
    const T scalar = *right;
    GRADTAPE_VECTORIZE
    for (std::int64_t i = 0; i < n; ++i) out[i] = F::apply(left[i], scalar);
  } else {
    const T scalar = *left;
    GRADTAPE_VECTORIZE
    for (std::int64_t i = 0; i < n; ++i) out[i] = F::apply(scalar, right[i]);
  }
}

}  // namespace gradtape::kernels::GRADTAPE_ISA
