#include "ops/division.h"
#include "gradtape/autograd/ops/comparison.h"
#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/math.h"
#include "kernels/arithmetic.h"
#include "ops/binary.h"
#include "ops/checks.h"
#include "ops/math_families.h"

namespace gradtape {
namespace detail {

bool divides_integers(const Operand& x, const Operand& y) {
  const auto is_integer_tensor = [](const Operand& operand) {
    if (operand.is_number()) return false;
    const TensorImpl* impl = impl_of(operand.tensor());
    return impl != nullptr && is_integer(impl->dtype);
  };
  if (x.is_number() && y.is_number()) return true;
  return is_integer_tensor(x) || is_integer_tensor(y);
}

DividedPair::DividedPair(const Operand& x, const Operand& y) {
  const OperandPair pair(x, y);
  a = pair.a(), b = pair.b();
  if (!a || !b || a.dtype() != b.dtype() || !is_integer(a.dtype())) return;  // for the op itself to refuse
  const DType dtype = size_of(a.dtype()) <= 2 ? float32 : float64;
  a = cast(a, dtype, where_of(x, y)), b = cast(b, dtype, where_of(x, y));
}

namespace {

using kernels::Arithmetic;

/// Integers and floating-point numbers; an integer divided by 0 is refused before anything is written.
template <Arithmetic function>
struct IntegerDivision : BinaryOp<function> {
  Shape infer(const Inputs& x) const {
    const Shape shape = BinaryOp<function>::infer(x);
    const TensorImpl& divisor = x.impl(1);
    if (is_integer(divisor.dtype) && shape.num_elements() > 0 &&
        kernels::contains_zero(divisor.dtype, divisor.data, divisor.count))
      throw InvalidArgumentError("integer division by zero; where zeros may come, divide floating-point numbers");
    return shape;
  }
};

constexpr std::string_view stepwise = "the quotient rounded to a whole number is piecewise constant";

struct FloorDiv : IntegerDivision<Arithmetic::floor_div> {
  static constexpr std::string_view name = "floordiv";
  static constexpr std::string_view not_differentiable = stepwise;
  static auto samples() { return binary_samples(gradtape::floordiv, 0.5, 3); }
};
struct TruncateDiv : IntegerDivision<Arithmetic::truncate_div> {
  static constexpr std::string_view name = "truncatediv";
  static constexpr std::string_view not_differentiable = stepwise;
  static auto samples() { return binary_samples(gradtape::truncatediv, 0.5, 3); }
};

// Divisors above 2 and numbers below: away from the jumps, for which only the derivative by y would be 0.
template <Tensor (*op)(const Operand&, const Operand&)>
std::vector<Sample> remainder_samples() {
  return binary_samples([](const Tensor& x, const Tensor& y) { return op(x + 5.5, y + 2.2); }, 0.1, 0.4);
}

struct FloorMod : IntegerDivision<Arithmetic::floor_mod> {
  static constexpr std::string_view name = "floormod";
  auto gradient(Dy dy, X<0, 1> x, X<1> y) const {
    return partials([=] { return *dy; }, [=] { return negative(dy * floordiv(x, y)); });
  }
  static auto samples() { return remainder_samples<gradtape::floormod>(); }
};
struct TruncateMod : IntegerDivision<Arithmetic::truncate_mod> {
  static constexpr std::string_view name = "truncatemod";
  auto gradient(Dy dy, X<0, 1> x, X<1> y) const {
    return partials([=] { return *dy; }, [=] { return negative(dy * truncatediv(x, y)); });
  }
  static auto samples() { return remainder_samples<gradtape::truncatemod>(); }
};

struct DivideNoNan : BinaryOp<Arithmetic::divide_no_nan> {
  static constexpr std::string_view name = "divide_no_nan";
  auto gradient(Dy dy, X<1> y, Y quotient) const {
    return partials([=] { return divide_no_nan(dy, y); }, [=] { return -(dy * divide_no_nan(quotient, y)); });
  }
  static auto samples() { return binary_samples(gradtape::divide_no_nan, 0.5, 2); }
};

struct MultiplyNoNan : BinaryOp<Arithmetic::multiply_no_nan> {
  static constexpr std::string_view name = "multiply_no_nan";
  auto gradient(Dy dy, X<0, 1> x, X<1, 0> y) const {
    return partials([=] { return multiply_no_nan(dy, y); }, [=] { return multiply_no_nan(x, dy); });
  }
  static auto samples() { return binary_samples(gradtape::multiply_no_nan, 0.5, 2); }
};

/// 1 where x is not 0, else 0, which gives the products below their zeros.
Tensor not_zero(const Tensor& x) { return cast(not_equal(x, 0), x.dtype()); }

struct Xdivy : BinaryOp<Arithmetic::xdivy> {
  static constexpr std::string_view name = "xdivy";
  auto gradient(Dy dy, X<0> x, X<1> y) const {
    return partials([=] { return dy * xdivy(not_zero(x), y); }, [=] { return dy * xdivy(negative(x), square(y)); });
  }
  static auto samples() { return binary_samples(gradtape::xdivy, 0.5, 2); }
};
struct Xlogy : BinaryOp<Arithmetic::xlogy> {
  static constexpr std::string_view name = "xlogy";
  auto gradient(Dy dy, X<0> x, X<1> y) const {
    return partials([=] { return dy * xlogy(not_zero(x), y); }, [=] { return dy * xdivy(x, y); });
  }
  static auto samples() { return binary_samples(gradtape::xlogy, 0.5, 2); }
};
struct Xlog1py : BinaryOp<Arithmetic::xlog1py> {
  static constexpr std::string_view name = "xlog1py";
  auto gradient(Dy dy, X<0> x, X<1> y) const {
    return partials([=] { return dy * xlog1py(not_zero(x), y); }, [=] { return dy * xdivy(x, y + 1); });
  }
  static auto samples() { return binary_samples(gradtape::xlog1py, 0.5, 2); }
};

std::vector<Sample> reciprocal_samples() { return unary_samples(reciprocal_no_nan, 0.5, 2); }
std::vector<Sample> truediv_samples() { return binary_samples(gradtape::truediv, 0.5, 2); }

}  // namespace

std::vector<OpRow> division_ops() {
  return {row<FloorDiv>("math"),
          row<FloorMod>("math"),
          composite("mod", "math", remainder_samples<gradtape::mod>),
          row<TruncateDiv>("math"),
          row<TruncateMod>("math"),
          row<DivideNoNan>("math"),
          row<MultiplyNoNan>("math"),
          composite("reciprocal_no_nan", "math", reciprocal_samples),
          composite("truediv", "math", truediv_samples),
          row<Xdivy>("math"),
          row<Xlogy>("math"),
          row<Xlog1py>("math")};
}

}  // namespace detail

using namespace detail;

Tensor floordiv(const Operand& x, const Operand& y) { return record_binary(FloorDiv{}, x, y); }
Tensor floormod(const Operand& x, const Operand& y) { return record_binary(FloorMod{}, x, y); }
Tensor mod(const Operand& x, const Operand& y) { return record_binary(FloorMod{}, x, y); }
Tensor truncatediv(const Operand& x, const Operand& y) { return record_binary(TruncateDiv{}, x, y); }
Tensor truncatemod(const Operand& x, const Operand& y) { return record_binary(TruncateMod{}, x, y); }
Tensor multiply_no_nan(const Operand& x, const Operand& y) { return record_binary(MultiplyNoNan{}, x, y); }
Tensor xdivy(const Operand& x, const Operand& y) { return record_binary(Xdivy{}, x, y); }
Tensor xlogy(const Operand& x, const Operand& y) { return record_binary(Xlogy{}, x, y); }
Tensor xlog1py(const Operand& x, const Operand& y) { return record_binary(Xlog1py{}, x, y); }

Tensor divide_no_nan(const Operand& x, const Operand& y) { return record_division(DivideNoNan{}, x, y); }
Tensor reciprocal_no_nan(const Tensor& x, Where where) {
  return divide_no_nan(Operand(1, where.file, where.line), Operand(x, where.file, where.line));
}

}  // namespace gradtape
