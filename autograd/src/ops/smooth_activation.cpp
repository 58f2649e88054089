// Activations that are smooth everywhere. Each has its first-order gradient in one pass, from dy and the input; the
// gradient of that is made of public ops.

#include "gradtape/autograd/ops/activation.h"
#include "gradtape/autograd/ops/clipping.h"
#include "gradtape/autograd/ops/math.h"
#include "kernels/elementwise.h"
#include "ops/binary.h"
#include "ops/math_families.h"

namespace gradtape {
namespace detail {
namespace {

using kernels::Activation;
using kernels::ActivationGradient;

/// f''(x), of public ops.
using Curvature = Tensor (*)(const Tensor& x);

// s (1 - s), s = sigmoid(x)
Tensor sigmoid_slope(const Tensor& x) { return sigmoid(x) * sigmoid(negative(x)); }

Tensor softplus_curvature(const Tensor& x) { return sigmoid_slope(x); }
Tensor log_sigmoid_curvature(const Tensor& x) { return negative(sigmoid_slope(x)); }
Tensor softsign_curvature(const Tensor& x) { return -2 * sign(x) / pow(1 + abs(x), 3); }
Tensor silu_curvature(const Tensor& x) { return sigmoid_slope(x) * (2 + x * (1 - 2 * sigmoid(x))); }
// With t = tanh(softplus(x)): f' = t + x t', f'' = 2 t' + x t''.
Tensor mish_curvature(const Tensor& x) {
  const Tensor t = tanh(softplus(x)), s = sigmoid(x);
  const Tensor slope = (1 - square(t)) * s;
  return slope * (2 + x * (1 - s - 2 * t * s));
}
// Where the density is 0 the square may overflow, so large values stand for all that are larger.
Tensor gelu_curvature(const Tensor& x) {
  const Tensor z = square(clip_by_value(x, -50, 50));
  return 0.39894228040143267794 * exp(-0.5 * z) * (2 - z);
}
// With f = x s(v), v = 2 sqrt(2 / pi) (x + 0.044715 x^3).
Tensor gelu_tanh_curvature(const Tensor& value) {
  const double c = 1.59576912160573071176;
  const Tensor x = clip_by_value(value, -50, 50);
  const Tensor z = square(x);
  const Tensor v = x * (c + c * 0.044715 * z), slope = c + c * 0.134145 * z, curvature = c * 0.26829 * x;
  return sigmoid_slope(v) * (2 * slope + x * (curvature + square(slope) * (1 - 2 * sigmoid(v))));
}

template <ActivationGradient function>
Tensor first_order(const Tensor& dy, const Tensor& x);

/// dy f'(x)
template <ActivationGradient function, Curvature curvature>
struct SmoothGradient : BinaryOp<function> {
  auto gradient(Dy dy, X<0, 1> upstream, X<1> x) const {
    return partials([=] { return first_order<function>(dy, x); }, [=] { return dy * upstream * curvature(x); });
  }
  static std::vector<Sample> samples() {
    const auto call = [](const std::vector<Tensor>& x) { return first_order<function>(x[0], x[1]); };
    return {{call, {sample_values({3, 4}, -2, 2), sample_values({3, 4}, -3, 3.1)}},
            {call, {sample_values({}, -2, 2), sample_values({}, -3, 3)}}};
  }
};

template <Activation function, ActivationGradient gradient_function>
struct Smooth : UnaryOp<function> {
  auto gradient(Dy dy, X<0> x) const {
    return partials([=] { return first_order<gradient_function>(dy, x); });
  }
};

#define GRADTAPE_SMOOTH(Name, function)                                                        \
  struct Name##Gradient : SmoothGradient<ActivationGradient::function, function##_curvature> { \
    static constexpr std::string_view name = #function "_gradient";                            \
  };                                                                                           \
  template <>                                                                                  \
  Tensor first_order<ActivationGradient::function>(const Tensor& dy, const Tensor& x) {        \
    return record(Name##Gradient{}, {dy, x}, {});                                              \
  }
GRADTAPE_SMOOTH(Softplus, softplus)
GRADTAPE_SMOOTH(LogSigmoid, log_sigmoid)
GRADTAPE_SMOOTH(Softsign, softsign)
GRADTAPE_SMOOTH(Silu, silu)
GRADTAPE_SMOOTH(Mish, mish)
GRADTAPE_SMOOTH(Gelu, gelu)
GRADTAPE_SMOOTH(GeluTanh, gelu_tanh)
#undef GRADTAPE_SMOOTH

struct Softplus : Smooth<Activation::softplus, ActivationGradient::softplus> {
  static constexpr std::string_view name = "softplus";
  static auto samples() { return unary_samples(softplus, -3, 3); }
};
struct LogSigmoid : Smooth<Activation::log_sigmoid, ActivationGradient::log_sigmoid> {
  static constexpr std::string_view name = "log_sigmoid";
  static auto samples() { return unary_samples(log_sigmoid, -3, 3); }
};
struct Softsign : Smooth<Activation::softsign, ActivationGradient::softsign> {
  static constexpr std::string_view name = "softsign";
  static auto samples() { return unary_samples(softsign, 0.2, 3); }
};
struct Silu : Smooth<Activation::silu, ActivationGradient::silu> {
  static constexpr std::string_view name = "silu";
  static auto samples() {
    return unary_samples([](const Tensor& x, Where) { return silu(x); }, -3, 3);
  }
};
struct Mish : Smooth<Activation::mish, ActivationGradient::mish> {
  static constexpr std::string_view name = "mish";
  static auto samples() { return unary_samples(mish, -3, 3); }
};
struct Gelu : Smooth<Activation::gelu, ActivationGradient::gelu> {
  static constexpr std::string_view name = "gelu";
  static auto samples() {
    return unary_samples([](const Tensor& x, Where) { return gelu(x); }, -3, 3);
  }
};
struct GeluTanh : Smooth<Activation::gelu_tanh, ActivationGradient::gelu_tanh> {
  static constexpr std::string_view name = "gelu_tanh";
  static auto samples() {
    return unary_samples([](const Tensor& x, Where) { return gelu(x, true); }, -3, 3);
  }
};

std::vector<Sample> swish_samples() {
  return {
      {[](const auto& x) { return swish(x[0]); }, {sample_values({2, 3}, -3, 3)}},
      {[](const auto& x) { return swish(x[0], 1.5); }, {sample_values({2, 1, 3}, -3, 3)}},
      {[](const auto& x) { return swish(x[0], x[1]); }, {sample_values({2, 3}, -3, 3), sample_values({}, 0.5, 2)}}};
}

}  // namespace

std::vector<OpRow> smooth_activation_ops() {
  return {row<Softplus>("activation"),
          row<LogSigmoid>("activation"),
          row<Softsign>("activation"),
          row<Silu>("activation"),
          composite("swish", "activation", swish_samples),
          row<Mish>("activation"),
          row<Gelu>("activation"),
          row<GeluTanh>("activation"),
          row<SoftplusGradient>("activation"),
          row<LogSigmoidGradient>("activation"),
          row<SoftsignGradient>("activation"),
          row<SiluGradient>("activation"),
          row<MishGradient>("activation"),
          row<GeluGradient>("activation"),
          row<GeluTanhGradient>("activation")};
}

}  // namespace detail

using namespace detail;

Tensor softplus(const Tensor& x, Where where) { return record(Softplus{}, {x}, where); }
Tensor log_sigmoid(const Tensor& x, Where where) { return record(LogSigmoid{}, {x}, where); }
Tensor softsign(const Tensor& features, Where where) { return record(Softsign{}, {features}, where); }
Tensor mish(const Tensor& features, Where where) { return record(Mish{}, {features}, where); }
Tensor gelu(const Tensor& features, bool approximate, Where where) {
  return approximate ? record(GeluTanh{}, {features}, where) : record(Gelu{}, {features}, where);
}

Tensor silu(const Operand& features, const Operand& beta) {
  if (!beta.is_number()) return multiply(features, sigmoid(multiply(beta, features), where_of(features, beta)));
  const Tensor x = features.as_tensor();
  if (beta.as(float64).item<double>() == 1) return record(Silu{}, {x}, features.where());
  return multiply(features, sigmoid(multiply(beta, features), where_of(features, beta)));
}
Tensor swish(const Operand& features, const Operand& beta) { return silu(features, beta); }

}  // namespace gradtape
