#pragma once
// Products of matrices and vectors. The leading axes of matrices are batches, and broadcast.

#include "gradtape/autograd/tensor.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

struct MatmulOptions {
  bool transpose_a = false;
  bool transpose_b = false;
  bool adjoint_a = false;  // the same as transpose_a: there are no complex numbers
  bool adjoint_b = false;
};

/// tf.matmul: (..., m, k) x (..., k, n) -> (..., m, n). float32, float64, int32, int64.
/// Throws InvalidArgumentError for operands of rank below 2, inner lengths that differ, or different dtypes.
Tensor matmul(const Tensor& a, const Tensor& b, MatmulOptions options = {}, Where where = Where::here());

struct MatvecOptions {
  bool transpose_a = false;
  bool adjoint_a = false;
};
/// tf.linalg.matvec: (..., m, n) x (..., n) -> (..., m).
Tensor matvec(const Tensor& a, const Tensor& b, MatvecOptions options = {}, Where where = Where::here());

/// numpy.outer: every element of a times every element of b, (a.num_elements(), b.num_elements()).
Tensor outer(const Tensor& a, const Tensor& b, Where where = Where::here());
/// numpy.kron: the Kronecker product. The shorter shape gets leading ones; at most four axes.
Tensor kron(const Tensor& a, const Tensor& b, Where where = Where::here());

}  // namespace gradtape
