#include "gradtape/nn/initializer.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "gradtape/autograd/autograd.h"
#include "gradtape/autograd/error.h"
#include "gradtape/autograd/random.h"

using namespace gradtape;

namespace {

struct Moments {
  double mean = 0, stddev = 0, lowest = 0, highest = 0;
};

Moments moments_of(const Tensor& tensor) {
  const Tensor wide = cast(tensor, float64);
  const auto data = wide.data<double>();
  const double n = static_cast<double>(data.size());
  Moments m;
  for (const double x : data) m.mean += x / n;
  for (const double x : data) m.stddev += (x - m.mean) * (x - m.mean) / n;
  m.stddev = std::sqrt(m.stddev);
  m.lowest = *std::min_element(data.begin(), data.end());
  m.highest = *std::max_element(data.begin(), data.end());
  return m;
}

/// Of 150,000 draws: the mean lies within 5 standard errors, the standard deviation within 1.5 %.
void check_moments(const Tensor& tensor, double mean, double stddev) {
  REQUIRE(tensor.num_elements() >= 150000);
  const Moments m = moments_of(tensor);
  CHECK(std::abs(m.mean - mean) < 5 * stddev / std::sqrt(150000.0));
  CHECK(m.stddev == doctest::Approx(stddev).epsilon(0.015));
}

/// A uniform distribution reaches its limits nearly and does not pass them.
void check_limits(const Tensor& tensor, double limit) {
  const Moments m = moments_of(tensor);
  CHECK(m.highest <= limit * (1 + 1e-6));
  CHECK(m.lowest >= -limit * (1 + 1e-6));
  CHECK(m.highest > 0.99 * limit);
  CHECK(m.lowest < -0.99 * limit);
}

/// The standard deviation of a standard normal distribution truncated at 2 is 0.87962566103423978: a *_normal
/// initializer divides by it, so that the limit is 2 * stddev / 0.8796...
void check_truncated(const Tensor& tensor, double stddev) {
  check_moments(tensor, 0, stddev);
  check_limits(tensor, 2 * stddev / 0.87962566103423978);
}

const Shape kernel = {300, 500};

}  // namespace

TEST_CASE("constant initializers fill the shape") {
  const Tensor z = nn::Initializer("zeros")({2, 3}, float32), o = nn::Initializer("ones")({2}, float64);
  CHECK(z.shape() == Shape{2, 3});
  CHECK(moments_of(z).highest == 0);
  CHECK(o.dtype() == float64);
  CHECK(moments_of(o).lowest == 1);
  CHECK(moments_of(nn::initializers::Constant(0.25)({4})).mean == 0.25);
  CHECK(nn::Initializer("constant")({1}).item<float>() == 0);
}

TEST_CASE("random initializers have Keras's defaults") {
  set_seed(1);
  check_moments(nn::Initializer("random_normal")(kernel), 0, 0.05);
  check_limits(nn::Initializer("random_uniform")(kernel), 0.05);
  const Tensor truncated = nn::Initializer("truncated_normal")(kernel);
  check_limits(truncated, 0.1);
  check_moments(truncated, 0, 0.05 * 0.87962566103423978);
  check_moments(nn::initializers::RandomNormal({.mean = 2, .stddev = 3})(kernel), 2, 3);
}

TEST_CASE("variance scaling follows the fans of a matrix (300, 500)") {
  set_seed(2);
  check_limits(nn::Initializer("glorot_uniform")(kernel), std::sqrt(6.0 / 800));
  check_truncated(nn::Initializer("glorot_normal")(kernel), std::sqrt(2.0 / 800));
  check_limits(nn::Initializer("he_uniform")(kernel), std::sqrt(6.0 / 300));
  check_truncated(nn::Initializer("he_normal")(kernel, float64), std::sqrt(2.0 / 300));
  check_limits(nn::Initializer("lecun_uniform")(kernel), std::sqrt(3.0 / 300));
  check_truncated(nn::Initializer("lecun_normal")(kernel), std::sqrt(1.0 / 300));
}

TEST_CASE("variance scaling takes a scale, a mode and a distribution") {
  using nn::initializers::VarianceScaling;
  check_limits(VarianceScaling({.scale = 3, .mode = "fan_out", .distribution = "uniform", .seed = 3})(kernel),
               std::sqrt(9.0 / 500));
  const Tensor normal =
      VarianceScaling({.scale = 2, .mode = "fan_avg", .distribution = "untruncated_normal", .seed = 3})(kernel);
  check_moments(normal, 0, std::sqrt(2.0 / 400));
  CHECK(moments_of(normal).highest > 3 * std::sqrt(2.0 / 400));
  CHECK_THROWS_AS(VarianceScaling({.scale = 0}), InvalidArgumentError);
  CHECK_THROWS_AS(VarianceScaling({.mode = "fan"}), InvalidArgumentError);
  CHECK_THROWS_AS(VarianceScaling({.distribution = "cauchy"}), InvalidArgumentError);
}

TEST_CASE("fans count a convolution kernel's window, and a vector's length twice") {
  // (3, 5, 100, 100): 15 places of 100 inputs and 100 outputs each.
  check_limits(nn::initializers::HeUniform({.seed = 4})({3, 5, 100, 100}), std::sqrt(6.0 / 1500));
  check_limits(
      nn::initializers::VarianceScaling({.mode = "fan_out", .distribution = "uniform", .seed = 4})({3, 5, 50, 200}),
      std::sqrt(3.0 / 3000));
  check_limits(nn::initializers::GlorotUniform({.seed = 4})({150000}), std::sqrt(3.0 / 150000));
}

TEST_CASE("a seed gives the same numbers each time") {
  const auto equal_values = [](const Tensor& a, const Tensor& b) { return reduce_all(a == b).item<bool>(); };
  const nn::Initializer seeded = nn::initializers::HeNormal({.seed = 1});
  const Tensor first = seeded({4, 5});
  CHECK(equal_values(first, seeded({4, 5})));
  CHECK(equal_values(first, nn::initializers::HeNormal({.seed = 1})({4, 5})));
  CHECK_FALSE(equal_values(first, nn::initializers::HeNormal({.seed = 2})({4, 5})));
  const nn::Initializer unseeded = "he_normal";
  set_seed(5);
  const Tensor a = unseeded({4, 5}), b = unseeded({4, 5});
  set_seed(5);
  CHECK(equal_values(a, unseeded({4, 5})));
  CHECK_FALSE(equal_values(a, b));
}

TEST_CASE("an initializer is a name, an object or a function") {
  CHECK(nn::Initializer("HeNormal").name() == "he_normal");
  CHECK(nn::Initializer(nn::initializers::Zeros()).name() == "zeros");
  const nn::Initializer mine = [](const Shape& shape, DType dtype) { return full(shape, 7, dtype); };
  CHECK(mine({1}).item<int>() == 7);
  Variable w = Variable::deferred(mine, float64, {});
  w.build({2});
  CHECK(w.value().data<double>()[1] == 7);
  CHECK_FALSE(nn::Initializer());
  CHECK_THROWS_AS(nn::Initializer()({1}), FailedPreconditionError);
  std::string message;
  try {
    nn::Initializer("he");
  } catch (const InvalidArgumentError& error) {
    message = error.what();
  }
  CHECK(message.find("'he_normal'") != std::string::npos);
}
