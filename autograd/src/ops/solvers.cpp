#include "gradtape/autograd/ops/linalg.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "kernels/lapack.h"
#include "ops/checks.h"
#include "ops/linear_algebra_families.h"
#include "ops/matrices.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

constexpr std::string_view singular = "the input matrix is not invertible.";

struct Inverse {
  static constexpr std::string_view name = "inv";
  Shape infer(const Inputs& x) const {
    check_square_matrices(x[0]);
    return x.shape(0);
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& a = *impl_of(x[0]);
    check_success(kernels::inverse(a.dtype, matrix_count(a.shape), a.shape.back(), a.data, impl_of(y)->data), a.shape,
                  singular);
  }
  auto gradient(Dy dy, Y y) const {
    return partials([=] { return negative(product_tn(y, product_nt(dy, y))); });
  }
  static std::vector<Sample> samples() {
    std::vector<Sample> samples;
    for (const Shape& shape : {Shape{3, 3}, Shape{1, 1}, Shape{2, 1, 2, 2}, Shape{2, 0, 0}, Shape{0, 2, 2}})
      samples.push_back({[](const Values& x) { return linalg::inv(x[0]); }, {sample_matrices(shape)}});
    samples.push_back(
        {[](const Values& x) { return linalg::inv(x[0], {.adjoint = true}); }, {sample_matrices({2, 2, 2})}});
    return samples;
  }
};

/// Checks the shapes of a system; the leading axes are equal by now.
Shape solution_shape(const Inputs& x) {
  check_square_matrices(x[0]);
  const Shape &a = x.shape(0), &b = x.shape(1);
  if (b.rank() < 2)
    throw InvalidArgumentError("the right-hand side has shape " + to_string(b) +
                               "; it must have two axes or more: expand_dims makes a vector a matrix");
  if (a.back() != b[-2])
    throw InvalidArgumentError("the right-hand side has shape " + to_string(b) + "; for matrices of shape " +
                               to_string(a) + " it must have " + std::to_string(a.back()) + " rows");
  return b;
}

struct Solve {
  static constexpr std::string_view name = "solve";
  bool adjoint;
  Shape infer(const Inputs& x) const { return solution_shape(x); }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &a = *impl_of(x[0]), &b = *impl_of(x[1]);
    check_success(kernels::solve(a.dtype, matrix_count(a.shape), a.shape.back(), b.shape.back(), adjoint, a.data,
                                 b.data, impl_of(y)->data),
                  a.shape, singular);
  }
  auto gradient(Dy dy, X<0> a, Y y) const {
    const auto for_rhs = [=, this] { return linalg::solve(a, dy, {.adjoint = !adjoint}); };
    return partials([=, this] { return negative(adjoint ? product_nt(y, for_rhs()) : product_nt(for_rhs(), y)); },
                    for_rhs);
  }
  static std::vector<Sample> samples() {
    std::vector<Sample> samples;
    for (const bool adjoint : {false, true}) {
      const auto add = [&](const Shape& a, const Shape& b) {
        samples.push_back({[adjoint](const Values& x) { return linalg::solve(x[0], x[1], {.adjoint = adjoint}); },
                           {sample_matrices(a), sample_values(b, -2, 2)}});
      };
      add({3, 3}, {3, 2});
      add({1, 1}, {1, 1});
      add({2, 2, 2}, {2, 2, 1});
      add({2, 2}, {3, 2, 2});
      add({2, 1, 2, 2}, {3, 2, 1});
      add({0, 0}, {0, 2});
      add({2, 2}, {2, 0});
    }
    return samples;
  }
};

struct TriangularSolve {
  static constexpr std::string_view name = "triangular_solve";
  bool lower, adjoint;
  Shape infer(const Inputs& x) const { return solution_shape(x); }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &a = *impl_of(x[0]), &b = *impl_of(x[1]);
    check_success(kernels::triangular_solve(a.dtype, matrix_count(a.shape), a.shape.back(), b.shape.back(), lower,
                                            adjoint, a.data, b.data, impl_of(y)->data),
                  a.shape, "the input matrix is not invertible: its diagonal holds a 0.");
  }
  auto gradient(Dy dy, X<0> a, Y y) const {
    const auto for_rhs = [=, this] { return linalg::triangular_solve(a, dy, {.lower = lower, .adjoint = !adjoint}); };
    return partials(
        [=, this] {
          const Tensor whole = negative(adjoint ? product_nt(y, for_rhs()) : product_nt(for_rhs(), y));
          return lower ? lower_triangle(whole) : upper_triangle(whole);
        },
        for_rhs);
  }
  static std::vector<Sample> samples() {
    std::vector<Sample> samples;
    for (const bool lower : {false, true})
      for (const bool adjoint : {false, true}) {
        const auto add = [&](const Shape& a, const Shape& b) {
          samples.push_back({[=](const Values& x) {
                               return linalg::triangular_solve(x[0], x[1], {.lower = lower, .adjoint = adjoint});
                             },
                             {sample_matrices(a), sample_values(b, -2, 2)}});
        };
        add({3, 3}, {3, 2});
        add({1, 1}, {1, 1});
        add({2, 2, 2}, {2, 2, 1});
        add({2, 2}, {3, 2, 2});
        add({0, 0}, {0, 2});
      }
    return samples;
  }
};

std::vector<Sample> cholesky_solve_samples() {
  std::vector<Sample> samples;
  const auto add = [&](const Shape& a, const Shape& b) {
    samples.push_back({[](const Values& x) { return linalg::cholesky_solve(x[0], x[1]); },
                       {sample_matrices(a), sample_values(b, -2, 2)}});
  };
  add({3, 3}, {3, 2});
  add({1, 1}, {1, 1});
  add({2, 2}, {2, 2, 1});
  add({0, 0}, {0, 2});
  return samples;
}

/// Broadcasts the leading axes, where both have matrices; what does not fit is left to the op.
void broadcast_system(Tensor& a, Tensor& b, std::string_view name, Where where) {
  in_function(name, where, [&] {
    if (described(a).shape.rank() >= 2 && described(b).shape.rank() >= 2) broadcast_batches(a, b, where);
    return 0;
  });
}

}  // namespace

std::vector<OpRow> solver_ops() {
  return {row<Inverse>("linear algebra"), row<Solve>("linear algebra"), row<TriangularSolve>("linear algebra"),
          composite("cholesky_solve", "linear algebra", cholesky_solve_samples)};
}

}  // namespace detail

using namespace detail;

Tensor linalg::inv(const Tensor& input, InvOptions options, Where where) {
  const Tensor inverse = record(Inverse{}, {input}, where);
  return options.adjoint ? transposed(inverse) : inverse;
}

Tensor linalg::solve(const Tensor& matrix, const Tensor& rhs, SolveOptions options, Where where) {
  Tensor a = matrix, b = rhs;
  broadcast_system(a, b, Solve::name, where);
  return record(Solve{options.adjoint}, {a, b}, where);
}

Tensor linalg::triangular_solve(const Tensor& matrix, const Tensor& rhs, TriangularSolveOptions options,
                                Where where) {
  Tensor a = matrix, b = rhs;
  broadcast_system(a, b, TriangularSolve::name, where);
  return record(TriangularSolve{options.lower, options.adjoint}, {a, b}, where);
}

Tensor linalg::cholesky_solve(const Tensor& chol, const Tensor& rhs, Where where) {
  const Tensor half = triangular_solve(chol, rhs, {}, where);
  return triangular_solve(chol, half, {.adjoint = true}, where);
}

}  // namespace gradtape
