// Samples of fixed seeds against the closed forms of their distributions: moments, Kolmogorov and Smirnov's distance
// (below 1.95 / sqrt(n) in 999 of 1000 runs) and chi-square (within five standard deviations).
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;
using doctest::Contains;

namespace {
using Doubles = std::vector<double>;
constexpr int count = 200000;

double mean_of(const Doubles& x) {
  double sum = 0;
  for (const double value : x) sum += value;
  return sum / static_cast<double>(x.size());
}
double variance_of(const Doubles& x) {
  const double mean = mean_of(x);
  double sum = 0;
  for (const double value : x) sum += (value - mean) * (value - mean);
  return sum / static_cast<double>(x.size());
}

/// The largest distance between the samples' distribution and `cdf`, times sqrt(n).
double kolmogorov_smirnov(Doubles x, const std::function<double(double)>& cdf) {
  std::sort(x.begin(), x.end());
  const auto n = static_cast<double>(x.size());
  double distance = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double expected = cdf(x[i]), place = static_cast<double>(i);
    distance = std::max({distance, expected - place / n, (place + 1) / n - expected});
  }
  return distance * std::sqrt(n);
}

/// Chi-square of whole numbers over those expected more than ten times, in standard deviations from its mean.
double chi_square(const Doubles& x, const std::function<double(int)>& probability, int most) {
  std::vector<double> seen(static_cast<std::size_t>(most) + 1, 0);
  for (const double value : x) {
    REQUIRE(value == std::floor(value));
    REQUIRE(value >= 0);
    if (value <= most) ++seen[static_cast<std::size_t>(value)];
  }
  double sum = 0, degrees = -1;
  for (int k = 0; k <= most; ++k) {
    const double expected = probability(k) * static_cast<double>(x.size());
    if (expected < 10) continue;
    sum += std::pow(seen[static_cast<std::size_t>(k)] - expected, 2) / expected;
    ++degrees;
  }
  return (sum - degrees) / std::sqrt(2 * degrees);
}

Doubles gamma_samples(double alpha) {
  return values<double>(random::gamma({count}, alpha, {.dtype = float64, .seed = 5}));
}
}  // namespace

TEST_CASE("random.gamma: the distances to closed forms, for shapes on both sides of 1") {
  CHECK(kolmogorov_smirnov(gamma_samples(1), [](double x) { return 1 - std::exp(-x); }) < 1.95);
  CHECK(kolmogorov_smirnov(gamma_samples(0.5), [](double x) { return std::erf(std::sqrt(x)); }) < 1.95);
  CHECK(kolmogorov_smirnov(gamma_samples(2), [](double x) { return 1 - (1 + x) * std::exp(-x); }) < 1.95);
  const auto erlang = [](double x) {
    double term = 1, sum = 0;
    for (int k = 0; k < 20; ++k) {
      sum += term;
      term *= x / (k + 1);
    }
    return 1 - sum * std::exp(-x);
  };
  CHECK(kolmogorov_smirnov(gamma_samples(20), erlang) < 1.95);
}

TEST_CASE("random.gamma: mean and variance are alpha / beta and alpha / beta^2") {
  for (const double alpha : {0.1, 0.9, 3.0, 1000.0}) {
    const Doubles x = values<double>(random::gamma({count}, alpha, 4, {.dtype = float64, .seed = 6}));
    CHECK(std::abs(mean_of(x) - alpha / 4) < 5 * std::sqrt(alpha / 16 / count));
    CHECK(variance_of(x) == doctest::Approx(alpha / 16).epsilon(0.05));
  }
}

TEST_CASE("random.gamma: parameters broadcast, and come behind the shape") {
  const Tensor alpha = constant({{1.f}, {3.f}, {5.f}}), beta = constant({{3.f, 4.f}});
  const Tensor y = random::gamma({30}, alpha, beta, {.seed = 1});
  CHECK(y.shape() == Shape{30, 3, 2});
  CHECK(y.dtype() == float32);
  CHECK(values<float>(random::stateless_gamma({30, 3, 2}, {1, 2}, alpha, beta)) ==
        values<float>(random::stateless_gamma({30, 3, 2}, {1, 2}, alpha, beta)));
  CHECK(random::stateless_gamma({4, 3, 2}, {1, 2}, alpha).shape() == Shape{4, 3, 2});
  CHECK_THROWS_WITH_AS(random::stateless_gamma({4, 3}, {1, 2}, alpha),
                       Contains("parameters of shape (3, 1) do not broadcast to what the shape (4, 3) ends with"),
                       InvalidArgumentError);
  CHECK(random::gamma({0}, 1.0).shape() == Shape{0});
  CHECK(random::gamma({2}, 0.0, {.seed = 1}).data<float>()[0] == std::numeric_limits<float>::min());
}

TEST_CASE("random.gamma: the gradient of beta is that of a scale") {
  const Tensor beta = constant({2.0, 4.0}, float64);
  GradientTape tape;
  tape.watch(beta);
  const Tensor y = random::gamma({1}, constant({3.0, 3.0}, float64), beta, {.dtype = float64, .seed = 3});
  const Tensor gradient = tape.gradient(y, beta);
  for (std::size_t i = 0; i < 2; ++i)
    CHECK(gradient.data<double>()[i] == doctest::Approx(-y.data<double>()[i] / beta.data<double>()[i]));
}

TEST_CASE("random.poisson: counts as often as the distribution says, for rates on both sides of 10") {
  for (const double rate : {0.3, 4.0, 9.9, 10.0, 50.0, 400.0}) {
    const Doubles x = values<double>(random::poisson({count}, rate, {.dtype = float64, .seed = 7}));
    CHECK(std::abs(mean_of(x) - rate) < 5 * std::sqrt(rate / count));
    CHECK(variance_of(x) == doctest::Approx(rate).epsilon(0.03));
    const auto probability = [=](int k) { return std::exp(k * std::log(rate) - rate - std::lgamma(k + 1)); };
    CHECK(std::abs(chi_square(x, probability, 1000)) < 5);
  }
}

TEST_CASE("random.poisson: rates of 0 and large ones, any dtype of numbers") {
  CHECK(values<float>(random::poisson({3}, 0, {.seed = 1})) == std::vector<float>{0, 0, 0});
  const Doubles large = values<double>(random::poisson({1000}, 1e9, {.dtype = float64, .seed = 1}));
  CHECK(std::abs(mean_of(large) - 1e9) < 5 * std::sqrt(1e9 / 1000));
  const Tensor y = random::poisson({7, 5}, constant({12.2f, 3.3f}), {.dtype = int64, .seed = 1});
  CHECK(y.shape() == Shape{7, 5, 2});
  CHECK(y.dtype() == int64);
  CHECK(random::stateless_poisson({10, 2}, {12, 34}, constant({5.f, 15.f})).dtype() == int32);
  CHECK(values<std::uint8_t>(random::poisson({1}, 1e6, {.dtype = uint8, .seed = 1})) ==
        std::vector<std::uint8_t>{255});
}

TEST_CASE("random.binomial: successes as often as the distribution says") {
  const struct { double n, p; } cases[] = {{1, 0.3}, {20, 0.2}, {20, 0.9}, {100, 0.5}, {1000, 0.02}, {5000, 0.7}};
  for (const auto& [n, p] : cases) {
    const Doubles x = values<double>(random::binomial({count}, n, p, {.dtype = float64, .seed = 8}));
    CHECK(std::abs(mean_of(x) - n * p) < 5 * std::sqrt(n * p * (1 - p) / count));
    const auto probability = [n = n, p = p](int k) {
      return k > n ? 0
                   : std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) + k * std::log(p) +
                              (n - k) * std::log1p(-p));
    };
    if (n > 1) CHECK(std::abs(chi_square(x, probability, 5000)) < 5);
  }
  CHECK(values<std::int32_t>(random::stateless_binomial(
            {2, 2}, {1, 2}, constant({5.f, 9.f}), constant({1.f, 0.f}))) == std::vector<std::int32_t>{5, 0, 5, 0});
  CHECK(values<float>(random::binomial({2}, 1e6, 1e-20, {.dtype = float32, .seed = 1})) == std::vector<float>{0, 0});
}

TEST_CASE("random.bernoulli: ones with the probability") {
  CHECK(std::abs(
            mean_of(values<double>(random::bernoulli({count}, {.probability = 0.3, .dtype = float64, .seed = 1}))) -
            0.3) < 5 * std::sqrt(0.21 / count));
  CHECK(values<bool>(random::bernoulli({3}, {.probability = 1, .dtype = boolean})) == std::vector<bool>(3, true));
  CHECK(values<std::int32_t>(random::bernoulli({3}, {.probability = 0, .dtype = int32})) ==
        std::vector<std::int32_t>{0, 0, 0});
  CHECK_THROWS_WITH_AS(random::bernoulli({1}, {.probability = 1.5}), Contains("it must lie in [0, 1]"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(random::bernoulli({1}, {.probability = std::nan("")}), InvalidArgumentError);
}

TEST_CASE("random.categorical: classes as often as the softmax of their logits") {
  const float never = -std::numeric_limits<float>::infinity();
  const Tensor logits = constant({{std::log(1.f), std::log(2.f), std::log(3.f), std::log(4.f)},
                                  {1000.f, never, 1000.f, never},
                                  {never, never, never, -5.f}});
  const Tensor y = random::categorical(logits, count, {.seed = 4});
  CHECK(y.shape() == Shape{3, count});
  CHECK(y.dtype() == int64);
  const Tensor samples = cast(y, float64);
  CHECK(std::abs(chi_square(
            values<double>(samples[0]), [](int k) { return (k + 1) / 10.0; }, 3)) < 5);
  CHECK(std::abs(chi_square(
            values<double>(samples[1]), [](int k) { return k % 2 == 0 ? 0.5 : 0; }, 3)) < 5);
  for (const double x : values<double>(samples[1])) REQUIRE((x == 0 || x == 2));
  for (const double x : values<double>(samples[2])) REQUIRE(x == 3);
  CHECK(random::categorical(logits, 2, {.dtype = int32}).dtype() == int32);
  CHECK(random::categorical(zeros({0, 3}), 5).shape() == Shape{0, 5});
  CHECK(random::categorical(logits, 0).shape() == Shape{3, 0});
}

TEST_CASE("random: parameters that no distribution has are refused before a stream is taken") {
  const double nan = std::nan(""), infinity = HUGE_VAL;
  set_seed(3);
  const std::vector<float> expected = values<float>(random::uniform({3}));
  set_seed(3);
  CHECK_THROWS_WITH_AS(random::gamma({2}, constant({1.f, -1.f})),
                       Contains("[random.gamma] alpha is -1.000000 at (1,); it must be finite and not negative"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(random::gamma({2}, nan), InvalidArgumentError);
  CHECK_THROWS_AS(random::gamma({2}, 1, 0), InvalidArgumentError);
  CHECK_THROWS_AS(random::gamma({2}, 1, nan), InvalidArgumentError);
  CHECK_THROWS_AS(random::gamma({2}, 1, {.dtype = int32}), InvalidArgumentError);
  CHECK_THROWS_AS(random::gamma({2}, constant({1.f}), {.dtype = float64}), InvalidArgumentError);
  CHECK_THROWS_AS(random::gamma({-2}, 1), InvalidArgumentError);
  CHECK_THROWS_AS(random::poisson({2}, -0.5), InvalidArgumentError);
  CHECK_THROWS_AS(random::poisson({2}, infinity), InvalidArgumentError);
  CHECK_THROWS_AS(random::poisson({2}, nan), InvalidArgumentError);
  CHECK_THROWS_AS(random::poisson({2}, 1, {.dtype = boolean}), InvalidArgumentError);
  CHECK_THROWS_AS(random::binomial({2}, 3, 1.01), InvalidArgumentError);
  CHECK_THROWS_AS(random::binomial({2}, -3, 0.5), InvalidArgumentError);
  CHECK_THROWS_AS(random::binomial({2}, 3, nan), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(random::categorical(zeros({2, 0}), 1),
                       Contains("[random.categorical] logits of shape (2, 0) have no classes"), InvalidArgumentError);
  CHECK_THROWS_AS(random::categorical(zeros({2}), 1), InvalidArgumentError);
  CHECK_THROWS_AS(random::categorical(constant({{1.f, NAN}}), 1), InvalidArgumentError);
  CHECK_THROWS_AS(random::categorical(constant({{1.f, HUGE_VALF}}), 1), InvalidArgumentError);
  CHECK_THROWS_AS(random::categorical(constant({{-HUGE_VALF, -HUGE_VALF}}), 1), InvalidArgumentError);
  CHECK_THROWS_AS(random::categorical(constant({{1, 2}}), 1), InvalidArgumentError);
  CHECK_THROWS_AS(random::categorical(zeros({2, 2}), -1), InvalidArgumentError);
  CHECK_THROWS_AS(random::uniform({2}, {.dtype = int32}), InvalidArgumentError);
  CHECK_THROWS_AS(random::uniform({2}, {.maxval = 1e10, .dtype = int32}), InvalidArgumentError);
  CHECK_THROWS_AS(random::uniform({2}, {.maxval = infinity}), InvalidArgumentError);
  CHECK(values<float>(random::uniform({3})) == expected);
}

TEST_CASE("random: distributions have the same bits for any number of threads, and longer calls begin alike") {
  const int before = num_threads();
  const auto all = [](std::int64_t n) {
    std::vector<Doubles> results;
    const DType dtype = float64;
    for (const Tensor& y :
         {random::gamma({n}, 0.7, {.dtype = dtype, .seed = 1}), random::poisson({n}, 30, {.dtype = dtype, .seed = 1}),
          random::binomial({n}, 100, 0.3, {.dtype = dtype, .seed = 1}),
          cast(random::categorical(zeros({1, 5}), n, {.seed = 1}), dtype)})
      results.push_back(values<double>(y));
    return results;
  };
  set_num_threads(1);
  const auto one = all(30000), few = all(10);
  set_num_threads(3);
  CHECK(all(30000) == one);
  set_num_threads(before);
  for (std::size_t i = 0; i < few.size(); ++i) CHECK(std::equal(few[i].begin(), few[i].end(), one[i].begin()));
}

TEST_CASE("random: stateless calls depend on both numbers of their seed, and on nothing else") {
  const auto floats = [](const Tensor& tensor) { return values<float>(tensor); };
  const auto expected = floats(random::stateless_normal({4}, {1, 2}));
  random::uniform({1});
  CHECK(floats(random::stateless_normal({4}, {1, 2})) == expected);
  CHECK(floats(random::stateless_normal({4}, constant({1, 2}))) == expected);
  CHECK(floats(random::stateless_normal({4}, {2, 1})) != expected);
  CHECK(floats(random::stateless_normal({4}, {1, 3})) != expected);
  CHECK(floats(random::normal({4}, {.seed = 1})) != expected);
  CHECK(floats(random::stateless_uniform({4}, {1, 2}, {.minval = 5, .maxval = 6}))[0] >= 5);
  CHECK(random::stateless_truncated_normal({4}, {1, 2}, {.dtype = float64}).dtype() == float64);
  CHECK(random::stateless_categorical(zeros({2, 3}), 4, {1, 2}).shape() == Shape{2, 4});
  CHECK(random::stateless_shuffle(range(5), {1, 2}).shape() == Shape{5});
  CHECK_THROWS_WITH_AS(random::stateless_normal({4}, {1, 2}, {.seed = 3}), Contains("[random.stateless_normal]"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(random::stateless_normal({4}, constant({1, 2, 3})), InvalidArgumentError);
  CHECK_THROWS_AS(random::stateless_normal({4}, constant({1.f, 2.f})), InvalidArgumentError);
}

TEST_CASE("random: seeds that are split or folded lead to other numbers") {
  const Tensor seeds = random::split({1, 2}, 3);
  CHECK(seeds.shape() == Shape{3, 2});
  CHECK(seeds.dtype() == int64);
  CHECK(values<std::int64_t>(random::split({1, 2}, 2)) ==
        std::vector<std::int64_t>(seeds.data<std::int64_t>().begin(), seeds.data<std::int64_t>().begin() + 4));
  CHECK(values<float>(random::stateless_normal({4}, seeds[0])) !=
        values<float>(random::stateless_normal({4}, seeds[1])));
  CHECK(values<std::int64_t>(random::fold_in({1, 2}, 1)) != values<std::int64_t>(random::fold_in({1, 2}, 2)));
  CHECK(values<std::int64_t>(random::fold_in({1, 2}, 1)) == values<std::int64_t>(random::fold_in({1, 2}, 1)));
}

TEST_CASE("random.Generator: goes on from call to call, by itself") {
  random::Generator a = random::Generator::from_seed(7), b = random::Generator::from_seed(7);
  const auto first = values<float>(a.normal({3}));
  CHECK(values<float>(a.normal({3})) != first);
  random::uniform({5});
  CHECK(values<float>(b.normal({3})) == first);
  random::Generator copy = a;
  CHECK(values<float>(a.uniform({3})) == values<float>(copy.uniform({3})));
  CHECK(values<float>(random::Generator::from_seed(8).normal({3})) != first);
  a.reset_from_seed(7);
  CHECK(values<float>(a.normal({3})) == first);
  std::vector<random::Generator> parts = a.split(2);
  CHECK(values<float>(parts[0].normal({3})) != values<float>(parts[1].normal({3})));
  CHECK(a.make_seeds(4).shape() == Shape{2, 4});
  CHECK(a.binomial({2}, 4, 0.5).dtype() == int32);
  CHECK(a.truncated_normal({2}, {.dtype = float64}).dtype() == float64);
  CHECK_THROWS_AS(a.normal({2}, {.seed = 1}), InvalidArgumentError);
  CHECK_THROWS_AS(a.split(-1), InvalidArgumentError);
}
