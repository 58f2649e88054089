#include "ops/contraction.h"

#include "gradtape/autograd/ops/linear_algebra.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/reduction.h"
#include "gradtape/autograd/ops/shape_ops.h"

namespace gradtape::detail {
namespace {

using Labels = std::string;

bool has(const Labels& labels, char label) { return labels.find(label) != Labels::npos; }

Labels chosen(const Labels& labels, const auto& condition) {
  Labels result;
  for (char label : labels)
    if (condition(label)) result += label;
  return result;
}

std::int64_t length_of(const Labelled& x, char label) {
  return x.tensor.shape()[static_cast<int>(x.labels.find(label))];
}

std::int64_t length_of(const Labelled& x, const Labels& labels) {
  std::int64_t product = 1;
  for (char label : labels) product *= length_of(x, label);
  return product;
}

/// An operand as a batch of matrices: (batch, outer, summed), or (batch, summed, outer), whichever it is already or
/// becomes with its last axis in place.
struct Matrices {
  Tensor tensor;
  bool summed_first;
};

Matrices matrices_of(const Labelled& x, const Labels& batch, const Labels& outer, const Labels& summed, Where where) {
  const Labels outer_first = batch + outer + summed, summed_first = batch + summed + outer;
  bool is_summed_first = x.labels == summed_first && x.labels != outer_first;
  if (!is_summed_first && x.labels != outer_first)
    is_summed_first = !outer.empty() && x.labels.back() == outer.back();
  const std::int64_t b = length_of(x, batch), m = length_of(x, outer), k = length_of(x, summed);
  Shape shape;
  if (!batch.empty()) shape.push_back(b);
  shape.push_back(is_summed_first ? k : m);
  shape.push_back(is_summed_first ? m : k);
  return {reshape(arranged(x, is_summed_first ? summed_first : outer_first, where), shape, where), is_summed_first};
}

Tensor multiplied(const Tensor& a, const Tensor& b, Where where) {
  return multiply(Operand(a, where.file, where.line), Operand(b, where.file, where.line));
}

}  // namespace

Tensor arranged(const Labelled& x, const Labels& labels, Where where) {
  if (x.labels == labels) return x.tensor;
  Axes perm = Axes::none();
  for (char label : labels) perm.push_back(static_cast<int>(x.labels.find(label)));
  return transpose(x.tensor, perm, where);
}

Labelled contract(const Labelled& a, const Labelled& b, const Labels& kept, Where where) {
  const Labels batch = chosen(a.labels, [&](char label) { return has(b.labels, label) && has(kept, label); });
  // The larger operand keeps the order of its axes.
  const Labelled& larger = a.tensor.num_elements() >= b.tensor.num_elements() ? a : b;
  const Labelled& smaller = &larger == &a ? b : a;
  const Labels summed =
      chosen(larger.labels, [&](char label) { return has(smaller.labels, label) && !has(kept, label); });
  const Labels rows = chosen(a.labels, [&](char label) { return !has(b.labels, label); });
  const Labels columns = chosen(b.labels, [&](char label) { return !has(a.labels, label); });
  const std::int64_t count = length_of(a, batch), m = length_of(a, rows), n = length_of(b, columns);

  Labelled result{{}, batch + rows + columns};
  Shape shape;
  for (char label : batch) shape.push_back(length_of(a, label));
  for (char label : rows) shape.push_back(length_of(a, label));
  for (char label : columns) shape.push_back(length_of(b, label));

  if (summed.empty() && (m == 1 || n == 1)) {
    const Tensor x = reshape(arranged(a, batch + rows, where), {count, m, 1}, where);
    const Tensor y = reshape(arranged(b, batch + columns, where), {count, 1, n}, where);
    result.tensor = reshape(multiplied(x, y, where), shape, where);
    return result;
  }
  const Matrices x = matrices_of(a, batch, rows, summed, where), y = matrices_of(b, batch, columns, summed, where);
  if (m == 1 && n == 1 && count > 1) {
    const std::int64_t k = length_of(a, summed);
    const Tensor products =
        multiplied(reshape(x.tensor, {count, k}, where), reshape(y.tensor, {count, k}, where), where);
    result.tensor = reshape(reduce_sum(products, 1, {}, where), shape, where);
    return result;
  }
  const MatmulOptions options{.transpose_a = x.summed_first, .transpose_b = !y.summed_first};
  result.tensor = reshape(matmul(x.tensor, y.tensor, options, where), shape, where);
  return result;
}

}  // namespace gradtape::detail
