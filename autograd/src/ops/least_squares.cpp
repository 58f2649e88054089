#include <limits>

#include "gradtape/autograd/ops/comparison.h"
#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/linalg.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/reduction.h"
#include "kernels/dispatch.h"
#include "ops/checks.h"
#include "ops/linear_algebra_families.h"
#include "ops/matrices.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

double epsilon_of(DType dtype) {
  return kernels::with_floating_type(
      dtype, [](auto zero) { return static_cast<double>(std::numeric_limits<decltype(zero)>::epsilon()); });
}

double longer_side(const Shape& shape) { return static_cast<double>(std::max(shape[-1], shape[-2])); }

struct PseudoInverse {
  static constexpr std::string_view name = "pinv";
  double rcond;

  Tensor compute(const Inputs& x) const {
    check_matrices(x[0]);
    const Tensor a = view(x[0], x.shape(0));  // which no tape knows
    const auto [s, u, v] = linalg::svd(a);
    if (s.num_elements() == 0) return zeros(transposed(a).shape(), a.dtype());
    const double limit = rcond >= 0 ? rcond : 10 * longer_side(a.shape()) * epsilon_of(a.dtype());
    const Tensor counts = s > limit * reduce_max(s, -1, {.keepdims = true});
    return product_nt(v * expand_dims(where(counts, reciprocal(s), 0), -2), u);
  }
  // Golub and Pereyra, "The differentiation of pseudo-inverses and nonlinear least squares problems whose variables
  // separate" (1973): dp = -p da p + p p^T da^T (1 - a p) + (1 - p a) da^T p^T p.
  auto gradient(Dy dy, X<0> a, Y p) const {
    return partials([=] {
      const Tensor g = transposed(dy);
      const Tensor left = product(g, product_nt(p, p)), right = product(product_tn(p, p), g);
      return (left - product(a, product(p, left))) + (right - product(product(right, p), a)) -
             product_tn(p, product_nt(dy, p));
    });
  }
  static std::vector<Sample> samples() {
    std::vector<Sample> samples;
    for (const Shape& shape : {Shape{3, 3}, Shape{3, 2}, Shape{2, 1, 2, 3}, Shape{1, 1}, Shape{0, 2}})
      samples.push_back({[](const Values& x) { return linalg::pinv(x[0]); }, {sample_values(shape, -2, 2)}});
    return samples;
  }
};

struct MatrixRank {
  static constexpr std::string_view name = "matrix_rank";
  static constexpr std::string_view not_differentiable = "it counts singular values";
  double tol;

  Tensor compute(const Inputs& x) const {
    check_matrices(x[0]);
    const Tensor a = view(x[0], x.shape(0));
    const Tensor s = linalg::svd(a, {.compute_uv = false}).s;
    if (s.num_elements() == 0) return zeros(batch_of(a.shape()), int32);
    const Tensor limit = tol >= 0
                             ? full({}, tol, a.dtype())
                             : longer_side(a.shape()) * epsilon_of(a.dtype()) * reduce_max(s, -1, {.keepdims = true});
    return reduce_sum(cast(s > limit, int32), -1);
  }
  static std::vector<Sample> samples() {
    return {
        {[](const Values& x) { return linalg::matrix_rank(x[0]); }, {sample_values({2, 3, 2}, -2, 2)}},
        {[](const Values& x) { return linalg::matrix_rank(x[0], {.tol = 0.5}); }, {sample_values({3, 3}, -2, 2)}}};
  }
};

Tensor by_normal_equations(const Tensor& a, const Tensor& b, double l2_regularizer, Where where) {
  const bool tall = a.shape()[-2] >= a.shape()[-1];
  Tensor gram = tall ? product_tn(a, a) : product_nt(a, a);
  if (l2_regularizer > 0) gram = gram + l2_regularizer * identity_like(gram);
  Tensor chol;
  try {
    chol = linalg::cholesky(gram, where);
  } catch (const InvalidArgumentError&) {
    throw InvalidArgumentError(
        "the matrix " + to_string(a.shape()) +
        " is rank deficient or ill-conditioned; set fast = false, or l2_regularizer to a larger value");
  }
  return tall ? linalg::cholesky_solve(chol, product_tn(a, b), where)
              : product_tn(a, linalg::cholesky_solve(chol, b, where));
}

Tensor least_squares(Tensor a, Tensor b, const linalg::LstsqOptions& options, Where where) {
  check_matrices(a);
  check_matrices(b);
  if (a.dtype() != b.dtype()) throw_different_dtypes(a.dtype(), b.dtype());
  if (a.shape()[-2] != b.shape()[-2])
    throw InvalidArgumentError("the right-hand side has shape " + to_string(b.shape()) + "; for matrices of shape " +
                               to_string(a.shape()) + " it must have " + std::to_string(a.shape()[-2]) + " rows");
  if (!(options.l2_regularizer >= 0))
    throw InvalidArgumentError("l2_regularizer is " + std::to_string(options.l2_regularizer) +
                               "; it must not be negative");
  broadcast_batches(a, b, where);
  if (options.fast) return by_normal_equations(a, b, options.l2_regularizer, where);
  return product(linalg::pinv(a, {.rcond = longer_side(a.shape()) * epsilon_of(a.dtype())}, where), b);
}

std::vector<Sample> lstsq_samples() {
  std::vector<Sample> samples;
  const auto add = [&](const Shape& a, const Shape& b, linalg::LstsqOptions options) {
    samples.push_back({[options](const Values& x) { return linalg::lstsq(x[0], x[1], options); },
                       {sample_values(a, -2, 2), sample_values(b, -1, 3)}});
  };
  for (const linalg::LstsqOptions options :
       {linalg::LstsqOptions{}, linalg::LstsqOptions{.l2_regularizer = 0.3}, linalg::LstsqOptions{.fast = false}}) {
    add({3, 2}, {3, 1}, options);
    add({2, 3}, {2, 2}, options);
    add({2, 3, 2}, {3, 1}, options);
  }
  add({1, 1}, {1, 1}, {});
  add({3, 2}, {3, 0}, {});
  return samples;
}

}  // namespace

std::vector<OpRow> least_squares_ops() {
  return {row<PseudoInverse>("linear algebra"), composite("lstsq", "linear algebra", lstsq_samples),
          row<MatrixRank>("linear algebra")};
}

}  // namespace detail

using namespace detail;

Tensor linalg::pinv(const Tensor& a, PinvOptions options, Where where) {
  return record(PseudoInverse{options.rcond}, {a}, where);
}

Tensor linalg::matrix_rank(const Tensor& a, MatrixRankOptions options, Where where) {
  return record(MatrixRank{options.tol}, {a}, where);
}

Tensor linalg::lstsq(const Tensor& matrix, const Tensor& rhs, LstsqOptions options, Where where) {
  return in_function("lstsq", where, [&] { return least_squares(matrix, rhs, options, where); });
}

}  // namespace gradtape
