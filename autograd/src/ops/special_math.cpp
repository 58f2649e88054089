#include "gradtape/autograd/ops/special_math.h"

#include "gradtape/autograd/ops/comparison.h"
#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/reduction.h"
#include "kernels/special_functions.h"
#include "ops/checks.h"
#include "ops/math_families.h"
#include "ops/special_op.h"

namespace gradtape {
namespace detail {
namespace {

using kernels::Function;

constexpr double sqrt_pi_over_2 = 0.886226925452758013649, two_over_sqrt_pi = 1.12837916709551257390,
                 sqrt_2_pi = 2.50662827463100050242;

struct Erf : UnaryOp<Function::erf> {
  static constexpr std::string_view name = "erf";
  auto gradient(Dy dy, X<0> x) const {
    return partials([=] { return dy * two_over_sqrt_pi * exp(negative(square(x))); });
  }
  static auto samples() { return unary_samples(erf, -2, 2); }
};
struct Erfc : UnaryOp<Function::erfc> {
  static constexpr std::string_view name = "erfc";
  auto gradient(Dy dy, X<0> x) const {
    return partials([=] { return dy * -two_over_sqrt_pi * exp(negative(square(x))); });
  }
  static auto samples() { return unary_samples(erfc, -2, 2); }
};

struct Erfinv : SpecialUnary<kernels::inverse_erf> {
  static constexpr std::string_view name = "erfinv";
  auto gradient(Dy dy, Y y) const {
    return partials([=] { return dy * sqrt_pi_over_2 * exp(square(y)); });
  }
  static auto samples() { return unary_samples(erfinv, -0.9, 0.9); }
};
struct Ndtri : SpecialUnary<kernels::normal_quantile> {
  static constexpr std::string_view name = "ndtri";
  auto gradient(Dy dy, Y y) const {
    return partials([=] { return dy * sqrt_2_pi * exp(0.5 * square(y)); });
  }
  static auto samples() { return unary_samples(ndtri, 0.1, 0.9); }
};

struct Lgamma : SpecialUnary<kernels::log_gamma> {
  static constexpr std::string_view name = "lgamma";
  auto gradient(Dy dy, X<0> x) const {
    return partials([=] { return dy * digamma(x); });
  }
  static auto samples() { return unary_samples(lgamma, 0.3, 4); }
};
struct Digamma : SpecialUnary<kernels::digamma> {
  static constexpr std::string_view name = "digamma";
  auto gradient(Dy dy, X<0> x) const {
    return partials([=] { return dy * polygamma(1, x); });
  }
  static auto samples() { return unary_samples(digamma, 0.5, 4); }
};
struct Polygamma : SpecialBinary<kernels::polygamma> {
  static constexpr std::string_view name = "polygamma";
  auto gradient(Dy dy, X<0, 1> a, X<1> x) const {
    return partials(no_partial, [=] { return dy * polygamma(a + 1, x); });
  }
  static std::vector<Sample> samples() {
    return {{[](const auto& x) { return polygamma(1, x[0]); }, {sample_values({2, 3}, 0.6, 4)}},
            {[](const auto& x) {
               return polygamma(constant({0.0, 1.0, 2.0}, float64), x[0]);
             },
             {sample_values({2, 1}, 0.6, 4)}},
            {[](const auto& x) { return polygamma(3, x[0]); }, {sample_values({}, 0.6, 4)}}};
  }
};
struct Zeta : SpecialBinary<kernels::zeta> {
  static constexpr std::string_view name = "zeta";
  auto gradient(Dy dy, X<0, 1> x, X<1> q) const {
    return partials(no_partial, [=] { return negative(dy * x * zeta(x + 1, q)); });
  }
  static std::vector<Sample> samples() {
    return {{[](const auto& x) { return zeta(2.5, x[0]); }, {sample_values({2, 3}, 0.6, 4)}},
            {[](const auto& x) {
               return zeta(constant({2.0, 3.5}, float64), x[0]);
             },
             {sample_values({3, 1}, 0.6, 4)}},
            {[](const auto& x) { return zeta(3, x[0]); }, {sample_values({0, 3}, 0.6, 4)}}};
  }
};

struct BesselI0 : SpecialUnary<kernels::bessel_i0> {
  static constexpr std::string_view name = "bessel_i0";
  auto gradient(Dy dy, X<0> x) const {
    return partials([=] { return dy * bessel_i1(x); });
  }
  static auto samples() { return unary_samples(bessel_i0, -2, 2); }
};
struct BesselI0e : SpecialUnary<kernels::bessel_i0e> {
  static constexpr std::string_view name = "bessel_i0e";
  auto gradient(Dy dy, X<0> x, Y y) const {
    return partials([=] { return dy * (bessel_i1e(x) - sign(x) * y); });
  }
  static auto samples() { return unary_samples(bessel_i0e, 0.2, 3); }
};

/// y / x, and at 0 its limit 1/2, which as a constant has the right slope too: y / x is even.
Tensor ratio(const Tensor& y, const Tensor& x) {
  const Tensor zero = equal(x, 0);
  return where(zero, 0.5, y / where(zero, 1, x));
}
struct BesselI1 : SpecialUnary<kernels::bessel_i1> {
  static constexpr std::string_view name = "bessel_i1";
  auto gradient(Dy dy, X<0> x, Y y) const {
    return partials([=] { return dy * (bessel_i0(x) - ratio(y, x)); });
  }
  static auto samples() { return unary_samples(bessel_i1, 0.2, 3); }
};
struct BesselI1e : SpecialUnary<kernels::bessel_i1e> {
  static constexpr std::string_view name = "bessel_i1e";
  auto gradient(Dy dy, X<0> x, Y y) const {
    return partials([=] { return dy * (bessel_i0e(x) - sign(x) * y - ratio(y, x)); });
  }
  static auto samples() { return unary_samples(bessel_i1e, 0.2, 3); }
};

std::vector<Sample> erfcinv_samples() { return unary_samples(erfcinv, 0.2, 1.8); }
std::vector<Sample> lbeta_samples() {
  const auto call = [](const std::vector<Tensor>& x) { return lbeta(x[0]); };
  return {{call, {sample_values({3}, 0.5, 3)}},
          {call, {sample_values({2, 3}, 0.5, 3)}},
          {call, {sample_values({2, 2, 1}, 0.5, 3)}},
          {call, {sample_values({0, 2}, 0.5, 3)}}};
}

}  // namespace

std::vector<OpRow> special_math_ops() {
  return {row<Erf>("special_math"),      row<Erfc>("special_math"),
          row<Erfinv>("special_math"),   composite("erfcinv", "special_math", erfcinv_samples),
          row<Ndtri>("special_math"),    row<Lgamma>("special_math"),
          row<Digamma>("special_math"),  row<Polygamma>("special_math"),
          row<Zeta>("special_math"),     composite("lbeta", "special_math", lbeta_samples),
          row<BesselI0>("special_math"), row<BesselI0e>("special_math"),
          row<BesselI1>("special_math"), row<BesselI1e>("special_math")};
}

}  // namespace detail

using namespace detail;

Tensor erf(const Tensor& x, Where where) { return record(Erf{}, {x}, where); }
Tensor erfc(const Tensor& x, Where where) { return record(Erfc{}, {x}, where); }
Tensor erfinv(const Tensor& x, Where where) { return record(Erfinv{}, {x}, where); }
Tensor ndtri(const Tensor& x, Where where) { return record(Ndtri{}, {x}, where); }
Tensor erfcinv(const Tensor& x, Where where) {
  const Tensor quantile = ndtri(multiply(0.5, Operand(x, where.file, where.line)), where);
  return multiply(-0.70710678118654752440, Operand(quantile, where.file, where.line));
}
Tensor lgamma(const Tensor& x, Where where) { return record(Lgamma{}, {x}, where); }
Tensor digamma(const Tensor& x, Where where) { return record(Digamma{}, {x}, where); }
Tensor polygamma(const Operand& a, const Operand& x) { return record_binary(Polygamma{}, a, x); }
Tensor zeta(const Operand& x, const Operand& q) { return record_binary(Zeta{}, x, q); }
Tensor lbeta(const Tensor& x, Where where) {
  const Tensor sum = reduce_sum(x, -1, {}, where);
  return subtract(Operand(reduce_sum(lgamma(x, where), -1, {}, where), where.file, where.line), lgamma(sum, where));
}
Tensor bessel_i0(const Tensor& x, Where where) { return record(BesselI0{}, {x}, where); }
Tensor bessel_i0e(const Tensor& x, Where where) { return record(BesselI0e{}, {x}, where); }
Tensor bessel_i1(const Tensor& x, Where where) { return record(BesselI1{}, {x}, where); }
Tensor bessel_i1e(const Tensor& x, Where where) { return record(BesselI1e{}, {x}, where); }

}  // namespace gradtape
