#include "gradtape/autograd/ops/comparison.h"
#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/math.h"
#include "kernels/arithmetic.h"
#include "ops/binary.h"
#include "ops/composite.h"
#include "ops/math_families.h"

namespace gradtape {
namespace detail {
namespace {

using kernels::Arithmetic;
using kernels::Function;

constexpr double log_of_2 = 0.693147180559945309417, log_of_10 = 2.30258509299404568402;

struct Exp2 : UnaryOp<Function::exp2> {
  static constexpr std::string_view name = "exp2";
  auto gradient(Dy dy, Y y) const {
    return partials([=] { return dy * log_of_2 * y; });
  }
  static auto samples() { return unary_samples(exp2, -2, 2); }
};

struct Log2 : UnaryOp<Function::log2> {
  static constexpr std::string_view name = "log2";
  auto gradient(Dy dy, X<0> x) const {
    return partials([=] { return dy * (1 / log_of_2) / x; });
  }
  static auto samples() { return unary_samples(log2, 0.3, 3); }
};

struct Log10 : UnaryOp<Function::log10> {
  static constexpr std::string_view name = "log10";
  auto gradient(Dy dy, X<0> x) const {
    return partials([=] { return dy * (1 / log_of_10) / x; });
  }
  static auto samples() { return unary_samples(log10, 0.3, 3); }
};

struct Cbrt : UnaryOp<Function::cbrt> {
  static constexpr std::string_view name = "cbrt";
  auto gradient(Dy dy, Y y) const {
    return partials([=] { return dy / (3 * square(y)); });
  }
  static auto samples() { return unary_samples(cbrt, 0.3, 3); }
};

struct LogAddExp : BinaryOp<Arithmetic::logaddexp> {
  static constexpr std::string_view name = "logaddexp";
  auto gradient(Dy dy, X<0> x, X<1> y) const {
    return partials([=] { return dy * sigmoid(x - y); }, [=] { return dy * sigmoid(y - x); });
  }
  static auto samples() { return binary_samples(gradtape::logaddexp, -2, 2); }
};

struct NextAfter : BinaryOp<Arithmetic::nextafter> {
  static constexpr std::string_view name = "nextafter";
  auto gradient(Dy dy) const {
    return partials([=] { return *dy; }, [=] { return zeros_like(dy); });
  }
  // Smooth only where x does not meet y.
  static auto samples() { return binary_samples(gradtape::nextafter, -2, 2); }
};

struct Trunc {
  static constexpr std::string_view name = "trunc";
  static constexpr bool is_elementwise = true;
  Shape infer(const Inputs& x) const {
    check_supported(kernels::Unary::floor, x.dtype(0));
    return x.shape(0);
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& a = *impl_of(x[0]);
    if (is_floating(a.dtype))
      kernels::unary(Function::trunc, a.dtype, a.data, impl_of(y)->data, a.count);
    else
      kernels::unary(kernels::Unary::floor, a.dtype, a.data, impl_of(y)->data, a.count);
  }
  auto gradient(Dy dy) const {
    return partials([=] { return zeros_like(dy); });
  }
  static auto samples() { return unary_samples(trunc, 0.1, 0.9); }
};

struct Rint : UnaryOp<kernels::Unary::round> {
  static constexpr std::string_view name = "rint";
  Shape infer(const Inputs& x) const {
    if (!is_floating(x.dtype(0))) throw_unsupported(x.dtype(0));
    return x.shape(0);
  }
  auto gradient(Dy dy) const {
    return partials([=] { return zeros_like(dy); });
  }
  static auto samples() { return unary_samples(rint, 0.6, 1.4); }
};

std::vector<Sample> heaviside_samples() { return binary_samples(gradtape::heaviside, 0.2, 2); }

}  // namespace

std::vector<OpRow> exponential_ops() {
  return {row<Exp2>("math"),  row<Log2>("math"),      row<Log10>("math"),
          row<Cbrt>("math"),  row<LogAddExp>("math"), row<NextAfter>("math"),
          row<Trunc>("math"), row<Rint>("math"),      composite("heaviside", "math", heaviside_samples)};
}

}  // namespace detail

using namespace detail;

Tensor exp2(const Tensor& x, Where where) { return record(Exp2{}, {x}, where); }
Tensor log2(const Tensor& x, Where where) { return record(Log2{}, {x}, where); }
Tensor log10(const Tensor& x, Where where) { return record(Log10{}, {x}, where); }
Tensor cbrt(const Tensor& x, Where where) { return record(Cbrt{}, {x}, where); }
Tensor logaddexp(const Operand& x, const Operand& y) { return record_binary(LogAddExp{}, x, y); }
Tensor nextafter(const Operand& x, const Operand& y) { return record_binary(NextAfter{}, x, y); }
Tensor trunc(const Tensor& x, Where where) { return record(Trunc{}, {x}, where); }
Tensor rint(const Tensor& x, Where where) { return record(Rint{}, {x}, where); }

Tensor heaviside(const Operand& x, const Operand& middle) {
  const Where line = where_of(x, middle);
  return in_function("heaviside", line, [&] {
    const OperandPair pair(x, middle);
    const Operand number(pair.a(), line.file, line.line);
    return where(greater(number, 0), 1, where(less(number, 0), 0, Operand(pair.b(), line.file, line.line)));
  });
}

}  // namespace gradtape
