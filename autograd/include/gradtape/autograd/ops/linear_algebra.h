#pragma once

#include "gradtape/autograd/tensor.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

struct MatmulOptions {
  bool transpose_a = false;
  bool transpose_b = false;
};

/// tf.matmul: (..., m, k) x (..., k, n) -> (..., m, n); the leading axes broadcast. float32, float64, int32, int64.
/// Throws InvalidArgumentError for operands of rank below 2, inner lengths that differ, or different dtypes.
Tensor matmul(const Tensor& a, const Tensor& b, MatmulOptions options = {}, Where where = Where::here());

}  // namespace gradtape
