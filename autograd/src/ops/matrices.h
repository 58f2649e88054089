#pragma once
// What ops on batches of matrices share: shape (..., m, n).

#include <string>
#include <string_view>

#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "ops/composite.h"
#include "ops/parts.h"

namespace gradtape::detail {

/// Throws InvalidArgumentError unless x holds matrices of a floating-point dtype, of lengths that LAPACK can take.
void check_matrices(const Tensor& x);
/// The same, and m == n.
void check_square_matrices(const Tensor& x);

inline Shape batch_of(const Shape& shape) { return shape.sub(0, shape.rank() - 2); }
inline std::int64_t matrix_count(const Shape& shape) { return batch_of(shape).num_elements(); }
/// (batch..., m, n)
Shape matrices_of(Shape batch, std::int64_t m, std::int64_t n);
/// (batch..., n)
Shape vectors_of(Shape batch, std::int64_t n);

/// Throws InvalidArgumentError with the sentence, and says which matrix of x it is about, unless entry is
/// kernels::no_failure.
void check_success(std::int64_t entry, const Shape& x, std::string_view sentence);

/// Broadcasts the leading axes of a and b to each other's.
void broadcast_batches(Tensor& a, Tensor& b, Where where);

/// The pieces of a packed tensor, one after the other.
class Pieces {
 public:
  explicit Pieces(Tensor packed) : packed_(std::move(packed)) {}
  Tensor next(const Shape& shape) {
    Tensor result = piece(packed_, offset_, shape);
    offset_ += shape.num_elements();
    return result;
  }

 private:
  Tensor packed_;
  std::int64_t offset_ = 0;
};

/// Axis i of x becomes axis places[i] of the result; of axes that share a place the elements with equal indices are
/// taken, as many as the shortest has.
Tensor generalized_diagonal(const Tensor& x, const Axes& places);
/// (..., m, n) -> (..., min(m, n))
Tensor diagonal_of(const Tensor& x);
/// (..., n) -> (..., n, n), zero off the diagonal.
Tensor diagonal_matrix(const Tensor& diagonal);

/// x where column - row is in [lowest, highest], and 0 elsewhere.
Tensor band_of(const Tensor& x, std::int64_t lowest, std::int64_t highest);
Tensor lower_triangle(const Tensor& x);
Tensor strict_lower_triangle(const Tensor& x);
Tensor upper_triangle(const Tensor& x);
/// x with zeros on the diagonal, through which no gradient passes there.
Tensor off_diagonal(const Tensor& x);

/// The columns or rows [first, last) of each matrix.
Tensor columns_of(const Tensor& x, std::int64_t first, std::int64_t last);
Tensor rows_of(const Tensor& x, std::int64_t first, std::int64_t last);

Tensor transposed(const Tensor& x);
/// a x b, and with the one or the other transposed.
Tensor product(const Tensor& a, const Tensor& b);
Tensor product_nt(const Tensor& a, const Tensor& b);
Tensor product_tn(const Tensor& a, const Tensor& b);
Tensor identity_like(const Tensor& x);

/// x / (x^2 + 1e-20): 1 / x, but 0 at 0. TensorFlow's gradients of decompositions take it where eigenvalues meet.
Tensor safe_reciprocal(const Tensor& x);

/// Samples: well-conditioned square matrices.
Tensor sample_matrices(const Shape& shape);

}  // namespace gradtape::detail
