#include "gradtape/autograd/ops/clipping.h"

#include "gradtape/autograd/ops/comparison.h"
#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/reduction.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "kernels/arithmetic.h"
#include "ops/binary.h"
#include "ops/checks.h"
#include "ops/composite.h"
#include "ops/math_families.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

void check_keeps_shape(const Shape& t, const Shape& result) {
  if (result != t)
    throw InvalidArgumentError("the limits would broadcast t from " + to_string(t) + " to " + to_string(result) +
                               "; broadcast t first");
}

/// In one pass what TensorFlow does as a minimum and a maximum, whose gradients it has.
struct ClipByValue {
  static constexpr std::string_view name = "clip_by_value";
  static constexpr bool is_elementwise = true;
  Shape infer(const Inputs& x) const {
    check_number(x.dtype(0));
    check_keeps_shape(x.shape(0), broadcast_shapes(x.shape(0), broadcast_shapes(x.shape(1), x.shape(2))));
    return x.shape(0);
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &t = *impl_of(x[0]), &low = *impl_of(x[1]), &high = *impl_of(x[2]), &result = *impl_of(y);
    kernels::clip(t.dtype, t.data, t.shape, low.data, low.shape, high.data, high.shape, result.data, result.shape);
  }
  auto gradient(Dy dy, X<0> t, X<1> low, X<2> high) const {
    return partials(
        [=] { return where(logical_and(less_equal(t, high), greater_equal(t, low)), dy, 0); },
        [=] { return where(greater_equal(minimum(t, high), low), 0, dy); },
        [=] { return where(logical_and(logical_not(less_equal(t, high)), greater_equal(high, low)), dy, 0); });
  }
  static std::vector<Sample> samples() {
    const auto numbers = [](const Values& x) { return clip_by_value(x[0], -0.8, 1.1); };
    const auto tensors = [](const Values& x) { return clip_by_value(x[0], x[1], x[2]); };
    return {
        {numbers, {sample_values({3, 4}, -2, 2)}},
        {numbers, {sample_values({}, -2, 2)}},
        {numbers, {sample_values({0, 3}, -2, 2)}},
        {tensors, {sample_values({3, 4}, -2, 2), sample_values({4}, -1.1, -0.3), sample_values({3, 1}, 0.4, 1.3)}},
        {tensors, {sample_values({2, 1, 3}, -2, 2), sample_values({}, -1.1, -0.3), sample_values({1}, 0.4, 1.3)}}};
  }
};

std::vector<Sample> clip_by_norm_samples() {
  return {{[](const Values& x) { return clip_by_norm(x[0], 1.0); }, {sample_values({3, 4}, -2, 2)}},
          {[](const Values& x) { return clip_by_norm(x[0], 100.0); }, {sample_values({3, 4}, -2, 2)}},
          {[](const Values& x) { return clip_by_norm(x[0], 1.3, -1); }, {sample_values({2, 1, 3}, -2, 2)}},
          {[](const Values& x) {
             return clip_by_norm(x[0], x[1], {0, 1});
           },
           {sample_values({2, 3}, -2, 2), sample_values({}, 0.5, 1)}},
          {[](const Values& x) { return clip_by_norm(x[0], 1.0); }, {sample_values({0, 3}, -2, 2)}}};
}
std::vector<Sample> global_norm_samples() {
  return {{[](const Values& x) { return global_norm(x); }, {sample_values({3, 4}, -2, 2), sample_values({}, 0.5, 2)}},
          {[](const Values& x) { return global_norm(x); }, {sample_values({2, 1, 3}, -2, 2)}}};
}
std::vector<Sample> clip_by_global_norm_samples() {
  const auto first = [](const Values& x) { return clip_by_global_norm(x, 1.5).tensors[0]; };
  return {{first, {sample_values({3, 4}, -2, 2), sample_values({2}, 0.5, 2)}},
          {first, {sample_values({}, 0.1, 0.2), sample_values({2}, 0.1, 0.3)}}};
}

/// The reason why an empty Tensor is one may be found nowhere else, so the first tensor that is none stands for all.
const Tensor& first_of(const Values& tensors) {
  for (const Tensor& tensor : tensors)
    if (tensor) return tensor;
  throw InvalidArgumentError(tensors.empty() ? "there are no tensors" : "every tensor of the list is empty");
}

}  // namespace

std::vector<OpRow> clipping_ops() {
  return {row<ClipByValue>("clipping"), composite("clip_by_norm", "clipping", clip_by_norm_samples),
          composite("global_norm", "clipping", global_norm_samples),
          composite("clip_by_global_norm", "clipping", clip_by_global_norm_samples)};
}

}  // namespace detail

using namespace detail;

Tensor clip_by_value(const Tensor& t, const Operand& clip_value_min, const Operand& clip_value_max) {
  const Where where = where_of(clip_value_min, clip_value_max);
  return in_function(ClipByValue::name, where, [&] {
    const DType dtype = described(t).dtype;
    const auto limit = [dtype](const Operand& operand) {
      return operand.is_number() ? operand.as(dtype) : operand.tensor();
    };
    return record(ClipByValue{}, {t, limit(clip_value_min), limit(clip_value_max)}, where);
  });
}

Tensor clip_by_norm(const Tensor& t, const Operand& clip_norm, const Axes& axes, Where where) {
  return in_function("clip_by_norm", where, [&] {
    const TensorImpl& impl = described(t);
    check_floating(impl.dtype);
    static_cast<void>(axes.mask(impl.shape.rank()));
    const Tensor limit = clip_norm.is_number() ? clip_norm.as(impl.dtype) : clip_norm.tensor();
    check_keeps_shape(impl.shape, broadcast_shapes(impl.shape, described(limit).shape));
    const Tensor squares = reduce_sum(square(t, where), axes, {.keepdims = true}, where);
    // The root of a sum that is not 0, so that at 0 the gradient is finite.
    const Tensor positive = greater(squares, 0);
    const Tensor norm = gradtape::where(positive, sqrt(gradtape::where(positive, squares, 1), where), squares);
    return divide(multiply(Operand(t, where.file, where.line), limit), maximum(norm, limit));
  });
}

Tensor global_norm(const std::vector<Tensor>& t_list, Where where) {
  return in_function("global_norm", where, [&] {
    check_floating(first_of(t_list).dtype());
    std::vector<Tensor> squares;
    for (const Tensor& tensor : t_list)
      if (tensor) squares.push_back(reduce_sum(square(tensor, where), {}, {}, where));
    return sqrt(squares.size() == 1 ? squares[0] : add_n(squares, where), where);
  });
}

ClippedTensors clip_by_global_norm(const std::vector<Tensor>& t_list, const Operand& clip_norm,
                                   const Tensor& use_norm, Where where) {
  const Tensor norm = use_norm ? use_norm : global_norm(t_list, where);
  return in_function("clip_by_global_norm", where, [&] {
    const Tensor limit = clip_norm.is_number() ? clip_norm.as(norm.dtype()) : clip_norm.tensor();
    // The difference is 0, or NaN for a norm that is not finite.
    const Tensor scale = limit * minimum(1 / norm, 1 / limit) + (norm - norm);
    ClippedTensors clipped{{}, norm};
    for (const Tensor& tensor : t_list)
      clipped.tensors.push_back(tensor ? multiply(Operand(tensor, where.file, where.line), scale) : tensor);
    return clipped;
  });
}

}  // namespace gradtape
