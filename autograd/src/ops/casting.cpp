#include "gradtape/autograd/ops/comparison.h"
#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/math.h"
#include "kernels/arithmetic.h"
#include "kernels/elementwise.h"
#include "ops/binary.h"
#include "ops/checks.h"
#include "ops/numerics.h"
#include "ops/op.h"
#include "ops/sample.h"

namespace gradtape {
namespace detail {

void throw_unsupported(DType dtype) {
  throw InvalidArgumentError("the dtype " + std::string(name_of(dtype)) +
                             " is not one that this op takes; cast first");
}

namespace {

struct Cast {
  DType to, from;
  static constexpr std::string_view name = "cast";
  Shape infer(const Inputs& x) const {
    if (from == DType::string || to == DType::string)
      throw InvalidArgumentError(text_of(from) + " cannot be cast to " + text_of(to));
    return x.shape(0);
  }
  DType dtype(const Inputs&) const { return to; }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& a = *impl_of(x[0]);
    kernels::cast(a.dtype, a.data, to, impl_of(y)->data, a.count);
  }
  auto gradient(Dy dy) const {
    return partials([dy, from = from] { return cast(dy, from); });
  }
  Tensor all_rows(const RowInputs& x) const { return cast(x[0], to); }
  static std::vector<Sample> samples() {
    // To float64 and no further: a numeric check needs its precision.
    return {{[](const auto& x) { return cast(x[0], float64); }, {sample_values({2, 3}, -2, 2)}}};
  }
};

struct SaturateCast {
  DType to, from;
  static constexpr std::string_view name = "saturate_cast";
  static constexpr double largest_float32 = 0x1.fffffep127;

  Shape infer(const Inputs& x) const { return Cast{to, from}.infer(x); }
  DType dtype(const Inputs&) const { return to; }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &a = *impl_of(x[0]), &result = *impl_of(y);
    if (is_integer(from) && is_integer(to)) return kernels::saturate(from, a.data, to, result.data, a.count);
    if (from != float64 || to != float32) return kernels::cast(from, a.data, to, result.data, a.count);
    const double low = -largest_float32, high = largest_float32;
    const Tensor clipped = uninitialized(from, a.shape);
    kernels::clip(from, a.data, a.shape, &low, {}, &high, {}, impl_of(clipped)->data, a.shape);
    kernels::cast(from, impl_of(clipped)->data, to, result.data, a.count);
  }
  auto gradient(Dy dy, X<0> x) const {
    return partials([=, to = to, from = from] {
      const Tensor wide = cast(dy, from);
      return from == float64 && to == float32 ? where(less_equal(abs(x), largest_float32), wide, 0) : wide;
    });
  }
  static std::vector<Sample> samples() {
    const auto call = [](const std::vector<Tensor>& x) {
      return record(SaturateCast{x[0].dtype(), x[0].dtype()}, {x[0]}, {});
    };
    return {{call, {sample_values({2, 3}, -2, 2)}}, {call, {sample_values({}, -2, 2)}}};
  }
};

struct Identity {
  static constexpr std::string_view name = "identity";
  Tensor compute(const Inputs& x) const { return view(x[0], x.shape(0)); }
  auto gradient(Dy dy) const {
    return partials([=] { return *dy; });
  }
  Tensor all_rows(const RowInputs& x) const { return identity(x[0]); }
  static auto samples() { return unary_samples(identity, -2, 2); }
};

struct StopGradient {
  static constexpr std::string_view name = "stop_gradient";
  static constexpr std::string_view not_differentiable = "it is there to stop gradients";
  Tensor compute(const Inputs& x) const { return view(x[0], x.shape(0)); }
  Tensor all_rows(const RowInputs& x) const { return stop_gradient(x[0]); }
  static auto samples() { return unary_samples(stop_gradient, -2, 2); }
};

}  // namespace

std::vector<OpRow> casting_ops() {
  std::vector<OpRow> rows = {row<Cast>("math"), row<SaturateCast>("math"), row<Identity>("math"),
                             row<StopGradient>("math")};
  for (const OpRow& other : numerics_ops()) rows.push_back(other);
  return rows;
}

}  // namespace detail

using namespace detail;

Tensor cast(const Tensor& x, DType dtype, Where where) {
  return x && x.dtype() == dtype ? x : record(Cast{dtype, x ? x.dtype() : dtype}, {x}, where);
}
Tensor saturate_cast(const Tensor& value, DType dtype, Where where) {
  return value && value.dtype() == dtype ? value
                                         : record(SaturateCast{dtype, value ? value.dtype() : dtype}, {value}, where);
}
Tensor identity(const Tensor& x, Where where) { return record(Identity{}, {x}, where); }
Tensor stop_gradient(const Tensor& x, Where where) { return record(StopGradient{}, {x}, where); }

}  // namespace gradtape
