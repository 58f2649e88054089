#include <cmath>

#include "gradtape/autograd/ops/comparison.h"
#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/indexing.h"
#include "gradtape/autograd/ops/linalg.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "kernels/dispatch.h"
#include "ops/checks.h"
#include "ops/linear_algebra_families.h"
#include "ops/matrices.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

Tensor exchanged(const Tensor& a, Where where) {
  const Shape& shape = described(a).shape;
  if (shape.rank() < 2)
    throw InvalidArgumentError("matrices are needed, which have two axes or more; got shape " + to_string(shape));
  Axes perm = Axes::none();
  for (int i = 0; i < shape.rank() - 2; ++i) perm.push_back(i);
  perm.push_back(shape.rank() - 1);
  perm.push_back(shape.rank() - 2);
  return transpose(a, perm, where);
}

Tensor vector_product(const Tensor& a, const Tensor& b, Where where) {
  const Shape &shape = described(a).shape, &other = described(b).shape;
  check_number(a.dtype());
  if (shape != other || shape.rank() == 0 || shape.back() != 3)
    throw InvalidArgumentError("shapes " + to_string(shape) + " and " + to_string(other) +
                               " must be equal, with a last axis of length 3");
  const Tensor next = constant({1, 2, 0}), after_next = constant({2, 0, 1});
  const int axis = shape.rank() - 1;
  return gather(a, next, axis, {}, where) * gather(b, after_next, axis, {}, where) -
         gather(a, after_next, axis, {}, where) * gather(b, next, axis, {}, where);
}

Tensor power(const Tensor& a, std::int64_t n, Where where) {
  check_square_matrices(a);
  Tensor square_of = n < 0 ? linalg::inv(a, {}, where) : a, result;
  for (std::uint64_t rest = n < 0 ? 0 - static_cast<std::uint64_t>(n) : static_cast<std::uint64_t>(n); rest > 0;
       rest /= 2) {
    if (rest % 2 == 1) result = result ? matmul(result, square_of, {}, where) : square_of;
    if (rest > 1) square_of = matmul(square_of, square_of, {}, where);
  }
  return result ? result : broadcast_to(identity_like(a), a.shape(), where);
}

/// For each matrix, how often it must be halved for the approximation of expm to hold: until the largest sum of a
/// column is 5.37 (N. Higham, "The scaling and squaring method for the matrix exponential revisited", 2005).
std::vector<int> halvings(const Tensor& a) {
  const std::int64_t n = a.shape().back(), count = matrix_count(a.shape());
  std::vector<int> result;
  kernels::with_floating_type(a.dtype(), [&]<class T>(T) {
    const T* matrix = static_cast<const T*>(impl_of(a)->data);
    std::vector<double> sums(static_cast<std::size_t>(n));
    for (std::int64_t k = 0; k < count; ++k, matrix += n * n) {
      std::fill(sums.begin(), sums.end(), 0.0);
      double norm = 0;
      for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t j = 0; j < n; ++j) {
          double& sum = sums[static_cast<std::size_t>(j)];
          sum += std::abs(static_cast<double>(matrix[i * n + j]));
          norm = std::max(norm, sum);
        }
      constexpr double limit = 5.371920351148152;
      const bool is_large = norm > limit && std::isfinite(norm);
      result.push_back(is_large ? static_cast<int>(std::ceil(std::log2(norm / limit))) : 0);
    }
  });
  return result;
}

/// For each matrix of a batch, whether it takes part in squaring number `step`.
Tensor takes_part(const std::vector<int>& steps, int step, const Shape& batch) {
  const Tensor mask = uninitialized(boolean, matrices_of(batch, 1, 1));
  bool* out = static_cast<bool*>(mutable_data(mask));
  for (const int own : steps) *out++ = step < own;
  return mask;
}

Tensor scales(const std::vector<int>& steps, const Tensor& a) {
  const Tensor result = uninitialized(a.dtype(), matrices_of(batch_of(a.shape()), 1, 1));
  kernels::with_floating_type(a.dtype(), [&]<class T>(T) {
    T* out = static_cast<T*>(mutable_data(result));
    for (const int own : steps) *out++ = static_cast<T>(std::ldexp(1.0, -own));
  });
  return result;
}

/// Scaling and squaring, with the Pade approximation of degree 13.
Tensor exponential(const Tensor& input, Where where) {
  check_square_matrices(input);
  if (input.num_elements() == 0) return identity(input, where);
  const std::vector<int> steps = halvings(input);
  const int most = *std::max_element(steps.begin(), steps.end());
  const Tensor a = most > 0 ? input * scales(steps, input) : input, one = identity_like(input);
  const Tensor a2 = product(a, a), a4 = product(a2, a2), a6 = product(a2, a4);
  const Tensor odd = product(a, product(a6, a6 + 16380.0 * a4 + 40840800.0 * a2) + 33522128640.0 * a6 +
                                    10559470521600.0 * a4 + 1187353796428800.0 * a2 + 32382376266240000.0 * one);
  const Tensor even = product(a6, 182.0 * a6 + 960960.0 * a4 + 1323241920.0 * a2) + 670442572800.0 * a6 +
                      129060195264000.0 * a4 + 7771770303897600.0 * a2 + 64764752532480000.0 * one;
  Tensor result = linalg::solve(even - odd, even + odd, {}, where);
  const bool alike = std::count(steps.begin(), steps.end(), most) == static_cast<std::ptrdiff_t>(steps.size());
  for (int step = 0; step < most; ++step) {
    const Tensor squared = product(result, result);
    result = alike ? squared : gradtape::where(takes_part(steps, step, batch_of(input.shape())), squared, result);
  }
  return result;
}

std::vector<Sample> transpose_samples(Tensor (*function)(const Tensor&, Where)) {
  std::vector<Sample> samples;
  for (const Shape& shape : {Shape{3, 2}, Shape{2, 1, 3}, Shape{0, 2}, Shape{1, 1}})
    samples.push_back(
        {[function](const Values& x) { return function(x[0], Where::here()); }, {sample_values(shape, -2, 2)}});
  return samples;
}

std::vector<Sample> cross_samples() {
  std::vector<Sample> samples;
  for (const Shape& shape : {Shape{3}, Shape{2, 3}, Shape{2, 1, 3}, Shape{0, 3}})
    samples.push_back({[](const Values& x) { return linalg::cross(x[0], x[1]); },
                       {sample_values(shape, -2, 2), sample_values(shape, -1, 3)}});
  return samples;
}

std::vector<Sample> matrix_power_samples() {
  std::vector<Sample> samples;
  for (const std::int64_t n : {0, 1, 2, 3, -1, -2})
    samples.push_back({[n](const Values& x) { return linalg::matrix_power(x[0], n); }, {sample_matrices({2, 2})}});
  samples.push_back({[](const Values& x) { return linalg::matrix_power(x[0], 5); }, {sample_matrices({2, 1, 2, 2})}});
  return samples;
}

std::vector<Sample> expm_samples() {
  const auto call = [](const Values& x) { return linalg::expm(x[0]); };
  const Tensor mixed = concat({sample_values({1, 2, 2}, -1, 1), sample_values({1, 2, 2}, -8, 8)}, 0);
  return {{call, {sample_values({3, 3}, -1, 1)}},
          {call, {sample_values({1, 1}, -1, 1)}},
          {call, {sample_values({2, 1, 2, 2}, -2, 2)}},
          {[](const Values& x) { return linalg::expm(x[0]) / 1000; }, {mixed}},
          {call, {sample_values({0, 0}, -1, 1)}}};
}

}  // namespace

std::vector<OpRow> matrix_function_ops() {
  return {composite("matrix_transpose", "linear algebra", [] { return transpose_samples(linalg::matrix_transpose); }),
          composite("adjoint", "linear algebra", [] { return transpose_samples(linalg::adjoint); }),
          composite("cross", "linear algebra", cross_samples),
          composite("matrix_power", "linear algebra", matrix_power_samples),
          composite("expm", "linear algebra", expm_samples)};
}

}  // namespace detail

using namespace detail;

Tensor linalg::matrix_transpose(const Tensor& a, Where where) {
  return in_function("matrix_transpose", where, [&] { return exchanged(a, where); });
}
Tensor linalg::adjoint(const Tensor& matrix, Where where) {
  return in_function("adjoint", where, [&] { return exchanged(matrix, where); });
}
Tensor linalg::cross(const Tensor& a, const Tensor& b, Where where) {
  return in_function("cross", where, [&] { return vector_product(a, b, where); });
}
Tensor linalg::matrix_power(const Tensor& a, std::int64_t n, Where where) {
  return in_function("matrix_power", where, [&] { return power(a, n, where); });
}
Tensor linalg::expm(const Tensor& input, Where where) {
  return in_function("expm", where, [&] { return exponential(input, where); });
}

}  // namespace gradtape
