// Singular values and symmetric eigenvalues. The gradients follow M. Giles, "An extended collection of matrix
// derivative results for forward and reverse mode algorithmic differentiation" (2008), and J. Townsend,
// "Differentiating the singular value decomposition" (2016).

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

/// 1 / (x_j - x_i) at (i, j): 0 on the diagonal and where they are equal.
Tensor reciprocal_differences(const Tensor& x) {
  return safe_reciprocal(off_diagonal(expand_dims(x, -2) - expand_dims(x, -1)));
}

/// x diag(d), diag(d) x
Tensor times_diagonal(const Tensor& x, const Tensor& d) { return x * expand_dims(d, -2); }
Tensor diagonal_times(const Tensor& d, const Tensor& x) { return expand_dims(d, -1) * x; }

Tensor symmetric_sum(const Tensor& x) { return x + transposed(x); }

constexpr std::string_view not_successful =
    "the decomposition was not successful. The input might not be valid: does it hold NaN or infinity?";

/// s, then u, then v.
struct SingularVectors {
  static constexpr std::string_view name = "svd";
  Shape shape;
  bool full;

  std::int64_t inner() const { return std::min(shape[-2], shape[-1]); }
  Shape s_shape() const { return vectors_of(batch_of(shape), inner()); }
  Shape u_shape() const { return matrices_of(batch_of(shape), shape[-2], full ? shape[-2] : inner()); }
  Shape v_shape() const { return matrices_of(batch_of(shape), shape[-1], full ? shape[-1] : inner()); }

  Shape infer(const Inputs& x) const {
    check_matrices(x[0]);
    return {s_shape().num_elements() + u_shape().num_elements() + v_shape().num_elements()};
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& a = *impl_of(x[0]);
    const auto bytes = static_cast<std::int64_t>(size_of(a.dtype));
    char* s = static_cast<char*>(impl_of(y)->data);
    char* u = s + s_shape().num_elements() * bytes;
    char* v = u + u_shape().num_elements() * bytes;
    check_success(kernels::svd(a.dtype, matrix_count(shape), shape[-2], shape[-1], full, a.data, s, u, v), shape,
                  not_successful);
  }
  auto gradient(Dy dy, Y y) const {
    return partials([=, this] {
      const std::int64_t m = shape[-2], n = shape[-1];
      if (full && (m - n > 1 || n - m > 1))
        throw UnimplementedError(
            "has no gradient with full_matrices for lengths that differ by more than one, here " + to_string(shape) +
            ": the additional vectors are arbitrary");
      Pieces results(y), gradients(dy);
      const Tensor s = results.next(s_shape()), u = results.next(u_shape()), v = results.next(v_shape());
      const Tensor ds = gradients.next(s_shape()), du = gradients.next(u_shape()), dv = gradients.next(v_shape());
      return m > n ? transposed(wide(s, v, u, ds, dv, du)) : wide(s, u, v, ds, du, dv);
    });
  }
  static std::vector<Sample> samples() {
    std::vector<Sample> samples;
    const auto add = [&](const Shape& shape, bool full) {
      // The signs of the vectors are arbitrary: products of two of them are not.
      const auto call = [full](const Values& x) {
        const auto [s, u, v] = linalg::svd(x[0], {.full_matrices = full});
        const std::int64_t k = s.shape().back();
        const Tensor u_first = columns_of(u, 0, k), v_first = columns_of(v, 0, k);
        const Tensor weighted = times_diagonal(u_first, 1 + s);
        std::vector<Tensor> parts{reshape(s, {-1}), reshape(product_nt(weighted, v_first), {-1})};
        if (full) {
          parts.push_back(reshape(square(u), {-1}));
          parts.push_back(reshape(square(v), {-1}));
        } else {
          parts.push_back(reshape(u_first * columns_of(u_first, 0, 1), {-1}));
        }
        return concat(parts, 0);
      };
      samples.push_back({call, {sample_values(shape, -2, 2)}});
    };
    add({3, 3}, false);
    add({3, 2}, false);
    add({2, 4}, false);
    add({2, 2, 3}, false);
    add({1, 1}, false);
    add({2, 3}, true);
    add({3, 2}, true);
    add({2, 2}, true);
    samples.push_back({[](const Values& x) { return linalg::svd(x[0]).s; }, {sample_values({2, 0, 3}, -2, 2)}});
    return samples;
  }

 private:
  /// The gradient for m <= n.
  Tensor wide(const Tensor& s, const Tensor& u, const Tensor& v_all, const Tensor& ds, const Tensor& du,
              const Tensor& dv_all) const {
    const std::int64_t m = s.shape().back(), columns = v_all.shape().back();
    const Tensor v = columns_of(v_all, 0, m), dv = columns_of(dv_all, 0, m);
    const Tensor f = reciprocal_differences(square(s));
    const Tensor f_u = symmetric_sum(f * product_tn(u, du)), f_v = symmetric_sum(f * product_tn(v, dv));
    const Tensor middle = diagonal_matrix(ds) + times_diagonal(f_u, s) + diagonal_times(s, f_v);
    Tensor da = product(u, product_nt(middle, v));
    if (v.shape()[-2] == m) return da;
    // What moves v out of the space of a's rows.
    Tensor beyond = transposed(dv) - product_nt(product_tn(dv, v), v);
    if (columns > m) {
      const Tensor v_rest = columns_of(v_all, m, columns), dv_rest = columns_of(dv_all, m, columns);
      beyond = beyond - product_nt(product_tn(v, dv_rest), v_rest);
    }
    return da + product(times_diagonal(u, safe_reciprocal(s)), beyond);
  }
};

struct SingularValues {
  static constexpr std::string_view name = "singular_values";
  Shape infer(const Inputs& x) const {
    check_matrices(x[0]);
    const Shape& shape = x.shape(0);
    return vectors_of(batch_of(shape), std::min(shape[-2], shape[-1]));
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& a = *impl_of(x[0]);
    check_success(kernels::svd(a.dtype, matrix_count(a.shape), a.shape[-2], a.shape[-1], false, a.data,
                               impl_of(y)->data, nullptr, nullptr),
                  a.shape, not_successful);
  }
  auto gradient(Dy dy, X<0> a) const {
    return partials([=] {
      const auto [s, u, v] = linalg::svd(a);
      return product_nt(times_diagonal(u, dy), v);
    });
  }
  static std::vector<Sample> samples() {
    std::vector<Sample> samples;
    for (const Shape& shape : {Shape{3, 3}, Shape{3, 2}, Shape{2, 1, 2, 3}, Shape{1, 1}, Shape{0, 2}})
      samples.push_back({[](const Values& x) { return linalg::svd(x[0], {.compute_uv = false}).s; },
                         {sample_values(shape, -2, 2)}});
    return samples;
  }
};

/// Of a gradient by all elements: what belongs to the lower triangle, since the upper one is not read.
Tensor folded_to_lower_triangle(const Tensor& da) {
  return strict_lower_triangle(symmetric_sum(da)) + diagonal_matrix(diagonal_of(da));
}

/// e, then v.
struct Eigenvectors {
  static constexpr std::string_view name = "eigh";
  Shape shape;

  Shape e_shape() const { return shape.sub(0, shape.rank() - 1); }

  Shape infer(const Inputs& x) const {
    check_square_matrices(x[0]);
    return {e_shape().num_elements() + shape.num_elements()};
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& a = *impl_of(x[0]);
    char* e = static_cast<char*>(impl_of(y)->data);
    char* v = e + e_shape().num_elements() * static_cast<std::int64_t>(size_of(a.dtype));
    check_success(kernels::symmetric_eigen(a.dtype, matrix_count(shape), shape.back(), a.data, e, v), shape,
                  not_successful);
  }
  auto gradient(Dy dy, Y y) const {
    return partials([=, this] {
      Pieces results(y), gradients(dy);
      const Tensor e = results.next(e_shape()), v = results.next(shape);
      const Tensor de = gradients.next(e_shape()), dv = gradients.next(shape);
      const Tensor middle = diagonal_matrix(de) + reciprocal_differences(e) * product_tn(v, dv);
      return folded_to_lower_triangle(product(v, product_nt(middle, v)));
    });
  }
  static std::vector<Sample> samples() {
    std::vector<Sample> samples;
    const auto call = [](const Values& x) {
      const auto [e, v] = linalg::eigh(x[0]);
      const Tensor weighted = times_diagonal(v, 1 + square(e));
      return concat({reshape(e, {-1}), reshape(product_nt(weighted, v), {-1}), reshape(square(v), {-1})}, 0);
    };
    for (const Shape& shape : {Shape{3, 3}, Shape{2, 2}, Shape{2, 1, 2, 2}, Shape{1, 1}, Shape{0, 0}})
      samples.push_back({call, {sample_values(shape, -2, 2)}});
    return samples;
  }
};

struct Eigenvalues {
  static constexpr std::string_view name = "eigvalsh";
  Shape infer(const Inputs& x) const {
    check_square_matrices(x[0]);
    return x.shape(0).sub(0, x.shape(0).rank() - 1);
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& a = *impl_of(x[0]);
    check_success(
        kernels::symmetric_eigen(a.dtype, matrix_count(a.shape), a.shape.back(), a.data, impl_of(y)->data, nullptr),
        a.shape, not_successful);
  }
  auto gradient(Dy dy, X<0> a) const {
    return partials([=] {
      const Tensor v = linalg::eigh(a).v;
      return folded_to_lower_triangle(product_nt(times_diagonal(v, dy), v));
    });
  }
  static std::vector<Sample> samples() {
    std::vector<Sample> samples;
    for (const Shape& shape : {Shape{3, 3}, Shape{2, 1, 2, 2}, Shape{1, 1}, Shape{0, 0}})
      samples.push_back({[](const Values& x) { return linalg::eigvalsh(x[0]); }, {sample_values(shape, -2, 2)}});
    return samples;
  }
};

}  // namespace

std::vector<OpRow> spectral_decomposition_ops() {
  return {row<SingularVectors>("linear algebra"), row<SingularValues>("linear algebra"),
          row<Eigenvectors>("linear algebra"), row<Eigenvalues>("linear algebra")};
}

}  // namespace detail

using namespace detail;

linalg::Svd linalg::svd(const Tensor& tensor, SvdOptions options, Where where) {
  if (!options.compute_uv) return {record(SingularValues{}, {tensor}, where), {}, {}};
  const SingularVectors op{shape_of(tensor), options.full_matrices};
  Pieces pieces(record(op, {tensor}, where));
  Tensor s = pieces.next(op.s_shape()), u = pieces.next(op.u_shape());
  return {s, u, pieces.next(op.v_shape())};
}

linalg::Eigh linalg::eigh(const Tensor& tensor, Where where) {
  const Eigenvectors op{shape_of(tensor)};
  Pieces pieces(record(op, {tensor}, where));
  Tensor e = pieces.next(op.e_shape());
  return {e, pieces.next(op.shape)};
}

Tensor linalg::eigvalsh(const Tensor& tensor, Where where) { return record(Eigenvalues{}, {tensor}, where); }

}  // namespace gradtape
