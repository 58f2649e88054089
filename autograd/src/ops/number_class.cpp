// Questions about numbers, whose answers are bools, and where they are true.

#include <cmath>

#include "gradtape/autograd/ops/comparison.h"
#include "gradtape/autograd/ops/creation.h"
#include "kernels/dispatch.h"
#include "kernels/elementwise_loop.h"
#include "ops/binary.h"
#include "ops/checks.h"
#include "ops/math_families.h"

namespace gradtape {
namespace detail {
namespace {

constexpr std::string_view truth_values = "its result is true or false";

enum class NumberClass { nan, infinite, finite };

template <NumberClass asked>
struct ClassOp {
  static constexpr std::string_view not_differentiable = truth_values;
  Shape infer(const Inputs& x) const {
    check_floating(x.dtype(0));
    return x.shape(0);
  }
  DType dtype(const Inputs&) const { return boolean; }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& a = *impl_of(x[0]);
    kernels::with_floating_type(a.dtype, [&](auto zero) {
      using T = decltype(zero);
      kernels::map<T, bool>(a.data, impl_of(y)->data, a.count, kernels::cheap_grain, [](T value) {
        if constexpr (asked == NumberClass::nan) return value != value;
        // Of a finite number the difference is 0, else it is NaN.
        const bool finite = value - value == 0;
        return asked == NumberClass::finite ? finite : !finite && value == value;
      });
    });
  }
};
struct IsNan : ClassOp<NumberClass::nan> {
  static constexpr std::string_view name = "is_nan";
  static auto samples() { return unary_samples(is_nan, -2, 2); }
};
struct IsInf : ClassOp<NumberClass::infinite> {
  static constexpr std::string_view name = "is_inf";
  static auto samples() { return unary_samples(is_inf, -2, 2); }
};
struct IsFinite : ClassOp<NumberClass::finite> {
  static constexpr std::string_view name = "is_finite";
  static auto samples() { return unary_samples(is_finite, -2, 2); }
};

struct ApproximateEqual {
  static constexpr std::string_view name = "approximate_equal";
  static constexpr std::string_view not_differentiable = truth_values;
  double tolerance;
  Shape infer(const Inputs& x) const {
    check_number(x.dtype(0));
    if (x.shape(0) != x.shape(1))
      throw InvalidArgumentError("shapes " + to_string(x.shape(0)) + " and " + to_string(x.shape(1)) +
                                 " must be equal");
    return x.shape(0);
  }
  DType dtype(const Inputs&) const { return boolean; }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &a = *impl_of(x[0]), &b = *impl_of(x[1]), &result = *impl_of(y);
    kernels::with_type(a.dtype, [&](auto zero) {
      using T = decltype(zero);
      kernels::map<T, bool>(
          a.data, a.shape, b.data, b.shape, result.data, result.shape, kernels::cheap_grain,
          [limit = static_cast<T>(tolerance), tolerance = tolerance](T u, T v) {
            if constexpr (std::is_integral_v<T>)  // without overflow, whatever the sign
              return static_cast<double>(u > v ? static_cast<std::uint64_t>(u) - static_cast<std::uint64_t>(v)
                                               : static_cast<std::uint64_t>(v) - static_cast<std::uint64_t>(u)) <
                     tolerance;
            else
              return std::abs(u - v) < limit;
          });
    });
  }
  static std::vector<Sample> samples() {
    const auto call = [](const std::vector<Tensor>& x) { return approximate_equal(x[0], x[1], 0.5); };
    return {{call, {sample_values({2, 3}, -2, 2), sample_values({2, 3}, -1, 3)}},
            {call, {sample_values({}, -2, 2), sample_values({}, -1, 3)}},
            {call, {sample_values({0, 2}, -2, 2), sample_values({0, 2}, -1, 3)}}};
  }
};

template <bool strict>
struct OrderedOp {
  static constexpr std::string_view not_differentiable = truth_values;
  Shape infer(const Inputs& x) const {
    check_number(x.dtype(0));
    return {};
  }
  DType dtype(const Inputs&) const { return boolean; }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& a = *impl_of(x[0]);
    bool ordered = true;
    kernels::with_type(a.dtype, [&](auto zero) {
      const auto* values = static_cast<const decltype(zero)*>(a.data);
      for (std::int64_t i = 1; i < a.count && ordered; ++i)
        ordered = strict ? values[i - 1] < values[i] : values[i - 1] <= values[i];
    });
    *static_cast<bool*>(impl_of(y)->data) = ordered;
  }
};
struct IsNonDecreasing : OrderedOp<false> {
  static constexpr std::string_view name = "is_non_decreasing";
  static auto samples() { return unary_samples(is_non_decreasing, -2, 2); }
};
struct IsStrictlyIncreasing : OrderedOp<true> {
  static constexpr std::string_view name = "is_strictly_increasing";
  static auto samples() { return unary_samples(is_strictly_increasing, -2, 2); }
};

/// The number of true elements is known only from the values, so infer counts them.
struct WhereIndices {
  static constexpr std::string_view name = "where_indices";
  static constexpr std::string_view not_differentiable = "it returns indices";
  DType dtype(const Inputs&) const { return int64; }
  Shape infer(const Inputs& x) const {
    const TensorImpl& condition = x.impl(0);
    if (condition.dtype == DType::string)
      throw InvalidArgumentError("a condition of bools or numbers is needed, got string; compare it first");
    std::int64_t count = 0;
    kernels::with_type(condition.dtype, [&](auto zero) {
      const auto* values = static_cast<const decltype(zero)*>(condition.data);
      for (std::int64_t i = 0; i < condition.count; ++i) count += values[i] != decltype(zero)(0);
    });
    return {count, condition.shape.rank()};
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& condition = x.impl(0);
    const Shape& shape = condition.shape;
    auto* index = static_cast<std::int64_t*>(impl_of(y)->data);
    kernels::with_type(condition.dtype, [&](auto zero) {
      const auto* values = static_cast<const decltype(zero)*>(condition.data);
      for (std::int64_t i = 0; i < condition.count; ++i) {
        if (values[i] == decltype(zero)(0)) continue;
        std::int64_t rest = i;
        for (int axis = shape.rank() - 1; axis >= 0; --axis) {
          index[axis] = rest % shape[axis];
          rest /= shape[axis];
        }
        index += shape.rank();
      }
    });
  }
  static std::vector<Sample> samples() {
    const auto call = [](const std::vector<Tensor>& x) { return where(x[0]); };
    return {{call, {sample_values({2, 3}, -2, 2)}},
            {call, {constant({{true, false}, {false, true}})}},
            {call, {constant(true)}},
            {call, {zeros({0, 3})}}};
  }
};

}  // namespace

std::vector<OpRow> number_class_ops() {
  return {row<IsNan>("comparison"),           row<IsInf>("comparison"),
          row<IsFinite>("comparison"),        row<ApproximateEqual>("comparison"),
          row<IsNonDecreasing>("comparison"), row<IsStrictlyIncreasing>("comparison"),
          row<WhereIndices>("comparison")};
}

}  // namespace detail

using namespace detail;

Tensor is_nan(const Tensor& x, Where where) { return record(IsNan{}, {x}, where); }
Tensor is_inf(const Tensor& x, Where where) { return record(IsInf{}, {x}, where); }
Tensor is_finite(const Tensor& x, Where where) { return record(IsFinite{}, {x}, where); }
Tensor approximate_equal(const Operand& x, const Operand& y, double tolerance) {
  return record_binary(ApproximateEqual{tolerance}, x, y);
}
Tensor is_non_decreasing(const Tensor& x, Where where) { return record(IsNonDecreasing{}, {x}, where); }
Tensor is_strictly_increasing(const Tensor& x, Where where) { return record(IsStrictlyIncreasing{}, {x}, where); }
Tensor where(const Tensor& condition, Where where) { return record(WhereIndices{}, {condition}, where); }

}  // namespace gradtape
