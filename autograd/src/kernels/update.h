#pragma once
// One pass over a variable per optimizer step. float32 and float64; buffers of n elements; the hyperparameters
// are double and are rounded to the dtype once. w, and the slots, are updated in place.

#include <cstdint>

#include "gradtape/autograd/dtype.h"

namespace gradtape::kernels {

/// w -= learning_rate * g
void sgd_update(DType dtype, void* w, const void* g, std::int64_t n, double learning_rate);

/// Keras's momentum: v = momentum * v - learning_rate * g; w += nesterov ? momentum * v - learning_rate * g : v.
void momentum_update(DType dtype, void* w, void* v, const void* g, std::int64_t n, double learning_rate,
                     double momentum, bool nesterov);

/// Adam as Keras 2 computes it: m += (1 - beta_1) (g - m); v += (1 - beta_2) (g^2 - v);
/// w -= corrected_rate * m / (sqrt(v or v_max) + epsilon), where corrected_rate = learning_rate *
/// sqrt(1 - beta_2^t) / (1 - beta_1^t) comes from the caller. v_max is null without amsgrad.
void adam_update(DType dtype, void* w, void* m, void* v, void* v_max, const void* g, std::int64_t n,
                 double corrected_rate, double beta_1, double beta_2, double epsilon);

/// y += scale * x
void axpy(DType dtype, double scale, const void* x, void* y, std::int64_t n);

}  // namespace gradtape::kernels
