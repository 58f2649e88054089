// Values of the float32 kernels of functions and activations, checked against std:: in float64, on every instruction
// set of this machine.

#include <doctest/doctest.h>

#include <string>

#include "autograd/kernel_values.h"
#include "kernels/elementwise.h"

using namespace gradtape;
using namespace gradtape::kernels;

namespace {

double normal_probability(double x) { return 0.5 * std::erfc(-x * M_SQRT1_2); }
double sigmoid_of(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }
double softplus_of(double x) {
  return (x > 0 ? x : 0) + std::log1p(std::exp(-std::abs(x))) + (std::isnan(x) ? x : 0);
}
// The limit at minus infinity.
double times(double x, double probability) { return probability == 0 ? -0.0 : x * probability; }

template <class F>
struct Case {
  const char* name;
  F function;
  double (*exact)(double);
  double tolerance;  // ulp
};

const Case<Function> functions[] = {
    {"trunc", Function::trunc, [](double x) { return std::trunc(x); }, 0},
    {"exp2", Function::exp2, [](double x) { return std::exp2(x); }, 0.6},
    {"log2", Function::log2, [](double x) { return std::log2(x); }, 0.6},
    {"log10", Function::log10, [](double x) { return std::log10(x); }, 0.6},
    {"cbrt", Function::cbrt, [](double x) { return std::cbrt(x); }, 0.6},
    {"tan", Function::tan, [](double x) { return std::tan(x); }, 4},
    {"asin", Function::asin, [](double x) { return std::asin(x); }, 3},
    {"acos", Function::acos, [](double x) { return std::acos(x); }, 3},
    {"atan", Function::atan, [](double x) { return std::atan(x); }, 3},
    {"sinh", Function::sinh, [](double x) { return std::sinh(x); }, 3},
    {"cosh", Function::cosh, [](double x) { return std::cosh(x); }, 3},
    {"asinh", Function::asinh, [](double x) { return std::asinh(x); }, 3},
    {"acosh", Function::acosh, [](double x) { return std::acosh(x); }, 3},
    {"atanh", Function::atanh, [](double x) { return std::atanh(x); }, 3},
    {"erf", Function::erf, [](double x) { return std::erf(x); }, 3},
    {"erfc", Function::erfc, [](double x) { return std::erfc(x); }, 4},
};

const Case<Activation> activations[] = {
    {"elu", Activation::elu, [](double x) { return x < 0 ? std::expm1(x) : x; }, 2},
    {"selu", Activation::selu,
     [](double x) { return 1.0507009873554804934 * (x < 0 ? 1.6732632423543772848 * std::expm1(x) : x); }, 3},
    {"relu6", Activation::relu6, [](double x) { return x <= 0  ? 0
                                                       : x > 6 ? 6
                                                               : x; }, 0},
    {"softplus", Activation::softplus, softplus_of, 3},
    {"log_sigmoid", Activation::log_sigmoid, [](double x) { return -softplus_of(-x); }, 3},
    {"softsign", Activation::softsign, [](double x) { return x / (1 + std::abs(x)); }, 2},
    {"silu", Activation::silu, [](double x) { return times(x, sigmoid_of(x)); }, 4},
    {"mish", Activation::mish, [](double x) { return times(x, std::tanh(softplus_of(x))); }, 4},
    {"gelu", Activation::gelu, [](double x) { return times(x, normal_probability(x)); }, 4},
};

template <class F, std::size_t count>
void check_cases(const Case<F> (&cases)[count]) {
  const std::vector<float> x = all_kinds_of_floats(9973);
  for_each_isa([&] {
    for (const Case<F>& c : cases) {
      CAPTURE(std::string(c.name));
      std::vector<float> y(x.size());
      unary(c.function, float32, x.data(), y.data(), static_cast<std::int64_t>(x.size()));
      double worst = 0;
      float worst_at = 0;
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double exact = c.exact(x[i]);
        // A factor that is denormal has few digits, which a larger one brings up.
        if (std::abs(exact) < 1e-36 && std::abs(y[i] - exact) < 1e-42) continue;
        const double error = ulps(y[i], exact);
        if (error > worst) worst = error, worst_at = x[i];
      }
      CAPTURE(worst_at);
      CHECK(worst <= c.tolerance);
    }
  });
}

}  // namespace

TEST_CASE("float32 functions are within a few ulp of float64 over all kinds of floats, the rarer ones") {
  check_cases(functions);
}

TEST_CASE("float32 activations are within a few ulp of float64 over all kinds of floats") {
  check_cases(activations);
}

TEST_CASE("the tanh form of gelu is right to 1e-6 of what it would be without rounding") {
  const std::vector<float> x = {-8, -5, -3, -1, -0.1f, 0, 0.1f, 1, 3, 5, 100};
  for_each_isa([&] {
    std::vector<float> y(x.size());
    unary(Activation::gelu_tanh, float32, x.data(), y.data(), static_cast<std::int64_t>(x.size()));
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double v = x[i];
      CHECK(std::abs(y[i] - v * sigmoid_of(1.5957691216057308 * (v + 0.044715 * v * v * v))) <= 1e-6 * std::abs(v));
    }
  });
}

TEST_CASE("first-order gradients of activations agree with numeric differences, in one loop and with a scalar") {
  const std::vector<double> x = {-30, -4.5, -1, -0.25, 0.25, 1, 4.5, 30};
  const auto n = static_cast<std::int64_t>(x.size());
  for_each_isa([&] {
    for (int f = 0; f < activation_count; ++f) {
      CAPTURE(f);
      const auto function = static_cast<Activation>(f);
      const auto gradient = static_cast<ActivationGradient>(f);
      const auto value_at = [&](double v) {
        double y;
        unary(function, float64, &v, &y, 1);
        return y;
      };
      // elu, selu and relu6 from the result, all others from the argument.
      std::vector<double> saved(x);
      if (f < 3) unary(function, float64, x.data(), saved.data(), n);
      const std::vector<double> dy(x.size(), 2.0);
      std::vector<double> whole(x.size()), spread(x.size());
      binary(gradient, float64, dy.data(), saved.data(), whole.data(), n);
      binary(gradient, float64, dy.data(), Shape{}, saved.data(), Shape{n}, spread.data(), Shape{n});
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double step = 1e-6, numeric = (value_at(x[i] + step) - value_at(x[i] - step)) / step;
        CAPTURE(x[i]);
        CHECK(whole[i] == doctest::Approx(numeric).epsilon(1e-7));
        CHECK(whole[i] == spread[i]);
      }
    }
  });
}
