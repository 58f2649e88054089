#include "gradtape/autograd/ops/linear_algebra.h"

#include <algorithm>

#include "gradtape/autograd/ops/shape_ops.h"
#include "kernels/matmul.h"
#include "ops/checks.h"
#include "ops/linear_algebra_families.h"
#include "ops/matrices.h"
#include "ops/op.h"
#include "ops/sample.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

/// For each matrix of a batch of shape `batch`, where the matrix that broadcasts to it begins.
std::vector<std::int64_t> matrix_offsets(const Shape& shape, const Shape& batch, std::int64_t count) {
  std::vector<std::int64_t> offsets(static_cast<std::size_t>(count), 0);
  const int own_axes = shape.rank() - 2;
  std::int64_t stride = shape[-1] * shape[-2], repeat = 1;
  for (int i = 1; i <= own_axes; ++i) {
    const std::int64_t length = shape[own_axes - i], batch_length = batch[-i];
    if (length > 1)
      for (std::int64_t k = 0; k < count; ++k) offsets[static_cast<std::size_t>(k)] += k / repeat % length * stride;
    stride *= length;
    repeat *= batch_length;
  }
  return offsets;
}

/// Axes but the last as one: (..., k) as (m, k).
Tensor as_matrix(const Tensor& x) {
  const Shape& shape = x.shape();
  return reshape(x, {product_of(shape, 0, shape.rank() - 1), shape.back()});
}

struct Matmul {
  static constexpr std::string_view name = "matmul";
  bool transpose_a, transpose_b;
  int b_rank;

  Shape infer(const Inputs& x) const {
    const Shape &a = x.shape(0), &b = x.shape(1);
    if (a.rank() < 2 || b.rank() < 2)
      throw InvalidArgumentError(operands(a, b) +
                                 ": both need at least two axes; matvec or tensordot multiply vectors");
    if (!kernels::supports_matmul(x.dtype(0)))
      throw InvalidArgumentError("float32, float64, int32 or int64 is needed, got " + text_of(x.dtype(0)) +
                                 "; cast the operands first");
    const std::int64_t m = a[transpose_a ? -1 : -2], k = a[transpose_a ? -2 : -1];
    const std::int64_t inner = b[transpose_b ? -1 : -2], n = b[transpose_b ? -2 : -1];
    if (k != inner) {
      std::string text =
          operands(a, b) + ": inner dimensions " + std::to_string(k) + " and " + std::to_string(inner) + " differ";
      if (k == n)
        text += transpose_b ? "; is transpose_b meant?" : "; did you mean transpose_b?";
      else if (m == inner)
        text += transpose_a ? "; is transpose_a meant?" : "; did you mean transpose_a?";
      throw InvalidArgumentError(text);
    }
    if (a.rank() == 2 && b.rank() == 2) return {m, n};
    Shape shape = batch_shape(a, b);
    shape.push_back(m);
    shape.push_back(n);
    return shape;
  }

  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &a = *impl_of(x[0]), &b = *impl_of(x[1]), &result = *impl_of(y);
    kernels::MatmulShape product{result.shape[-2], result.shape[-1], a.shape[transpose_a ? -2 : -1], transpose_a,
                                 transpose_b};
    if (b.shape.rank() == 2 && (a.shape.rank() == 2 || !transpose_a)) {
      // One matrix on the right: the batch counts as rows.
      product.m = product_of(result.shape, 0, result.shape.rank() - 1);
      kernels::matmul(a.dtype, product, a.data, b.data, result.data);
      return;
    }
    const Shape batch = result.shape.sub(0, result.shape.rank() - 2);
    const std::int64_t count = batch.num_elements();
    const auto a_offsets = matrix_offsets(a.shape, batch, count), b_offsets = matrix_offsets(b.shape, batch, count);
    kernels::batch_matmul(a.dtype, product, count, a.data, a_offsets.data(), b.data, b_offsets.data(), result.data);
  }

  Tensor all_rows(const RowInputs& x) const {
    const std::vector<Tensor> operands = x.aligned();
    return matmul(operands[0], operands[1], {.transpose_a = transpose_a, .transpose_b = transpose_b});
  }

  auto gradient(Dy dy, X<0, 1> a, X<1, 0> b) const {
    return partials(
        [=, this] {
          return transpose_a ? matmul(b, dy, {.transpose_a = transpose_b, .transpose_b = true})
                             : matmul(dy, b, {.transpose_b = !transpose_b});
        },
        [=, this] {
          if (b_rank == 2 && a->rank() > 2 && !transpose_a) {
            const Tensor rows = as_matrix(a), dy_rows = as_matrix(dy);
            return transpose_b ? matmul(dy_rows, rows, {.transpose_a = true})
                               : matmul(rows, dy_rows, {.transpose_a = true});
          }
          return transpose_b ? matmul(dy, a, {.transpose_a = true, .transpose_b = transpose_a})
                             : matmul(a, dy, {.transpose_a = !transpose_a});
        });
  }

  static std::vector<Sample> samples() {
    std::vector<Sample> samples;
    const auto add = [&](const Shape& a, const Shape& b, MatmulOptions options) {
      samples.push_back({[options](const Values& x) { return matmul(x[0], x[1], options); },
                         {sample_values(a, -2, 2), sample_values(b, -1, 3)}});
    };
    for (const bool transpose_a : {false, true})
      for (const bool transpose_b : {false, true}) {
        const MatmulOptions options{.transpose_a = transpose_a, .transpose_b = transpose_b};
        const auto a = [&](Shape batch) {
          for (int i : {0, 1}) batch.push_back(transpose_a == (i == 0) ? 4 : 2);
          return batch;
        };
        const auto b = [&](Shape batch) {
          for (int i : {0, 1}) batch.push_back(transpose_b == (i == 0) ? 3 : 4);
          return batch;
        };
        add(a({}), b({}), options);
        add(a({2}), b({}), options);
        add(a({}), b({2}), options);
        add(a({2, 1}), b({1, 2}), options);
      }
    add({1, 3}, {3, 1}, {});
    add({2, 0}, {0, 3}, {});
    add({0, 2}, {2, 3}, {});
    return samples;
  }

 private:
  std::string operands(const Shape& a, const Shape& b) const {
    return to_string(a) + (transpose_a ? " transposed" : "") + " x " + to_string(b) +
           (transpose_b ? " transposed" : "");
  }
  Shape batch_shape(const Shape& a, const Shape& b) const {
    const Shape a_batch = a.sub(0, a.rank() - 2), b_batch = b.sub(0, b.rank() - 2);
    for (int i = 1; i <= std::min(a_batch.rank(), b_batch.rank()); ++i)
      if (a_batch[-i] != b_batch[-i] && a_batch[-i] != 1 && b_batch[-i] != 1)
        throw InvalidArgumentError(operands(a, b) + ": the leading axes " + to_string(a_batch) + " and " +
                                   to_string(b_batch) + " do not broadcast");
    return broadcast_shapes(a_batch, b_batch);
  }
};

}  // namespace

std::vector<OpRow> linear_algebra_ops() {
  std::vector<OpRow> rows{row<Matmul>("linear algebra")};
  for (auto part : {generalized_diagonal_ops, product_ops, einsum_ops, norm_ops, determinant_ops, solver_ops,
                    triangular_decomposition_ops, spectral_decomposition_ops, least_squares_ops, matrix_function_ops,
                    matrix_root_ops, lu_function_ops, tridiagonal_ops}) {
    const std::vector<OpRow> more = part();
    rows.insert(rows.end(), more.begin(), more.end());
  }
  return rows;
}

}  // namespace detail

using namespace detail;

Tensor matmul(const Tensor& a, const Tensor& b, MatmulOptions options, Where where) {
  const int b_rank = b ? impl_of(b)->shape.rank() : 0;
  return in_function("matmul", where, [&] {
    if ((options.transpose_a && options.adjoint_a) || (options.transpose_b && options.adjoint_b))
      throw InvalidArgumentError("an operand is to be both transposed and its adjoint; set one of the two");
    return record(Matmul{options.transpose_a || options.adjoint_a, options.transpose_b || options.adjoint_b, b_rank},
                  {a, b}, where);
  });
}

}  // namespace gradtape
