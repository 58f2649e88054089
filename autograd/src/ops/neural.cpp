#include "gradtape/autograd/ops/neural.h"

#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/reduction.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "kernels/elementwise.h"
#include "kernels/softmax.h"
#include "ops/checks.h"
#include "ops/neural_gradients.h"
#include "ops/op.h"

namespace gradtape {
namespace detail {

namespace {

using Values = std::vector<Tensor>;

Tensor log_softmax_gradient(const Tensor& dy, const Tensor& y);

Tensor last_axis_sum(const Tensor& x) { return reduce_sum(x, -1, {.keepdims = true}); }

struct Matrix {
  std::int64_t rows, columns;
  explicit Matrix(const Shape& shape) : rows(product_of(shape, 0, shape.rank() - 1)), columns(shape.back()) {}
};

using SoftmaxKernel = void (*)(DType, const void*, void*, std::int64_t, std::int64_t);
using SoftmaxGradientKernel = void (*)(DType, const void*, const void*, void*, std::int64_t, std::int64_t);

/// Along the last axis; the axis is kept for its check only.
template <SoftmaxKernel kernel>
struct SoftmaxOp {
  int axis;
  Shape infer(const Inputs& x) const {
    check_floating(x.dtype(0));
    static_cast<void>(normalize_axis(axis, x.shape(0).rank()));
    return x.shape(0);
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& logits = *impl_of(x[0]);
    const Matrix matrix(logits.shape);
    kernel(logits.dtype, logits.data, impl_of(y)->data, matrix.rows, matrix.columns);
  }
  static std::vector<Sample> samples_of(Tensor (*op)(const Tensor&, int, Where)) {
    return {{[op](const Values& x) { return op(x[0], -1, {}); }, {sample_values({4}, -2, 2)}},
            {[op](const Values& x) { return op(x[0], -1, {}); }, {sample_values({2, 1, 3}, -3, 3)}},
            {[op](const Values& x) { return op(x[0], 0, {}); }, {sample_values({3, 2}, -3, 3)}},
            {[op](const Values& x) { return op(x[0], 1, {}); }, {sample_values({2, 3, 2}, -3, 3)}},
            {[op](const Values& x) { return op(x[0], -1, {}); }, {sample_values({3, 1}, -3, 3)}},
            {[op](const Values& x) { return op(x[0], -1, {}); }, {sample_values({0, 3}, -3, 3)}}};
  }
};

template <SoftmaxGradientKernel kernel>
struct SoftmaxGradientOp {
  Shape infer(const Inputs& x) const { return x.shape(1); }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& softmax = *impl_of(x[1]);
    const Matrix matrix(softmax.shape);
    kernel(softmax.dtype, impl_of(x[0])->data, softmax.data, impl_of(y)->data, matrix.rows, matrix.columns);
  }
  static std::vector<Sample> samples_of(Tensor (*op)(const Tensor&, const Tensor&), double low, double high) {
    const auto call = [op](const Values& x) { return op(x[0], x[1]); };
    return {{call, {sample_values({2, 3}, -2, 2), sample_values({2, 3}, low, high)}},
            {call, {sample_values({2, 1, 4}, -2, 2), sample_values({2, 1, 4}, low, high)}}};
  }
};

struct Softmax : SoftmaxOp<kernels::softmax> {
  static constexpr std::string_view name = "softmax";
  auto gradient(Dy dy, Y y) const {
    return partials([=] { return softmax_gradient(dy, y); });
  }
  static auto samples() { return samples_of(softmax); }
};

struct LogSoftmax : SoftmaxOp<kernels::log_softmax> {
  static constexpr std::string_view name = "log_softmax";
  auto gradient(Dy dy, Y y) const {
    return partials([=] { return log_softmax_gradient(dy, y); });
  }
  static auto samples() { return samples_of(log_softmax); }
};

/// y * (upstream - sum(upstream * y))
struct SoftmaxGradient : SoftmaxGradientOp<kernels::softmax_gradient> {
  static constexpr std::string_view name = "softmax_gradient";
  auto gradient(Dy dy, X<0, 1> upstream, X<1> y) const {
    return partials([=] { return softmax_gradient(dy, y); },
                    [=] { return dy * (upstream - last_axis_sum(upstream * y)) - upstream * last_axis_sum(dy * y); });
  }
  static auto samples() { return samples_of(softmax_gradient, 0.1, 0.9); }
};

/// upstream - exp(y) * sum(upstream)
struct LogSoftmaxGradient : SoftmaxGradientOp<kernels::log_softmax_gradient> {
  static constexpr std::string_view name = "log_softmax_gradient";
  auto gradient(Dy dy, X<0, 1> upstream, X<1> y) const {
    return partials([=] { return dy - last_axis_sum(dy * exp(y)); },
                    [=] { return negative(dy * exp(y) * last_axis_sum(upstream)); });
  }
  static auto samples() { return samples_of(log_softmax_gradient, -3, -0.2); }
};

Tensor log_softmax_gradient(const Tensor& dy, const Tensor& y) { return record(LogSoftmaxGradient{}, {dy, y}, {}); }

/// Along another axis than the last: that axis is moved there and back.
template <class O>
Tensor record_softmax(const Tensor& logits, int axis, Where where) {
  const int rank = shape_of(logits).rank();
  if (axis == -1 || axis == rank - 1 || axis < -rank || axis >= rank) return record(O{axis}, {logits}, where);
  Axes swap = Axes::none();
  const int place = axis < 0 ? axis + rank : axis;
  for (int i = 0; i < rank; ++i) swap.push_back(i == place ? rank - 1 : i == rank - 1 ? place : i);
  return transpose(record(O{-1}, {transpose(logits, swap, where)}, where), swap, where);
}

struct SigmoidCrossEntropy {
  static constexpr std::string_view name = "sigmoid_cross_entropy_with_logits";

  Shape infer(const Inputs& x) const {
    check_floating(x.dtype(1));
    if (x.shape(0) != x.shape(1))
      throw InvalidArgumentError("labels of shape " + to_string(x.shape(0)) + " and logits of shape " +
                                 to_string(x.shape(1)) + " must have one shape");
    return x.shape(1);
  }
  // max(x, 0) - x * z + log(1 + exp(-|x|)): no term is large where the loss is small.
  void forward(const Inputs& x, Tensor& y) const {
    using kernels::Binary, kernels::Unary;
    const TensorImpl &labels = *impl_of(x[0]), &logits = *impl_of(x[1]);
    const DType dtype = logits.dtype;
    const Shape& shape = logits.shape;
    const std::int64_t n = logits.count;
    const Tensor term_tensor = uninitialized(dtype, shape);
    void *loss = impl_of(y)->data, *term = impl_of(term_tensor)->data;
    kernels::unary(Unary::relu, dtype, logits.data, loss, n);
    kernels::binary(Binary::multiply, dtype, logits.data, shape, labels.data, shape, term, shape);
    kernels::binary(Binary::subtract, dtype, loss, shape, term, shape, loss, shape);
    kernels::unary(Unary::abs, dtype, logits.data, term, n);
    kernels::unary(Unary::negative, dtype, term, term, n);
    kernels::unary(Unary::softplus, dtype, term, term, n);
    kernels::binary(Binary::add, dtype, loss, shape, term, shape, loss, shape);
  }
  auto gradient(Dy dy, X<0, 1> labels, X<1> logits) const {
    return partials([=] { return negative(dy * logits); }, [=] { return dy * (sigmoid(logits) - labels); });
  }
  static std::vector<Sample> samples() {
    const auto call = [](const Values& x) { return sigmoid_cross_entropy_with_logits(x[0], x[1]); };
    return {{call, {sample_values({}, 0, 1), sample_values({}, -2, 2)}},
            {call, {sample_values({3, 2}, 0, 1), sample_values({3, 2}, -4, 4)}},
            {call, {sample_values({2, 0}, 0, 1), sample_values({2, 0}, -4, 4)}}};
  }
};

struct BiasAdd {
  static constexpr std::string_view name = "bias_add";

  Shape infer(const Inputs& x) const {
    const Shape &value = x.shape(0), &bias = x.shape(1);
    check_number(x.dtype(0));
    if (value.rank() == 0 || bias.rank() != 1 || value.back() != bias[0])
      throw InvalidArgumentError("value " + to_string(value) + " and bias " + to_string(bias) +
                                 ": the bias needs one axis, as long as the last one of value");
    return value;
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &value = *impl_of(x[0]), &bias = *impl_of(x[1]);
    kernels::binary(kernels::Binary::add, value.dtype, value.data, value.shape, bias.data, bias.shape,
                    impl_of(y)->data, value.shape);
  }
  // The tape itself sums the second over the axes that bias lacks.
  auto gradient(Dy dy) const {
    return partials([=] { return *dy; }, [=] { return *dy; });
  }
  static std::vector<Sample> samples() {
    const auto call = [](const Values& x) { return bias_add(x[0], x[1]); };
    return {{call, {sample_values({3, 2}, -2, 2), sample_values({2}, -2, 2)}},
            {call, {sample_values({2, 1, 3}, -2, 2), sample_values({3}, -2, 2)}},
            {call, {sample_values({2}, -2, 2), sample_values({2}, -2, 2)}},
            {call, {sample_values({0, 2}, -2, 2), sample_values({2}, -2, 2)}}};
  }
};

}  // namespace

Tensor softmax_gradient(const Tensor& dy, const Tensor& y) { return record(SoftmaxGradient{}, {dy, y}, {}); }

std::vector<OpRow> neural_ops() {
  std::vector<OpRow> rows = {row<Softmax>("neural"),
                             row<LogSoftmax>("neural"),
                             row<SoftmaxGradient>("neural"),
                             row<LogSoftmaxGradient>("neural"),
                             row<SigmoidCrossEntropy>("neural"),
                             row<BiasAdd>("neural")};
  for (auto family : {cross_entropy_ops, convolution_ops, pooling_ops, image_ops})
    for (const OpRow& other : family()) rows.push_back(other);
  return rows;
}

}  // namespace detail

using namespace detail;

Tensor softmax(const Tensor& logits, int axis, Where where) { return record_softmax<Softmax>(logits, axis, where); }
Tensor log_softmax(const Tensor& logits, int axis, Where where) {
  return record_softmax<LogSoftmax>(logits, axis, where);
}
Tensor sigmoid_cross_entropy_with_logits(const Tensor& labels, const Tensor& logits, Where where) {
  return record(SigmoidCrossEntropy{}, {labels, logits}, where);
}
Tensor bias_add(const Tensor& value, const Tensor& bias, Where where) {
  return record(BiasAdd{}, {value, bias}, where);
}

}  // namespace gradtape
