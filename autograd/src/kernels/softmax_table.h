#pragma once
// The inner loops of softmax.h, one table for each instruction set (see isa.h). They run on the calling thread.

#include <cstdint>

#include "gradtape/autograd/dtype.h"

namespace gradtape::kernels {

/// Labels of any integer dtype.
struct Labels {
  DType dtype;
  const void* data;

  /// The same, from label `first` on.
  Labels from(std::int64_t first) const {
    return {dtype, static_cast<const char*>(data) + first * static_cast<std::int64_t>(size_of(dtype))};
  }
};

template <class T>
struct SoftmaxKernels {
  using Int = std::int64_t;
  void (*softmax)(const T* x, T* y, Int rows, Int columns);
  void (*log_softmax)(const T* x, T* y, Int rows, Int columns);
  void (*softmax_gradient)(const T* dy, const T* y, T* dx, Int rows, Int columns);
  void (*log_softmax_gradient)(const T* dy, const T* y, T* dx, Int rows, Int columns);
  void (*sparse_loss)(const T* logits, Labels labels, T* loss, Int rows, Int columns);
  void (*sparse_gradient)(const T* dloss, const T* logits, Labels labels, T* dlogits, Int rows, Int columns);
  void (*dense_loss)(const T* logits, const T* labels, T* loss, Int rows, Int columns);
  void (*dense_gradient)(const T* dloss, const T* logits, const T* labels, T* dlogits, Int rows, Int columns);
};

struct SoftmaxTable {
  SoftmaxKernels<float> float32;
  SoftmaxKernels<double> float64;
};

namespace baseline {
extern const SoftmaxTable softmax_table;
}
namespace avx2 {
extern const SoftmaxTable softmax_table;
}
namespace avx512 {
extern const SoftmaxTable softmax_table;
}

}  // namespace gradtape::kernels
