#pragma once
// Decompositions, solvers and functions of matrices: tf.linalg. The last two axes hold matrices, the ones before are
// batches. float32 and float64 unless something else is said. Errors: InvalidArgumentError for tensors that do not
// hold matrices, or not square ones where that is needed, for another dtype, for leading axes that do not broadcast,
// and where a decomposition fails, naming the matrix of the batch. Several results come in a struct, in TensorFlow's
// order: auto [s, u, v] = linalg::svd(a).

#include "gradtape/autograd/operand.h"
#include "gradtape/autograd/ops/einsum.h"
#include "gradtape/autograd/ops/linear_algebra.h"
#include "gradtape/autograd/shape.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

/// Which norm: "euclidean", "fro", or p > 0, which may be infinite.
class NormOrder {
 public:
  NormOrder(const char* name) : name_(name) {}
  template <class T>
  requires std::is_arithmetic_v<T> NormOrder(T p) : p_(static_cast<double>(p)) {}
  const char* name() const { return name_; }
  double p() const { return p_; }

 private:
  const char* name_ = nullptr;
  double p_ = 0;
};

struct NormOptions {
  bool keepdims = false;
};
/// tf.norm. Without an axis, of all elements as one vector; with one axis, of vectors: "euclidean" or any p; with
/// two, of matrices: "euclidean" and "fro" (the same), 1 (the largest sum of a column), 2 (the largest singular
/// value) or infinity (the largest sum of a row). The euclidean norm of zeros has the gradient NaN, as TensorFlow's.
Tensor norm(const Tensor& tensor, NormOrder ord = "euclidean", const Axes& axis = {}, NormOptions options = {},
            Where where = Where::here());

/// tf.linalg.trace: the sum of the diagonal, (..., m, n) -> (...). Numbers of any dtype.
Tensor trace(const Tensor& x, Where where = Where::here());

namespace linalg {

using gradtape::einsum;
using gradtape::matmul;
using gradtape::matvec;
using gradtape::norm;
using gradtape::tensordot;
using gradtape::trace;

struct Normalized {
  Tensor normalized, norm;
};
/// tf.linalg.normalize: tensor / norm, and the norm with its axes kept.
Normalized normalize(const Tensor& tensor, NormOrder ord = "euclidean", const Axes& axis = {},
                     Where where = Where::here());

/// tf.linalg.matrix_transpose, adjoint: the last two axes exchanged. Every dtype.
Tensor matrix_transpose(const Tensor& a, Where where = Where::here());
Tensor adjoint(const Tensor& matrix, Where where = Where::here());

/// tf.linalg.cross: the vector product along the last axis, which has length 3; a and b have one shape. Numbers of
/// any dtype.
Tensor cross(const Tensor& a, const Tensor& b, Where where = Where::here());

/// tf.linalg.det: (..., n, n) -> (...); 1 for an empty matrix. Singular matrices have a gradient too (once
/// differentiable).
Tensor det(const Tensor& input, Where where = Where::here());
struct SignLogDeterminant {
  Tensor sign, log_abs_determinant;
};
/// tf.linalg.slogdet: for a singular matrix 0 and -inf.
SignLogDeterminant slogdet(const Tensor& input, Where where = Where::here());
/// tf.linalg.logdet: of positive definite matrices, by cholesky.
Tensor logdet(const Tensor& matrix, Where where = Where::here());

struct InvOptions {
  bool adjoint = false;
};
/// tf.linalg.inv: the inverse of each matrix, or of its transpose. Throws InvalidArgumentError for a singular matrix.
Tensor inv(const Tensor& input, InvOptions options = {}, Where where = Where::here());

struct SolveOptions {
  bool adjoint = false;
};
/// tf.linalg.solve: x of shape (..., n, k) with matrix x = rhs, or matrix^T x = rhs. Throws InvalidArgumentError for
/// a singular matrix.
Tensor solve(const Tensor& matrix, const Tensor& rhs, SolveOptions options = {}, Where where = Where::here());

struct TriangularSolveOptions {
  bool lower = true;
  bool adjoint = false;
};
/// tf.linalg.triangular_solve: the same with the lower or upper triangle of the matrix; the rest is not read.
Tensor triangular_solve(const Tensor& matrix, const Tensor& rhs, TriangularSolveOptions options = {},
                        Where where = Where::here());

/// tf.linalg.cholesky: the lower triangular l with l l^T = input, which is symmetric: only its lower triangle is
/// read. Its gradient is symmetric. Throws InvalidArgumentError for a matrix that is not positive definite.
Tensor cholesky(const Tensor& input, Where where = Where::here());
/// tf.linalg.cholesky_solve: a x = rhs for a = chol chol^T.
Tensor cholesky_solve(const Tensor& chol, const Tensor& rhs, Where where = Where::here());

struct LstsqOptions {
  double l2_regularizer = 0;
  bool fast = true;
};
/// tf.linalg.lstsq: the x of shape (..., n, k) with the least |matrix x - rhs|^2 + l2_regularizer |x|^2; where many
/// have, that of the least norm. fast: by the normal equations, for matrices of full rank. Otherwise by singular
/// values, for any rank, without the regularizer.
Tensor lstsq(const Tensor& matrix, const Tensor& rhs, LstsqOptions options = {}, Where where = Where::here());

struct PinvOptions {
  /// Singular values up to rcond times the largest count as 0; negative: 10 * max(m, n) * epsilon.
  double rcond = -1;
};
/// tf.linalg.pinv: the pseudo-inverse, (..., m, n) -> (..., n, m).
Tensor pinv(const Tensor& a, PinvOptions options = {}, Where where = Where::here());

struct MatrixRankOptions {
  /// Singular values up to tol count as 0; negative: max(m, n) * epsilon times the largest.
  double tol = -1;
};
/// tf.linalg.matrix_rank: int32, without a gradient.
Tensor matrix_rank(const Tensor& a, MatrixRankOptions options = {}, Where where = Where::here());

struct QrOptions {
  bool full_matrices = false;
};
struct Qr {
  Tensor q, r;
};
/// tf.linalg.qr: orthonormal columns q (..., m, k) and upper triangular r (..., k, n), k = min(m, n); full_matrices:
/// q
/// (..., m, m), r (..., m, n), of which matrices with m > n have no gradient (UnimplementedError).
Qr qr(const Tensor& input, QrOptions options = {}, Where where = Where::here());

struct SvdOptions {
  bool full_matrices = false;
  bool compute_uv = true;
};
struct Svd {
  Tensor s, u, v;
};
/// tf.linalg.svd: tensor = u diag(s) v^T with s (..., k) descending, u (..., m, k), v (..., n, k), k = min(m, n); u
/// and v square with full_matrices, of which the gradient needs |m - n| <= 1 (UnimplementedError). Without compute_uv
/// u and v are empty. The gradient of u and v exists where the singular values differ; equal ones count as in
/// TensorFlow.
Svd svd(const Tensor& tensor, SvdOptions options = {}, Where where = Where::here());

struct Eigh {
  Tensor e, v;
};
/// tf.linalg.eigh: eigenvalues e (..., n) ascending and eigenvectors, the columns of v (..., n, n), of symmetric
/// matrices: only the lower triangle is read, and only it gets a gradient, as in TensorFlow. eigvalsh: e alone.
Eigh eigh(const Tensor& tensor, Where where = Where::here());
Tensor eigvalsh(const Tensor& tensor, Where where = Where::here());
struct Lu {
  Tensor lu, p;
};
/// tf.linalg.lu: unit lower triangular l and upper triangular u packed into one (..., m, n), and the int32 row
/// numbers p (..., m) with input[p] = l u. No error for a singular matrix.
Lu lu(const Tensor& input, Where where = Where::here());

/// tf.linalg.lu_solve, lu_matrix_inverse, lu_reconstruct: x with a x = rhs, the inverse of a, and a itself, for
/// lower_upper and perm as lu gave them for square matrices a.
Tensor lu_solve(const Tensor& lower_upper, const Tensor& perm, const Tensor& rhs, Where where = Where::here());
Tensor lu_matrix_inverse(const Tensor& lower_upper, const Tensor& perm, Where where = Where::here());
Tensor lu_reconstruct(const Tensor& lower_upper, const Tensor& perm, Where where = Where::here());

/// tf.linalg.tridiagonal_matmul: the product of tridiagonal matrices and rhs (..., n, k). diagonals, TensorFlow's
/// "compact" format (..., 3, n): the one above the diagonal (its last number is not read), the diagonal, the one
/// below (its first number is not read).
Tensor tridiagonal_matmul(const Tensor& diagonals, const Tensor& rhs, Where where = Where::here());
/// tf.linalg.tridiagonal_solve, with partial pivoting: x like rhs, which has shape (..., n, k), or (..., n) where it
/// has one axis fewer than diagonals.
Tensor tridiagonal_solve(const Tensor& diagonals, const Tensor& rhs, Where where = Where::here());

/// numpy.linalg.matrix_power: a^n for square matrices; the inverse's power for negative n.
Tensor matrix_power(const Tensor& a, std::int64_t n, Where where = Where::here());
/// tf.linalg.expm: the exponential of square matrices.
Tensor expm(const Tensor& input, Where where = Where::here());
/// tf.linalg.sqrtm: the principal square root of square matrices; NaN where it is not real. The gradient solves a
/// system of n^2 equations, as TensorFlow's.
Tensor sqrtm(const Tensor& input, Where where = Where::here());

}  // namespace linalg
}  // namespace gradtape
