#include "gradtape/autograd/ops/comparison.h"

#include "gradtape/autograd/ops/math.h"
#include "kernels/elementwise.h"
#include "ops/binary.h"
#include "ops/math_families.h"
#include "ops/op.h"
#include "ops/sample.h"

namespace gradtape {
namespace detail {
namespace {

constexpr std::string_view truth_values = "its result is true or false";

template <kernels::Comparison comparison>
struct ComparisonOp {
  static constexpr std::string_view not_differentiable = truth_values;
  Shape infer(const Inputs& x) const { return broadcast_pair(x); }
  DType dtype(const Inputs&) const { return boolean; }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &a = *impl_of(x[0]), &b = *impl_of(x[1]), &result = *impl_of(y);
    kernels::compare(comparison, a.dtype, a.data, a.shape, b.data, b.shape, static_cast<bool*>(result.data),
                     result.shape);
  }
};

struct Equal : ComparisonOp<kernels::Comparison::equal> {
  static constexpr std::string_view name = "equal";
  static auto samples() { return binary_samples(gradtape::equal, -2, 2); }
};
struct NotEqual : ComparisonOp<kernels::Comparison::not_equal> {
  static constexpr std::string_view name = "not_equal";
  static auto samples() { return binary_samples(gradtape::not_equal, -2, 2); }
};
struct Less : ComparisonOp<kernels::Comparison::less> {
  static constexpr std::string_view name = "less";
  static auto samples() { return binary_samples(gradtape::less, -2, 2); }
};
struct LessEqual : ComparisonOp<kernels::Comparison::less_equal> {
  static constexpr std::string_view name = "less_equal";
  static auto samples() { return binary_samples(gradtape::less_equal, -2, 2); }
};
struct Greater : ComparisonOp<kernels::Comparison::greater> {
  static constexpr std::string_view name = "greater";
  static auto samples() { return binary_samples(gradtape::greater, -2, 2); }
};
struct GreaterEqual : ComparisonOp<kernels::Comparison::greater_equal> {
  static constexpr std::string_view name = "greater_equal";
  static auto samples() { return binary_samples(gradtape::greater_equal, -2, 2); }
};

void check_boolean(DType dtype) {
  if (dtype != boolean)
    throw InvalidArgumentError("a bool tensor is needed, got " + std::string(name_of(dtype)) + "; compare it first");
}

// Logical ops are sampled on comparisons of the sample's values.
template <Tensor (*op)(const Operand&, const Operand&)>
std::vector<Sample> logical_samples() {
  return binary_samples([](const Tensor& x, const Tensor& y) { return op(greater(x, 0), greater(y, 0)); }, -2, 2);
}

template <kernels::Logical function>
struct LogicalOp {
  static constexpr std::string_view not_differentiable = truth_values;
  Shape infer(const Inputs& x) const {
    check_boolean(x.dtype(0));
    return broadcast_pair(x);
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &a = *impl_of(x[0]), &b = *impl_of(x[1]), &result = *impl_of(y);
    kernels::logical(function, static_cast<const bool*>(a.data), a.shape, static_cast<const bool*>(b.data), b.shape,
                     static_cast<bool*>(result.data), result.shape);
  }
};
struct LogicalAnd : LogicalOp<kernels::Logical::logical_and> {
  static constexpr std::string_view name = "logical_and";
  static auto samples() { return logical_samples<gradtape::logical_and>(); }
};
struct LogicalOr : LogicalOp<kernels::Logical::logical_or> {
  static constexpr std::string_view name = "logical_or";
  static auto samples() { return logical_samples<gradtape::logical_or>(); }
};
struct LogicalXor : LogicalOp<kernels::Logical::logical_xor> {
  static constexpr std::string_view name = "logical_xor";
  static auto samples() { return logical_samples<gradtape::logical_xor>(); }
};

struct LogicalNot {
  static constexpr std::string_view name = "logical_not";
  static constexpr std::string_view not_differentiable = truth_values;
  Shape infer(const Inputs& x) const {
    check_boolean(x.dtype(0));
    return x.shape(0);
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& a = *impl_of(x[0]);
    kernels::logical_not(static_cast<const bool*>(a.data), static_cast<bool*>(impl_of(y)->data), a.count);
  }
  static std::vector<Sample> samples() {
    return {{[](const auto& x) { return logical_not(greater(x[0], 0)); }, {sample_values({3}, -2, 2)}}};
  }
};

struct Select {
  static constexpr std::string_view name = "where";
  static constexpr bool mixed_dtypes = true;
  Shape infer(const Inputs& x) const {
    if (x.dtype(0) != boolean)
      throw InvalidArgumentError("the condition is " + std::string(name_of(x.dtype(0))) + "; it must be bool");
    check_same_dtype({x[1], x[2]});
    return broadcast_shapes(x.shape(0), broadcast_shapes(x.shape(1), x.shape(2)));
  }
  DType dtype(const Inputs& x) const { return x.dtype(1); }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &c = *impl_of(x[0]), &a = *impl_of(x[1]), &b = *impl_of(x[2]), &result = *impl_of(y);
    kernels::select(a.dtype, static_cast<const bool*>(c.data), c.shape, a.data, a.shape, b.data, b.shape, result.data,
                    result.shape);
  }
  auto gradient(Dy dy, X<0> condition) const {
    return partials(
        no_partial, [=] { return where(condition, dy, 0); }, [=] { return where(condition, 0, dy); });
  }
  Tensor all_rows(const RowInputs& x) const { return elementwise_rows(*this, x); }
  static std::vector<Sample> samples() {
    return binary_samples([](const Tensor& x, const Tensor& y) { return where(greater(x, 0.1), x, y); }, -2, 2);
  }
};

}  // namespace

std::vector<OpRow> comparison_ops() {
  std::vector<OpRow> rows = {
      row<Equal>("comparison"),      row<NotEqual>("comparison"),  row<Less>("comparison"),
      row<LessEqual>("comparison"),  row<Greater>("comparison"),   row<GreaterEqual>("comparison"),
      row<LogicalAnd>("comparison"), row<LogicalOr>("comparison"), row<LogicalXor>("comparison"),
      row<LogicalNot>("comparison"), row<Select>("comparison")};
  for (const OpRow& other : number_class_ops()) rows.push_back(other);
  return rows;
}

}  // namespace detail

using namespace detail;

Tensor equal(const Operand& x, const Operand& y) { return record_binary(Equal{}, x, y); }
Tensor not_equal(const Operand& x, const Operand& y) { return record_binary(NotEqual{}, x, y); }
Tensor less(const Operand& x, const Operand& y) { return record_binary(Less{}, x, y); }
Tensor less_equal(const Operand& x, const Operand& y) { return record_binary(LessEqual{}, x, y); }
Tensor greater(const Operand& x, const Operand& y) { return record_binary(Greater{}, x, y); }
Tensor greater_equal(const Operand& x, const Operand& y) { return record_binary(GreaterEqual{}, x, y); }
Tensor logical_and(const Operand& x, const Operand& y) { return record_binary(LogicalAnd{}, x, y); }
Tensor logical_or(const Operand& x, const Operand& y) { return record_binary(LogicalOr{}, x, y); }
Tensor logical_xor(const Operand& x, const Operand& y) { return record_binary(LogicalXor{}, x, y); }
Tensor logical_not(const Tensor& x, Where where) { return record(LogicalNot{}, {x}, where); }

Tensor where(const Tensor& condition, const Operand& x, const Operand& y) {
  try {
    const OperandPair pair(x, y);
    return record(Select{}, {condition, pair.a(), pair.b()}, where_of(x, y));
  } catch (Error& error) {
    rethrow_in(Select::name, where_of(x, y), error);
  }
}

}  // namespace gradtape
