#include <cmath>
#include <string_view>

#include "gradtape/autograd/ops/linalg.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/reduction.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "ops/checks.h"
#include "ops/linear_algebra_families.h"
#include "ops/matrices.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

std::string text_of(const NormOrder& ord) {
  if (ord.name() != nullptr) return '"' + std::string(ord.name()) + '"';
  std::string text = std::to_string(ord.p());
  if (std::isfinite(ord.p())) text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

/// The largest singular value of the matrices on two axes, which stay with length 1.
Tensor spectral_norm(const Tensor& x, int row_axis, int column_axis, Where where) {
  Axes perm = Axes::none();
  for (int i = 0; i < x.rank(); ++i)
    if (i != row_axis && i != column_axis) perm.push_back(i);
  perm.push_back(row_axis);
  perm.push_back(column_axis);
  const Tensor s = linalg::svd(transpose(x, perm, where), {.compute_uv = false}, where).s;
  Shape shape = x.shape();
  shape[row_axis] = shape[column_axis] = 1;
  return reshape(reduce_max(s, -1, {}, where), shape, where);
}

Tensor matrix_norm(const Tensor& x, const NormOrder& ord, int row_axis, int column_axis, Where where) {
  if (ord.name() != nullptr) return sqrt(reduce_sum(square(x, where), {row_axis, column_axis}, {true}, where), where);
  if (ord.p() == 2) return spectral_norm(x, row_axis, column_axis, where);
  const bool by_column = ord.p() == 1;
  const Tensor sums = reduce_sum(abs(x, where), by_column ? row_axis : column_axis, {true}, where);
  return reduce_max(sums, by_column ? column_axis : row_axis, {true}, where);
}

Tensor vector_norm(const Tensor& x, const NormOrder& ord, const Axes& axis, Where where) {
  if (ord.name() != nullptr || ord.p() == 2) return sqrt(reduce_sum(square(x, where), axis, {true}, where), where);
  const Tensor magnitudes = abs(x, where);
  if (ord.p() == 1) return reduce_sum(magnitudes, axis, {true}, where);
  if (std::isinf(ord.p())) return reduce_max(magnitudes, axis, {true}, where);
  return pow(reduce_sum(pow(magnitudes, ord.p()), axis, {true}, where), 1 / ord.p());
}

Tensor norm_with_axes(const Tensor& x, const NormOrder& ord, const Axes& axis, Where where) {
  check_floating(described(x).dtype);
  const std::string_view name = ord.name() != nullptr ? ord.name() : "";
  if (ord.name() != nullptr && name != "euclidean" && name != "fro")
    throw InvalidArgumentError("knows no order " + text_of(ord) + "; it is \"euclidean\", \"fro\" or a number");
  if (!axis.all() && (axis.count() == 0 || axis.count() > 2))
    throw InvalidArgumentError("takes no axis, one or two, not " + std::to_string(axis.count()));
  static_cast<void>(axis.mask(x.rank()));
  if (axis.count() == 2) {
    if (ord.name() == nullptr && ord.p() != 1 && ord.p() != 2 && !(std::isinf(ord.p()) && ord.p() > 0))
      throw InvalidArgumentError("of matrices has the orders \"euclidean\", \"fro\", 1, 2 and infinity, not " +
                                 text_of(ord));
    return matrix_norm(x, ord, normalize_axis(axis.begin()[0], x.rank()), normalize_axis(axis.begin()[1], x.rank()),
                       where);
  }
  if (name == "fro") throw InvalidArgumentError("of the order \"fro\" is of matrices: name two axes");
  if (ord.name() == nullptr && !(ord.p() > 0)) throw InvalidArgumentError("has orders above 0, not " + text_of(ord));
  return vector_norm(x, ord, axis, where);
}

Tensor without_axes(const Tensor& kept, const Axes& axis, Where where) {
  return axis.all() ? reshape(kept, {}, where) : squeeze(kept, axis, where);
}

std::vector<Sample> norm_samples() {
  std::vector<Sample> samples;
  const auto add = [&](const Shape& shape, NormOrder ord, const Axes& axis, bool keepdims = false) {
    samples.push_back({[=](const Values& x) { return norm(x[0], ord, axis, {.keepdims = keepdims}); },
                       {sample_values(shape, -2, 2)}});
  };
  for (const NormOrder& ord :
       {NormOrder("euclidean"), NormOrder(1), NormOrder(2.0), NormOrder(INFINITY), NormOrder(3), NormOrder(1.5)}) {
    add({2, 3}, ord, {});
    add({2, 3}, ord, -1);
    add({2, 1, 3}, ord, 0, true);
    add({}, ord, {});
  }
  for (const NormOrder& ord :
       {NormOrder("euclidean"), NormOrder("fro"), NormOrder(1), NormOrder(2), NormOrder(INFINITY)}) {
    add({3, 3}, ord, {0, 1});
    add({2, 3, 2}, ord, {-1, 0});
    add({2, 3, 2}, ord, {0, 1}, true);
  }
  add({0, 3}, "euclidean", 1);
  return samples;
}

std::vector<Sample> normalize_samples() {
  std::vector<Sample> samples;
  const auto add = [&](const Shape& shape, NormOrder ord, const Axes& axis) {
    samples.push_back({[=](const Values& x) {
                         const auto [normalized, length] = linalg::normalize(x[0], ord, axis);
                         return normalized + square(length);
                       },
                       {sample_values(shape, -2, 2)}});
  };
  add({2, 3}, "euclidean", {});
  add({2, 3}, 1, 0);
  add({2, 2, 3}, 2, {1, 2});
  add({3, 1}, INFINITY, -1);
  return samples;
}

std::vector<Sample> trace_samples() {
  std::vector<Sample> samples;
  for (const Shape& shape : {Shape{3, 3}, Shape{2, 3}, Shape{2, 1, 2, 2}, Shape{1, 1}, Shape{2, 0, 0}})
    samples.push_back({[](const Values& x) { return trace(x[0]); }, {sample_values(shape, -2, 2)}});
  return samples;
}

}  // namespace

std::vector<OpRow> norm_ops() {
  return {composite("norm", "linear algebra", norm_samples),
          composite("normalize", "linear algebra", normalize_samples),
          composite("trace", "linear algebra", trace_samples)};
}

}  // namespace detail

using namespace detail;

Tensor norm(const Tensor& tensor, NormOrder ord, const Axes& axis, NormOptions options, Where where) {
  return in_function("norm", where, [&] {
    const Tensor kept = norm_with_axes(tensor, ord, axis, where);
    return options.keepdims ? kept : without_axes(kept, axis, where);
  });
}

linalg::Normalized linalg::normalize(const Tensor& tensor, NormOrder ord, const Axes& axis, Where where) {
  return in_function("normalize", where, [&] {
    const Tensor length = norm_with_axes(tensor, ord, axis, where);
    return Normalized{divide(Operand(tensor, where.file, where.line), Operand(length, where.file, where.line)),
                      length};
  });
}

Tensor trace(const Tensor& x, Where where) {
  return in_function("trace", where, [&] {
    const TensorImpl& matrices = described(x);
    check_number(matrices.dtype);
    if (matrices.shape.rank() < 2)
      throw InvalidArgumentError("matrices are needed, which have two axes or more; got shape " +
                                 to_string(matrices.shape));
    return reduce_sum(diagonal_of(x), -1, {}, where);
  });
}

}  // namespace gradtape
