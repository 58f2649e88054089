#include "ops/matrices.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "gradtape/autograd/ops/comparison.h"
#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/linear_algebra.h"
#include "kernels/copy.h"
#include "kernels/lapack.h"
#include "ops/checks.h"
#include "ops/linear_algebra_families.h"

namespace gradtape::detail {
namespace {

using Values = std::vector<Tensor>;

/// The diagonal's lengths, and its steps within the tensor that it lies in.
struct Diagonal {
  Shape shape;
  std::int64_t steps[Shape::max_rank] = {};

  Diagonal(const Shape& whole, const Axes& places) {
    const int* place = places.begin();
    const int rank = places.count() == 0 ? 0 : *std::max_element(place, places.end()) + 1;
    for (int i = 0; i < rank; ++i) shape.push_back(std::numeric_limits<std::int64_t>::max());
    std::int64_t stride = 1;
    for (int i = whole.rank() - 1; i >= 0; --i) {
      steps[place[i]] += stride;
      shape[place[i]] = std::min(shape[place[i]], whole[i]);
      stride *= whole[i];
    }
  }
};

Tensor place_on_diagonal(const Tensor& diagonal, const Axes& places, const Shape& whole);

struct GeneralizedDiagonal {
  static constexpr std::string_view name = "generalized_diagonal";
  Axes places;
  Shape whole;

  Shape infer(const Inputs&) const { return Diagonal(whole, places).shape; }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& result = *impl_of(y);
    if (result.count == 0) return;
    const Diagonal diagonal(whole, places);
    kernels::strided_read(size_of(result.dtype), impl_of(x[0])->data, diagonal.steps, result.data, result.shape);
  }
  auto gradient(Dy dy) const {
    return partials([=, this] { return place_on_diagonal(dy, places, whole); });
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) { return diagonal_of(x[0]); }, {sample_values({3, 3}, -2, 2)}},
            {[](const Values& x) { return diagonal_of(x[0]); }, {sample_values({2, 3, 2}, -2, 2)}},
            {[](const Values& x) {
               return generalized_diagonal(x[0], {1, 0, 1, 1});
             },
             {sample_values({2, 3, 2, 2}, -2, 2)}},
            {[](const Values& x) { return diagonal_of(x[0]); }, {sample_values({2, 0, 0}, -2, 2)}}};
  }
};

/// Zeros of shape `whole` with the diagonal's elements in their places.
struct GeneralizedDiagonalGradient {
  static constexpr std::string_view name = "generalized_diagonal_gradient";
  Axes places;
  Shape whole;

  Shape infer(const Inputs&) const { return whole; }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &from = *impl_of(x[0]), &result = *impl_of(y);
    std::memset(result.data, 0, static_cast<std::size_t>(result.count) * size_of(result.dtype));
    if (from.count == 0) return;
    const Diagonal diagonal(whole, places);
    kernels::strided_write(size_of(result.dtype), from.data, result.data, diagonal.steps, from.shape);
  }
  auto gradient(Dy dy) const {
    return partials([=, this] { return generalized_diagonal(dy, places); });
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) { return diagonal_matrix(x[0]); }, {sample_values({3}, -2, 2)}},
            {[](const Values& x) { return diagonal_matrix(x[0]); }, {sample_values({2, 2}, -2, 2)}},
            {[](const Values& x) { return diagonal_matrix(x[0]); }, {sample_values({2, 0}, -2, 2)}}};
  }
};

Tensor place_on_diagonal(const Tensor& diagonal, const Axes& places, const Shape& whole) {
  return record(GeneralizedDiagonalGradient{places, whole}, {diagonal}, {});
}

Tensor part_of(const Tensor& x, int axis, std::int64_t first, std::int64_t last) {
  Shape begin = x.shape(), size = x.shape();
  if (last - first == size[axis]) return x;
  for (int i = 0; i < begin.rank(); ++i) begin[i] = 0;
  begin[axis] = first;
  size[axis] = last - first;
  return slice(x, begin, size);
}

Axes places_of_matrix(int rank) {
  Axes places = Axes::none();
  for (int i = 0; i < rank - 1; ++i) places.push_back(i);
  places.push_back(rank - 2);
  return places;
}

}  // namespace

void check_matrices(const Tensor& x) {
  const Shape& shape = x.shape();
  check_floating(x.dtype());
  if (shape.rank() < 2)
    throw InvalidArgumentError("matrices are needed, which have two axes or more; got shape " + to_string(shape));
  if (std::max(shape[-1], shape[-2]) > std::numeric_limits<int>::max())
    throw InvalidArgumentError("shape " + to_string(shape) + " has an axis longer than LAPACK takes");
}

void check_square_matrices(const Tensor& x) {
  check_matrices(x);
  if (x.shape()[-1] != x.shape()[-2])
    throw InvalidArgumentError("square matrices are needed, got shape " + to_string(x.shape()));
}

Shape matrices_of(Shape batch, std::int64_t m, std::int64_t n) {
  batch.push_back(m);
  batch.push_back(n);
  return batch;
}
Shape vectors_of(Shape batch, std::int64_t n) {
  batch.push_back(n);
  return batch;
}

void check_success(std::int64_t entry, const Shape& x, std::string_view sentence) {
  if (entry == kernels::no_failure) return;
  std::string text(sentence);
  if (x.rank() > 2) text += " It is matrix " + position_of(entry, batch_of(x)) + " of shape " + to_string(x);
  throw InvalidArgumentError(text);
}

void broadcast_batches(Tensor& a, Tensor& b, Where where) {
  const Shape a_batch = batch_of(a.shape()), b_batch = batch_of(b.shape());
  if (a_batch == b_batch) return;
  const Shape batch = broadcast_shapes(a_batch, b_batch);
  if (batch != a_batch) a = broadcast_to(a, matrices_of(batch, a.shape()[-2], a.shape()[-1]), where);
  if (batch != b_batch) b = broadcast_to(b, matrices_of(batch, b.shape()[-2], b.shape()[-1]), where);
}

Tensor generalized_diagonal(const Tensor& x, const Axes& places) {
  return record(GeneralizedDiagonal{places, shape_of(x)}, {x}, {});
}

Tensor diagonal_of(const Tensor& x) { return generalized_diagonal(x, places_of_matrix(x.rank())); }

Tensor diagonal_matrix(const Tensor& diagonal) {
  const Shape& shape = diagonal.shape();
  return place_on_diagonal(diagonal, places_of_matrix(shape.rank() + 1), vectors_of(shape, shape.back()));
}

Tensor band_of(const Tensor& x, std::int64_t lowest, std::int64_t highest) {
  const std::int64_t m = x.shape()[-2], n = x.shape()[-1];
  const Tensor kept = uninitialized(boolean, {m, n});
  bool* keep = static_cast<bool*>(mutable_data(kept));
  for (std::int64_t i = 0; i < m; ++i)
    for (std::int64_t j = 0; j < n; ++j) keep[i * n + j] = j - i >= lowest && j - i <= highest;
  return where(kept, x, 0);
}
Tensor lower_triangle(const Tensor& x) { return band_of(x, -x.shape()[-2], 0); }
Tensor strict_lower_triangle(const Tensor& x) { return band_of(x, -x.shape()[-2], -1); }
Tensor upper_triangle(const Tensor& x) { return band_of(x, 0, x.shape()[-1]); }
Tensor off_diagonal(const Tensor& x) {
  const Tensor on_diagonal = cast(eye(x.shape()[-1], uint8), boolean);
  return where(on_diagonal, 0, x);
}

Tensor columns_of(const Tensor& x, std::int64_t first, std::int64_t last) { return part_of(x, -1, first, last); }
Tensor rows_of(const Tensor& x, std::int64_t first, std::int64_t last) { return part_of(x, -2, first, last); }

Tensor transposed(const Tensor& x) {
  Axes perm = Axes::none();
  for (int i = 0; i < x.rank() - 2; ++i) perm.push_back(i);
  perm.push_back(x.rank() - 1);
  perm.push_back(x.rank() - 2);
  return transpose(x, perm);
}

Tensor product(const Tensor& a, const Tensor& b) { return matmul(a, b); }
Tensor product_nt(const Tensor& a, const Tensor& b) { return matmul(a, b, {.transpose_b = true}); }
Tensor product_tn(const Tensor& a, const Tensor& b) { return matmul(a, b, {.transpose_a = true}); }
Tensor identity_like(const Tensor& x) { return eye(x.shape()[-1], x.dtype()); }

Tensor safe_reciprocal(const Tensor& x) { return x / (square(x) + 1e-20); }

Tensor sample_matrices(const Shape& shape) {
  // Far from singular: the diagonal outweighs the rest of its row.
  const double weight = static_cast<double>(shape.back());
  return sample_values(shape, -1, 1) + weight * eye(shape.back(), float64);
}

std::vector<OpRow> generalized_diagonal_ops() {
  return {row<GeneralizedDiagonal>("linear algebra"), row<GeneralizedDiagonalGradient>("linear algebra")};
}

}  // namespace gradtape::detail
