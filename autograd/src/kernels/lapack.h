#pragma once
// Factorizations and solutions of batches of row-major matrices, by LAPACK on one thread for each matrix; the
// matrices of a batch are spread over the threads. float32 and float64. Lengths fit an int.

#include <cstdint>

#include "gradtape/autograd/dtype.h"

namespace gradtape::kernels {

/// The first matrix of a batch on which a routine failed; none.
inline constexpr std::int64_t no_failure = -1;

/// l (n, n): lower triangular with l l^T = a, of which the lower triangle is read. Fails where a is not positive
/// definite.
std::int64_t cholesky(DType dtype, std::int64_t count, std::int64_t n, const void* a, void* l);

// From here on, a matrix that holds NaN or infinity gives NaN.

/// a[permutation] = l u: the factors of a (m, n) packed into lu (m, n), the permutation (m) as numbers of the dtype.
void lu(DType dtype, std::int64_t count, std::int64_t m, std::int64_t n, const void* a, void* lu, void* permutation);

/// One number for each matrix (n, n).
void determinant(DType dtype, std::int64_t count, std::int64_t n, const void* a, void* det);
void log_determinant(DType dtype, std::int64_t count, std::int64_t n, const void* a, void* sign, void* log_abs);
/// The derivative of the determinant with respect to each element, for singular matrices too.
void cofactors(DType dtype, std::int64_t count, std::int64_t n, const void* a, void* result);

/// Fails where a matrix has no inverse.
std::int64_t inverse(DType dtype, std::int64_t count, std::int64_t n, const void* a, void* result);
/// x (n, k) with a x = b, or a^T x = b.
std::int64_t solve(DType dtype, std::int64_t count, std::int64_t n, std::int64_t k, bool transpose, const void* a,
                   const void* b, void* x);
/// The same for a triangle of a, without a look at NaN. Fails where a number on the diagonal is 0.
std::int64_t triangular_solve(DType dtype, std::int64_t count, std::int64_t n, std::int64_t k, bool lower,
                              bool transpose, const void* a, const void* b, void* x);

/// x (n, k) with t x = b for tridiagonal t, given as (3, n): above the diagonal, the diagonal, below it.
std::int64_t tridiagonal_solve(DType dtype, std::int64_t count, std::int64_t n, std::int64_t k, const void* diagonals,
                               const void* b, void* x);

/// The principal square root; NaN where it is not real.
std::int64_t square_root(DType dtype, std::int64_t count, std::int64_t n, const void* a, void* result);

/// q (m, k), r (k, n) with k = min(m, n), or q (m, m), r (m, n) when full.
void qr(DType dtype, std::int64_t count, std::int64_t m, std::int64_t n, bool full, const void* a, void* q, void* r);

/// s (k) descending, and where u and v are not null u (m, k), v (n, k) with a = u diag(s) v^T; u (m, m) and v (n, n)
/// when full. Fails on NaN and infinity.
std::int64_t svd(DType dtype, std::int64_t count, std::int64_t m, std::int64_t n, bool full, const void* a, void* s,
                 void* u, void* v);

/// e (n) ascending and, where v is not null, the eigenvectors as the columns of v (n, n), of the symmetric matrix
/// whose lower triangle is a's. Fails on NaN and infinity.
std::int64_t symmetric_eigen(DType dtype, std::int64_t count, std::int64_t n, const void* a, void* e, void* v);

}  // namespace gradtape::kernels
