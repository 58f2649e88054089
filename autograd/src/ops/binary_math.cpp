#include "gradtape/autograd/ops/math.h"

#include "gradtape/autograd/ops/comparison.h"
#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/reduction.h"
#include "kernels/elementwise.h"
#include "ops/binary.h"
#include "ops/division.h"
#include "ops/op.h"
#include "ops/sample.h"

namespace gradtape {
namespace detail {
namespace {

using kernels::Binary;

struct Add : BinaryOp<Binary::add> {
  static constexpr std::string_view name = "add";
  auto gradient(Dy dy) const {
    return partials([=] { return *dy; }, [=] { return *dy; });
  }
  static auto samples() { return binary_samples(gradtape::add, -2, 2); }
};

struct Subtract : BinaryOp<Binary::subtract> {
  static constexpr std::string_view name = "subtract";
  auto gradient(Dy dy) const {
    return partials([=] { return *dy; }, [=] { return negative(dy); });
  }
  static auto samples() { return binary_samples(gradtape::subtract, -2, 2); }
};

// dy * x. The gradient of a sum is the number 1: then it is x, under an identity of its own, unless a tape records
// (or dy stands for several rows and has no data).
Tensor scaled(const Tensor& dy, const Tensor& x) {
  const TensorImpl &factor = *impl_of(dy), &value = *impl_of(x);
  const bool is_one = factor.count == 1 && factor.data != nullptr &&
                      (factor.dtype == float32 ? *static_cast<const float*>(factor.data) == 1
                                               : *static_cast<const double*>(factor.data) == 1);
  if (is_one && value.count > 1 && dy.rank() <= x.rank() && recording_log() == nullptr) return view(x, value.shape);
  return dy * x;
}

struct Multiply : BinaryOp<Binary::multiply> {
  static constexpr std::string_view name = "multiply";
  auto gradient(Dy dy, X<0, 1> x, X<1, 0> y) const {
    return partials([=] { return scaled(dy, y); }, [=] { return scaled(dy, x); });
  }
  static auto samples() { return binary_samples(gradtape::multiply, -2, 2); }
};

struct Divide : BinaryOp<Binary::divide> {
  static constexpr std::string_view name = "divide";
  auto gradient(Dy dy, X<1> y, Y quotient) const {
    return partials([=] { return dy / y; }, [=] { return -(dy * quotient / y); });
  }
  static auto samples() { return binary_samples(gradtape::divide, 0.5, 2); }
};

struct Maximum : BinaryOp<Binary::maximum> {
  static constexpr std::string_view name = "maximum";
  auto gradient(Dy dy, X<0> x, X<1> y) const {
    return partials([=] { return where(greater_equal(x, y), dy, 0); },
                    [=] { return where(greater_equal(x, y), 0, dy); });
  }
  static auto samples() { return binary_samples(gradtape::maximum, -2, 2); }
};

struct Minimum : BinaryOp<Binary::minimum> {
  static constexpr std::string_view name = "minimum";
  auto gradient(Dy dy, X<0> x, X<1> y) const {
    return partials([=] { return where(less_equal(x, y), dy, 0); }, [=] { return where(less_equal(x, y), 0, dy); });
  }
  static auto samples() { return binary_samples(gradtape::minimum, -2, 2); }
};

bool is_number_but_0(const Tensor& tensor) { return impl_of(tensor)->count == 1 && tensor.item<double>() != 0; }

struct Pow : BinaryOp<Binary::pow> {
  static constexpr std::string_view name = "pow";
  auto gradient(Dy dy, X<0> x, X<1> y, Y power) const {
    return partials(
        [=] {
          return is_number_but_0(y) ? dy * y * pow(x, y - 1)
                                    // x^0 is constant, at 0 too
                                    : dy * multiply_no_nan(pow(x, y - 1), y);
        },
        [=] {
          // log of 1 in place of what has no logarithm keeps NaN out of the second order too.
          const Tensor positive = greater(x, 0);
          return dy * where(positive, power * log(where(positive, x, 1)), 0);
        });
  }
  static auto samples() { return binary_samples(gradtape::pow, 0.5, 2); }
};

struct SquaredDifference : BinaryOp<Binary::squared_difference> {
  static constexpr std::string_view name = "squared_difference";
  auto gradient(Dy dy, X<0> x, X<1> y) const {
    return partials([=] { return 2 * dy * (x - y); }, [=] { return 2 * dy * (y - x); });
  }
  static auto samples() { return binary_samples(gradtape::squared_difference, -2, 2); }
};

}  // namespace

std::vector<OpRow> binary_math_ops() {
  return {row<Add>("math"),     row<Subtract>("math"), row<Multiply>("math"), row<Divide>("math"),
          row<Maximum>("math"), row<Minimum>("math"),  row<Pow>("math"),      row<SquaredDifference>("math")};
}

}  // namespace detail

using namespace detail;

Tensor add(const Operand& x, const Operand& y) { return record_binary(Add{}, x, y); }
Tensor subtract(const Operand& x, const Operand& y) { return record_binary(Subtract{}, x, y); }
Tensor multiply(const Operand& x, const Operand& y) { return record_binary(Multiply{}, x, y); }
Tensor divide(const Operand& x, const Operand& y) { return record_division(Divide{}, x, y); }
Tensor maximum(const Operand& x, const Operand& y) { return record_binary(Maximum{}, x, y); }
Tensor minimum(const Operand& x, const Operand& y) { return record_binary(Minimum{}, x, y); }
Tensor pow(const Operand& x, const Operand& y) { return record_binary(Pow{}, x, y); }
Tensor squared_difference(const Operand& x, const Operand& y) { return record_binary(SquaredDifference{}, x, y); }

}  // namespace gradtape
