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

/// One number for each matrix, as matrices with one row and column.
Tensor as_matrices(const Tensor& numbers) { return expand_dims(expand_dims(numbers, -1), -1); }

Tensor cofactors(const Tensor& a);

struct Determinant {
  static constexpr std::string_view name = "det";
  Shape infer(const Inputs& x) const {
    check_square_matrices(x[0]);
    return batch_of(x.shape(0));
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& a = *impl_of(x[0]);
    kernels::determinant(a.dtype, y.num_elements(), a.shape.back(), a.data, impl_of(y)->data);
  }
  auto gradient(Dy dy, X<0> a) const {
    return partials([=] { return as_matrices(dy) * cofactors(a); });
  }
  static std::vector<Sample> samples() {
    std::vector<Sample> samples;
    for (const Shape& shape : {Shape{3, 3}, Shape{1, 1}, Shape{2, 1, 2, 2}, Shape{2, 0, 0}, Shape{0, 2, 2}})
      samples.push_back({[](const Values& x) { return linalg::det(x[0]); }, {sample_matrices(shape)}});
    return samples;
  }
};

/// The gradient of det: det(a) a^-T where there is an inverse.
struct Cofactors {
  static constexpr std::string_view name = "cofactors";
  Shape infer(const Inputs& x) const { return x.shape(0); }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& a = *impl_of(x[0]);
    kernels::cofactors(a.dtype, matrix_count(a.shape), a.shape.back(), a.data, impl_of(y)->data);
  }
  auto gradient(Dy dy, X<0> a, Y c) const {
    // dc = tr(a^-1 da) c - c da^T a^-T
    return partials([=] {
      const Tensor inverse = linalg::inv(a);
      const Tensor along = as_matrices(reduce_sum(*dy * *c, {-2, -1}));
      return along * transposed(inverse) - product_tn(product(dy, inverse), c);
    });
  }
  static std::vector<Sample> samples() {
    std::vector<Sample> samples;
    for (const Shape& shape : {Shape{3, 3}, Shape{1, 1}, Shape{2, 2, 2}})
      samples.push_back({[](const Values& x) { return cofactors(x[0]); }, {sample_matrices(shape)}});
    return samples;
  }
};

Tensor cofactors(const Tensor& a) { return record(Cofactors{}, {a}, {}); }

/// The signs, then the logarithms.
struct SignLogDet {
  static constexpr std::string_view name = "slogdet";
  Shape infer(const Inputs& x) const {
    check_square_matrices(x[0]);
    return {2 * matrix_count(x.shape(0))};
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& a = *impl_of(x[0]);
    const std::int64_t count = matrix_count(a.shape);
    char* sign = static_cast<char*>(impl_of(y)->data);
    kernels::log_determinant(a.dtype, count, a.shape.back(), a.data, sign,
                             sign + count * static_cast<std::int64_t>(size_of(a.dtype)));
  }
  auto gradient(Dy dy, X<0> a) const {
    return partials([=] {
      const Shape batch = batch_of(a->shape());
      const Tensor d_log = piece(dy, batch.num_elements(), batch);
      return as_matrices(d_log) * linalg::inv(a, {.adjoint = true});
    });
  }
  static std::vector<Sample> samples() {
    std::vector<Sample> samples;
    const auto call = [](const Values& x) {
      const auto [sign, log] = linalg::slogdet(x[0]);
      return sign * log;
    };
    for (const Shape& shape : {Shape{3, 3}, Shape{1, 1}, Shape{2, 1, 2, 2}, Shape{2, 0, 0}, Shape{0, 2, 2}})
      samples.push_back({call, {sample_matrices(shape)}});
    samples.push_back({call, {negative(sample_matrices({3, 3}))}});
    return samples;
  }
};

std::vector<Sample> logdet_samples() {
  std::vector<Sample> samples;
  for (const Shape& shape : {Shape{3, 3}, Shape{1, 1}, Shape{2, 2, 2}, Shape{2, 0, 0}})
    samples.push_back(
        {[](const Values& x) { return linalg::logdet(x[0] + transposed(x[0])); }, {sample_matrices(shape)}});
  return samples;
}

}  // namespace

std::vector<OpRow> determinant_ops() {
  return {row<Determinant>("linear algebra"), row<Cofactors>("linear algebra"), row<SignLogDet>("linear algebra"),
          composite("logdet", "linear algebra", logdet_samples)};
}

}  // namespace detail

using namespace detail;

Tensor linalg::det(const Tensor& input, Where where) { return record(Determinant{}, {input}, where); }

linalg::SignLogDeterminant linalg::slogdet(const Tensor& input, Where where) {
  const Tensor packed = record(SignLogDet{}, {input}, where);
  const Shape batch = batch_of(input.shape());
  Pieces pieces(packed);
  Tensor sign = pieces.next(batch);
  return {sign, pieces.next(batch)};
}

Tensor linalg::logdet(const Tensor& matrix, Where where) {
  return in_function("logdet", where, [&] {
    check_square_matrices(matrix);
    return 2 * reduce_sum(log(diagonal_of(cholesky(matrix, where)), where), -1, {}, where);
  });
}

}  // namespace gradtape
