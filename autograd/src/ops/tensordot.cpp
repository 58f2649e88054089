#include "gradtape/autograd/ops/einsum.h"
#include "gradtape/autograd/ops/linear_algebra.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "ops/checks.h"
#include "ops/contraction.h"
#include "ops/linear_algebra_families.h"
#include "ops/matrices.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

/// The labels of axes that belong to one operand alone; small letters are those of both.
constexpr char label_of_a = 'A', label_of_b = 'P', label_of_both = 'a';

std::string own_labels(int rank, char first) {
  std::string labels;
  for (int i = 0; i < rank; ++i) labels += static_cast<char>(first + i);
  return labels;
}

/// The axes with which a's last and b's first `count` axes are meant.
TensordotAxes facing_axes(int count, int a_rank, int b_rank) {
  if (count < 0 || count > a_rank || count > b_rank)
    throw InvalidArgumentError("sums over " + std::to_string(count) + " axes, but the operands have " +
                               std::to_string(a_rank) + " and " + std::to_string(b_rank));
  Axes a = Axes::none(), b = Axes::none();
  for (int i = 0; i < count; ++i) {
    a.push_back(a_rank - count + i);
    b.push_back(i);
  }
  return {a, b};
}

Tensor dot(const Tensor& a, const Tensor& b, const TensordotAxes& given, Where where) {
  const Shape &a_shape = described(a).shape, &b_shape = described(b).shape;
  if (a.dtype() != b.dtype()) throw_different_dtypes(a.dtype(), b.dtype());
  const TensordotAxes axes = given.named ? given : facing_axes(given.count, a_shape.rank(), b_shape.rank());
  if (axes.a.count() != axes.b.count())
    throw InvalidArgumentError("there are " + std::to_string(axes.a.count()) + " axes for a and " +
                               std::to_string(axes.b.count()) + " for b; they are summed in pairs");
  static_cast<void>(axes.a.mask(a_shape.rank()));
  static_cast<void>(axes.b.mask(b_shape.rank()));
  Labelled x{a, own_labels(a_shape.rank(), label_of_a)}, y{b, own_labels(b_shape.rank(), label_of_b)};
  for (int i = 0; i < axes.a.count(); ++i) {
    const int p = normalize_axis(axes.a.begin()[i], a_shape.rank());
    const int q = normalize_axis(axes.b.begin()[i], b_shape.rank());
    if (a_shape[p] != b_shape[q])
      throw InvalidArgumentError("axis " + std::to_string(p) + " of shape " + to_string(a_shape) + " and axis " +
                                 std::to_string(q) + " of shape " + to_string(b_shape) +
                                 " are summed together, but their lengths differ");
    x.labels[static_cast<std::size_t>(p)] = y.labels[static_cast<std::size_t>(q)] =
        static_cast<char>(label_of_both + i);
  }
  return contract(x, y, {}, where).tensor;
}

std::vector<Sample> tensordot_samples() {
  std::vector<Sample> samples;
  const auto add = [&](const Shape& a, const Shape& b, const TensordotAxes& axes) {
    samples.push_back({[axes](const Values& x) { return tensordot(x[0], x[1], axes); },
                       {sample_values(a, -2, 2), sample_values(b, -1, 3)}});
  };
  add({2, 3}, {3, 4}, 1);
  add({2, 3, 2}, {3, 2, 2}, 2);
  add({2}, {3, 2}, 0);
  add({3}, {3}, 1);
  add({}, {2, 2}, 0);
  add({2, 3, 4}, {4, 2}, {{0, 2}, {1, 0}});
  add({2, 1, 3}, {2, 3, 1}, {{0, -1}, {0, 1}});
  add({2, 3}, {2, 4}, {0, 0});
  add({2, 0}, {0, 3}, 1);
  return samples;
}

std::vector<Sample> matvec_samples() {
  std::vector<Sample> samples;
  const auto add = [&](const Shape& a, const Shape& b, MatvecOptions options) {
    samples.push_back({[options](const Values& x) { return matvec(x[0], x[1], options); },
                       {sample_values(a, -2, 2), sample_values(b, -1, 3)}});
  };
  add({2, 3}, {3}, {});
  add({2, 3}, {2}, {.transpose_a = true});
  add({4, 2, 3}, {4, 3}, {});
  add({2, 3}, {2, 3}, {});
  add({2, 1, 2, 2}, {3, 2}, {.adjoint_a = true});
  add({2, 1}, {1}, {});
  add({2, 0}, {0}, {});
  return samples;
}

template <Tensor (*function)(const Tensor&, const Tensor&, Where)>
std::vector<Sample> pair_samples() {
  std::vector<Sample> samples;
  const auto add = [&](const Shape& a, const Shape& b) {
    samples.push_back({[](const Values& x) { return function(x[0], x[1], Where::here()); },
                       {sample_values(a, -2, 2), sample_values(b, -1, 3)}});
  };
  add({2}, {3});
  add({}, {2});
  add({2, 2}, {3, 1});
  add({2, 1, 3}, {2, 2});
  add({2}, {0});
  return samples;
}

}  // namespace

std::vector<OpRow> product_ops() {
  return {composite("tensordot", "linear algebra", tensordot_samples),
          composite("matvec", "linear algebra", matvec_samples),
          composite("outer", "linear algebra", pair_samples<outer>),
          composite("kron", "linear algebra", pair_samples<kron>)};
}

}  // namespace detail

using namespace detail;

Tensor tensordot(const Tensor& a, const Tensor& b, const TensordotAxes& axes, Where where) {
  return in_function("tensordot", where, [&] { return dot(a, b, axes, where); });
}

Tensor matvec(const Tensor& a, const Tensor& b, MatvecOptions options, Where where) {
  return in_function("matvec", where, [&] {
    const Shape &a_shape = described(a).shape, &b_shape = described(b).shape;
    if (a_shape.rank() < 2 || b_shape.rank() < 1)
      throw InvalidArgumentError(to_string(a_shape) + " x " + to_string(b_shape) +
                                 ": a matrix (..., m, n) and a vector (..., n) are needed");
    if (options.transpose_a && options.adjoint_a)
      throw InvalidArgumentError("transpose_a and adjoint_a are both set; set one of them");
    const bool transpose = options.transpose_a || options.adjoint_a;
    const std::int64_t n = a_shape[transpose ? -2 : -1];
    if (n != b_shape.back())
      throw InvalidArgumentError(to_string(a_shape) + (transpose ? " transposed" : "") + " x " + to_string(b_shape) +
                                 ": inner dimensions " + std::to_string(n) + " and " +
                                 std::to_string(b_shape.back()) + " differ");
    const Tensor result = matmul(a, expand_dims(b, -1, where), {.transpose_a = transpose}, where);
    return squeeze(result, -1, where);
  });
}

Tensor outer(const Tensor& a, const Tensor& b, Where where) {
  return in_function("outer", where, [&] { return dot(reshape(a, {-1}, where), reshape(b, {-1}, where), 0, where); });
}

Tensor kron(const Tensor& a, const Tensor& b, Where where) {
  return in_function("kron", where, [&] {
    const Shape &a_shape = described(a).shape, &b_shape = described(b).shape;
    const int rank = std::max(a_shape.rank(), b_shape.rank());
    if (2 * rank > Shape::max_rank)
      throw InvalidArgumentError("shapes " + to_string(a_shape) + " and " + to_string(b_shape) +
                                 " may have four axes at most");
    Shape a_spread, b_spread, shape;
    for (int i = -rank; i < 0; ++i) {
      const std::int64_t a_length = -i <= a_shape.rank() ? a_shape[i] : 1;
      const std::int64_t b_length = -i <= b_shape.rank() ? b_shape[i] : 1;
      a_spread.push_back(a_length);
      a_spread.push_back(1);
      b_spread.push_back(1);
      b_spread.push_back(b_length);
      shape.push_back(a_length * b_length);
    }
    const Tensor x = reshape(a, a_spread, where), y = reshape(b, b_spread, where);
    return reshape(multiply(Operand(x, where.file, where.line), Operand(y, where.file, where.line)), shape, where);
  });
}

}  // namespace gradtape
