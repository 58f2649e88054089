#pragma once
// The inner loops of softmax along an axis that is not the last, one table for each instruction set (see isa.h).

#include <cstdint>

namespace gradtape::kernels {

/// Each works on the elements [r * stride + c], r < n along the softmax's axis, c < columns <= softmax_strip.
template <class T>
struct SoftmaxColumnKernels {
  using Int = std::int64_t;
  void (*softmax)(const T* x, T* y, Int n, Int stride, Int columns);
  void (*log_softmax)(const T* x, T* y, Int n, Int stride, Int columns);
  void (*softmax_gradient)(const T* dy, const T* y, T* dx, Int n, Int stride, Int columns);
  void (*log_softmax_gradient)(const T* dy, const T* y, T* dx, Int n, Int stride, Int columns);
};

/// Columns side by side, so that their partial results stay in the nearest cache.
inline constexpr std::int64_t softmax_strip = 256;

struct SoftmaxColumnTable {
  SoftmaxColumnKernels<float> float32;
  SoftmaxColumnKernels<double> float64;
};

namespace baseline {
extern const SoftmaxColumnTable softmax_column_table;
}
namespace avx2 {
extern const SoftmaxColumnTable softmax_column_table;
}
namespace avx512 {
extern const SoftmaxColumnTable softmax_column_table;
}

}  // namespace gradtape::kernels
