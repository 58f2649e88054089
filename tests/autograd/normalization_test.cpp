#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "autograd/same_function.h"
#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;
using doctest::Approx;
using doctest::Contains;
using Tensors2 = std::vector<Tensor>;

namespace {

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

Tensor normal(const Shape& shape, DType dtype, std::uint64_t seed, double mean = 0) {
  return random::normal(shape, {.mean = mean, .dtype = dtype, .seed = seed});
}

double tolerance(DType dtype) { return dtype == float32 ? 2e-5 : 1e-12; }

void check_close(const Tensor& tensor, const std::vector<double>& expected, double tolerance = 1e-12) {
  const std::vector<double> got = values<double>(cast(tensor, float64));
  REQUIRE(got.size() == expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    CAPTURE(i);
    CHECK(std::abs(got[i] - expected[i]) <= tolerance * std::max(1.0, std::abs(expected[i])));
  }
}

/// (x - mean) / sqrt(variance + epsilon) over the axes, made of other ops.
Tensor normalized(const Tensor& x, const Axes& axes, double epsilon, bool centred = true) {
  const Tensor deviation = centred ? x - reduce_mean(x, axes, {.keepdims = true}) : x;
  return deviation / sqrt(reduce_mean(square(deviation), axes, {.keepdims = true}) + epsilon);
}

}  // namespace

// The figures are PyTorch's (torch.nn.functional.layer_norm), in float64.
TEST_CASE("layer_normalization: a matrix by rows, with scale and offset") {
  const Tensor x = constant({{1.0, 2.0, 4.0}, {-1.0, 0.5, 0.25}}, float64);
  const Tensor scale = constant({1.0, 2.0, -1.0}, float64), offset = constant({0.5, 0.0, 1.0}, float64);
  GradientTape tape;
  for (const Tensor& t : {x, scale, offset}) tape.watch(t);
  const Tensor y = layer_normalization(x, scale, offset, {.epsilon = 1e-3});
  const auto [dx, dscale, doffset] =
      tape.gradient(y * constant({{1.0, 2.0, 3.0}, {-1.0, 0.5, 1.0}}, float64), x, scale, offset);
  check_close(y, {-0.5687015116389473, -0.534350755819474, -0.33587688954868367, -0.8953818933246669,
                  1.7759405915041215, 0.4925884024273939});
  check_close(dx, {-1.4874205795244695, 2.2331047897388165, -0.7456842102143475, 0.24260127103304063,
                   1.2294671845406273, -1.4720684555736678});
  check_close(dscale, {0.32668038168571956, -0.09036560794344362, 4.515042266218657});
  check_close(doffset, {0.0, 2.5, 4.0});
}

TEST_CASE("layer_normalization: fused equals composed, values and gradients of both orders") {
  for (const DType dtype : {float32, float64}) {
    for (const Shape& shape : {Shape{7, 37}, Shape{3, 5, 16}, Shape{130, 3}, Shape{1, 1000}}) {
      const std::int64_t n = shape.back();
      const Tensors2 inputs{normal(shape, dtype, 1, 0.5), normal({n}, dtype, 2), normal({n}, dtype, 3)};
      check_same_function([](const Tensors2& x) { return layer_normalization(x[0], x[1], x[2]); },
                          [](const Tensors2& x) { return normalized(x[0], -1, 1e-3) * x[1] + x[2]; }, inputs,
                          tolerance(dtype));
      check_same_function([](const Tensors2& x) { return rms_normalization(x[0], x[1]); },
                          [](const Tensors2& x) { return normalized(x[0], -1, 1e-6, false) * x[1]; },
                          {inputs[0], inputs[1]}, tolerance(dtype));
    }
  }
}

TEST_CASE("layer_normalization: several axes, in any order, and axes that are not the last") {
  const Tensor x = normal({2, 3, 4}, float64, 1), scale = normal({4, 2}, float64, 2),
               offset = normal({4, 2}, float64, 3);
  const auto fused = [](const Tensors2& x) { return layer_normalization(x[0], x[1], x[2], {.axis = {2, 0}}); };
  const auto composed = [](const Tensors2& x) {
    const auto row = [](const Tensor& t) { return expand_dims(transpose(t), 1); };
    return normalized(x[0], {0, 2}, 1e-3) * row(x[1]) + row(x[2]);
  };
  check_same_function(fused, composed, {x, scale, offset}, 1e-12);
  CHECK(distance(layer_normalization(x, {}, {}, {.axis = {0, 1, 2}}), normalized(x, {}, 1e-3)) < 1e-12);
  CHECK(distance(layer_normalization(x, {}, {}, {.axis = {}}), normalized(x, {}, 1e-3)) < 1e-12);
}

TEST_CASE("layer_normalization of a constant row: 0, and a gradient of 0 for x") {
  for (const float value : {0.f, 3.f, 1e8f}) {
    const Tensor x = full({2, 5}, value);
    GradientTape tape;
    tape.watch(x);
    const Tensor y = layer_normalization(x, full({5}, 2.f), full({5}, 0.25f));
    for (const float v : values<float>(y)) CHECK(v == 0.25f);
    for (const float v : values<float>(tape.gradient(y, x))) CHECK(v == 0);
  }
}

TEST_CASE("layer_normalization: a large mean beside a small variance is accurate in float32") {
  const Tensor wide = normal({4, 4096}, float64, 1) + 1000;
  const Tensor x = cast(wide, float32);
  CHECK(distance(layer_normalization(x), normalized(cast(x, float64), -1, 1e-3)) < 3e-5);
}

TEST_CASE("layer_normalization: empty batches, NaN, and what it refuses") {
  CHECK(layer_normalization(zeros({0, 3})).shape() == Shape{0, 3});
  CHECK(layer_normalization(zeros({3, 0})).shape() == Shape{3, 0});
  const Tensor y = layer_normalization(constant({{1.f, not_a_number}, {1.f, 2.f}}));
  CHECK(std::isnan(y[0][0].item<float>()));
  CHECK_FALSE(std::isnan(y[1][0].item<float>()));
  const Tensor x = zeros({2, 3});
  CHECK_THROWS_WITH_AS(layer_normalization(x, zeros({2})),
                       Contains("[layer_normalization] a scale of shape (2,) for x of shape (2, 3)"),
                       InvalidArgumentError);
  CHECK_THROWS_WITH_AS(layer_normalization(x, {}, zeros({1, 3})), Contains("an offset of shape (1, 3)"),
                       InvalidArgumentError);
  CHECK_THROWS_WITH_AS(layer_normalization(constant(1.f)), Contains("[layer_normalization] a scalar has no axis"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(layer_normalization(x, {}, {}, {.axis = 2}), InvalidArgumentError);
  CHECK_THROWS_AS(layer_normalization(x, {}, {}, {.axis = {0, 0}}), InvalidArgumentError);
  CHECK_THROWS_AS(layer_normalization(zeros({2, 3}, int32)), InvalidArgumentError);
  CHECK_THROWS_AS(layer_normalization(x, zeros({3}, float64)), InvalidArgumentError);
  CHECK_THROWS_AS(layer_normalization(Tensor()), FailedPreconditionError);
  CHECK_THROWS_WITH_AS(rms_normalization(x, zeros({2})), Contains("[rms_normalization]"), InvalidArgumentError);
}

TEST_CASE("rms_normalization: by hand") {
  check_close(rms_normalization(constant({{3.0, 4.0}}, float64), constant({1.0, 2.0}, float64), {.epsilon = 0}),
              {3 / std::sqrt(12.5), 8 / std::sqrt(12.5)});
}

TEST_CASE("group_normalization: channels last and second, against the definition") {
  const Tensor x = normal({2, 3, 2, 6}, float64, 1), scale = normal({6}, float64, 2),
               offset = normal({6}, float64, 3);
  const auto composed = [](const Tensors2& x) {
    const Tensor groups = reshape(x[0], {2, 3, 2, 3, 2});
    return reshape(normalized(groups, {1, 2, 4}, 1e-3), {2, 3, 2, 6}) * x[1] + x[2];
  };
  check_same_function([](const Tensors2& x) { return group_normalization(x[0], x[1], x[2], {.groups = 3}); },
                      composed, {x, scale, offset}, 1e-12);
  const Axes second = {0, 3, 1, 2}, back = {0, 2, 3, 1};
  const Tensor first = group_normalization(transpose(x, second), scale, offset, {.groups = 3, .axis = 1});
  CHECK(distance(transpose(first, back), composed({x, scale, offset})) < 1e-12);
  CHECK(distance(instance_normalization(x), normalized(x, {1, 2}, 1e-3)) < 1e-12);
  CHECK_THROWS_WITH_AS(group_normalization(x, {}, {}, {.groups = 4}),
                       Contains("6 channels, axis 3 of x (2, 3, 2, 6)"), InvalidArgumentError);
  CHECK_THROWS_AS(group_normalization(x, {}, {}, {.groups = 0}), InvalidArgumentError);
  CHECK_THROWS_AS(group_normalization(x, {}, {}, {.groups = 1, .axis = 0}), InvalidArgumentError);
  CHECK_THROWS_AS(group_normalization(x, zeros({3}, float64), {}, {.groups = 3}), InvalidArgumentError);
  CHECK_THROWS_AS(group_normalization(constant(1.f)), InvalidArgumentError);
}

TEST_CASE("batch_normalization: the given statistics, with and without scale and offset") {
  const Tensor x = constant({{1.0, 2.0}, {3.0, 6.0}}, float64);
  const Tensor mean = constant({1.0, 4.0}, float64), variance = constant({0.25, 4.0}, float64);
  check_close(batch_normalization(x, mean, variance, {}, {}, 0), {0, -1, 4, 1});
  check_close(batch_normalization(x, mean, variance, constant({10.0, 20.0}, float64), {}, 0), {10, 19, 14, 21});
  check_close(batch_normalization(x, mean, variance, {}, constant({2.0, 3.0}, float64), 0), {0, -3, 8, 3});
  CHECK_THROWS_WITH_AS(batch_normalization(x, zeros({3}, float64), variance, {}, {}, 0),
                       Contains("[batch_normalization]"), InvalidArgumentError);
  CHECK_THROWS_AS(batch_normalization(x, zeros({2}), variance, {}, {}, 0), InvalidArgumentError);
  CHECK_THROWS_AS(batch_normalization(x, {}, variance, {}, {}, 0), FailedPreconditionError);
}

TEST_CASE("fused_batch_norm: fused equals composed, values and gradients of both orders") {
  for (const DType dtype : {float32, float64}) {
    for (const Shape& shape : {Shape{4, 5, 3, 7}, Shape{2, 1, 33, 64}, Shape{50, 4, 5, 1}}) {
      const std::int64_t n = shape.back();
      const Tensors2 inputs{normal(shape, dtype, 1, 0.5), normal({n}, dtype, 2), normal({n}, dtype, 3)};
      check_same_function([](const Tensors2& x) { return fused_batch_norm(x[0], x[1], x[2]).y; },
                          [](const Tensors2& x) {
                            return normalized(x[0], {0, 1, 2}, 1e-3) * x[1] + x[2];
                          },
                          inputs, tolerance(dtype));
    }
  }
}

TEST_CASE("fused_batch_norm: the batch's statistics, the variance unbiased, and their moving average") {
  const Tensor x = constant({{1.0, 2.0}, {3.0, 6.0}, {5.0, 1.0}}, float64);
  const Tensor one = ones({2}, float64);
  const FusedBatchNorm now = fused_batch_norm(x, one, zeros({2}, float64), {.data_format = "N...C"});
  check_close(now.batch_mean, {3, 3});
  check_close(now.batch_var, {4, 7});
  const FusedBatchNorm moving = fused_batch_norm(
      x, one, zeros({2}, float64),
      {.mean = zeros({2}, float64), .variance = one, .data_format = "N...C", .exponential_avg_factor = 0.25});
  check_close(moving.batch_mean, {0.75, 0.75});
  check_close(moving.batch_var, {1.75, 2.5});
  CHECK(values<double>(moving.y) == values<double>(now.y));
}

TEST_CASE("fused_batch_norm: channels second, and inference") {
  const Tensor x = normal({2, 3, 4, 5}, float64, 1), scale = normal({3}, float64, 2),
               offset = normal({3}, float64, 3);
  const auto last = [](const Tensor& t) { return transpose(t, {0, 2, 3, 1}); };
  const FusedBatchNorm first = fused_batch_norm(x, scale, offset, {.data_format = "NCHW"});
  const FusedBatchNorm same = fused_batch_norm(last(x), scale, offset);
  CHECK(distance(last(first.y), same.y) == 0);
  CHECK(distance(first.batch_mean, same.batch_mean) == 0);
  const Tensor mean = normal({3}, float64, 4), variance = square(normal({3}, float64, 5));
  const FusedBatchNorm inference =
      fused_batch_norm(last(x), scale, offset, {.mean = mean, .variance = variance, .is_training = false});
  CHECK(distance(inference.y, batch_normalization(last(x), mean, variance, offset, scale, 1e-3)) < 1e-14);
  CHECK(values<double>(inference.batch_mean) == values<double>(mean));
}

TEST_CASE("fused_batch_norm over a single element: variance 0, the offset, and a gradient of 0") {
  const Tensor x = constant({{3.f, -4.f}}), offset = constant({0.5f, 2.f});
  GradientTape tape;
  tape.watch(x);
  const FusedBatchNorm result = fused_batch_norm(x, ones({2}), offset, {.data_format = "N...C"});
  CHECK(values<float>(result.y) == std::vector<float>{0.5f, 2.f});
  CHECK(values<float>(result.batch_var) == std::vector<float>{0, 0});
  CHECK(values<float>(tape.gradient(result.y, x)) == std::vector<float>{0, 0});
}

TEST_CASE("fused_batch_norm: no gradient through the statistics, an empty batch, and what it refuses") {
  const Tensor x = normal({2, 3}, float32, 1), scale = ones({3}), offset = zeros({3});
  {
    GradientTape tape;
    tape.watch(x);
    CHECK_FALSE(tape.gradient(fused_batch_norm(x, scale, offset, {.data_format = "N...C"}).batch_var, x));
  }
  const FusedBatchNorm none = fused_batch_norm(zeros({0, 2, 2, 3}), scale, offset);
  CHECK(none.y.shape() == Shape{0, 2, 2, 3});
  for (const float v : values<float>(none.batch_mean)) CHECK(std::isnan(v));
  CHECK_THROWS_WITH_AS(fused_batch_norm(x, scale, offset),
                       Contains("[fused_batch_norm] x of shape (2, 3) is not NHWC"), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(fused_batch_norm(x, scale, offset, {.data_format = "HWC"}),
                       Contains("the data_format is \"HWC\""), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(fused_batch_norm(x, zeros({2}), offset, {.data_format = "N...C"}),
                       Contains("a scale of shape (2,) for 3 channels"), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(fused_batch_norm(x, scale, offset, {.data_format = "N...C", .is_training = false}),
                       Contains("a mean and a variance are needed"), InvalidArgumentError);
  CHECK_THROWS_AS(fused_batch_norm(zeros({2, 3}, int32), scale, offset, {.data_format = "N...C"}),
                  InvalidArgumentError);
  CHECK_THROWS_AS(fused_batch_norm(constant(1.f), scale, offset, {.data_format = "N...C"}), InvalidArgumentError);
}

TEST_CASE("fused_batch_norm: means and variances of many rows are accurate in float32") {
  const Tensor x = cast(normal({40000, 3}, float64, 1) + 300, float32), wide = cast(x, float64);
  const FusedBatchNorm result = fused_batch_norm(x, ones({3}), zeros({3}), {.data_format = "N...C"});
  CHECK(distance(result.batch_mean, reduce_mean(wide, 0)) < 1e-7);
  const Tensor variance = reduce_sum(square(wide - reduce_mean(wide, 0, {.keepdims = true})), 0) / 39999.0;
  CHECK(distance(result.batch_var, variance) < 1e-6);
}

TEST_CASE("local_response_normalization: the sum over neighbouring channels") {
  const Tensor x = constant({{{{1.0, 2.0, 3.0, 4.0}}}}, float64);
  // The sums of squares: 5, 14, 29, 25.
  check_close(local_response_normalization(x, {.depth_radius = 1, .bias = 2, .alpha = 0.5}),
              {1 / std::sqrt(4.5), 2 / std::sqrt(9.0), 3 / std::sqrt(16.5), 4 / std::sqrt(14.5)});
  check_close(local_response_normalization(x),
              {1 / std::sqrt(31.0), 2 / std::sqrt(31.0), 3 / std::sqrt(31.0), 4 / std::sqrt(31.0)});
  CHECK_THROWS_WITH_AS(local_response_normalization(zeros({2, 3})), Contains("[local_response_normalization]"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(local_response_normalization(zeros({1, 1, 1, 2}), {.depth_radius = -1}), InvalidArgumentError);
}
