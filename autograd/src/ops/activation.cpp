// Activations with kinks or straight pieces; the smooth ones are in smooth_activation.cpp.

#include "gradtape/autograd/ops/activation.h"

#include "gradtape/autograd/ops/clipping.h"
#include "gradtape/autograd/ops/comparison.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "kernels/arithmetic.h"
#include "kernels/elementwise.h"
#include "ops/binary.h"
#include "ops/math_families.h"

namespace gradtape {
namespace detail {
namespace {

using kernels::Activation;
using kernels::ActivationGradient;

// First-order gradients in one pass, from dy and the result.
Tensor relu6_gradient(const Tensor& dy, const Tensor& y);
Tensor elu_gradient(const Tensor& dy, const Tensor& y);
Tensor selu_gradient(const Tensor& dy, const Tensor& y);
Tensor leaky_relu_gradient(const Tensor& dy, const Tensor& features, double alpha);

std::vector<Sample> gradient_samples(Tensor (*op)(const Tensor&, const Tensor&), double low, double high) {
  const auto call = [op](const std::vector<Tensor>& x) { return op(x[0], x[1]); };
  return {{call, {sample_values({3, 4}, -2, 2), sample_values({3, 4}, low, high)}},
          {call, {sample_values({}, -2, 2), sample_values({}, low, high)}}};
}

struct Relu6Gradient : BinaryOp<ActivationGradient::relu6> {
  static constexpr std::string_view name = "relu6_gradient";
  auto gradient(Dy dy, X<1, 0> y) const {
    return partials([=] { return relu6_gradient(dy, y); }, no_partial);
  }
  static std::vector<Sample> samples() {
    const Tensor y = sample_values({3, 4}, -1, 8);
    return {{[y](const auto& x) { return relu6_gradient(x[0], y); }, {sample_values({3, 4}, -2, 2)}}};
  }
};

// The slope of elu and selu below 0 is y plus a constant.
template <ActivationGradient function>
struct ExponentialGradient : BinaryOp<function> {
  template <class F>
  static auto partials_of(const F& again, Dy dy, TensorRef upstream, TensorRef y) {
    return partials([=] { return again(dy, y); }, [=] { return where(less(y, 0), dy * upstream, 0); });
  }
};
struct EluGradient : ExponentialGradient<ActivationGradient::elu> {
  static constexpr std::string_view name = "elu_gradient";
  auto gradient(Dy dy, X<0, 1> upstream, X<1> y) const { return partials_of(elu_gradient, dy, upstream, y); }
  static auto samples() { return gradient_samples(elu_gradient, -0.9, 2); }
};
struct SeluGradient : ExponentialGradient<ActivationGradient::selu> {
  static constexpr std::string_view name = "selu_gradient";
  auto gradient(Dy dy, X<0, 1> upstream, X<1> y) const { return partials_of(selu_gradient, dy, upstream, y); }
  static auto samples() { return gradient_samples(selu_gradient, -1.7, 2); }
};

Tensor relu6_gradient(const Tensor& dy, const Tensor& y) { return record(Relu6Gradient{}, {dy, y}, {}); }
Tensor elu_gradient(const Tensor& dy, const Tensor& y) { return record(EluGradient{}, {dy, y}, {}); }
Tensor selu_gradient(const Tensor& dy, const Tensor& y) { return record(SeluGradient{}, {dy, y}, {}); }

struct Relu6 {
  static constexpr std::string_view name = "relu6";
  static constexpr bool is_elementwise = true;
  Shape infer(const Inputs& x) const {
    check_supported(kernels::Unary::relu, x.dtype(0));
    return x.shape(0);
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &a = *impl_of(x[0]), &result = *impl_of(y);
    if (is_floating(a.dtype)) return kernels::unary(Activation::relu6, a.dtype, a.data, result.data, a.count);
    const Tensor low = Operand(0).as(a.dtype), high = Operand(6).as(a.dtype);
    kernels::clip(a.dtype, a.data, a.shape, impl_of(low)->data, {}, impl_of(high)->data, {}, result.data,
                  result.shape);
  }
  auto gradient(Dy dy, Y y) const {
    return partials([=] { return relu6_gradient(dy, y); });
  }
  static auto samples() { return unary_samples(relu6, -2, 9); }
};

struct Elu : UnaryOp<Activation::elu> {
  static constexpr std::string_view name = "elu";
  auto gradient(Dy dy, Y y) const {
    return partials([=] { return elu_gradient(dy, y); });
  }
  static auto samples() { return unary_samples(elu, -2, 2); }
};
struct Selu : UnaryOp<Activation::selu> {
  static constexpr std::string_view name = "selu";
  auto gradient(Dy dy, Y y) const {
    return partials([=] { return selu_gradient(dy, y); });
  }
  static auto samples() { return unary_samples(selu, -2, 2); }
};

struct LeakyRelu {
  static constexpr std::string_view name = "leaky_relu";
  static constexpr bool is_elementwise = true;
  double alpha;
  Shape infer(const Inputs& x) const {
    if (!is_floating(x.dtype(0))) throw_unsupported(x.dtype(0));
    return x.shape(0);
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &a = *impl_of(x[0]), &result = *impl_of(y);
    kernels::leaky(a.dtype, alpha, a.data, a.shape, a.data, a.shape, result.data, result.shape);
  }
  auto gradient(Dy dy, X<0> features) const {
    return partials([=, alpha = alpha] { return leaky_relu_gradient(dy, features, alpha); });
  }
  static auto samples() {
    return unary_samples([](const Tensor& x, Where) { return leaky_relu(x, 0.3); }, -2, 2);
  }
};

/// dy where the features are above 0, else alpha dy: linear in dy.
struct LeakyReluGradient {
  static constexpr std::string_view name = "leaky_relu_gradient";
  static constexpr bool is_elementwise = true;
  double alpha;
  Shape infer(const Inputs& x) const { return broadcast_pair(x); }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &dy = *impl_of(x[0]), &features = *impl_of(x[1]), &result = *impl_of(y);
    kernels::leaky(dy.dtype, alpha, dy.data, dy.shape, features.data, features.shape, result.data, result.shape);
  }
  auto gradient(Dy dy, X<1, 0> features) const {
    return partials([=, alpha = alpha] { return leaky_relu_gradient(dy, features, alpha); }, no_partial);
  }
  static std::vector<Sample> samples() {
    const Tensor features = sample_values({3, 4}, -1, 1);
    return {{[features](const auto& x) { return leaky_relu_gradient(x[0], features, 0.3); },
             {sample_values({3, 4}, -2, 2)}}};
  }
};
Tensor leaky_relu_gradient(const Tensor& dy, const Tensor& features, double alpha) {
  return record(LeakyReluGradient{alpha}, {dy, features}, {});
}

std::vector<Sample> hard_sigmoid_samples() { return unary_samples(hard_sigmoid, -4, 4); }
std::vector<Sample> crelu_samples() {
  return {{[](const auto& x) { return crelu(x[0]); }, {sample_values({2, 3}, -2, 2)}},
          {[](const auto& x) { return crelu(x[0], 0); }, {sample_values({2, 1, 3}, -2, 2)}},
          {[](const auto& x) { return crelu(x[0]); }, {sample_values({2, 0}, -2, 2)}}};
}

}  // namespace

std::vector<OpRow> activation_ops() {
  return {row<Relu6>("activation"),
          row<LeakyRelu>("activation"),
          row<Elu>("activation"),
          row<Selu>("activation"),
          composite("hard_sigmoid", "activation", hard_sigmoid_samples),
          composite("crelu", "activation", crelu_samples),
          row<Relu6Gradient>("activation"),
          row<LeakyReluGradient>("activation"),
          row<EluGradient>("activation"),
          row<SeluGradient>("activation")};
}

}  // namespace detail

using namespace detail;

Tensor relu6(const Tensor& features, Where where) { return record(Relu6{}, {features}, where); }
Tensor elu(const Tensor& features, Where where) { return record(Elu{}, {features}, where); }
Tensor selu(const Tensor& features, Where where) { return record(Selu{}, {features}, where); }
Tensor leaky_relu(const Tensor& features, double alpha, Where where) {
  if (features && is_integer(features.dtype()))
    return record(LeakyRelu{alpha}, {cast(features, float32, where)}, where);
  return record(LeakyRelu{alpha}, {features}, where);
}
Tensor hard_sigmoid(const Tensor& x, Where where) {
  return clip_by_value(add(Operand(0.5, where.file, where.line),
                           multiply(Operand(0.2, where.file, where.line), Operand(x, where.file, where.line))),
                       0, 1);
}
Tensor crelu(const Tensor& features, int axis, Where where) {
  return relu(concat({features, negative(features, where)}, axis, where), where);
}

}  // namespace gradtape
