#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/indexing.h"
#include "gradtape/autograd/ops/linalg.h"
#include "gradtape/autograd/ops/math.h"
#include "ops/checks.h"
#include "ops/linear_algebra_families.h"
#include "ops/matrices.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

/// The matrices whose product with rows puts them in the order of perm.
Tensor exchanges(const Tensor& lower_upper, const Tensor& perm) {
  check_square_matrices(lower_upper);
  const Shape& shape = lower_upper.shape();
  const Shape expected = shape.sub(0, shape.rank() - 1);
  if (described(perm).dtype != int32 && perm.dtype() != int64)
    throw InvalidArgumentError("perm must be int32 or int64, not " + text_of(perm.dtype()));
  if (perm.shape() != expected)
    throw InvalidArgumentError("perm has shape " + to_string(perm.shape()) + "; for matrices of shape " +
                               to_string(shape) + " it must have shape " + to_string(expected));
  return one_hot(perm, shape.back(), {.dtype = lower_upper.dtype()});
}

Tensor unit_lower(const Tensor& packed) { return strict_lower_triangle(packed) + identity_like(packed); }

Tensor solve_factored(const Tensor& packed, const Tensor& exchange, const Tensor& rhs, Where where) {
  const Tensor half = linalg::triangular_solve(unit_lower(packed), product(exchange, rhs), {}, where);
  return linalg::triangular_solve(packed, half, {.lower = false}, where);
}

std::vector<Sample> samples_of(Tensor (*function)(const Tensor& packed, const Tensor& perm, const Tensor& rhs)) {
  std::vector<Sample> samples;
  for (const Shape& shape : {Shape{3, 3}, Shape{2, 2, 2}, Shape{1, 1}})
    samples.push_back({[function](const Values& x) {
                         const auto [packed, perm] = linalg::lu(x[0]);
                         return function(packed, perm, x[1]);
                       },
                       {sample_values(shape, -2, 2), sample_values(shape, -1, 3)}});
  return samples;
}

std::vector<Sample> lu_solve_samples() {
  return samples_of([](const Tensor& packed, const Tensor& perm, const Tensor& rhs) {
    return linalg::lu_solve(packed, perm, rhs);
  });
}
std::vector<Sample> lu_matrix_inverse_samples() {
  return samples_of([](const Tensor& packed, const Tensor& perm, const Tensor&) {
    return linalg::lu_matrix_inverse(packed, perm);
  });
}
std::vector<Sample> lu_reconstruct_samples() {
  return samples_of([](const Tensor& packed, const Tensor& perm, const Tensor& rhs) {
    return linalg::lu_reconstruct(packed * rhs, perm);
  });
}

}  // namespace

std::vector<OpRow> lu_function_ops() {
  return {composite("lu_solve", "linear algebra", lu_solve_samples),
          composite("lu_matrix_inverse", "linear algebra", lu_matrix_inverse_samples),
          composite("lu_reconstruct", "linear algebra", lu_reconstruct_samples)};
}

}  // namespace detail

using namespace detail;

Tensor linalg::lu_solve(const Tensor& lower_upper, const Tensor& perm, const Tensor& rhs, Where where) {
  return in_function("lu_solve", where, [&] {
    const Tensor exchange = exchanges(lower_upper, perm);
    check_matrices(rhs);
    if (rhs.shape()[-2] != lower_upper.shape().back())
      throw InvalidArgumentError("the right-hand side has shape " + to_string(rhs.shape()) +
                                 "; for matrices of shape " + to_string(lower_upper.shape()) + " it must have " +
                                 std::to_string(lower_upper.shape().back()) + " rows");
    return solve_factored(lower_upper, exchange, rhs, where);
  });
}

Tensor linalg::lu_matrix_inverse(const Tensor& lower_upper, const Tensor& perm, Where where) {
  return in_function("lu_matrix_inverse", where, [&] {
    const Tensor exchange = exchanges(lower_upper, perm);
    return solve_factored(lower_upper, exchange, identity_like(lower_upper), where);
  });
}

Tensor linalg::lu_reconstruct(const Tensor& lower_upper, const Tensor& perm, Where where) {
  return in_function("lu_reconstruct", where, [&] {
    const Tensor exchange = exchanges(lower_upper, perm);
    return product_tn(exchange, product(unit_lower(lower_upper), upper_triangle(lower_upper)));
  });
}

}  // namespace gradtape
