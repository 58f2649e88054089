#include "gradtape/autograd/ops/comparison.h"
#include "gradtape/autograd/ops/math.h"
#include "kernels/arithmetic.h"
#include "ops/binary.h"
#include "ops/math_families.h"

namespace gradtape {
namespace detail {
namespace {

using kernels::Arithmetic;
using kernels::Function;

struct Tan : UnaryOp<Function::tan> {
  static constexpr std::string_view name = "tan";
  auto gradient(Dy dy, Y y) const {
    return partials([=] { return dy * (1 + square(y)); });
  }
  static auto samples() { return unary_samples(tan, -1.2, 1.2); }
};

struct Asin : UnaryOp<Function::asin> {
  static constexpr std::string_view name = "asin";
  auto gradient(Dy dy, X<0> x) const {
    return partials([=] { return dy * rsqrt((1 - x) * (1 + x)); });
  }
  static auto samples() { return unary_samples(asin, -0.9, 0.9); }
};

struct Acos : UnaryOp<Function::acos> {
  static constexpr std::string_view name = "acos";
  auto gradient(Dy dy, X<0> x) const {
    return partials([=] { return -(dy * rsqrt((1 - x) * (1 + x))); });
  }
  static auto samples() { return unary_samples(acos, -0.9, 0.9); }
};

struct Atan : UnaryOp<Function::atan> {
  static constexpr std::string_view name = "atan";
  auto gradient(Dy dy, X<0> x) const {
    return partials([=] { return dy / (1 + square(x)); });
  }
  static auto samples() { return unary_samples(atan, -3, 3); }
};

struct Sinh : UnaryOp<Function::sinh> {
  static constexpr std::string_view name = "sinh";
  auto gradient(Dy dy, X<0> x) const {
    return partials([=] { return dy * cosh(x); });
  }
  static auto samples() { return unary_samples(sinh, -2, 2); }
};

struct Cosh : UnaryOp<Function::cosh> {
  static constexpr std::string_view name = "cosh";
  auto gradient(Dy dy, X<0> x) const {
    return partials([=] { return dy * sinh(x); });
  }
  static auto samples() { return unary_samples(cosh, -2, 2); }
};

// As TensorFlow, by way of the result: 1 / cosh(asinh(x)), whose square does not overflow.
struct Asinh : UnaryOp<Function::asinh> {
  static constexpr std::string_view name = "asinh";
  auto gradient(Dy dy, Y y) const {
    return partials([=] { return dy / cosh(y); });
  }
  static auto samples() { return unary_samples(asinh, -3, 3); }
};

struct Acosh : UnaryOp<Function::acosh> {
  static constexpr std::string_view name = "acosh";
  auto gradient(Dy dy, Y y) const {
    return partials([=] { return dy / sinh(y); });
  }
  static auto samples() { return unary_samples(acosh, 1.3, 4); }
};

struct Atanh : UnaryOp<Function::atanh> {
  static constexpr std::string_view name = "atanh";
  auto gradient(Dy dy, X<0> x) const {
    return partials([=] { return dy / ((1 - x) * (1 + x)); });
  }
  static auto samples() { return unary_samples(atanh, -0.9, 0.9); }
};

struct Atan2 : BinaryOp<Arithmetic::atan2> {
  static constexpr std::string_view name = "atan2";
  auto gradient(Dy dy, X<0> y, X<1> x) const {
    return partials([=] { return dy * x / (square(x) + square(y)); },
                    [=] { return -(dy * y / (square(x) + square(y))); });
  }
  static auto samples() { return binary_samples(gradtape::atan2, 0.3, 2); }
};

struct Hypot : BinaryOp<Arithmetic::hypot> {
  static constexpr std::string_view name = "hypot";
  auto gradient(Dy dy, X<0> x, X<1> y, Y length) const {
    return partials([=] { return dy * divide_no_nan(x, length); }, [=] { return dy * divide_no_nan(y, length); });
  }
  static auto samples() { return binary_samples(gradtape::hypot, 0.3, 2); }
};

}  // namespace

std::vector<OpRow> trigonometry_ops() {
  return {row<Tan>("math"),   row<Asin>("math"),  row<Acos>("math"),  row<Atan>("math"),
          row<Sinh>("math"),  row<Cosh>("math"),  row<Asinh>("math"), row<Acosh>("math"),
          row<Atanh>("math"), row<Atan2>("math"), row<Hypot>("math")};
}

}  // namespace detail

using namespace detail;

Tensor tan(const Tensor& x, Where where) { return record(Tan{}, {x}, where); }
Tensor asin(const Tensor& x, Where where) { return record(Asin{}, {x}, where); }
Tensor acos(const Tensor& x, Where where) { return record(Acos{}, {x}, where); }
Tensor atan(const Tensor& x, Where where) { return record(Atan{}, {x}, where); }
Tensor sinh(const Tensor& x, Where where) { return record(Sinh{}, {x}, where); }
Tensor cosh(const Tensor& x, Where where) { return record(Cosh{}, {x}, where); }
Tensor asinh(const Tensor& x, Where where) { return record(Asinh{}, {x}, where); }
Tensor acosh(const Tensor& x, Where where) { return record(Acosh{}, {x}, where); }
Tensor atanh(const Tensor& x, Where where) { return record(Atanh{}, {x}, where); }
Tensor atan2(const Operand& y, const Operand& x) { return record_binary(Atan2{}, y, x); }
Tensor hypot(const Operand& x, const Operand& y) { return record_binary(Hypot{}, x, y); }

}  // namespace gradtape
