#pragma once
// Diagonals and triangles of matrices, which are the last two axes. Every dtype. Diagonal 0 is the main one, those
// above it are positive, those below it negative. Errors: InvalidArgumentError for ranks and diagonals that do not
// fit.

#include <string>

#include "gradtape/autograd/shape.h"
#include "gradtape/autograd/tensor.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

/// One diagonal, or the band of those from low to high.
struct DiagonalBand {
  int low, high;
  DiagonalBand(int diagonal) : low(diagonal), high(diagonal) {}
  DiagonalBand(int low_diagonal, int high_diagonal) : low(low_diagonal), high(high_diagonal) {}
};

struct DiagOptions {
  DiagonalBand k = 0;
  std::int64_t num_rows = -1;
  std::int64_t num_cols = -1;
  double padding_value = 0;
  std::string align = "RIGHT_LEFT";
};
struct DiagPartOptions {
  DiagonalBand k = 0;
  double padding_value = 0;
  std::string align = "RIGHT_LEFT";
};
struct SetDiagOptions {
  DiagonalBand k = 0;
  std::string align = "RIGHT_LEFT";
};

/// tf.linalg.diag: (..., n) -> (..., rows, cols), or (..., diagonals, n) for a band, whose first row is the highest
/// diagonal: matrices with these diagonals, and padding_value elsewhere. Rows and columns are as few as hold them
/// unless given. align tells how diagonals shorter than n lie in their row, those above the main one and then those
/// below: "RIGHT_LEFT", "LEFT_RIGHT", "LEFT_LEFT" or "RIGHT_RIGHT".
Tensor diag(const Tensor& diagonal, const DiagOptions& options = {}, Where where = Where::here());
/// tf.linalg.diag_part: the reverse; rows of a band are filled up with padding_value.
Tensor diag_part(const Tensor& input, const DiagPartOptions& options = {}, Where where = Where::here());
/// tf.linalg.set_diag: input with other diagonals.
Tensor set_diag(const Tensor& input, const Tensor& diagonal, const SetDiagOptions& options = {},
                Where where = Where::here());

/// tf.linalg.tensor_diag: shape s -> s + s, with diagonal[i] at (i, i). tf.linalg.tensor_diag_part: the reverse.
Tensor tensor_diag(const Tensor& diagonal, Where where = Where::here());
Tensor tensor_diag_part(const Tensor& input, Where where = Where::here());

/// tf.linalg.band_part: input with zeros where it is more than num_lower below the main diagonal or more than
/// num_upper above it; a negative number keeps all on that side.
Tensor band_part(const Tensor& input, std::int64_t num_lower, std::int64_t num_upper, Where where = Where::here());
/// tf.experimental.numpy.tril, triu: with zeros above (below) diagonal k.
Tensor tril(const Tensor& x, std::int64_t k = 0, Where where = Where::here());
Tensor triu(const Tensor& x, std::int64_t k = 0, Where where = Where::here());

namespace linalg {
using gradtape::band_part;
using gradtape::diag;
using gradtape::diag_part;
using gradtape::set_diag;
using gradtape::tensor_diag;
using gradtape::tensor_diag_part;
}  // namespace linalg

}  // namespace gradtape
