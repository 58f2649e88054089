#include "gradtape/autograd/ops/neural.h"

#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/reduction.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "kernels/elementwise.h"
#include "kernels/softmax.h"
#include "kernels/softmax_columns.h"
#include "ops/checks.h"
#include "ops/neural_gradients.h"
#include "ops/op.h"

namespace gradtape {
namespace detail {

namespace {

using Values = std::vector<Tensor>;

Tensor log_softmax_gradient(const Tensor& dy, const Tensor& y, int axis);

kernels::MiddleAxis middle_axis(const Shape& shape, int axis) {
  const int place = normalize_axis(axis, shape.rank());
  return {product_of(shape, 0, place), shape[place], product_of(shape, place + 1, shape.rank())};
}

/// The two kernels of a function: along the last axis, and along another.
template <class... Pointers>
struct Kernels {
  void (*last)(DType, Pointers..., std::int64_t, std::int64_t);
  void (*middle)(DType, Pointers..., const kernels::MiddleAxis&);

  void operator()(DType dtype, Pointers... pointers, const kernels::MiddleAxis& shape) const {
    if (shape.inner == 1)
      last(dtype, pointers..., shape.outer, shape.n);
    else
      middle(dtype, pointers..., shape);
  }
};
using SoftmaxKernels = Kernels<const void*, void*>;
using SoftmaxGradientKernels = Kernels<const void*, const void*, void*>;

struct SoftmaxAttributes {
  int axis;
  Tensor sum(const Tensor& x) const { return reduce_sum(x, axis, {.keepdims = true}); }
};

struct SoftmaxOp : SoftmaxAttributes {
  Shape infer(const Inputs& x) const {
    check_floating(x.dtype(0));
    static_cast<void>(normalize_axis(axis, x.shape(0).rank()));
    return x.shape(0);
  }
  void run(const SoftmaxKernels& kernels, const Inputs& x, Tensor& y) const {
    const TensorImpl& logits = *impl_of(x[0]);
    kernels(logits.dtype, logits.data, impl_of(y)->data, middle_axis(logits.shape, axis));
  }
  static std::vector<Sample> samples_of(Tensor (*op)(const Tensor&, int, Where)) {
    return {{[op](const Values& x) { return op(x[0], -1, {}); }, {sample_values({4}, -2, 2)}},
            {[op](const Values& x) { return op(x[0], -1, {}); }, {sample_values({2, 1, 3}, -3, 3)}},
            {[op](const Values& x) { return op(x[0], 0, {}); }, {sample_values({3, 2}, -3, 3)}},
            {[op](const Values& x) { return op(x[0], 1, {}); }, {sample_values({2, 3, 2}, -3, 3)}},
            {[op](const Values& x) { return op(x[0], 0, {}); }, {sample_values({3, 17}, -3, 3)}},
            {[op](const Values& x) { return op(x[0], -2, {}); }, {sample_values({2, 2, 16}, -3, 3)}},
            {[op](const Values& x) { return op(x[0], -1, {}); }, {sample_values({3, 1}, -3, 3)}},
            {[op](const Values& x) { return op(x[0], -1, {}); }, {sample_values({0, 3}, -3, 3)}}};
  }
};

struct SoftmaxGradientOp : SoftmaxAttributes {
  Shape infer(const Inputs& x) const { return x.shape(1); }
  void run(const SoftmaxGradientKernels& kernels, const Inputs& x, Tensor& y) const {
    const TensorImpl& softmax = *impl_of(x[1]);
    kernels(softmax.dtype, impl_of(x[0])->data, softmax.data, impl_of(y)->data, middle_axis(softmax.shape, axis));
  }
  /// Counted from the end, the axis is the same with the rows in front.
  template <class O>
  static Tensor all_rows_of(const O& op, const RowInputs& x) {
    const int place = normalize_axis(op.axis, x.rank(0));
    return record(O{place - x.rank(0)}, {x.in_rows(0), x.in_rows(1)}, {});
  }
  static std::vector<Sample> samples_of(Tensor (*op)(const Tensor&, const Tensor&, int), double low, double high) {
    const auto call = [op](int axis) { return [=](const Values& x) { return op(x[0], x[1], axis); }; };
    return {{call(-1), {sample_values({2, 3}, -2, 2), sample_values({2, 3}, low, high)}},
            {call(-1), {sample_values({2, 1, 4}, -2, 2), sample_values({2, 1, 4}, low, high)}},
            {call(0), {sample_values({3, 2}, -2, 2), sample_values({3, 2}, low, high)}}};
  }
};

struct Softmax : SoftmaxOp {
  static constexpr std::string_view name = "softmax";
  void forward(const Inputs& x, Tensor& y) const { run({kernels::softmax, kernels::softmax}, x, y); }
  auto gradient(Dy dy, Y y) const {
    return partials([=, this] { return softmax_gradient(dy, y, axis); });
  }
  static auto samples() { return samples_of(softmax); }
};

struct LogSoftmax : SoftmaxOp {
  static constexpr std::string_view name = "log_softmax";
  void forward(const Inputs& x, Tensor& y) const { run({kernels::log_softmax, kernels::log_softmax}, x, y); }
  auto gradient(Dy dy, Y y) const {
    return partials([=, this] { return log_softmax_gradient(dy, y, axis); });
  }
  static auto samples() { return samples_of(log_softmax); }
};

/// y * (upstream - sum(upstream * y))
struct SoftmaxGradient : SoftmaxGradientOp {
  static constexpr std::string_view name = "softmax_gradient";
  void forward(const Inputs& x, Tensor& y) const {
    run({kernels::softmax_gradient, kernels::softmax_gradient}, x, y);
  }
  auto gradient(Dy dy, X<0, 1> upstream, X<1> y) const {
    return partials([=, this] { return softmax_gradient(dy, y, axis); },
                    [=, this] { return dy * (upstream - sum(upstream * y)) - upstream * sum(dy * y); });
  }
  Tensor all_rows(const RowInputs& x) const { return all_rows_of(*this, x); }
  static auto samples() { return samples_of(softmax_gradient, 0.1, 0.9); }
};

/// upstream - exp(y) * sum(upstream)
struct LogSoftmaxGradient : SoftmaxGradientOp {
  static constexpr std::string_view name = "log_softmax_gradient";
  void forward(const Inputs& x, Tensor& y) const {
    run({kernels::log_softmax_gradient, kernels::log_softmax_gradient}, x, y);
  }
  auto gradient(Dy dy, X<0, 1> upstream, X<1> y) const {
    return partials([=, this] { return dy - sum(dy * exp(y)); },
                    [=, this] { return negative(dy * exp(y) * sum(upstream)); });
  }
  Tensor all_rows(const RowInputs& x) const { return all_rows_of(*this, x); }
  static auto samples() { return samples_of(log_softmax_gradient, -3, -0.2); }
};

Tensor log_softmax_gradient(const Tensor& dy, const Tensor& y, int axis) {
  return record(LogSoftmaxGradient{axis}, {dy, y}, {});
}

/// An axis with only a few elements behind it is moved to the end and back: they would not fill a vector.
template <class O>
Tensor record_softmax(const Tensor& logits, int axis, Where where) {
  constexpr std::int64_t few = 16;
  const Shape shape = shape_of(logits);
  const int rank = shape.rank();
  const int place = axis < 0 ? axis + rank : axis;
  if (place < 0 || place >= rank - 1 || product_of(shape, place + 1, rank) >= few)
    return record(O{axis}, {logits}, where);
  Axes swap = Axes::none();
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
  bool is_first;  // whether the channels are the second axis, rather than the last

  Shape infer(const Inputs& x) const {
    const Shape &value = x.shape(0), &bias = x.shape(1);
    check_number(x.dtype(0));
    if (value.rank() < (is_first ? 2 : 1) || bias.rank() != 1 || value[is_first ? 1 : -1] != bias[0])
      throw InvalidArgumentError("value " + to_string(value) + " and bias " + to_string(bias) +
                                 ": the bias needs one axis, as long as the " + (is_first ? "second" : "last") +
                                 " one of value");
    return value;
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &value = *impl_of(x[0]), &bias = *impl_of(x[1]);
    Shape shape = bias.shape;
    if (is_first)
      for (int i = 2; i < value.shape.rank(); ++i) shape.push_back(1);
    kernels::binary(kernels::Binary::add, value.dtype, value.data, value.shape, bias.data, shape, impl_of(y)->data,
                    value.shape);
  }
  auto gradient(Dy dy) const {
    return partials([=] { return *dy; },
                    [=, this] {
                      // Along the last axis the tape itself sums over the axes that bias lacks.
                      if (!is_first) return *dy;
                      Axes others = 0;
                      for (int i = 2; i < dy->rank(); ++i) others.push_back(i);
                      return reduce_sum(dy, others);
                    });
  }
  static std::vector<Sample> samples() {
    const auto call = [](const Values& x) { return bias_add(x[0], x[1]); };
    const auto first = [](const Values& x) { return bias_add(x[0], x[1], {.data_format = "NC..."}); };
    return {{call, {sample_values({3, 2}, -2, 2), sample_values({2}, -2, 2)}},
            {call, {sample_values({2, 1, 3}, -2, 2), sample_values({3}, -2, 2)}},
            {call, {sample_values({2}, -2, 2), sample_values({2}, -2, 2)}},
            {call, {sample_values({0, 2}, -2, 2), sample_values({2}, -2, 2)}},
            {first, {sample_values({2, 3, 2, 1}, -2, 2), sample_values({3}, -2, 2)}},
            {first, {sample_values({3, 2}, -2, 2), sample_values({2}, -2, 2)}}};
  }
};

}  // namespace

Tensor softmax_gradient(const Tensor& dy, const Tensor& y, int axis) {
  return record(SoftmaxGradient{axis}, {dy, y}, {});
}

bool broadcasts_to(const Shape& from, const Shape& to) {
  if (from.rank() > to.rank()) return false;
  for (int i = -from.rank(); i < 0; ++i)
    if (from[i] != to[i] && from[i] != 1) return false;
  return true;
}

bool is_channels_first(std::string_view data_format) {
  if (data_format.starts_with("NC")) return true;
  if (data_format.starts_with("N") && data_format.ends_with("C")) return false;
  throw InvalidArgumentError("the data_format is \"" + std::string(data_format) +
                             "\"; it must begin with NC (channels second), or with N and end with C (channels last)");
}

std::vector<OpRow> neural_ops() {
  std::vector<OpRow> rows = {row<Softmax>("neural"),
                             row<LogSoftmax>("neural"),
                             row<SoftmaxGradient>("neural"),
                             row<LogSoftmaxGradient>("neural"),
                             row<SigmoidCrossEntropy>("neural"),
                             row<BiasAdd>("neural")};
  for (const auto family : {cross_entropy_ops, loss_ops, dropout_ops, row_normalization_ops, batch_normalization_ops,
                            local_response_ops, attention_ops, ctc_ops, convolution_ops, pooling_ops, image_ops})
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
Tensor bias_add(const Tensor& value, const Tensor& bias, BiasAddOptions options, Where where) {
  const bool is_first = in_function(BiasAdd::name, where, [&] { return is_channels_first(options.data_format); });
  return record(BiasAdd{is_first}, {value, bias}, where);
}

}  // namespace gradtape
