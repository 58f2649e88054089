// Reductions of a function of the elements: logsumexp, variance, deviation, norm.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

template <class F>
std::vector<double> gradient_of(const F& f, const Tensor& x) {
  GradientTape tape;
  tape.watch(x);
  return values<double>(tape.gradient(reduce_sum(f(x)), x));
}

}  // namespace

TEST_CASE("reduce_logsumexp: safe for large values, over axes and with keepdims") {
  const Tensor x = constant({{1000.0, 1000.0}, {-1000.0, 0.0}}, float64);
  const std::vector<double> y = values<double>(reduce_logsumexp(x, 1));
  CHECK(y[0] == doctest::Approx(1000 + std::log(2.)));
  CHECK(y[1] == doctest::Approx(0));
  CHECK(reduce_logsumexp(x).shape() == Shape{});
  CHECK(reduce_logsumexp(x, {0, -1}, {.keepdims = true}).shape() == Shape{1, 1});
  CHECK(reduce_logsumexp(constant(2.5)).item<float>() == doctest::Approx(2.5f));
  CHECK_THROWS_WITH_AS(reduce_logsumexp(constant({1, 2})), doctest::Contains("[reduce_logsumexp]"),
                       InvalidArgumentError);
}

TEST_CASE("reduce_logsumexp: minus infinity over nothing and over minus infinities") {
  CHECK(values<double>(reduce_logsumexp(zeros({2, 0}, float64), 1)) == std::vector<double>{-infinity, -infinity});
  CHECK(reduce_logsumexp(zeros({0, 2}, float64), 1).shape() == Shape{0});
  const Tensor x = constant({{-infinity, -infinity}, {-infinity, 3.0}, {infinity, 3.0}}, float64);
  CHECK(values<double>(reduce_logsumexp(x, 1)) == std::vector<double>{-infinity, 3, infinity});
}

TEST_CASE("reduce_logsumexp: minus infinity among numbers has the gradient 0, not NaN") {
  const Tensor x = constant({-infinity, 3.0, 3.0}, float64);
  const auto g = gradient_of([](const Tensor& t) { return reduce_logsumexp(t); }, x);
  CHECK(g[0] == 0);
  CHECK(g[1] == doctest::Approx(0.5));
  CHECK(g[2] == doctest::Approx(0.5));
}

TEST_CASE("reduce_variance and reduce_std: of the population, as NumPy's var and std") {
  const Tensor x = constant({{1.0, 2.0, 4.0}, {0.0, 0.0, 6.0}}, float64);
  // numpy.var(x, 1) = [14 / 9, 8].
  const std::vector<double> variance = values<double>(reduce_variance(x, 1));
  CHECK(variance[0] == doctest::Approx(14. / 9));
  CHECK(variance[1] == doctest::Approx(8));
  CHECK(values<double>(reduce_std(x, -1, {.keepdims = true}))[1] == doctest::Approx(std::sqrt(8.)));
  CHECK(reduce_std(x, {0, 1}, {.keepdims = true}).shape() == Shape{1, 1});
  CHECK(reduce_variance(constant(3.f)).item<float>() == 0);
  // Far from 0 the mean is taken off first.
  CHECK(reduce_variance(x + 1e8).item<double>() == doctest::Approx(reduce_variance(x).item<double>()));
}

TEST_CASE("reduce_variance and reduce_std: NaN over no elements; integers are refused") {
  CHECK(std::isnan(reduce_variance(zeros({0})).item<float>()));
  CHECK(std::isnan(values<float>(reduce_std(zeros({2, 0}), 1))[1]));
  CHECK(reduce_std(zeros({0, 3}), 1).shape() == Shape{0});
  CHECK_THROWS_AS(reduce_variance(constant({1, 2})), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(reduce_std(zeros({2}), 3), doctest::Contains("axis 3 is outside"), InvalidArgumentError);
}

TEST_CASE("reduce_std: the gradient at equal elements is NaN, as TensorFlow's; the variance's is 0") {
  const Tensor x = constant({2.0, 2.0, 2.0}, float64);
  for (const double g : gradient_of([](const Tensor& t) { return reduce_std(t); }, x)) CHECK(std::isnan(g));
  CHECK(gradient_of([](const Tensor& t) { return reduce_variance(t); }, x) == std::vector<double>{0, 0, 0});
}

TEST_CASE("reduce_euclidean_norm: values, and the norm of integers truncated") {
  const Tensor x = constant({{3.0, 4.0}, {5.0, 12.0}}, float64);
  CHECK(values<double>(reduce_euclidean_norm(x, 1)) == std::vector<double>{5, 13});
  CHECK(reduce_euclidean_norm(x, {}, {.keepdims = true}).shape() == Shape{1, 1});
  CHECK(reduce_euclidean_norm(constant({1, 2, 3})).item<int>() == 3);  // sqrt(14)
  CHECK(reduce_euclidean_norm(zeros({0})).item<float>() == 0);
  CHECK(reduce_euclidean_norm(constant(-2.f)).item<float>() == 2);
}

TEST_CASE("reduce_euclidean_norm: the gradient is x / norm, and NaN at 0, as TensorFlow's") {
  const Tensor x = constant({{3.0, 4.0}, {0.0, 0.0}}, float64);
  const auto g = gradient_of([](const Tensor& t) { return reduce_euclidean_norm(t, 1); }, x);
  CHECK(g[0] == doctest::Approx(0.6));
  CHECK(g[1] == doctest::Approx(0.8));
  CHECK(std::isnan(g[2]));
  CHECK(std::isnan(g[3]));
}

TEST_CASE("reduce_prod: the gradient with zeros over a middle axis and over axes that are apart") {
  // Products of (x[0], x[2]) and (x[1], x[3]) of each part; then over the first and the last axis.
  const Tensor x = reshape(constant({2.0, 0.0, 3.0, 5.0, 0.0, 4.0, 0.0, 7.0}, float64), {2, 2, 2});
  CHECK(gradient_of([](const Tensor& t) { return reduce_prod(t, 1); }, x) ==
        std::vector<double>{3, 5, 2, 0, 0, 7, 0, 4});
  // {2, 0, 0, 4} has two zeros, {3, 5, 0, 7} one.
  CHECK(gradient_of(
            [](const Tensor& t) {
              return reduce_prod(t, {0, 2});
            },
            x) == std::vector<double>{0, 0, 0, 0, 0, 0, 105, 0});
}
