#include "gradtape/autograd/ops/comparison.h"
#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/math.h"
#include "kernels/elementwise.h"
#include "ops/binary.h"
#include "ops/math_families.h"
#include "ops/sample.h"

namespace gradtape {
namespace detail {
namespace {

using kernels::Binary;
using kernels::Unary;

// The first-order gradients of the commonest activations in one pass; each is an op that can be differentiated.
Tensor relu_gradient(const Tensor& dy, const Tensor& y);
Tensor sigmoid_gradient(const Tensor& dy, const Tensor& y);
Tensor tanh_gradient(const Tensor& dy, const Tensor& y);

struct ReluGradient : BinaryOp<Binary::relu_gradient> {
  static constexpr std::string_view name = "relu_gradient";
  auto gradient(Dy dy, X<1, 0> y) const {
    return partials([=] { return relu_gradient(dy, y); }, no_partial);
  }
  static std::vector<Sample> samples() {
    const Tensor y = sample_values({3, 4}, -1, 1);
    return {{[y](const auto& x) { return relu_gradient(x[0], y); }, {sample_values({3, 4}, -2, 2)}}};
  }
};

struct SigmoidGradient : BinaryOp<Binary::sigmoid_gradient> {
  static constexpr std::string_view name = "sigmoid_gradient";
  auto gradient(Dy dy, X<0, 1> upstream, X<1> y) const {
    return partials([=] { return dy * y * (1 - y); }, [=] { return dy * upstream * (1 - 2 * y); });
  }
  static std::vector<Sample> samples() {
    return {{[](const auto& x) { return sigmoid_gradient(x[0], x[1]); },
             {sample_values({3, 4}, -2, 2), sample_values({3, 4}, 0.1, 0.9)}}};
  }
};

struct TanhGradient : BinaryOp<Binary::tanh_gradient> {
  static constexpr std::string_view name = "tanh_gradient";
  auto gradient(Dy dy, X<0, 1> upstream, X<1> y) const {
    return partials([=] { return dy * (1 - square(y)); }, [=] { return -2 * dy * upstream * y; });
  }
  static std::vector<Sample> samples() {
    return {{[](const auto& x) { return tanh_gradient(x[0], x[1]); },
             {sample_values({3, 4}, -2, 2), sample_values({3, 4}, -0.9, 0.9)}}};
  }
};

Tensor relu_gradient(const Tensor& dy, const Tensor& y) { return record(ReluGradient{}, {dy, y}, {}); }
Tensor sigmoid_gradient(const Tensor& dy, const Tensor& y) { return record(SigmoidGradient{}, {dy, y}, {}); }
Tensor tanh_gradient(const Tensor& dy, const Tensor& y) { return record(TanhGradient{}, {dy, y}, {}); }

struct Negative : UnaryOp<Unary::negative> {
  static constexpr std::string_view name = "negative";
  auto gradient(Dy dy) const {
    return partials([=] { return negative(dy); });
  }
  static auto samples() { return unary_samples(negative, -2, 2); }
};

struct Square : UnaryOp<Unary::square> {
  static constexpr std::string_view name = "square";
  auto gradient(Dy dy, X<0> x) const {
    return partials([=] { return 2 * dy * x; });
  }
  static auto samples() { return unary_samples(square, -2, 2); }
};

struct Abs : UnaryOp<Unary::abs> {
  static constexpr std::string_view name = "abs";
  auto gradient(Dy dy, X<0> x) const {
    return partials([=] { return dy * sign(x); });
  }
  static auto samples() { return unary_samples(abs, 0.2, 2); }
};

struct Sign : UnaryOp<Unary::sign> {
  static constexpr std::string_view name = "sign";
  auto gradient(Dy dy) const {
    return partials([=] { return zeros_like(dy); });
  }
  static auto samples() { return unary_samples(sign, 0.2, 2); }
};

struct Sqrt : UnaryOp<Unary::sqrt> {
  static constexpr std::string_view name = "sqrt";
  auto gradient(Dy dy, Y y) const {
    return partials([=] { return 0.5 * dy / y; });
  }
  static auto samples() { return unary_samples(sqrt, 0.3, 3); }
};

struct Rsqrt : UnaryOp<Unary::rsqrt> {
  static constexpr std::string_view name = "rsqrt";
  auto gradient(Dy dy, Y y) const {
    return partials([=] { return -0.5 * dy * y * square(y); });
  }
  static auto samples() { return unary_samples(rsqrt, 0.3, 3); }
};

struct Reciprocal : UnaryOp<Unary::reciprocal> {
  static constexpr std::string_view name = "reciprocal";
  auto gradient(Dy dy, Y y) const {
    return partials([=] { return -dy * square(y); });
  }
  static auto samples() { return unary_samples(reciprocal, 0.5, 2); }
};

struct Exp : UnaryOp<Unary::exp> {
  static constexpr std::string_view name = "exp";
  auto gradient(Dy dy, Y y) const {
    return partials([=] { return dy * y; });
  }
  static auto samples() { return unary_samples(exp, -2, 2); }
};

struct Expm1 : UnaryOp<Unary::expm1> {
  static constexpr std::string_view name = "expm1";
  auto gradient(Dy dy, X<0> x) const {
    return partials([=] { return dy * exp(x); });
  }
  static auto samples() { return unary_samples(expm1, -2, 2); }
};

struct Logarithm : UnaryOp<Unary::log> {
  static constexpr std::string_view name = "log";
  auto gradient(Dy dy, X<0> x) const {
    return partials([=] { return dy / x; });
  }
  static auto samples() { return unary_samples(log, 0.3, 3); }
};

struct Log1p : UnaryOp<Unary::log1p> {
  static constexpr std::string_view name = "log1p";
  auto gradient(Dy dy, X<0> x) const {
    return partials([=] { return dy / (1 + x); });
  }
  static auto samples() { return unary_samples(log1p, -0.6, 3); }
};

struct Sin : UnaryOp<Unary::sin> {
  static constexpr std::string_view name = "sin";
  auto gradient(Dy dy, X<0> x) const {
    return partials([=] { return dy * cos(x); });
  }
  static auto samples() { return unary_samples(sin, -3, 3); }
};

struct Cos : UnaryOp<Unary::cos> {
  static constexpr std::string_view name = "cos";
  auto gradient(Dy dy, X<0> x) const {
    return partials([=] { return -(dy * sin(x)); });
  }
  static auto samples() { return unary_samples(cos, -3, 3); }
};

struct Sigmoid : UnaryOp<Unary::sigmoid> {
  static constexpr std::string_view name = "sigmoid";
  auto gradient(Dy dy, Y y) const {
    return partials([=] { return sigmoid_gradient(dy, y); });
  }
  static auto samples() { return unary_samples(sigmoid, -3, 3); }
};

struct Tanh : UnaryOp<Unary::tanh> {
  static constexpr std::string_view name = "tanh";
  auto gradient(Dy dy, Y y) const {
    return partials([=] { return tanh_gradient(dy, y); });
  }
  static auto samples() { return unary_samples(tanh, -3, 3); }
};

struct Relu : UnaryOp<Unary::relu> {
  static constexpr std::string_view name = "relu";
  auto gradient(Dy dy, Y y) const {
    return partials([=] { return relu_gradient(dy, y); });
  }
  static auto samples() { return unary_samples(relu, -2, 2); }
};

// Piecewise constant: the gradient is 0 wherever it exists.
template <Unary function>
struct Rounding : UnaryOp<function> {
  auto gradient(Dy dy) const {
    return partials([=] { return zeros_like(dy); });
  }
};
struct Floor : Rounding<Unary::floor> {
  static constexpr std::string_view name = "floor";
  static auto samples() { return unary_samples(floor, 0.1, 0.9); }
};
struct Ceil : Rounding<Unary::ceil> {
  static constexpr std::string_view name = "ceil";
  static auto samples() { return unary_samples(ceil, 0.1, 0.9); }
};
struct Round : Rounding<Unary::round> {
  static constexpr std::string_view name = "round";
  static auto samples() { return unary_samples(round, 0.6, 1.4); }
};

}  // namespace

std::vector<OpRow> unary_math_ops() {
  std::vector<OpRow> rows = {row<Negative>("math"),    row<Square>("math"),       row<Abs>("math"),
                             row<Sign>("math"),        row<Sqrt>("math"),         row<Rsqrt>("math"),
                             row<Reciprocal>("math"),  row<Exp>("math"),          row<Expm1>("math"),
                             row<Logarithm>("math"),   row<Log1p>("math"),        row<Sin>("math"),
                             row<Cos>("math"),         row<Sigmoid>("math"),      row<Tanh>("math"),
                             row<Relu>("math"),        row<Floor>("math"),        row<Ceil>("math"),
                             row<Round>("math"),       row<ReluGradient>("math"), row<SigmoidGradient>("math"),
                             row<TanhGradient>("math")};
  for (auto part : {trigonometry_ops, exponential_ops, division_ops, sum_ops, special_math_ops,
                    incomplete_function_ops, activation_ops, smooth_activation_ops, bitwise_ops, clipping_ops})
    for (const OpRow& other : part()) rows.push_back(other);
  return rows;
}

}  // namespace detail

using namespace detail;

Tensor negative(const Tensor& x, Where where) { return record(Negative{}, {x}, where); }
Tensor square(const Tensor& x, Where where) { return record(Square{}, {x}, where); }
Tensor abs(const Tensor& x, Where where) { return record(Abs{}, {x}, where); }
Tensor sign(const Tensor& x, Where where) { return record(Sign{}, {x}, where); }
Tensor sqrt(const Tensor& x, Where where) { return record(Sqrt{}, {x}, where); }
Tensor rsqrt(const Tensor& x, Where where) { return record(Rsqrt{}, {x}, where); }
Tensor reciprocal(const Tensor& x, Where where) { return record(Reciprocal{}, {x}, where); }
Tensor exp(const Tensor& x, Where where) { return record(Exp{}, {x}, where); }
Tensor expm1(const Tensor& x, Where where) { return record(Expm1{}, {x}, where); }
Tensor log(const Tensor& x, Where where) { return record(Logarithm{}, {x}, where); }
Tensor log1p(const Tensor& x, Where where) { return record(Log1p{}, {x}, where); }
Tensor sin(const Tensor& x, Where where) { return record(Sin{}, {x}, where); }
Tensor cos(const Tensor& x, Where where) { return record(Cos{}, {x}, where); }
Tensor sigmoid(const Tensor& x, Where where) { return record(Sigmoid{}, {x}, where); }
Tensor tanh(const Tensor& x, Where where) { return record(Tanh{}, {x}, where); }
Tensor relu(const Tensor& x, Where where) { return record(Relu{}, {x}, where); }
Tensor floor(const Tensor& x, Where where) { return record(Floor{}, {x}, where); }
Tensor ceil(const Tensor& x, Where where) { return record(Ceil{}, {x}, where); }
Tensor round(const Tensor& x, Where where) { return record(Round{}, {x}, where); }

Tensor operator-(const Operand& x) {
  return x.is_number() ? negative(x.as_tensor(), x.where()) : negative(x.tensor(), x.where());
}

}  // namespace gradtape
