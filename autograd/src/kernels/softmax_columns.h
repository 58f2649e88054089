#pragma once
// Softmax along an axis that is not the last: the middle one of (outer, n, inner). float32 and float64.

#include <cstdint>

#include "gradtape/autograd/dtype.h"

namespace gradtape::kernels {

struct MiddleAxis {
  std::int64_t outer, n, inner;
};

void softmax(DType dtype, const void* x, void* y, const MiddleAxis& shape);
void log_softmax(DType dtype, const void* x, void* y, const MiddleAxis& shape);
/// The gradients, as in softmax.h.
void softmax_gradient(DType dtype, const void* dy, const void* y, void* dx, const MiddleAxis& shape);
void log_softmax_gradient(DType dtype, const void* dy, const void* y, void* dx, const MiddleAxis& shape);

}  // namespace gradtape::kernels
