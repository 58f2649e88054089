// Trigonometric, hyperbolic and special functions. The figures were computed with mpmath to 50 digits.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <utility>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;
using doctest::Contains;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity(),
                 not_a_number = std::numeric_limits<double>::quiet_NaN();

struct Function {
  const char* name;
  Tensor (*op)(const Tensor&, Where);
  std::vector<std::pair<double, double>> figures;  // x, f(x)
};

const Function functions[] = {
    {"tan",
     tan,
     {{1e-08, 1.0000000000000001e-8},
      {0.5, 0.54630248984379051},
      {-1.5, -14.101419947171719},
      {3.25, 0.10883402551332972},
      {100.5, -0.030974815325197235},
      {-12345.0, 8.9178859425187166}}},
    {"asin",
     asin,
     {{1e-08, 1.0e-8},
      {-0.25, -0.25268025514207865},
      {0.5, 0.52359877559829887},
      {0.75, 0.84806207898148101},
      {-0.999, -1.5260712396261632}}},
    {"acos",
     acos,
     {{1e-08, 1.5707963167948966},
      {-0.25, 1.8234765819369753},
      {0.5, 1.0471975511965977},
      {0.75, 0.72273424781341561},
      {-0.999, 3.0968675664210598}}},
    {"atan",
     atan,
     {{1e-08, 9.9999999999999999e-9},
      {-0.25, -0.24497866312686415},
      {1.0, 0.78539816339744831},
      {-4.5, -1.3521273809209547},
      {1000000.0, 1.5707953267948966}}},
    {"sinh",
     sinh,
     {{1e-08, 1.0e-8},
      {-0.25, -0.25261231680816831},
      {1.0, 1.1752011936438015},
      {-4.5, -45.003011151991786},
      {80.5, 4.5674709890334209e+34}}},
    {"cosh",
     cosh,
     {{1e-08, 1.0},
      {-0.25, 1.0314130998795732},
      {1.0, 1.5430806348152438},
      {-4.5, 45.014120148530028},
      {80.5, 4.5674709890334209e+34}}},
    {"asinh",
     asinh,
     {{1e-08, 1.0e-8},
      {-0.25, -0.24746646154726345},
      {1.0, 0.88137358701954303},
      {-4.5, -2.2093477086153343},
      {1000000000.0, 21.416413017506356},
      {-1e+30, -69.770699970381316}}},
    {"acosh",
     acosh,
     {{1.0078125, 0.12491876251108062},
      {1.5, 0.96242365011920689},
      {4.0, 2.0634370688955605},
      {1000000000.0, 21.416413017506356},
      {1e+30, 69.770699970381316}}},
    {"atanh",
     atanh,
     {{1e-08, 1.0000000000000001e-8},
      {-0.25, -0.25541281188299534},
      {0.5, 0.54930614433405485},
      {-0.9375, -1.7169936022425731}}},
    {"exp2",
     exp2,
     {{1e-08, 1.0000000069314718}, {-0.25, 0.84089641525371454}, {7.0, 128.0}, {-20.5, 6.7434957617430451e-7}}},
    {"log2",
     log2,
     {{8.0, 3.0},
      {0.25, -2.0},
      {1.5, 0.58496250072115618},
      {1e-20, -66.438561897747247},
      {1e+30, 99.65784284662087}}},
    {"log10",
     log10,
     {{1000.0, 3.0}, {0.25, -0.60205999132796239}, {1.5, 0.17609125905568124}, {1e-20, -20.0}, {1e+30, 30.0}}},
    {"cbrt", cbrt, {{27.0, 3.0}, {-8.0, -2.0}, {0.3, 0.66943295008216951}, {1e-30, 1.0e-10}, {1e+30, 10000000000.0}}},
    {"erf",
     erf,
     {{1e-08, 1.1283791670955126e-8},
      {-0.25, -0.27632639016823693},
      {0.75, 0.71115563365351513},
      {1.0, 0.84270079294971487},
      {-2.5, -0.99959304798255504},
      {3.5, 0.99999925690162766}}},
    {"erfc",
     erfc,
     {{1e-08, 0.99999998871620833},
      {-0.25, 1.2763263901682369},
      {0.75, 0.28884436634648487},
      {1.0, 0.15729920705028513},
      {-2.5, 1.999593047982555},
      {3.5, 7.4309837234141275e-7},
      {8.0, 1.1224297172982927e-29}}},
    {"erfinv",
     erfinv,
     {{1e-08, 8.8622692545275806e-9},
      {-0.25, -0.2253120550121781},
      {0.5, 0.47693627620446987},
      {0.75, 0.81341984759761854},
      {-0.9990234375, -2.3314677736219477}}},
    {"erfcinv",
     erfcinv,
     {{0.25, 0.81341984759761854},
      {0.5, 0.47693627620446987},
      {1.5, -0.47693627620446987},
      {1.9375, -1.3171503349861307},
      {0.001, 2.3267537655135247}}},
    {"ndtri",
     ndtri,
     {{0.25, -0.67448975019608174},
      {0.5, 0.0},
      {0.75, 0.67448975019608174},
      {0.001, -3.0902323061678135},
      {0.9990234375, 3.0972690781987845},
      {1e-20, -9.2623400897984076}}},
    {"lgamma",
     lgamma,
     {{1e-08, 18.420680738180209},
      {0.25, 1.2880225246980775},
      {1.5, -0.12078223763524522},
      {3.5, 1.2009736023470742},
      {-0.5, 1.2655121234846454},
      {-2.75, 0.0044878975359557733},
      {100.5, 361.43554046777762}}},
    {"digamma",
     digamma,
     {{1e-08, -100000000.57721565},
      {0.25, -4.2274535333762654},
      {1.4375, -0.023613544005297899},
      {1.5, 0.036489973978576521},
      {3.5, 1.1031566406452432},
      {-0.5, 0.036489973978576521},
      {-2.75, -1.959055264977997},
      {100.5, 4.6051743525818452},
      {100000000.0, 18.420680738952365}}},
    {"bessel_i0",
     bessel_i0,
     {{0.25, 1.0156861412236079}, {-2.0, 2.2795853023360673}, {7.5, 268.16131151518936}, {20.0, 43558282.559553533}}},
    {"bessel_i0e",
     bessel_i0e,
     {{0.25, 0.79101716213971936},
      {-2.0, 0.30850832255367104},
      {7.5, 0.1483158300773955},
      {20.0, 0.089780311884826022},
      {1000.0, 0.012617240455891257}}},
    {"bessel_i1",
     bessel_i1,
     {{0.25, 0.12597910894546793},
      {-2.0, -1.5906368546373291},
      {7.5, 249.58436542268814},
      {20.0, 42454973.38512777}}},
    {"bessel_i1e",
     bessel_i1e,
     {{0.25, 0.098112628697368247},
      {-2.0, -0.21526928924893766},
      {7.5, 0.1380412115485542},
      {20.0, 0.087506222183288665},
      {1000.0, 0.012610930256928629}}},
};

void check_figures(const Tensor& y, double expected, double tolerance) {
  const double got = y.item<double>();
  INFO(got, " where ", expected, " is right");
  CHECK(std::abs(got - expected) <= tolerance * std::max(std::abs(expected), 1e-300));
}

struct Special {
  const char* name;
  Tensor (*op)(const Tensor&, Where);
  // At 0, infinity, -infinity, NaN, 1, -1.
  std::vector<double> expected;
};

const Special special_values[] = {
    {"tan", tan, {0, not_a_number, not_a_number, not_a_number, std::tan(1.0), std::tan(-1.0)}},
    {"asin", asin, {0, not_a_number, not_a_number, not_a_number, M_PI_2, -M_PI_2}},
    {"acos", acos, {M_PI_2, not_a_number, not_a_number, not_a_number, 0, M_PI}},
    {"atan", atan, {0, M_PI_2, -M_PI_2, not_a_number, M_PI_4, -M_PI_4}},
    {"sinh", sinh, {0, inf, -inf, not_a_number, std::sinh(1.0), -std::sinh(1.0)}},
    {"cosh", cosh, {1, inf, inf, not_a_number, std::cosh(1.0), std::cosh(1.0)}},
    {"asinh", asinh, {0, inf, -inf, not_a_number, std::asinh(1.0), -std::asinh(1.0)}},
    {"acosh", acosh, {not_a_number, inf, not_a_number, not_a_number, 0, not_a_number}},
    {"atanh", atanh, {0, not_a_number, not_a_number, not_a_number, inf, -inf}},
    {"exp2", exp2, {1, inf, 0, not_a_number, 2, 0.5}},
    {"log2", log2, {-inf, inf, not_a_number, not_a_number, 0, not_a_number}},
    {"log10", log10, {-inf, inf, not_a_number, not_a_number, 0, not_a_number}},
    {"cbrt", cbrt, {0, inf, -inf, not_a_number, 1, -1}},
    {"erf", erf, {0, 1, -1, not_a_number, std::erf(1.0), -std::erf(1.0)}},
    {"erfc", erfc, {1, 0, 2, not_a_number, std::erfc(1.0), std::erfc(-1.0)}},
    {"erfinv", erfinv, {0, not_a_number, not_a_number, not_a_number, inf, -inf}},
    {"ndtri", ndtri, {-inf, not_a_number, not_a_number, not_a_number, inf, not_a_number}},
    {"lgamma", lgamma, {inf, inf, inf, not_a_number, 0, inf}},
    {"digamma", digamma, {-inf, inf, not_a_number, not_a_number, -0.57721566490153286, not_a_number}},
    {"bessel_i0e", bessel_i0e, {1, 0, 0, not_a_number, 0.46575960759364043, 0.46575960759364043}},
    {"bessel_i1e", bessel_i1e, {0, 0, 0, not_a_number, 0.20791041534970845, -0.20791041534970845}},
};

}  // namespace

TEST_CASE("special functions agree with mpmath's figures in float64 and in float32") {
  for (const Function& f : functions) {
    for (const auto& [x, expected] : f.figures) {
      INFO(f.name, " at ", x);
      check_figures(f.op(constant(x, float64), {}), expected, 2e-14);
      // In float32 x itself is rounded, which the steep functions magnify.
      const float rounded = static_cast<float>(x);
      if (static_cast<double>(rounded) == x) check_figures(f.op(constant(rounded), {}), expected, 5e-7);
    }
  }
}

TEST_CASE("special functions at zero, the infinities, NaN and the ends of their domains") {
  for (const Special& f : special_values) {
    for (const DType dtype : {float32, float64}) {
      const Tensor y =
          cast(f.op(cast(constant(std::vector<double>{0, inf, -inf, not_a_number, 1, -1}), dtype), {}), float64);
      for (std::size_t i = 0; i < 6; ++i) {
        INFO(f.name, " ", name_of(dtype), " ", i);
        const double got = y.data<double>()[i], expected = f.expected[i];
        if (std::isfinite(expected))
          CHECK(std::abs(got - expected) <= 2e-7 * std::abs(expected));
        else
          CHECK((got == expected || (std::isnan(got) && std::isnan(expected))));
      }
    }
  }
}

TEST_CASE("powers of 2 and of 10 have whole logarithms") {
  for (const DType dtype : {float32, float64}) {
    CHECK(values<double>(cast(log2(constant({0.5, 1.0, 8.0, 1024.0}, dtype)), float64)) ==
          std::vector<double>{-1, 0, 3, 10});
    CHECK(values<double>(cast(log10(constant({1.0, 10.0, 1000.0}, dtype)), float64)) == std::vector<double>{0, 1, 3});
  }
}

TEST_CASE("polygamma and zeta, also of negative numbers") {
  const auto polygamma_at = [](double n, double x) { return polygamma(constant(n, float64), constant(x, float64)); };
  check_figures(polygamma_at(0, 2.5), 0.70315664064524319, 1e-14);
  check_figures(polygamma_at(1, 0.25), 17.197329154507111, 1e-14);
  check_figures(polygamma_at(1, -1.5), 9.3792466449891238, 1e-14);
  check_figures(polygamma_at(2, 3.5), -0.1082040516417274, 1e-14);
  check_figures(polygamma_at(5, 1.5), 11.113548602435496, 1e-14);
  check_figures(polygamma_at(3, -0.25), 1555.7633125348506, 1e-14);
  CHECK(polygamma_at(1, 0).item<double>() == inf);
  CHECK(std::isnan(polygamma_at(0.5, 1).item<double>()));
  const auto zeta_at = [](double s, double q) { return zeta(constant(s, float64), constant(q, float64)); };
  check_figures(zeta_at(2, 1), M_PI * M_PI / 6, 1e-14);
  check_figures(zeta_at(1.5, 0.25), 10.213055360466601, 1e-14);
  check_figures(zeta_at(3, -1.5), 0.1181020258208637, 1e-13);
  check_figures(zeta_at(2, -2.25), 19.379410511869137, 1e-14);
  check_figures(zeta_at(20, 3.5), 1.3229189094143143e-11, 1e-13);
  CHECK(zeta_at(1, 2).item<double>() == inf);
  CHECK(std::isnan(zeta_at(0.5, 2).item<double>()));
  CHECK(std::isnan(zeta_at(2.5, -0.5).item<double>()));
}

TEST_CASE("incomplete gamma and beta functions") {
  struct Figures {
    double a, x, lower, upper, by_a;
  };
  for (const Figures& f : {Figures{0.5, 0.25, 0.52049987781304654, 0.47950012218695346, -0.79794731678322294},
                           Figures{2, 3, 0.80085172652854423, 0.19914827347145577, -0.19742541957920247},
                           Figures{10, 4.5, 0.017092732899378554, 0.98290726710062145, -0.015382170201848332},
                           Figures{1.5, 30, 0.99999999999941218, 5.8782307279069123e-13, -1.9971258273873263e-12},
                           Figures{40, 35.5, 0.24608919368074527, 0.75391080631925473, -0.050992012861167748}}) {
    INFO(f.a, " ", f.x);
    const Tensor a = constant(f.a, float64), x = constant(f.x, float64);
    check_figures(igamma(a, x), f.lower, 1e-13);
    check_figures(igammac(a, x), f.upper, 1e-13);
    GradientTape tape;
    tape.watch(a);
    check_figures(tape.gradient(igamma(a, x), a), f.by_a, 1e-12);
  }
  CHECK(igamma(2.f, constant(0.f)).item<float>() == 0);
  CHECK(igammac(2.f, constant(0.f)).item<float>() == 1);
  CHECK(std::isnan(igamma(-1.f, constant(1.f)).item<float>()));
  check_figures(betainc(2, 3, constant(0.25, float64)), 0.26171875, 1e-14);
  check_figures(betainc(0.5, 0.5, constant(0.75, float64)), 2.0 / 3, 1e-14);
  check_figures(betainc(10, 1.5, constant(0.9, float64)), 0.54019700650185455, 1e-13);
  CHECK(values<float>(betainc(2, 3, constant({0.f, 1.f}))) == std::vector<float>{0, 1});
  CHECK(std::isnan(betainc(2, 3, constant(1.5f)).item<float>()));
}

TEST_CASE("lbeta sums over the last axis, and is the beta function of two numbers") {
  check_figures(lbeta(constant({1.5, 2.0, 0.5}, float64)), -1.3401767639386001, 1e-14);
  CHECK(lbeta(ones({2, 3, 4})).shape() == Shape{2, 3});
  CHECK(lbeta(zeros({3, 0})).data<float>()[1] == -static_cast<float>(inf));
}

TEST_CASE("atan2 and hypot in all quadrants, without overflow") {
  const std::vector<double> y = {0, 1, 0, -1, 1, 3e200}, x = {1, 0, -1, 0, -1, 4e200};
  const Tensor angle = atan2(constant(y), constant(x));
  for (std::size_t i = 0; i < y.size(); ++i)
    CHECK(angle.data<double>()[i] == doctest::Approx(std::atan2(y[i], x[i])));
  CHECK(hypot(constant(3e200, float64), constant(4e200, float64)).item<double>() == doctest::Approx(5e200));
}

TEST_CASE("logaddexp of large, equal and infinite numbers") {
  const auto at = [](double a, double b) {
    return logaddexp(constant(a, float64), constant(b, float64)).item<double>();
  };
  CHECK(at(1000, 1000) == doctest::Approx(1000 + std::log(2.0)).epsilon(1e-15));
  CHECK(at(0, -1000) == 0);
  CHECK(at(inf, 1) == inf);
  CHECK(at(-inf, 1) == 1);
  CHECK(at(-inf, -inf) == -inf);
  CHECK(std::isnan(at(not_a_number, 1)));
  CHECK(std::isnan(at(1, not_a_number)));
}

TEST_CASE("special functions refuse integers, and name the dtype") {
  CHECK_THROWS_WITH_AS(erf(constant({1, 2})), Contains("[erf] the dtype int32"), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(digamma(constant({true})), Contains("[digamma] the dtype bool"), InvalidArgumentError);
  CHECK_THROWS_AS(igamma(constant({1}), constant({2})), InvalidArgumentError);
  CHECK_THROWS_AS(igamma(constant({1.f, 2.f}), constant({1.f, 2.f, 3.f})), InvalidArgumentError);
  CHECK_THROWS_AS(betainc(constant({1.f}), constant({1.0}, float64), 0.5), InvalidArgumentError);
}

TEST_CASE("gradient convention: the slopes of Bessel functions at 0 are their limits") {
  for (Tensor (*op)(const Tensor&, Where) : {bessel_i1, bessel_i1e}) {
    const Tensor x = constant({0.0}, float64);
    GradientTape outer;
    outer.watch(x);
    Tensor slope;
    {
      GradientTape tape;
      tape.watch(x);
      slope = tape.gradient(op(x, {}), x);
    }
    CHECK(slope.item<double>() == 0.5);
    CHECK(std::isfinite(outer.gradient(slope, x).item<double>()));
  }
}

TEST_CASE("gradient convention: nextafter passes its gradient to x, hypot has none at the origin") {
  const Tensor x = constant({0.f}), y = constant({0.f});
  GradientTape tape({.persistent = true});
  tape.watch({x, y});
  const Tensor next = nextafter(x, y), length = hypot(x, y);
  CHECK(tape.gradient(next, x).item<float>() == 1);
  CHECK(tape.gradient(next, y).item<float>() == 0);
  CHECK(tape.gradient(length, x).item<float>() == 0);
}
