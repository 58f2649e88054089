#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/linalg.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/reduction.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "kernels/lapack.h"
#include "ops/checks.h"
#include "ops/linear_algebra_families.h"
#include "ops/matrices.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

/// The rows moved up by one, with zeros for the last; or down, with zeros for the first.
Tensor moved_up(const Tensor& x) {
  const std::int64_t n = x.shape()[-2];
  return n == 0 ? x : concat({rows_of(x, 1, n), zeros_like(rows_of(x, 0, 1))}, -2);
}
Tensor moved_down(const Tensor& x) {
  const std::int64_t n = x.shape()[-2];
  return n == 0 ? x : concat({zeros_like(rows_of(x, 0, 1)), rows_of(x, 0, n - 1)}, -2);
}

/// The diagonals as columns (..., n, 1).
struct Bands {
  Tensor above, main, below;
  explicit Bands(const Tensor& diagonals)
      : above(transposed(rows_of(diagonals, 0, 1))),
        main(transposed(rows_of(diagonals, 1, 2))),
        below(transposed(rows_of(diagonals, 2, 3))) {}
};
Tensor joined(const Tensor& above, const Tensor& main, const Tensor& below) {
  return transposed(concat({above, main, below}, -1));
}

Tensor transposed_bands(const Tensor& diagonals) {
  const Bands bands(diagonals);
  return joined(moved_up(bands.below), bands.main, moved_down(bands.above));
}

void check_system(const Tensor& diagonals, const Tensor& rhs) {
  check_matrices(diagonals);
  check_matrices(rhs);
  if (diagonals.dtype() != rhs.dtype()) throw_different_dtypes(diagonals.dtype(), rhs.dtype());
  if (diagonals.shape()[-2] != 3)
    throw InvalidArgumentError("diagonals has shape " + to_string(diagonals.shape()) +
                               "; it must be (..., 3, n): above the diagonal, the diagonal, below it");
  if (diagonals.shape()[-1] != rhs.shape()[-2])
    throw InvalidArgumentError("diagonals " + to_string(diagonals.shape()) + " and right-hand side " +
                               to_string(rhs.shape()) + " differ in the number of rows");
}

Tensor solve_tridiagonal(const Tensor& diagonals, const Tensor& rhs, Where where);

struct TridiagonalSolve {
  static constexpr std::string_view name = "tridiagonal_solve";
  Shape infer(const Inputs& x) const { return x.shape(1); }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &bands = *impl_of(x[0]), &b = *impl_of(x[1]);
    check_success(kernels::tridiagonal_solve(b.dtype, matrix_count(b.shape), b.shape[-2], b.shape[-1], bands.data,
                                             b.data, impl_of(y)->data),
                  bands.shape, "the input matrix is not invertible.");
  }
  auto gradient(Dy dy, X<0> diagonals, Y y) const {
    const auto for_rhs = [=] { return solve_tridiagonal(transposed_bands(diagonals), dy, {}); };
    return partials(
        [=] {
          const Tensor d = negative(for_rhs());
          const auto row_sums = [](const Tensor& x) { return reduce_sum(x, -1, {.keepdims = true}); };
          return joined(row_sums(d * moved_up(y)), row_sums(d * *y), row_sums(d * moved_down(y)));
        },
        for_rhs);
  }
  static std::vector<Sample> samples() {
    std::vector<Sample> samples;
    const auto add = [&](const Shape& batch, std::int64_t n, const Shape& b) {
      samples.push_back({[](const Values& x) { return linalg::tridiagonal_solve(x[0], x[1]); },
                         {sample_values(matrices_of(batch, 3, n), 1, 3), sample_values(b, -2, 2)}});
    };
    add({}, 4, {4, 2});
    add({}, 4, {4});
    add({2}, 3, {2, 3, 2});
    add({}, 1, {1, 1});
    add({2}, 0, {2, 0, 1});
    add({}, 3, {2, 3, 1});
    return samples;
  }
};

Tensor solve_tridiagonal(const Tensor& diagonals, const Tensor& rhs, Where where) {
  return record(TridiagonalSolve{}, {diagonals, rhs}, where);
}

std::vector<Sample> tridiagonal_matmul_samples() {
  std::vector<Sample> samples;
  const auto add = [&](const Shape& bands, const Shape& b) {
    samples.push_back({[](const Values& x) { return linalg::tridiagonal_matmul(x[0], x[1]); },
                       {sample_values(bands, -2, 2), sample_values(b, -1, 3)}});
  };
  add({3, 4}, {4, 2});
  add({2, 3, 2}, {2, 2, 1});
  add({3, 1}, {1, 1});
  return samples;
}

}  // namespace

std::vector<OpRow> tridiagonal_ops() {
  return {row<TridiagonalSolve>("linear algebra"),
          composite("tridiagonal_matmul", "linear algebra", tridiagonal_matmul_samples)};
}

}  // namespace detail

using namespace detail;

Tensor linalg::tridiagonal_matmul(const Tensor& diagonals, const Tensor& rhs, Where where) {
  return in_function("tridiagonal_matmul", where, [&] {
    check_system(diagonals, rhs);
    const Bands bands(diagonals);
    return bands.above * moved_up(rhs) + bands.main * rhs + bands.below * moved_down(rhs);
  });
}

Tensor linalg::tridiagonal_solve(const Tensor& diagonals, const Tensor& rhs, Where where) {
  return in_function("tridiagonal_solve", where, [&] {
    const bool is_vector = described(rhs).shape.rank() == described(diagonals).shape.rank() - 1;
    Tensor a = diagonals, b = is_vector ? expand_dims(rhs, -1, where) : rhs;
    check_system(a, b);
    broadcast_batches(a, b, where);
    const Tensor x = solve_tridiagonal(a, b, where);
    return is_vector ? squeeze(x, -1, where) : x;
  });
}

}  // namespace gradtape
