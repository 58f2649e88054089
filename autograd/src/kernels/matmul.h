#pragma once
// Matrix products. Row-major. float32 through oneDNN's or OpenBLAS's sgemm, float64 through OpenBLAS's dgemm, each
// called single-threaded inside TBB tasks; int32 and int64 by loops. Work is cut over rows and columns of the result
// by a rule that depends on the shape only, never over the summed axis, so the bits do not depend on the threads.

#include <cstdint>

#include "gradtape/autograd/dtype.h"

namespace gradtape::kernels {

struct MatmulShape {
  std::int64_t m, n, k;
  bool transpose_a = false;  // a is stored (k, m)
  bool transpose_b = false;  // b is stored (n, k)
};

bool supports_matmul(DType dtype);

/// c (m, n) = op(a) (m, k) x op(b) (k, n); k == 0 gives zeros. All contiguous; c overlaps neither.
void matmul(DType dtype, const MatmulShape& shape, const void* a, const void* b, void* c);

/// `count` products: the i-th reads a + a_offsets[i] and b + b_offsets[i] (in elements) and writes c + i * m * n.
void batch_matmul(DType dtype, const MatmulShape& shape, std::int64_t count, const void* a,
                  const std::int64_t* a_offsets, const void* b, const std::int64_t* b_offsets, void* c);

}  // namespace gradtape::kernels
