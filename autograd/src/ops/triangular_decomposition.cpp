// Cholesky, QR and LU. The gradients follow I. Murray, "Differentiation of the Cholesky decomposition" (2016) and
// Roberts and Roberts, "QR and LQ decomposition matrix backpropagation algorithms" (2020).

#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/indexing.h"
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

/// x r^-T for an upper triangular r.
Tensor over_transposed(const Tensor& x, const Tensor& r) {
  return transposed(linalg::triangular_solve(r, transposed(x), {.lower = false}));
}

struct Cholesky {
  static constexpr std::string_view name = "cholesky";
  Shape infer(const Inputs& x) const {
    check_square_matrices(x[0]);
    return x.shape(0);
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& a = *impl_of(x[0]);
    check_success(kernels::cholesky(a.dtype, matrix_count(a.shape), a.shape.back(), a.data, impl_of(y)->data),
                  a.shape,
                  "the decomposition was not successful. The input might not be valid: it must be symmetric and "
                  "positive definite.");
  }
  auto gradient(Dy dy, Y l) const {
    return partials([=] {
      const Tensor whole = product_tn(l, dy);
      const Tensor middle = strict_lower_triangle(whole) + 0.5 * diagonal_matrix(diagonal_of(whole));
      const Tensor left = linalg::triangular_solve(l, middle, {.adjoint = true});            // l^-T middle
      const Tensor both = linalg::triangular_solve(l, transposed(left), {.adjoint = true});  // (left l^-1)^T
      return 0.5 * (both + transposed(both));
    });
  }
  static std::vector<Sample> samples() {
    std::vector<Sample> samples;
    for (const Shape& shape : {Shape{3, 3}, Shape{1, 1}, Shape{2, 1, 2, 2}, Shape{2, 0, 0}, Shape{0, 2, 2}})
      samples.push_back(
          {[](const Values& x) { return linalg::cholesky(x[0] + transposed(x[0])); }, {sample_matrices(shape)}});
    return samples;
  }
};

/// q, then r.
struct QrDecomposition {
  static constexpr std::string_view name = "qr";
  Shape shape;
  bool full;

  Shape q_shape() const { return matrices_of(batch_of(shape), shape[-2], inner()); }
  Shape r_shape() const { return matrices_of(batch_of(shape), inner(), shape[-1]); }

  Shape infer(const Inputs& x) const {
    check_matrices(x[0]);
    return {q_shape().num_elements() + r_shape().num_elements()};
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &a = *impl_of(x[0]), &result = *impl_of(y);
    char* q = static_cast<char*>(result.data);
    kernels::qr(a.dtype, matrix_count(shape), shape[-2], shape[-1], full, a.data, q,
                q + q_shape().num_elements() * static_cast<std::int64_t>(size_of(a.dtype)));
  }
  auto gradient(Dy dy, X<0> a, Y y) const {
    return partials([=, this] {
      const std::int64_t m = shape[-2], n = shape[-1];
      if (full && m > n)
        throw UnimplementedError("has no gradient with full_matrices for more rows than columns, here " +
                                 to_string(shape) + ": the columns of q beyond those of the input are arbitrary");
      Pieces results(y), gradients(dy);
      const Tensor q = results.next(q_shape()), r = results.next(r_shape());
      const Tensor dq = gradients.next(q_shape()), dr = gradients.next(r_shape());
      if (m >= n) return tall(q, r, dq, dr);
      // a = (x y), r = (u v): x = q u is the square case, y = q v.
      const Tensor dv = columns_of(dr, m, n);
      const Tensor dx = tall(q, columns_of(r, 0, m), dq + product_nt(columns_of(a, m, n), dv), columns_of(dr, 0, m));
      return concat({dx, product(q, dv)}, -1);
    });
  }
  static std::vector<Sample> samples() {
    std::vector<Sample> samples;
    const auto add = [&](const Shape& shape, bool full) {
      const auto call = [full](const Values& x) {
        const auto [q, r] = linalg::qr(x[0], {.full_matrices = full});
        return concat({reshape(q, {-1}), reshape(r, {-1})}, 0);
      };
      Shape square = shape;
      square[-1] = square[-2] = std::max(shape[-1], shape[-2]);
      Tensor x = sample_matrices(square);
      if (shape[-2] < shape[-1]) x = rows_of(x, 0, shape[-2]);
      if (shape[-1] < shape[-2]) x = columns_of(x, 0, shape[-1]);
      samples.push_back({call, {x}});
    };
    add({3, 3}, false);
    add({4, 2}, false);
    add({2, 4}, false);
    add({2, 3, 2}, false);
    add({1, 1}, false);
    add({3, 3}, true);
    add({2, 3}, true);
    add({0, 2}, false);
    return samples;
  }

 private:
  std::int64_t inner() const { return full ? shape[-2] : std::min(shape[-2], shape[-1]); }

  static Tensor tall(const Tensor& q, const Tensor& r, const Tensor& dq, const Tensor& dr) {
    const Tensor qdq = product_tn(q, dq), rdr = product_nt(r, dr);
    const Tensor skew = lower_triangle(qdq - transposed(qdq) + rdr - transposed(rdr));
    return product(q, dr + over_transposed(skew, r)) + over_transposed(dq - product(q, qdq), r);
  }
};

/// The packed factors, then the row numbers.
struct LuDecomposition {
  static constexpr std::string_view name = "lu";
  Shape shape;

  Shape rows() const { return vectors_of(batch_of(shape), shape[-2]); }

  Shape infer(const Inputs& x) const {
    check_matrices(x[0]);
    return {shape.num_elements() + rows().num_elements()};
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& a = *impl_of(x[0]);
    char* factors = static_cast<char*>(impl_of(y)->data);
    kernels::lu(a.dtype, matrix_count(shape), shape[-2], shape[-1], a.data, factors,
                factors + shape.num_elements() * static_cast<std::int64_t>(size_of(a.dtype)));
  }
  auto gradient(Dy dy, Y y) const {
    return partials([=, this] {
      const std::int64_t m = shape[-2], n = shape[-1], k = std::min(m, n);
      Pieces results(y), gradients(dy);
      const Tensor packed = results.next(shape), order = cast(results.next(rows()), int32);
      const Tensor d = gradients.next(shape);
      // The square part l u, and what lies below or beside it: below u = the rest of a, l beside = the rest of a.
      const Tensor square = rows_of(columns_of(packed, 0, k), 0, k), d_square = rows_of(columns_of(d, 0, k), 0, k);
      const Tensor l = strict_lower_triangle(square) + identity_like(square), u = upper_triangle(square);
      Tensor dl = d_square, du = d_square, rest;
      if (m > k) {
        const Tensor below = rows_of(packed, k, m);
        rest = over_transposed(rows_of(d, k, m), u);
        du = du - product_tn(below, rest);
      } else if (n > k) {
        const Tensor beside = columns_of(packed, k, n);
        rest = linalg::triangular_solve(l, columns_of(d, k, n), {.adjoint = true});
        dl = dl - product_nt(rest, beside);
      }
      const Tensor middle = strict_lower_triangle(product_tn(l, strict_lower_triangle(dl))) +
                            upper_triangle(product_nt(upper_triangle(du), u));
      Tensor da = over_transposed(linalg::triangular_solve(l, middle, {.adjoint = true}), u);
      if (m > k) da = concat({da, rest}, -2);
      if (n > k) da = concat({da, rest}, -1);
      const Tensor exchange = one_hot(order, m, {.dtype = packed.dtype()});
      return product_tn(exchange, da);
    });
  }
  static std::vector<Sample> samples() {
    std::vector<Sample> samples;
    for (const Shape& shape : {Shape{3, 3}, Shape{3, 2}, Shape{2, 3}, Shape{2, 2, 2}, Shape{1, 1}, Shape{0, 0}})
      samples.push_back({[](const Values& x) { return linalg::lu(x[0]).lu; }, {sample_values(shape, -2, 2)}});
    return samples;
  }
};

}  // namespace

std::vector<OpRow> triangular_decomposition_ops() {
  return {row<Cholesky>("linear algebra"), row<QrDecomposition>("linear algebra"),
          row<LuDecomposition>("linear algebra")};
}

}  // namespace detail

using namespace detail;

Tensor linalg::cholesky(const Tensor& input, Where where) { return record(Cholesky{}, {input}, where); }

linalg::Qr linalg::qr(const Tensor& input, QrOptions options, Where where) {
  const QrDecomposition op{shape_of(input), options.full_matrices};
  Pieces pieces(record(op, {input}, where));
  Tensor q = pieces.next(op.q_shape());
  return {q, pieces.next(op.r_shape())};
}

linalg::Lu linalg::lu(const Tensor& input, Where where) {
  const LuDecomposition op{shape_of(input)};
  Pieces pieces(record(op, {input}, where));
  Tensor factors = pieces.next(op.shape);
  return {factors, cast(pieces.next(op.rows()), int32)};
}

}  // namespace gradtape
