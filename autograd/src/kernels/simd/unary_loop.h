#pragma once
// The loop of a unary function, and of a function of angles: its vector form is accurate up to largest_angle, libm
// beyond.

#include <cstdint>

#include "vector_math.h"

namespace gradtape::kernels::GRADTAPE_ISA {

template <class T, class F>
static void loop(const void* x, void* y, std::int64_t n) {
  const T* in = static_cast<const T*>(x);
  T* out = static_cast<T*>(y);
  GRADTAPE_VECTORIZE
  for (std::int64_t i = 0; i < n; ++i) out[i] = F::apply(in[i]);
}

/// Blocks without a large angle, which is nearly all of them, need no call of libm.
template <class Small, class Any>
static void angle_loop(const void* x, void* y, std::int64_t n) {
  constexpr std::int64_t block = 1024;
  const float* in = static_cast<const float*>(x);
  float* out = static_cast<float*>(y);
  for (std::int64_t first = 0; first < n; first += block) {
    const std::int64_t count = n - first < block ? n - first : block;
    int large = 0;
    for (std::int64_t i = 0; i < count; ++i) large |= math::abs(in[first + i]) > math::largest_angle;
    if (large)
      loop<float, Any>(in + first, out + first, count);
    else
      loop<float, Small>(in + first, out + first, count);
  }
}

}  // namespace gradtape::kernels::GRADTAPE_ISA
