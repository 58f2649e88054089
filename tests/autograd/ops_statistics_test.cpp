#include <doctest/doctest.h>

#include <cmath>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;

TEST_CASE("moments: the mean and the population's variance over axes") {
  const Tensor x = constant({{1.0, 2.0, 3.0}, {4.0, 5.0, 9.0}}, float64);
  const auto [mean, variance] = moments(x, 1);
  CHECK(values<double>(mean) == std::vector<double>{2, 6});
  CHECK(values<double>(variance)[0] == doctest::Approx(2. / 3));
  CHECK(values<double>(variance)[1] == doctest::Approx(14. / 3));
  CHECK(moments(x, {0, -1}, {.keepdims = true}).variance.shape() == Shape{1, 1});
  CHECK(std::isnan(moments(zeros({0}), 0).mean.item<float>()));
  CHECK_THROWS_WITH_AS(moments(constant({1, 2}), 0), doctest::Contains("[moments]"), InvalidArgumentError);
  CHECK_THROWS_AS(moments(x, 2), InvalidArgumentError);
}

TEST_CASE("weighted_moments: weights count as repetitions") {
  const Tensor x = constant({1.0, 2.0, 5.0}, float64), weights = constant({2.0, 1.0, 1.0}, float64);
  const auto [mean, variance] = weighted_moments(x, 0, weights);
  const auto [expected_mean, expected_variance] = moments(constant({1.0, 1.0, 2.0, 5.0}, float64), 0);
  CHECK(mean.item<double>() == doctest::Approx(expected_mean.item<double>()));
  CHECK(variance.item<double>() == doctest::Approx(expected_variance.item<double>()));
  const Tensor rows = constant({{1.0, 2.0}, {3.0, 4.0}}, float64);
  CHECK(values<double>(weighted_moments(rows, 0, constant({{1.0}, {3.0}}, float64)).mean) ==
        std::vector<double>{2.5, 3.5});
  CHECK(weighted_moments(rows, 1, constant(1.0, float64), {.keepdims = true}).mean.shape() == Shape{2, 1});
  CHECK_THROWS_WITH_AS(weighted_moments(rows, 0, ones({3}, float64)), doctest::Contains("[weighted_moments]"),
                       InvalidArgumentError);
}

TEST_CASE("sufficient_statistics and normalize_moments: together they give moments") {
  const Tensor x = constant({{1.0, 2.0, 3.0}, {4.0, 5.0, 9.0}}, float64);
  for (const Tensor& shift : {Tensor(), constant(3.0, float64)}) {
    const auto [count, mean_ss, variance_ss, kept_shift] = sufficient_statistics(x, 1, {.shift = shift});
    CHECK(count.item<double>() == 3);
    const auto [mean, variance] = normalize_moments(count, mean_ss, variance_ss, kept_shift);
    CHECK(values<double>(mean)[1] == doctest::Approx(6));
    CHECK(values<double>(variance)[1] == doctest::Approx(14. / 3));
  }
}

TEST_CASE("l2_normalize: over an axis, and 0 below epsilon") {
  const Tensor x = constant({{3.0, 4.0}, {0.0, 0.0}}, float64);
  const std::vector<double> y = values<double>(l2_normalize(x, 1));
  CHECK(y[0] == doctest::Approx(0.6));
  CHECK(y[1] == doctest::Approx(0.8));
  CHECK(y[2] == 0);
  GradientTape tape;
  tape.watch(x);
  const std::vector<double> gradient = values<double>(tape.gradient(l2_normalize(x, 1), x));
  // (1 - y * (0.6 + 0.8)) / 5 in the first row; 1 / sqrt(epsilon) in the second.
  CHECK(gradient[0] == doctest::Approx((1 - 0.6 * 1.4) / 5));
  CHECK(gradient[2] == doctest::Approx(1e6));
  CHECK_THROWS_WITH_AS(l2_normalize(constant({1, 2})), doctest::Contains("[l2_normalize]"), InvalidArgumentError);
}
