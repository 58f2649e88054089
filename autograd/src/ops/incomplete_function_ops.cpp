#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/special_math.h"
#include "kernels/special_functions.h"
#include "ops/composite.h"
#include "ops/math_families.h"
#include "ops/special_op.h"

namespace gradtape {
namespace detail {
namespace {

Tensor igamma_gradient_a(const Tensor& a, const Tensor& x);

/// The density of the gamma distribution, by its logarithm because gamma(a) may overflow.
Tensor gamma_density(const Tensor& a, const Tensor& x) { return exp(xlogy(a - 1, x) - x - lgamma(a)); }

/// The derivative of igamma by a; as in TensorFlow it cannot be differentiated by a again.
struct IgammaGradientA : SpecialBinary<kernels::lower_gamma_by_a> {
  static constexpr std::string_view name = "igamma_gradient_a";
  auto gradient(Dy dy, X<0> a, X<1> x) const {
    return partials(no_partial, [=] { return dy * gamma_density(a, x) * (log(x) - digamma(a)); });
  }
  static std::vector<Sample> samples() {
    const Tensor a = sample_values({2, 3}, 0.6, 3);
    return {{[a](const auto& x) { return igamma_gradient_a(a, x[0]); }, {sample_values({2, 3}, 0.4, 5)}}};
  }
};
Tensor igamma_gradient_a(const Tensor& a, const Tensor& x) { return record(IgammaGradientA{}, {a, x}, {}); }

// In x alone: the second order in a is missing.
std::vector<Sample> samples_in_x(Tensor (*op)(const Operand&, const Operand&)) {
  const Tensor a = sample_values({2, 3}, 0.6, 3);
  return {{[=](const auto& x) { return op(a, x[0]); }, {sample_values({2, 3}, 0.4, 5)}},
          {[=](const auto& x) { return op(1.7, x[0]); }, {sample_values({2, 1, 2}, 0.4, 5)}},
          {[=](const auto& x) { return op(2, x[0]); }, {sample_values({}, 0.4, 5)}},
          {[=](const auto& x) { return op(2, x[0]); }, {sample_values({0, 3}, 0.4, 5)}}};
}

struct Igamma : SpecialBinary<kernels::lower_gamma> {
  static constexpr std::string_view name = "igamma";
  auto gradient(Dy dy, X<0> a, X<1> x) const {
    return partials([=] { return dy * igamma_gradient_a(a, x); }, [=] { return dy * gamma_density(a, x); });
  }
  static auto samples() { return samples_in_x(gradtape::igamma); }
};
struct Igammac : SpecialBinary<kernels::upper_gamma> {
  static constexpr std::string_view name = "igammac";
  auto gradient(Dy dy, X<0> a, X<1> x) const {
    return partials([=] { return negative(dy * igamma_gradient_a(a, x)); },
                    [=] { return negative(dy * gamma_density(a, x)); });
  }
  static auto samples() { return samples_in_x(gradtape::igammac); }
};

struct Betainc {
  static constexpr std::string_view name = "betainc";
  static constexpr bool is_elementwise = true;
  Shape infer(const Inputs& x) const {
    check_special(x.dtype(0));
    return broadcast_shapes(x.shape(0), broadcast_shapes(x.shape(1), x.shape(2)));
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &a = *impl_of(x[0]), &b = *impl_of(x[1]), &at = *impl_of(x[2]), &result = *impl_of(y);
    kernels::apply(kernels::incomplete_beta, at.dtype, a.data, a.shape, b.data, b.shape, at.data, at.shape,
                   result.data, result.shape);
  }
  auto gradient(Dy dy, X<0, 2> a, X<1, 2> b, X<2> x) const {
    return partials(no_partial, no_partial, [=] {
      const Tensor log_beta = lgamma(a) + lgamma(b) - lgamma(a + b);
      return dy * exp(xlog1py(b - 1, negative(x)) + xlogy(a - 1, x) - log_beta);
    });
  }
  static std::vector<Sample> samples() {
    const Tensor a = sample_values({2, 3}, 0.6, 3), b = sample_values({3}, 0.5, 4);
    return {{[=](const auto& x) { return betainc(a, b, x[0]); }, {sample_values({2, 3}, 0.1, 0.9)}},
            {[=](const auto& x) { return betainc(2, 1.5, x[0]); }, {sample_values({}, 0.1, 0.9)}},
            {[=](const auto& x) { return betainc(2, b, x[0]); }, {sample_values({2, 1}, 0.1, 0.9)}}};
  }
};

}  // namespace

std::vector<OpRow> incomplete_function_ops() {
  return {row<Igamma>("special_math"), row<Igammac>("special_math"), row<IgammaGradientA>("special_math"),
          row<Betainc>("special_math")};
}

}  // namespace detail

using namespace detail;

Tensor igamma(const Operand& a, const Operand& x) { return record_binary(Igamma{}, a, x); }
Tensor igammac(const Operand& a, const Operand& x) { return record_binary(Igammac{}, a, x); }
Tensor betainc(const Operand& a, const Operand& b, const Operand& x) {
  const Where where = where_of(where_of(a, b).line > 0 ? a : b, x);
  return in_function(Betainc::name, where, [&] {
    const Operand& example = !x.is_number() ? x : !a.is_number() ? a : b;
    const Tensor like = example.as_tensor();
    const DType dtype = described(like).dtype;
    const auto tensor = [dtype](const Operand& operand) {
      return operand.is_number() ? operand.as(dtype) : operand.tensor();
    };
    return record(Betainc{}, {tensor(a), tensor(b), tensor(x)}, where);
  });
}

}  // namespace gradtape
