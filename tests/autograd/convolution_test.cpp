// Convolutions against their definition, written here as loops over every place and channel.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>

#include "gradtape/autograd/autograd.h"
#include "tensor_values.h"

using namespace gradtape;

namespace {

using Numbers = std::vector<double>;

/// One random convolution of `rank` spatial axes; the arrays have the spatial axes first to last, padded to three
/// with ones in front.
struct Case {
  int rank = 2;
  std::int64_t batch = 1, groups = 1, group_channels = 1, group_filters = 1;
  std::int64_t input[3] = {1, 1, 1}, kernel[3] = {1, 1, 1}, stride[3] = {1, 1, 1}, dilation[3] = {1, 1, 1};
  std::int64_t before[3] = {}, after[3] = {}, output[3] = {1, 1, 1};
  int padding = 0;  // 0: VALID, 1: SAME, 2: explicit

  std::int64_t channels() const { return groups * group_channels; }
  std::int64_t filters() const { return groups * group_filters; }
  int first() const { return 3 - rank; }

  /// TensorFlow's rules; false where there is no window.
  bool resolve() {
    for (int i = first(); i < 3; ++i) {
      const std::int64_t reach = (kernel[i] - 1) * dilation[i] + 1;
      if (padding == 0) before[i] = after[i] = 0;
      if (padding == 1) {
        output[i] =
            static_cast<std::int64_t>(std::ceil(static_cast<double>(input[i]) / static_cast<double>(stride[i])));
        const std::int64_t total = std::max<std::int64_t>(0, (output[i] - 1) * stride[i] + reach - input[i]);
        before[i] = total / 2;
        after[i] = total - before[i];
      } else {
        if (input[i] + before[i] + after[i] < reach) return false;
        output[i] = (input[i] + before[i] + after[i] - reach) / stride[i] + 1;
      }
    }
    return true;
  }

  Shape shape(std::int64_t front, const std::int64_t (&axes)[3], std::int64_t back) const {
    Shape shape{front};
    for (int i = first(); i < 3; ++i) shape.push_back(axes[i]);
    shape.push_back(back);
    return shape;
  }
  Shape input_shape() const { return shape(batch, input, channels()); }
  Shape output_shape() const { return shape(batch, output, filters()); }
  Shape filter_shape() const {
    Shape result;
    for (int i = first(); i < 3; ++i) result.push_back(kernel[i]);
    result.push_back(group_channels);
    result.push_back(filters());
    return result;
  }

  Shape list(const std::int64_t (&axes)[3]) const { return Shape(axes + first(), axes + 3); }
  WindowPadding window_padding(bool channels_first = false) const {
    if (padding < 2) return padding == 0 ? "VALID" : "SAME";
    const auto pair = [&](int i) { return PaddingPair{before[i], after[i]}; };
    if (rank == 1 && channels_first) return {{0, 0}, {0, 0}, pair(2)};
    if (rank == 1) return {{0, 0}, pair(2), {0, 0}};
    if (rank == 2) return {pair(1), pair(2)};
    if (channels_first) return {{0, 0}, {0, 0}, pair(0), pair(1), pair(2)};
    return {{0, 0}, pair(0), pair(1), pair(2), {0, 0}};
  }
  const char* first_format() const { return rank == 1 ? "NCW" : rank == 2 ? "NCHW" : "NCDHW"; }

  /// Calls f(x's place, w's place, y's place) for every product of the convolution.
  template <class F>
  void for_products(const F& f) const {
    for (std::int64_t n = 0; n < batch; ++n)
      for (std::int64_t od = 0; od < output[0]; ++od)
        for (std::int64_t oh = 0; oh < output[1]; ++oh)
          for (std::int64_t ow = 0; ow < output[2]; ++ow)
            for (std::int64_t kd = 0; kd < kernel[0]; ++kd)
              for (std::int64_t kh = 0; kh < kernel[1]; ++kh)
                for (std::int64_t kw = 0; kw < kernel[2]; ++kw) {
                  const std::int64_t d = od * stride[0] - before[0] + kd * dilation[0];
                  const std::int64_t h = oh * stride[1] - before[1] + kh * dilation[1];
                  const std::int64_t w = ow * stride[2] - before[2] + kw * dilation[2];
                  if (d < 0 || h < 0 || w < 0 || d >= input[0] || h >= input[1] || w >= input[2]) continue;
                  for (std::int64_t f_ = 0; f_ < filters(); ++f_)
                    for (std::int64_t c = 0; c < group_channels; ++c) {
                      const std::int64_t channel = f_ / group_filters * group_channels + c;
                      f((((n * input[0] + d) * input[1] + h) * input[2] + w) * channels() + channel,
                        (((kd * kernel[1] + kh) * kernel[2] + kw) * group_channels + c) * filters() + f_,
                        (((n * output[0] + od) * output[1] + oh) * output[2] + ow) * filters() + f_);
                    }
                }
  }
};

Case random_case(std::mt19937& random, int rank, int most_channels) {
  const auto draw = [&](std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
  };
  for (;;) {
    Case c;
    c.rank = rank;
    c.batch = draw(0, 7) == 0 ? 0 : draw(1, 4);
    c.groups = draw(0, 2) == 0 ? draw(2, 9) : 1;
    c.group_channels = draw(0, 2) == 0 ? 1 : draw(1, most_channels);
    c.group_filters = draw(1, most_channels);
    c.padding = static_cast<int>(draw(0, 2));
    for (int i = c.first(); i < 3; ++i) {
      c.input[i] = draw(1, rank == 3 ? 6 : 13);
      c.kernel[i] = draw(1, 4);
      c.stride[i] = draw(1, 3);
      c.dilation[i] = draw(0, 2) == 0 ? draw(2, 3) : 1;
      c.before[i] = draw(0, 4);
      c.after[i] = draw(0, 4);
    }
    if (c.resolve()) return c;
  }
}

Tensor random_tensor(std::mt19937& random, const Shape& shape, DType dtype) {
  std::uniform_real_distribution<double> uniform(-1, 1);
  Numbers numbers(static_cast<std::size_t>(shape.num_elements()));
  for (double& number : numbers) number = uniform(random);
  return cast(constant(numbers, shape), dtype);
}

void check_close(const Tensor& tensor, const Numbers& expected, const Shape& shape, double tolerance) {
  REQUIRE(tensor.shape() == shape);
  const Tensor found = cast(tensor, float64);
  double worst = 0;
  for (std::size_t i = 0; i < expected.size(); ++i)
    worst = std::max(worst, std::abs(found.data<double>()[i] - expected[i]));
  CHECK(worst < tolerance);
}

std::string describe(const Case& c) {
  return to_string(c.input_shape()) + " filters " + to_string(c.filter_shape()) + " strides " +
         to_string(c.list(c.stride)) + " dilations " + to_string(c.list(c.dilation)) + " groups " +
         std::to_string(c.groups) + " padding " + std::to_string(c.padding) + " before " +
         to_string(c.list(c.before)) + " after " + to_string(c.list(c.after));
}

Tensor moved(const Tensor& tensor, bool to_first) {
  Axes perm{0};
  const int rank = tensor.rank();
  if (to_first) perm.push_back(rank - 1);
  for (int i = 0; i < rank - 2; ++i) perm.push_back(to_first ? i + 1 : i + 2);
  if (!to_first) perm.push_back(1);
  return transpose(tensor, perm);
}

/// The value and both gradients of sum(conv(x, w) * dy).
void check_convolution(std::mt19937& random, const Case& c, DType dtype, bool channels_first) {
  INFO(describe(c));
  const Tensor x = random_tensor(random, c.input_shape(), dtype), w = random_tensor(random, c.filter_shape(), dtype);
  const Tensor dy = random_tensor(random, c.output_shape(), dtype);
  const Tensor xd = cast(x, float64), wd = cast(w, float64), dyd = cast(dy, float64);
  const auto numbers = [](const Tensor& tensor) { return static_cast<std::size_t>(tensor.num_elements()); };
  Numbers y(numbers(dy)), dx(numbers(x)), dw(numbers(w));
  c.for_products([&](std::int64_t i, std::int64_t j, std::int64_t k) {
    const auto a = static_cast<std::size_t>(i), b = static_cast<std::size_t>(j), r = static_cast<std::size_t>(k);
    y[r] += xd.data<double>()[a] * wd.data<double>()[b];
    dx[a] += dyd.data<double>()[r] * wd.data<double>()[b];
    dw[b] += dyd.data<double>()[r] * xd.data<double>()[a];
  });
  GradientTape tape;
  tape.watch(x);
  tape.watch(w);
  const ConvolutionOptions options{.data_format = channels_first ? c.first_format() : "",
                                   .dilations = c.list(c.dilation)};
  const Tensor images = channels_first ? moved(x, true) : x;
  const Tensor result = convolution(images, w, c.list(c.stride), c.window_padding(channels_first), options);
  const Tensor last = channels_first ? moved(result, false) : result;
  const auto [x_gradient, w_gradient] = tape.gradient(reduce_sum(last * dy), x, w);
  const double tolerance = dtype == float32 ? 2e-4 : 1e-11;
  check_close(last, y, c.output_shape(), tolerance);
  check_close(x_gradient, dx, c.input_shape(), tolerance);
  check_close(w_gradient, dw, c.filter_shape(), tolerance * 4);
}

}  // namespace

TEST_CASE("convolution: random shapes, strides, dilations, groups, paddings and layouts agree with the definition") {
  std::mt19937 random(20240);
  for (int i = 0; i < 120; ++i) {
    const int rank = i % 4 == 0 ? 1 : i % 4 == 3 ? 3 : 2;
    check_convolution(random, random_case(random, rank, 5), i % 2 == 0 ? float64 : float32, i % 3 == 0);
  }
}

TEST_CASE("convolution: channels that fill several registers agree with the definition") {
  std::mt19937 random(20241);
  for (int i = 0; i < 24; ++i)
    check_convolution(random, random_case(random, 2, 40), i % 2 ? float64 : float32, false);
}

TEST_CASE("depthwise_conv2d: random cases agree with the definition") {
  std::mt19937 random(20242);
  for (int i = 0; i < 40; ++i) {
    Case c = random_case(random, 2, 3);
    c.groups = std::uniform_int_distribution<std::int64_t>(1, 37)(random);
    c.group_channels = 1;
    check_convolution(random, c, i % 2 ? float64 : float32, i % 3 == 0);
    const Tensor x = random_tensor(random, c.input_shape(), float64);
    const Tensor w = random_tensor(random, {c.kernel[1], c.kernel[2], c.groups, c.group_filters}, float64);
    const ConvolutionOptions options{.dilations = c.list(c.dilation)};
    const Tensor grouped =
        convolution(x, reshape(w, c.filter_shape()), c.list(c.stride), c.window_padding(), options);
    CHECK(values<double>(depthwise_conv2d(x, w, c.list(c.stride), c.window_padding(), options)) ==
          values<double>(grouped));
  }
}

TEST_CASE("convolution: the bits do not depend on the number of threads") {
  const int before = num_threads();
  std::mt19937 random(20243);
  // With padding, strides and groups; a large batch and a single image; depthwise.
  struct Large {
    Shape input, filters;
    std::int64_t stride;
  };
  for (const Large& large : {Large{{16, 20, 20, 16}, {3, 3, 16, 24}, 1}, Large{{1, 40, 40, 32}, {3, 3, 32, 40}, 2},
                             Large{{8, 17, 17, 24}, {3, 3, 8, 36}, 1}, Large{{4, 30, 30, 32}, {3, 3, 1, 64}, 1}}) {
    const Tensor x = random_tensor(random, large.input, float32), w = random_tensor(random, large.filters, float32);
    const auto all = [&] {
      GradientTape tape;
      tape.watch(x);
      tape.watch(w);
      const Tensor y = conv2d(x, w, large.stride, "SAME");
      const auto [dx, dw] = tape.gradient(reduce_sum(square(y)), x, w);
      return std::vector{values<float>(y), values<float>(dx), values<float>(dw)};
    };
    set_num_threads(1);
    const auto one = all();
    for (const int threads : {2, 3, 4}) {
      set_num_threads(threads);
      CHECK(all() == one);
    }
  }
  set_num_threads(before);
}

TEST_CASE("conv2d: SAME pads more at the end, and counts from there when it strides") {
  const Tensor x = constant({{1.F, 2.F, 3.F, 4.F}});
  const Tensor row = reshape(x, {1, 1, 4, 1}), pair = reshape(constant({1.F, 10.F}), {1, 2, 1, 1});
  CHECK(values<float>(conv2d(row, pair, 1, "SAME")) == std::vector<float>{21, 32, 43, 4});
  const Tensor three = reshape(constant({1.F, 10.F, 100.F}), {1, 3, 1, 1});
  CHECK(values<float>(conv2d(row, three, {1, 2}, "SAME")) == std::vector<float>{321, 43});
  // A stride beyond the kernel leaves elements out.
  const Tensor one = reshape(constant({1.F}), {1, 1, 1, 1});
  CHECK(values<float>(conv2d(row, one, {1, 3}, "SAME")) == std::vector<float>{1, 4});
}

TEST_CASE("conv2d: strides and dilations may be a number, a list of the spatial axes, or TensorFlow's list") {
  std::mt19937 random(1);
  const Tensor x = random_tensor(random, {2, 7, 8, 3}, float64), w = random_tensor(random, {2, 2, 3, 4}, float64);
  const auto expected = values<double>(conv2d(x, w, 2, "VALID", {.dilations = 3}));
  CHECK(values<double>(conv2d(x, w, {2, 2}, "VALID", {.dilations = {3, 3}})) == expected);
  CHECK(values<double>(conv2d(x, w, {1, 2, 2, 1}, "VALID", {.dilations = {1, 3, 3, 1}})) == expected);
  const Tensor first = conv2d(moved(x, true), w, {1, 1, 2, 2}, "VALID", {.data_format = "NCHW", .dilations = 3});
  CHECK(values<double>(moved(first, false)) == expected);
  CHECK(values<double>(conv2d(x, w, 1, {{0, 0}, {1, 2}, {0, 3}, {0, 0}})) ==
        values<double>(conv2d(x, w, 1, {{1, 2}, {0, 3}})));
}

TEST_CASE("conv1d, conv2d, conv3d: the batch may have several axes") {
  std::mt19937 random(2);
  const Tensor x = random_tensor(random, {2, 3, 5, 2}, float64), w = random_tensor(random, {3, 2, 4}, float64);
  const Tensor y = conv1d(x, w, 1, "SAME");
  CHECK(y.shape() == Shape{2, 3, 5, 4});
  CHECK(values<double>(y) == values<double>(conv1d(reshape(x, {6, 5, 2}), w, 1, "SAME")));
}

TEST_CASE("conv2d: a kernel beyond the input gives TensorFlow's empty result or its error") {
  const Tensor x = ones({1, 2, 2, 1}), w = ones({3, 3, 1, 1});
  CHECK(conv2d(x, w, 1, "VALID").shape() == Shape{1, 0, 0, 1});
  CHECK_THROWS_WITH_AS(conv2d(ones({1, 1, 1, 1}), w, 1, "VALID"), doctest::Contains("does not fit"),
                       InvalidArgumentError);
  CHECK(values<float>(conv2d(x, w, 1, "SAME")) == std::vector<float>{4, 4, 4, 4});
}

TEST_CASE("conv2d: an empty batch gives an empty result, and zeros for the filters") {
  const Tensor x = ones({0, 5, 5, 2}), w = ones({3, 3, 2, 4});
  GradientTape tape;
  tape.watch(w);
  const Tensor y = conv2d(x, w, 1, "SAME");
  CHECK(y.shape() == Shape{0, 5, 5, 4});
  const auto dw = values<float>(tape.gradient(reduce_sum(y), w));
  CHECK(dw == std::vector<float>(72, 0.F));
}

TEST_CASE("conv2d: a NaN or an infinity reaches only the windows that contain it") {
  for (const float special : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    std::vector<float> image(7 * 7 * 2, 1.F);
    image[(3 * 7 + 3) * 2] = special;
    const Tensor y = conv2d(constant(image, {1, 7, 7, 2}), ones({3, 3, 2, 5}), 1, "SAME");
    for (int i = 0; i < 7; ++i)
      for (int j = 0; j < 7; ++j)
        for (int f = 0; f < 5; ++f) {
          const bool inside = std::abs(i - 3) <= 1 && std::abs(j - 3) <= 1;
          CHECK(std::isfinite(y.data<float>()[static_cast<std::size_t>((i * 7 + j) * 5 + f)]) == !inside);
        }
  }
}

TEST_CASE("conv2d_transpose: the adjoint of the convolution, whatever part of the output no window reaches") {
  std::mt19937 random(3);
  for (const std::int64_t width : {7, 8}) {
    // <conv(x), y> == <x, conv_transpose(y)>.
    const Tensor x = random_tensor(random, {2, 5, width, 3}, float64);
    const Tensor w = random_tensor(random, {3, 2, 3, 4}, float64);
    const Tensor y = random_tensor(random, {2, 3, (width + 1) / 2, 4}, float64);
    const double a = reduce_sum(conv2d(x, w, 2, "SAME") * y).item<double>();
    const double b = reduce_sum(x * conv2d_transpose(y, w, {2, 5, width, 3}, 2)).item<double>();
    CHECK(a == doctest::Approx(b).epsilon(1e-12));
  }
  // Worked by hand: each number spreads the kernel (1, 10), two apart.
  const Tensor pair = reshape(constant({1.F, 10.F}), {2, 1, 1}), two = reshape(constant({1.F, 2.F}), {1, 2, 1});
  CHECK(values<float>(conv1d_transpose(two, pair, {1, 4, 1}, 2, "VALID")) == std::vector<float>{1, 10, 2, 20});
  CHECK(values<float>(conv1d_transpose(two, pair, {1, 5, 1}, 2, "VALID")) == std::vector<float>{1, 10, 2, 20, 0});
  CHECK(values<float>(conv_transpose(two, pair, {1, 3, 1}, 1, "VALID")) == std::vector<float>{1, 12, 20});
}

TEST_CASE("conv2d_transpose: an output_shape that the convolution cannot have had is refused") {
  const Tensor y = ones({1, 3, 3, 2}), w = ones({3, 3, 4, 2});
  CHECK_NOTHROW(conv2d_transpose(y, w, {1, 5, 6, 4}, 2));
  CHECK_THROWS_WITH_AS(conv2d_transpose(y, w, {1, 7, 6, 4}, 2), doctest::Contains("[conv2d_transpose]"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(conv2d_transpose(y, w, {2, 5, 6, 4}, 2), InvalidArgumentError);
  CHECK_THROWS_AS(conv2d_transpose(y, w, {1, 5, 6, 3}, 2), InvalidArgumentError);
  CHECK_THROWS_AS(conv2d_transpose(y, w, {5, 6}, 2), InvalidArgumentError);
  CHECK_THROWS_AS(conv2d_transpose(y, w, {1, -1, 6, 4}, 2), InvalidArgumentError);
}

TEST_CASE("separable_conv2d: depthwise, then pointwise") {
  std::mt19937 random(4);
  const Tensor x = random_tensor(random, {2, 6, 5, 3}, float64), depth = random_tensor(random, {3, 3, 3, 2}, float64);
  const Tensor point = random_tensor(random, {1, 1, 6, 4}, float64);
  const Tensor channels = depthwise_conv2d(x, depth, 2, "SAME");
  const Tensor expected = matmul(channels, reshape(point, {6, 4}));
  const Tensor found = separable_conv2d(x, depth, point, 2, "SAME");
  REQUIRE(found.shape() == expected.shape());
  CHECK(reduce_max(abs(found - expected)).item<double>() < 1e-12);
}

TEST_CASE("conv2d_backprop_input, conv2d_backprop_filter: the tape's gradients by another name") {
  std::mt19937 random(5);
  const Tensor x = random_tensor(random, {2, 6, 5, 4}, float64), w = random_tensor(random, {3, 2, 2, 6}, float64);
  GradientTape tape;
  tape.watch(x);
  tape.watch(w);
  const Tensor y = conv2d(x, w, 2, "SAME"), dy = random_tensor(random, y.shape(), float64);
  const auto [dx, dw] = tape.gradient(reduce_sum(y * dy), x, w);
  CHECK(values<double>(conv2d_backprop_input({2, 6, 5, 4}, w, dy, 2, "SAME")) == values<double>(dx));
  CHECK(values<double>(conv2d_backprop_filter(x, {3, 2, 2, 6}, dy, 2, "SAME")) == values<double>(dw));
}

TEST_CASE("convolutions: errors say what does not fit") {
  const Tensor x = ones({1, 5, 5, 3}), w = ones({3, 3, 3, 4});
  const auto message = [](const auto& call) -> std::string {
    try {
      call();
    } catch (const InvalidArgumentError& error) {
      return error.what();
    }
    return "";
  };
  const auto contains = [](const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
  };
  CHECK(contains(message([&] { conv2d(x, w, 1, "same"); }), "\"VALID\", \"SAME\" or a pair"));
  CHECK(contains(message([&] { conv2d(x, w, 1, "SAME", {.data_format = "NHCW"}); }), "\"NHWC\" or \"NCHW\""));
  CHECK(contains(message([&] { conv2d(x, ones({3, 3, 2, 4}), 1, "SAME"); }), "must divide the input's 3"));
  CHECK(contains(message([&] { conv2d(x, ones({3, 3, 1, 4}), 1, "SAME"); }), "3 groups"));
  CHECK(contains(message([&] { conv2d(x, w, 0, "SAME"); }), "strides (0,)"));
  CHECK(contains(message([&] { conv2d(x, w, {1, 2, 3}, "SAME"); }), "strides (1, 2, 3)"));
  CHECK(contains(message([&] { conv2d(x, w, {2, 1, 1, 1}, "SAME"); }), "must be 1"));
  CHECK(contains(message([&] { conv2d(x, w, 1, "SAME", {.dilations = -1}); }), "dilations"));
  CHECK(contains(message([&] { conv2d(x, w, 1, {{0, 0}, {-1, 1}, {0, 0}, {0, 0}}); }), "padding {-1, 1}"));
  CHECK(contains(message([&] { conv2d(x, w, 1, {{1, 0}, {1, 1}, {0, 0}, {0, 0}}); }), "must be {0, 0}"));
  CHECK(contains(message([&] { conv2d(x, w, 1, {{1, 0}, {1, 1}, {0, 0}}); }), "3 pairs"));
  CHECK(contains(message([&] { conv2d(x[0], w, 1, "SAME"); }), "3 axes; it needs 4"));
  CHECK(contains(message([&] { conv2d(x, w[0], 1, "SAME"); }), "filters"));
  CHECK(contains(message([&] { conv2d(x, cast(w, float64), 1, "SAME"); }), "cast one of them"));
  CHECK(contains(message([&] { conv2d(cast(x, int32), cast(w, int32), 1, "SAME"); }), "floating-point"));
  CHECK(contains(message([&] { conv2d(ones({1, 5, 5, 0}), ones({3, 3, 0, 4}), 1, "SAME"); }), "read 0 channels"));
  CHECK(contains(message([&] { conv2d(x, ones({0, 3, 3, 4}), 1, "SAME"); }), "at least one place"));
  CHECK(contains(message([&] { depthwise_conv2d(x, ones({3, 3, 2, 1}), 1, "SAME"); }), "[depthwise_conv2d]"));
  CHECK(contains(message([&] {
                   separable_conv2d(x, ones({3, 3, 3, 2}), ones({1, 1, 5, 4}), 1, "SAME");
                 }),
                 "(1, 1, 6, filters)"));
  CHECK(contains(message([&] { convolution(x, ones({3, 3}), 1, "SAME"); }), "1, 2 or 3 spatial axes"));
  CHECK_THROWS_AS(conv2d(Tensor(), w, 1, "SAME"), FailedPreconditionError);
}
