// Values of the elementwise kernels, checked against std:: in float64, on every instruction set of this machine.

#include "kernels/elementwise.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "autograd/kernel_values.h"
#include "kernels/parallel.h"

using namespace gradtape;
using namespace gradtape::kernels;

namespace {

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float quiet_nan = std::numeric_limits<float>::quiet_NaN();

struct UnaryCase {
  const char* name;
  Unary function;
  double (*exact)(double);
  double tolerance;  // ulp
};

const UnaryCase floating_cases[] = {
    {"negative", Unary::negative, [](double x) { return -x; }, 0},
    {"abs", Unary::abs, [](double x) { return std::abs(x); }, 0},
    {"square", Unary::square, [](double x) { return x * x; }, 0.5},
    {"sqrt", Unary::sqrt, [](double x) { return std::sqrt(x); }, 0.5},
    {"rsqrt", Unary::rsqrt, [](double x) { return 1 / std::sqrt(x); }, 2},
    {"reciprocal", Unary::reciprocal, [](double x) { return 1 / x; }, 0.5},
    {"exp", Unary::exp, [](double x) { return std::exp(x); }, 2},
    {"expm1", Unary::expm1, [](double x) { return std::expm1(x); }, 2},
    {"log", Unary::log, [](double x) { return std::log(x); }, 2},
    {"log1p", Unary::log1p, [](double x) { return std::log1p(x); }, 2},
    {"sigmoid", Unary::sigmoid,
     [](double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }, 4},
    {"tanh", Unary::tanh, [](double x) { return std::tanh(x); }, 4},
    {"softplus", Unary::softplus,
     [](double x) { return (x > 0 ? x : 0) + std::log1p(std::exp(-std::abs(x))) + (std::isnan(x) ? x : 0); }, 3},
    {"sin", Unary::sin, [](double x) { return std::sin(x); }, 2},
    {"cos", Unary::cos, [](double x) { return std::cos(x); }, 2},
    {"floor", Unary::floor, [](double x) { return std::floor(x); }, 0},
    {"ceil", Unary::ceil, [](double x) { return std::ceil(x); }, 0},
    {"round", Unary::round, [](double x) { return std::nearbyint(x); }, 0},
};

template <class T>
std::vector<T> run(Unary function, DType dtype, const std::vector<T>& x) {
  std::vector<T> y(x.size());
  unary(function, dtype, x.data(), y.data(), static_cast<std::int64_t>(x.size()));
  return y;
}

template <class T>
std::vector<T> run(Binary function, DType dtype, const std::vector<T>& a, const std::vector<T>& b) {
  std::vector<T> y(a.size());
  const Shape shape{static_cast<std::int64_t>(a.size())};
  binary(function, dtype, a.data(), shape, b.data(), shape, y.data(), shape);
  return y;
}

}  // namespace

TEST_CASE("float32 functions are within a few ulp of float64 over all kinds of floats") {
  const std::vector<float> x = all_kinds_of_floats(4999);
  for_each_isa([&] {
    for (const UnaryCase& c : floating_cases) {
      CAPTURE(std::string(c.name));
      const std::vector<float> y = run(c.function, float32, x);
      double worst = 0;
      float worst_at = 0;
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double error = ulps(y[i], c.exact(x[i]));
        if (error > worst) worst = error, worst_at = x[i];
      }
      CAPTURE(worst_at);
      CHECK(worst <= c.tolerance);
    }
  });
}

TEST_CASE("float64 functions are libm's") {
  const std::vector<double> x = {-30.5, -2.5, -1.0, -0.5, -1e-9, 0.0, 1e-9, 0.3, 0.5, 1.0, 1.5, 2.5, 30.5, 1e5};
  for_each_isa([&] {
    for (const UnaryCase& c : floating_cases) {
      CAPTURE(std::string(c.name));
      const std::vector<double> y = run(c.function, float64, x);
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double exact = c.exact(x[i]);
        CAPTURE(x[i]);
        if (!std::isfinite(exact))
          CHECK((y[i] == exact || (std::isnan(y[i]) && std::isnan(exact))));
        else
          CHECK(y[i] == doctest::Approx(exact).epsilon(1e-15));
      }
    }
  });
}

TEST_CASE("sign and relu of floats, with NaN passed on") {
  for_each_isa([] {
    const std::vector<float> x = {-2.0f, -0.0f, 0.0f, 3.0f, inf, -inf, quiet_nan};
    const std::vector<float> signs = run(Unary::sign, float32, x);
    const std::vector<float> relus = run(Unary::relu, float32, x);
    const float expected_signs[] = {-1, 0, 0, 1, 1, -1}, expected_relus[] = {0, 0, 0, 3, inf, 0};
    for (std::size_t i = 0; i < 6; ++i) {
      CHECK(signs[i] == expected_signs[i]);
      CHECK(relus[i] == expected_relus[i]);
    }
    CHECK(std::isnan(signs[6]));
    CHECK(std::isnan(relus[6]));
  });
}

TEST_CASE("sin and cos of angles too large for the vector loop") {
  for_each_isa([] {
    const std::vector<float> x = {1e30f, -3e7f, 0.5f, 1e4f, inf};
    const std::vector<float> s = run(Unary::sin, float32, x), c = run(Unary::cos, float32, x);
    for (std::size_t i = 0; i < 4; ++i) {
      CHECK(ulps(s[i], std::sin(static_cast<double>(x[i]))) <= 2);
      CHECK(ulps(c[i], std::cos(static_cast<double>(x[i]))) <= 2);
    }
    CHECK(std::isnan(s[4]));
    // The same value whether or not a large angle stands beside it.
    CHECK(run(Unary::sin, float32, std::vector<float>{0.5f})[0] == s[2]);
  });
}

TEST_CASE("an element's bits do not depend on its place, nor on the threads") {
  std::vector<float> x = all_kinds_of_floats(29989);
  x.erase(std::remove_if(x.begin(), x.end(), [](float v) { return std::isnan(v); }), x.end());
  std::vector<float> other(x.rbegin(), x.rend());
  const auto same = [](float a, float b) { return std::memcmp(&a, &b, sizeof a) == 0 || (a != a && b != b); };
  const int threads_before = num_threads();
  for_each_isa([&] {
    for (int f = 0; f < unary_count + binary_count; ++f) {
      CAPTURE(f);
      const auto call = [&](const float* a, const float* b, float* y, std::int64_t n) {
        if (f < unary_count)
          unary(static_cast<Unary>(f), float32, a, y, n);
        else
          binary(static_cast<Binary>(f - unary_count), float32, a, Shape{n}, b, Shape{n}, y, Shape{n});
      };
      const auto n = static_cast<std::int64_t>(x.size());
      std::vector<float> whole(x.size()), again(x.size());
      set_num_threads(1);
      call(x.data(), other.data(), whole.data(), n);
      std::int64_t differences = 0;
      for (int threads : {2, 4}) {
        set_num_threads(threads);
        call(x.data(), other.data(), again.data(), n);
        for (std::size_t i = 0; i < x.size(); ++i) differences += !same(whole[i], again[i]);
      }
      for (std::int64_t first = 0; first + 32 < n; first += 997) {
        float part[32];
        const std::int64_t length = 1 + first % 31;
        call(&x[static_cast<std::size_t>(first)], &other[static_cast<std::size_t>(first)], part, length);
        for (std::int64_t i = 0; i < length; ++i)
          differences += !same(part[i], whole[static_cast<std::size_t>(first + i)]);
      }
      CHECK(differences == 0);
    }
  });
  set_num_threads(threads_before);
}

TEST_CASE("binary functions of floats") {
  for_each_isa([] {
    const std::vector<float> a = {1.5f, -2.0f, quiet_nan, 4.0f, inf}, b = {0.5f, 3.0f, 1.0f, quiet_nan, 2.0f};
    CHECK(run(Binary::add, float32, a, b)[0] == 2.0f);
    CHECK(run(Binary::subtract, float32, a, b)[1] == -5.0f);
    CHECK(run(Binary::multiply, float32, a, b)[1] == -6.0f);
    CHECK(run(Binary::divide, float32, a, b)[0] == 3.0f);
    CHECK(run(Binary::squared_difference, float32, a, b)[1] == 25.0f);
    for (Binary function : {Binary::maximum, Binary::minimum}) {
      const std::vector<float> y = run(function, float32, a, b);
      CHECK(y[0] == (function == Binary::maximum ? 1.5f : 0.5f));
      CHECK(y[1] == (function == Binary::maximum ? 3.0f : -2.0f));
      CHECK(std::isnan(y[2]));
      CHECK(std::isnan(y[3]));
      CHECK(y[4] == (function == Binary::maximum ? inf : 2.0f));
    }
    const std::vector<double> dy = {2.0, 3.0, -1.0}, y = {0.25, 0.0, 0.5};
    CHECK(run(Binary::relu_gradient, float64, dy, y) == std::vector<double>{2.0, 0.0, -1.0});
    CHECK(run(Binary::sigmoid_gradient, float64, dy, y) == std::vector<double>{0.375, 0.0, -0.25});
    CHECK(run(Binary::tanh_gradient, float64, dy, y) == std::vector<double>{1.875, 3.0, -0.75});
  });
}

TEST_CASE("pow follows std::pow for signs, zeros, infinities and NaN, and is within an ulp elsewhere") {
  const float special[] = {0.0f,       -0.0f,       1.0f,      -1.0f,      2.0f,   -2.0f,  3.0f,
                           -3.0f,      0.5f,        -0.5f,     1e30f,      -1e30f, 1e-42f, -1e-42f,
                           inf,        -inf,        quiet_nan, 16777215.f, 1.5f,   -2.5f,  16777216.0f,
                           1.0000001f, 0.99999994f, 3e9f,      -16777215.f};
  std::vector<float> a, b;
  for (float x : special)
    for (float y : special) a.push_back(x), b.push_back(y);
  const std::size_t special_count = a.size();
  for (int i = 1; i < 400; ++i)
    for (int j = -100; j < 100; ++j)
      a.push_back(0.037f * static_cast<float>(i)), b.push_back(0.31f * static_cast<float>(j));
  for_each_isa([&] {
    const std::vector<float> y = run(Binary::pow, float32, a, b);
    std::vector<double> wide_a(a.begin(), a.end()), wide_b(b.begin(), b.end());
    const std::vector<double> wide = run(Binary::pow, float64, wide_a, wide_b);
    double worst = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      const double exact = std::pow(wide_a[i], wide_b[i]);
      worst = std::max(worst, ulps(y[i], exact));
      if (i < special_count) {
        CAPTURE(a[i]);
        CAPTURE(b[i]);
        const float expected = std::pow(a[i], b[i]);
        CHECK(std::isnan(y[i]) == std::isnan(expected));
        if (!std::isnan(expected)) CHECK(std::signbit(y[i]) == std::signbit(expected));
        if (!std::isnan(exact)) CHECK(wide[i] == exact);
      }
    }
    CHECK(worst <= 1.0);
  });
}

TEST_CASE("integer arithmetic wraps around") {
  for_each_isa([] {
    constexpr std::int32_t low = std::numeric_limits<std::int32_t>::min(),
                           high = std::numeric_limits<std::int32_t>::max();
    constexpr std::int64_t low64 = std::numeric_limits<std::int64_t>::min();
    using Ints = std::vector<std::int32_t>;
    using Bytes = std::vector<std::uint8_t>;
    CHECK(run(Unary::negative, int32, Ints{low, 5}) == Ints{low, -5});
    CHECK(run(Unary::abs, int32, Ints{low, -5, 5}) == Ints{low, 5, 5});
    CHECK(run(Unary::sign, int32, Ints{low, 0, 7}) == Ints{-1, 0, 1});
    CHECK(run(Unary::square, int32, Ints{65536, -3}) == Ints{0, 9});
    CHECK(run(Unary::relu, int32, Ints{-4, 4}) == Ints{0, 4});
    CHECK(run(Unary::round, int32, Ints{-4, 4}) == Ints{-4, 4});
    CHECK(run(Unary::negative, int64, std::vector<std::int64_t>{low64}) == std::vector<std::int64_t>{low64});
    CHECK(run(Unary::negative, uint8, Bytes{1, 0}) == Bytes{255, 0});
    CHECK(run(Unary::abs, uint8, Bytes{200}) == Bytes{200});
    CHECK(run(Unary::sign, uint8, Bytes{200, 0}) == Bytes{1, 0});
    CHECK(run(Binary::add, int32, Ints{high}, Ints{1}) == Ints{low});
    CHECK(run(Binary::subtract, int32, Ints{low}, Ints{1}) == Ints{high});
    CHECK(run(Binary::multiply, int32, Ints{65536}, Ints{65537}) == Ints{65536});
    CHECK(run(Binary::maximum, int32, Ints{-1}, Ints{2}) == Ints{2});
    CHECK(run(Binary::squared_difference, uint8, Bytes{1}, Bytes{3}) == Bytes{4});
    CHECK(run(Binary::add, uint8, Bytes{250}, Bytes{10}) == Bytes{4});
    CHECK(run(Binary::pow, int32, Ints{3, -2, 2, 0, 5, 7}, Ints{4, 3, 31, 0, 1, 0}) == Ints{81, -8, low, 1, 5, 1});
    CHECK(run(Binary::pow, int32, Ints{1, -1, -1, 2, 0}, Ints{-5, -3, -4, -1, -2}) == Ints{1, -1, 1, 0, 0});
    CHECK(run(Binary::pow, uint8, Bytes{2, 3}, Bytes{8, 5}) == Bytes{0, 243});
    CHECK(run(Binary::pow, int64, std::vector<std::int64_t>{10}, std::vector<std::int64_t>{18}) ==
          std::vector<std::int64_t>{1000000000000000000});
  });
}

TEST_CASE("supports tells which pairs of function and dtype exist") {
  for (int f = 0; f < unary_count; ++f) {
    const auto function = static_cast<Unary>(f);
    const bool of_integers = function <= Unary::square || function == Unary::relu || function >= Unary::floor;
    for (DType dtype : {float32, float64}) CHECK(supports(function, dtype));
    for (DType dtype : {int32, int64, uint8}) CHECK(supports(function, dtype) == of_integers);
    CHECK_FALSE(supports(function, boolean));
  }
  for (int f = 0; f < binary_count; ++f) {
    const auto function = static_cast<Binary>(f);
    const bool of_integers = function <= Binary::squared_difference && function != Binary::divide;
    for (DType dtype : {float32, float64}) CHECK(supports(function, dtype));
    for (DType dtype : {int32, int64, uint8}) CHECK(supports(function, dtype) == of_integers);
    CHECK_FALSE(supports(function, boolean));
  }
}
