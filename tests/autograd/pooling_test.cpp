// Pooling against its definition, written here as loops; a few values worked out by hand.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>

#include "gradtape/autograd/autograd.h"
#include "tensor_values.h"

using namespace gradtape;

namespace {

using Floats = std::vector<float>;

Tensor picture(const std::vector<float>& pixels, std::int64_t height, std::int64_t width) {
  return constant(pixels, {1, height, width, 1});
}

struct Axis {
  std::int64_t input, kernel, stride, dilation, before, output;
};

Axis resolved(std::int64_t input, std::int64_t kernel, std::int64_t stride, std::int64_t dilation, bool same) {
  const std::int64_t reach = (kernel - 1) * dilation + 1;
  Axis axis{input, kernel, stride, dilation, 0, (input - reach) / stride + 1};
  if (same) {
    axis.output = (input + stride - 1) / stride;
    axis.before = std::max<std::int64_t>(0, (axis.output - 1) * stride + reach - input) / 2;
  }
  return axis;
}

}  // namespace

TEST_CASE("pool: random windows, strides, dilations and paddings agree with the definition, gradients too") {
  std::mt19937 random(77);
  const auto draw = [&](std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
  };
  for (int round = 0; round < 80; ++round) {
    const bool same = draw(0, 1) == 1, largest = draw(0, 1) == 1;
    const std::int64_t batch = draw(1, 3), channels = draw(0, 1) ? draw(1, 5) : draw(6, 40);
    Axis axes[2];
    for (Axis& axis : axes) {
      do axis = resolved(draw(1, 12), draw(1, 4), draw(1, 3), draw(1, 2), same);
      while (axis.output < 1 || (axis.kernel - 1) * axis.dilation + 1 > axis.input);
    }
    const Shape shape{batch, axes[0].input, axes[1].input, channels};
    const Shape pooled{batch, axes[0].output, axes[1].output, channels};
    std::vector<double> x(static_cast<std::size_t>(shape.num_elements())), dx(x.size());
    std::vector<double> y(static_cast<std::size_t>(pooled.num_elements())), dy(y.size());
    // Few different values, so that there are ties.
    for (double& value : x) value = static_cast<double>(draw(0, 4));
    for (double& value : dy) value = std::uniform_real_distribution<double>(-1, 1)(random);
    std::size_t k = 0;
    for (std::int64_t n = 0; n < batch; ++n)
      for (std::int64_t oh = 0; oh < axes[0].output; ++oh)
        for (std::int64_t ow = 0; ow < axes[1].output; ++ow)
          for (std::int64_t c = 0; c < channels; ++c, ++k) {
            std::vector<std::size_t> places;
            for (std::int64_t i = 0; i < axes[0].kernel; ++i)
              for (std::int64_t j = 0; j < axes[1].kernel; ++j) {
                const std::int64_t h = oh * axes[0].stride - axes[0].before + i * axes[0].dilation;
                const std::int64_t w = ow * axes[1].stride - axes[1].before + j * axes[1].dilation;
                if (h < 0 || w < 0 || h >= shape[1] || w >= shape[2]) continue;
                places.push_back(static_cast<std::size_t>(((n * shape[1] + h) * shape[2] + w) * channels + c));
              }
            REQUIRE_FALSE(places.empty());
            std::size_t first = places[0];
            double sum = 0;
            for (std::size_t place : places) {
              if (x[place] > x[first]) first = place;
              sum += x[place];
            }
            y[k] = largest ? x[first] : sum / static_cast<double>(places.size());
            for (std::size_t place : places)
              if (!largest)
                dx[place] += dy[k] / static_cast<double>(places.size());
              else if (place == first)
                dx[place] += dy[k];
          }
    for (const bool channels_first : {false, true}) {
      const Tensor input = constant(x, shape);
      GradientTape tape;
      tape.watch(input);
      const Tensor turned = channels_first ? transpose(input, {0, 3, 1, 2}) : input;
      Tensor result =
          pool(turned, {axes[0].kernel, axes[1].kernel}, largest ? "MAX" : "AVG", {axes[0].stride, axes[1].stride},
               same ? "SAME" : "VALID",
               {.data_format = channels_first ? "NCHW" : "NHWC", .dilations = {axes[0].dilation, axes[1].dilation}});
      if (channels_first) result = transpose(result, {0, 2, 3, 1});
      REQUIRE(result.shape() == pooled);
      const Tensor gradient = tape.gradient(reduce_sum(result * constant(dy, pooled)), input);
      for (std::size_t i = 0; i < y.size(); ++i) CHECK(result.data<double>()[i] == doctest::Approx(y[i]));
      for (std::size_t i = 0; i < dx.size(); ++i) CHECK(gradient.data<double>()[i] == doctest::Approx(dx[i]));
    }
  }
}

TEST_CASE("max_pool2d: of equal values the first gets the gradient") {
  const Tensor x = picture({2, 2, 1, 2, 2, 2}, 2, 3);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = max_pool2d(x, 2, 1, "VALID");
  CHECK(values<float>(y) == Floats{2, 2});
  CHECK(values<float>(tape.gradient(y, x)) == Floats{1, 1, 0, 0, 0, 0});
}

TEST_CASE("max_pool2d: a NaN is the maximum of its windows, and of no other") {
  const float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
  // Nine channels, so that whole registers and the rest behind them are met.
  const Tensor x = broadcast_to(picture({1, nan, 3, 4, 5, 6, nan, 8}, 1, 8), {1, 1, 8, 9});
  const Tensor y = max_pool2d(x, {1, 2}, {1, 2}, "VALID");
  for (std::size_t c = 0; c < 9; ++c) {
    CHECK(std::isnan(y.data<float>()[c]));
    CHECK(y.data<float>()[9 + c] == 4);
    CHECK(y.data<float>()[18 + c] == 6);
    CHECK(std::isnan(y.data<float>()[27 + c]));
  }
  CHECK(values<float>(max_pool2d(picture({-infinity, -infinity}, 1, 2), {1, 2}, 1, "VALID")) == Floats{-infinity});
}

TEST_CASE("avg_pool2d: padding does not count") {
  const Tensor x = picture({1, 2, 3, 4, 5, 6, 7, 8, 9}, 3, 3);
  CHECK(values<float>(avg_pool2d(x, 2, 1, "SAME")) == Floats{3, 4, 4.5F, 6, 7, 7.5F, 7.5F, 8.5F, 9});
  CHECK(values<float>(avg_pool2d(x, 3, 3, {{0, 0}, {2, 1}, {2, 1}, {0, 0}})) == Floats{1, 2.5F, 5.5F, 7});
}

TEST_CASE("max_pool1d, max_pool3d, avg_pool1d, avg_pool3d, max_pool, avg_pool: as many axes as the name says") {
  const Tensor line = reshape(constant({1.F, 5.F, 2.F, 4.F, 3.F}), {1, 5, 1});
  CHECK(values<float>(max_pool1d(line, 2, 2, "SAME")) == Floats{5, 4, 3});
  CHECK(values<float>(max_pool(line, 2, 2, "VALID")) == Floats{5, 4});
  CHECK(values<float>(avg_pool1d(line, 2, 2, "VALID")) == Floats{3, 3});
  CHECK(values<float>(avg_pool(line, {1, 2, 1}, {1, 2, 1}, "SAME")) == Floats{3, 3, 3});
  const Tensor cube = reshape(cast(constant({1, 2, 3, 4, 5, 6, 7, 8}), float32), {1, 2, 2, 2, 1});
  CHECK(values<float>(max_pool3d(cube, 2, 2, "VALID")) == Floats{8});
  CHECK(values<float>(avg_pool3d(cube, 2, 2, "VALID")) == Floats{4.5F});
  CHECK(values<float>(max_pool3d(cube, {1, 2, 2}, 1, "VALID")) == Floats{4, 8});
}

TEST_CASE("max_pool_with_argmax: places within an image, or within the batch") {
  const Tensor x = reshape(constant({1.F, 2.F, 3.F, 0.F, 9.F, 8.F, 7.F, 6.F}), {2, 2, 2, 1});
  const auto [output, argmax] = max_pool_with_argmax(x, 2, 2, "VALID");
  CHECK(values<float>(output) == Floats{3, 9});
  CHECK(values<std::int64_t>(argmax) == std::vector<std::int64_t>{2, 0});
  const MaxPoolWithArgmax all =
      max_pool_with_argmax(x, 2, 2, "VALID", {.output_dtype = int32, .include_batch_in_index = true});
  CHECK(values<std::int32_t>(all.argmax) == std::vector<std::int32_t>{2, 4});
}

TEST_CASE("global pooling: the mean or the maximum over the spatial axes") {
  const Tensor x = reshape(constant({1.F, 10.F, 2.F, 20.F, 3.F, 60.F, 6.F, 30.F}), {1, 2, 2, 2});
  CHECK(values<float>(global_avg_pool(x)) == Floats{3, 30});
  CHECK(values<float>(global_max_pool(x)) == Floats{6, 60});
  CHECK(global_avg_pool(x, {.keepdims = true}).shape() == Shape{1, 1, 1, 2});
  CHECK(values<float>(global_max_pool(x, {.data_format = "NCHW"})) == Floats{20, 60});
}

TEST_CASE("adaptive pooling: windows that overlap where the size does not divide the length") {
  // torch.nn.AdaptiveAvgPool1d(3) of five elements: windows [0, 2), [1, 4), [3, 5).
  const Tensor x = reshape(constant({1.F, 2.F, 6.F, 4.F, 9.F}), {1, 5, 1});
  CHECK(values<float>(adaptive_avg_pool1d(x, 3)) == Floats{1.5F, 4, 6.5F});
  CHECK(values<float>(adaptive_max_pool1d(x, 3)) == Floats{2, 6, 9});
  CHECK(values<float>(adaptive_avg_pool1d(x, 5)) == values<float>(x));
  CHECK(values<float>(adaptive_max_pool1d(x, 7)) == Floats{1, 2, 6, 6, 6, 9, 9});
  const Tensor square_picture = picture({1, 2, 3, 4, 5, 6, 7, 8, 9}, 3, 3);
  CHECK(values<float>(adaptive_avg_pool2d(square_picture, {1, 3})) == Floats{4, 5, 6});
}

TEST_CASE("pooling: an empty batch, and a window beyond the input") {
  CHECK(max_pool2d(ones({0, 4, 4, 3}), 2, 2, "VALID").shape() == Shape{0, 2, 2, 3});
  CHECK(avg_pool2d(ones({2, 2, 2, 3}), 3, 1, "VALID").shape() == Shape{2, 0, 0, 3});
  CHECK_THROWS_AS(max_pool2d(ones({2, 2, 2, 3}), 4, 1, "VALID"), InvalidArgumentError);
}

TEST_CASE("pooling: the bits do not depend on the number of threads") {
  const int before = num_threads();
  for (const Shape& shape : {Shape{16, 32, 32, 16}, Shape{1, 64, 64, 96}}) {
    const Tensor x = random::normal(shape, {.seed = 3});
    const auto all = [&] {
      GradientTape tape;
      tape.watch(x);
      const Tensor y = max_pool2d(x, 3, 2, "SAME"), z = avg_pool2d(x, 3, 2, "SAME");
      const Tensor dx = tape.gradient(reduce_sum(square(y)) + reduce_sum(square(z)), x);
      return std::vector{values<float>(y), values<float>(z), values<float>(dx)};
    };
    set_num_threads(1);
    const auto one = all();
    for (const int threads : {2, 4}) {
      set_num_threads(threads);
      CHECK(all() == one);
    }
  }
  set_num_threads(before);
}

TEST_CASE("pooling: errors say what does not fit") {
  const Tensor x = ones({1, 4, 4, 2});
  CHECK_THROWS_WITH_AS(max_pool2d(x, 0, 1, "VALID"), doctest::Contains("the window (0,)"), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(max_pool2d(x, {2, 2, 2, 2}, 1, "VALID"), doctest::Contains("must be 1"), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(max_pool2d(x, 2, 1, "FULL"), doctest::Contains("[max_pool2d]"), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(max_pool2d(x, 2, 1, {{0, 0}, {2, 0}, {0, 0}, {0, 0}}), doctest::Contains("smaller than"),
                       InvalidArgumentError);
  CHECK_THROWS_WITH_AS(avg_pool1d(x, 2, 1, "VALID"), doctest::Contains("it needs 3"), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(pool(x, 2, "MEAN"), doctest::Contains("\"MAX\" or \"AVG\""), InvalidArgumentError);
  CHECK_THROWS_AS(max_pool2d(cast(x, int32), 2, 1, "VALID"), InvalidArgumentError);
  CHECK_THROWS_AS(adaptive_avg_pool2d(ones({1, 0, 4, 2}), 2), InvalidArgumentError);
  CHECK_THROWS_AS(global_max_pool(ones({2, 3})), InvalidArgumentError);
}
