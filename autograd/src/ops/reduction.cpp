#include "gradtape/autograd/ops/reduction.h"

#include "gradtape/autograd/ops/comparison.h"
#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "kernels/reduce.h"
#include "ops/checks.h"
#include "ops/op.h"
#include "ops/recurrence.h"
#include "ops/reduction_attributes.h"
#include "ops/reduction_families.h"

namespace gradtape {
namespace detail {

std::vector<Sample> reduction_samples(ReductionFunction op, double low, double high) {
  struct Case {
    Shape shape;
    Axes axis;
    bool keepdims;
  };
  const Case cases[] = {{{}, {}, false},
                        {{5}, {}, false},
                        {{3, 4}, 0, false},
                        {{3, 4}, -1, true},
                        {{2, 3, 2}, {0, -1}, false},
                        {{2, 3, 2}, {}, true},
                        {{2, 1, 3}, {1, 2}, true},
                        {{2, 1, 3}, 1, false},
                        {{0, 3}, 1, false}};
  std::vector<Sample> samples;
  for (const Case& c : cases)
    samples.push_back(
        {[op, c](const std::vector<Tensor>& x) { return op(x[0], c.axis, {.keepdims = c.keepdims}, {}); },
         {sample_values(c.shape, low, high)}});
  return samples;
}

namespace {

using kernels::Reduction;

template <Reduction reduction>
struct ReductionOp : ReductionAttributes {
  Shape infer(const Inputs& x) const {
    check_number(x.dtype(0));
    return result_shape(x.shape(0));
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& input = *impl_of(x[0]);
    kernels::reduce(reduction, input.dtype, input.data, input.shape, mask(input.shape), impl_of(y)->data);
  }
};

struct ReduceSum : ReductionOp<Reduction::sum> {
  static constexpr std::string_view name = "reduce_sum";
  Tensor all_rows(const RowInputs& x) const { return rows_reduced(reduce_sum, x); }
  Shape input_shape;
  auto gradient(Dy dy) const {
    return partials([=, this] { return with_all_axes(dy, input_shape); });
  }
  static auto samples() { return reduction_samples(reduce_sum, -2, 2); }
};

struct ReduceMean : ReductionOp<Reduction::mean> {
  static constexpr std::string_view name = "reduce_mean";
  Tensor all_rows(const RowInputs& x) const { return rows_reduced(reduce_mean, x); }
  Shape input_shape;
  auto gradient(Dy dy) const {
    return partials([=, this] {
      if (dy->num_elements() == 0) return zeros(input_shape, dy->dtype());
      return with_all_axes(dy / count(input_shape), input_shape);
    });
  }
  static auto samples() { return reduction_samples(reduce_mean, -2, 2); }
};

/// The gradient shared equally among the elements that are the extreme.
Tensor shared_among_equals(const Tensor& dy, const Tensor& x, const Tensor& y, const ReductionAttributes& op) {
  const Tensor indicator = cast(equal(x, op.with_all_axes(y, x.shape())), x.dtype());
  const Tensor count = reduce_sum(indicator, op.axis, {.keepdims = op.keepdims});
  return op.with_all_axes(dy / count, x.shape()) * indicator;
}

struct ReduceMax : ReductionOp<Reduction::max> {
  static constexpr std::string_view name = "reduce_max";
  Tensor all_rows(const RowInputs& x) const { return rows_reduced(reduce_max, x); }
  auto gradient(Dy dy, X<0> x, Y y) const {
    return partials([=, this] { return shared_among_equals(dy, x, y, *this); });
  }
  static auto samples() { return reduction_samples(reduce_max, -2, 2); }
};

struct ReduceMin : ReductionOp<Reduction::min> {
  static constexpr std::string_view name = "reduce_min";
  Tensor all_rows(const RowInputs& x) const { return rows_reduced(reduce_min, x); }
  auto gradient(Dy dy, X<0> x, Y y) const {
    return partials([=, this] { return shared_among_equals(dy, x, y, *this); });
  }
  static auto samples() { return reduction_samples(reduce_min, -2, 2); }
};

/// For each element the product of the others that are reduced with it.
Tensor product_of_others_over(const Tensor& x, unsigned mask) {
  const Shape& shape = x.shape();
  if (shape.num_elements() == 0) return x;
  // (kept, reduced), where the reduced axes may have to be moved to the end first.
  Axes kept_first = Axes::none();
  Shape moved;
  std::int64_t rows = 1, columns = 1;
  for (const bool reduced : {false, true})
    for (int axis = 0; axis < shape.rank(); ++axis) {
      if ((mask >> axis & 1) != reduced) continue;
      (reduced ? columns : rows) *= shape[axis];
      kept_first.push_back(axis);
      moved.push_back(shape[axis]);
    }
  int first = 0, last = shape.rank();
  while (first < last && (mask >> first & 1) == 0) ++first;
  while (last > first && (mask >> (last - 1) & 1) == 0) --last;
  const bool adjacent = mask >> first == (1u << (last - first)) - 1;
  if (adjacent) {
    const Tensor lines = reshape(x, {product_of(shape, 0, first), columns, product_of(shape, last, shape.rank())});
    return reshape(product_of_others(lines, 1), shape);
  }
  const Tensor matrix = reshape(transpose(x, kept_first), {rows, columns});
  return transpose(reshape(product_of_others(matrix, 1), moved), inverse_permutation(kept_first));
}

struct ReduceProd : ReductionOp<Reduction::prod> {
  static constexpr std::string_view name = "reduce_prod";
  Tensor all_rows(const RowInputs& x) const { return rows_reduced(reduce_prod, x); }
  auto gradient(Dy dy, X<0> x) const {
    return partials(
        [=, this] { return with_all_axes(dy, x->shape()) * product_of_others_over(x, mask(x->shape())); });
  }
  static std::vector<Sample> samples() {
    std::vector<Sample> samples = reduction_samples(reduce_prod, -2, 2);
    const auto rows = [](const std::vector<Tensor>& x) { return reduce_prod(x[0], 1); };
    samples.push_back({rows, {constant({{1.5, 0.0, -2.0}, {0.0, 3.0, 0.0}, {0.5, 1.0, 2.0}}, float64)}});
    return samples;
  }
};

template <void (*kernel)(const bool*, const Shape&, unsigned, bool*)>
struct LogicalReductionOp : ReductionAttributes {
  static constexpr std::string_view not_differentiable = "its result is bool";
  Shape infer(const Inputs& x) const {
    if (x.dtype(0) != boolean)
      throw InvalidArgumentError("a bool tensor is needed, got " + text_of(x.dtype(0)) +
                                 "; cast or compare it first");
    return result_shape(x.shape(0));
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& input = *impl_of(x[0]);
    kernel(static_cast<const bool*>(input.data), input.shape, mask(input.shape),
           static_cast<bool*>(impl_of(y)->data));
  }
  static std::vector<Sample> samples_of(ReductionFunction op) {
    const Tensor x = constant({{true, false, true}, {true, true, true}});
    return {{[op](const std::vector<Tensor>& t) { return op(t[0], {}, {}, {}); }, {x}},
            {[op](const std::vector<Tensor>& t) { return op(t[0], -1, {.keepdims = true}, {}); }, {x}}};
  }
};

struct ReduceAny : LogicalReductionOp<kernels::reduce_any> {
  static constexpr std::string_view name = "reduce_any";
  static auto samples() { return samples_of(reduce_any); }
};

struct ReduceAll : LogicalReductionOp<kernels::reduce_all> {
  static constexpr std::string_view name = "reduce_all";
  static auto samples() { return samples_of(reduce_all); }
};

}  // namespace

std::vector<OpRow> reduction_ops() {
  std::vector<OpRow> table = {row<ReduceSum>("reduction"), row<ReduceMean>("reduction"), row<ReduceMax>("reduction"),
                              row<ReduceMin>("reduction"), row<ReduceProd>("reduction"), row<ReduceAny>("reduction"),
                              row<ReduceAll>("reduction")};
  for (auto part :
       {spread_ops, statistics_ops, scan_ops, segment_ops, sorting_ops, searching_ops, counting_ops, distinct_ops}) {
    const std::vector<OpRow> rows = part();
    table.insert(table.end(), rows.begin(), rows.end());
  }
  return table;
}

}  // namespace detail

using namespace detail;

Tensor reduce_sum(const Tensor& input, const Axes& axis, ReduceOptions options, Where where) {
  return record(ReduceSum{{axis, options.keepdims}, shape_of(input)}, {input}, where);
}
Tensor reduce_mean(const Tensor& input, const Axes& axis, ReduceOptions options, Where where) {
  return record(ReduceMean{{axis, options.keepdims}, shape_of(input)}, {input}, where);
}
Tensor reduce_max(const Tensor& input, const Axes& axis, ReduceOptions options, Where where) {
  return record(ReduceMax{{axis, options.keepdims}}, {input}, where);
}
Tensor reduce_min(const Tensor& input, const Axes& axis, ReduceOptions options, Where where) {
  return record(ReduceMin{{axis, options.keepdims}}, {input}, where);
}
Tensor reduce_prod(const Tensor& input, const Axes& axis, ReduceOptions options, Where where) {
  return record(ReduceProd{{axis, options.keepdims}}, {input}, where);
}
Tensor reduce_any(const Tensor& input, const Axes& axis, ReduceOptions options, Where where) {
  return record(ReduceAny{{axis, options.keepdims}}, {input}, where);
}
Tensor reduce_all(const Tensor& input, const Axes& axis, ReduceOptions options, Where where) {
  return record(ReduceAll{{axis, options.keepdims}}, {input}, where);
}

}  // namespace gradtape
