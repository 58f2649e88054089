// Images. Values worked out by hand from TensorFlow's definitions.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "gradtape/autograd/autograd.h"
#include "tensor_values.h"

using namespace gradtape;

namespace {

using Floats = std::vector<float>;

Tensor row(const std::vector<float>& pixels) {
  return constant(pixels, {1, static_cast<std::int64_t>(pixels.size()), 1});
}

void check_close(const Tensor& tensor, const std::vector<double>& expected, double tolerance = 1e-6) {
  const Tensor found = cast(tensor, float64);
  REQUIRE(found.num_elements() == static_cast<std::int64_t>(expected.size()));
  for (std::size_t i = 0; i < expected.size(); ++i)
    CHECK(std::abs(found.data<double>()[i] - expected[i]) <= tolerance);
}

}  // namespace

TEST_CASE("image::extract_patches: the example of tf.image.extract_patches") {
  // The numbers 1 to 100 as a 10 x 10 image; windows of 3 x 3, 5 apart.
  const Tensor images = reshape(counting<std::int32_t>({100}) + 1, {1, 10, 10, 1});
  const Tensor patches = image::extract_patches(images, {1, 3, 3, 1}, {1, 5, 5, 1}, {1, 1, 1, 1}, "VALID");
  CHECK(patches.shape() == Shape{1, 2, 2, 9});
  CHECK(values<std::int32_t>(patches) == std::vector<std::int32_t>{1,  2,  3,  11, 12, 13, 21, 22, 23, 6,  7,  8,
                                                                   16, 17, 18, 26, 27, 28, 51, 52, 53, 61, 62, 63,
                                                                   71, 72, 73, 56, 57, 58, 66, 67, 68, 76, 77, 78});
  const Tensor same = image::extract_patches(images, 3, 5, 2, "SAME");
  // Windows of reach 5 tile the image: nothing is padded.
  CHECK(values<std::int32_t>(same[0][0][0]) == std::vector<std::int32_t>{1, 3, 5, 21, 23, 25, 41, 43, 45});
  CHECK_THROWS_AS(image::extract_patches(images[0], 3, 5, 1, "SAME"), InvalidArgumentError);
}

TEST_CASE("image::resize: bilinear with the centres of pixels half inside") {
  check_close(image::resize(row({0, 10}), {1, 4}), {0, 2.5, 7.5, 10});
  check_close(image::resize(row({0, 10, 20, 30}), {1, 2}), {5, 25});
  check_close(image::resize(row({1, 2, 3}), {1, 5}), {1, 1.4, 2, 2.6, 3});
  // With antialias a triangle as wide as four pixels of the input: weights 3/8, 3/8, 1/8 and so on.
  check_close(image::resize(row({0, 10, 20, 30}), {1, 2}, {.antialias = true}),
              {(10 * 3 + 20 * 1) / 7.0, (10 * 1 + 20 * 3 + 30 * 3) / 7.0});
}

TEST_CASE("image::resize: nearest keeps the dtype, and takes the pixel of each centre") {
  const Tensor numbers = reshape(constant({1, 2, 3}), {1, 3, 1});
  const Tensor wide = image::resize(numbers, {2, 5}, {.method = "nearest"});
  CHECK(wide.dtype() == int32);
  CHECK(values<std::int32_t>(wide) == std::vector<std::int32_t>{1, 1, 2, 3, 3, 1, 1, 2, 3, 3});
  CHECK(image::resize(numbers, {2, 5}).dtype() == float32);
  CHECK(image::resize(cast(numbers, float64), {2, 5}).dtype() == float64);
}

TEST_CASE("image::resize: bicubic, area and the filters keep a constant image; area is the mean of what it covers") {
  const Tensor flat = fill({1, 5, 4, 2}, 3.F);
  for (const char* method :
       {"bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic"})
    for (const bool antialias : {false, true}) {
      INFO(method);
      check_close(image::resize(flat, {3, 7}, {.method = method, .antialias = antialias}),
                  std::vector<double>(42, 3.0));
    }
  check_close(image::resize(row({1, 2, 3, 4, 5, 6}), {1, 2}, {.method = "area"}), {2, 5});
  check_close(image::resize(row({1, 2, 6}), {1, 2}, {.method = "area"}), {4 / 3.0, 14 / 3.0});
  // Keys's cubic a quarter beyond a pixel: -9/128, 111/128, 29/128, -3/128; the edges drop what lies outside.
  check_close(image::resize(row({0, 0, 128, 0, 0, 0}), {1, 12}, {.method = "bicubic"}),
              {0, -3 * 128.0 / 137, -9 * 128.0 / 131, 29, 111, 111, 29, -9, -3, 0, 0, 0}, 1e-4);
}

TEST_CASE("image::resize: an infinity stays where it is") {
  const float infinity = std::numeric_limits<float>::infinity();
  const Tensor wide = image::resize(row({1, 2, 3, 4, infinity}), {1, 10});
  for (std::size_t i = 0; i < 7; ++i) CHECK(std::isfinite(wide.data<float>()[i]));
}

TEST_CASE("image::resize: the aspect ratio, and errors") {
  CHECK(image::resize(ones({2, 6, 4, 3}), {3, 10}, {.preserve_aspect_ratio = true}).shape() == Shape{2, 3, 2, 3});
  CHECK_THROWS_WITH_AS(image::resize(ones({2, 2, 1}), {3, 3}, {.method = "cubic"}), doctest::Contains("\"bicubic\""),
                       InvalidArgumentError);
  CHECK_THROWS_AS(image::resize(ones({2, 2, 1}), {3}), InvalidArgumentError);
  CHECK_THROWS_AS(image::resize(ones({2, 2, 1}), {0, 3}), InvalidArgumentError);
  CHECK_THROWS_AS(image::resize(ones({0, 2, 1}), {3, 3}), InvalidArgumentError);
  CHECK_THROWS_AS(image::resize(ones({2, 2}), {3, 3}), InvalidArgumentError);
}

TEST_CASE("image::crop_to_bounding_box, pad_to_bounding_box, central_crop, resize_with_crop_or_pad, flips") {
  const Tensor numbers = counting<float>({3, 4, 1});
  CHECK(values<float>(image::crop_to_bounding_box(numbers, 1, 2, 2, 2)) == Floats{6, 7, 10, 11});
  CHECK(values<float>(image::pad_to_bounding_box(numbers, 0, 1, 3, 5)) ==
        Floats{0, 0, 1, 2, 3, 0, 4, 5, 6, 7, 0, 8, 9, 10, 11});
  CHECK(values<float>(image::central_crop(numbers, 0.5)) == Floats{1, 2, 5, 6, 9, 10});
  CHECK(values<float>(image::resize_with_crop_or_pad(numbers, 1, 6)) == Floats{0, 4, 5, 6, 7, 0});
  CHECK(values<float>(image::flip_left_right(numbers)) == Floats{3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8});
  CHECK(values<float>(image::flip_up_down(numbers)) == Floats{8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3});
  CHECK_THROWS_AS(image::crop_to_bounding_box(numbers, 2, 0, 2, 2), InvalidArgumentError);
  CHECK_THROWS_AS(image::crop_to_bounding_box(numbers, std::numeric_limits<std::int64_t>::max(), 0, 2, 2),
                  InvalidArgumentError);
  CHECK_THROWS_AS(image::pad_to_bounding_box(numbers, 0, 2, 3, 5), InvalidArgumentError);
  CHECK_THROWS_AS(image::central_crop(numbers, 0), InvalidArgumentError);
}

TEST_CASE("image::adjust_brightness, adjust_contrast, rgb_to_grayscale, per_image_standardization, total_variation") {
  const Tensor pair = constant({1.F, 3.F}, float32);
  const Tensor line = reshape(pair, {1, 2, 1});
  CHECK(values<float>(image::adjust_brightness(line, 0.5)) == Floats{1.5F, 3.5F});
  CHECK(values<float>(image::adjust_contrast(line, 2)) == Floats{0, 4});
  check_close(image::rgb_to_grayscale(reshape(constant({1.F, 2.F, 3.F}), {1, 1, 3})), {0.2989 + 1.174 + 0.342}, 1e-6);
  CHECK(values<float>(image::per_image_standardization(line)) == Floats{-1, 1});
  // A flat image is divided by 1 / sqrt(elements), not by zero.
  CHECK(values<float>(image::per_image_standardization(ones({1, 4, 1}))) == Floats{0, 0, 0, 0});
  CHECK(image::total_variation(counting<float>({2, 3, 1})).item<float>() == 13);
}

TEST_CASE("image::adjust_gamma, grayscale_to_rgb, psnr, image_gradients") {
  const Tensor line = reshape(constant({2.F, 3.F}), {1, 2, 1});
  CHECK(values<float>(image::adjust_gamma(line, 2, 0.5)) == Floats{2, 4.5F});
  CHECK(values<float>(image::grayscale_to_rgb(line)) == Floats{2, 2, 2, 3, 3, 3});
  // A mean squared error of 0.01 below a peak of 1 are 20 decibels.
  check_close(image::psnr(line, line + 0.1F, 1), {20}, 1e-4);
  const auto [dy, dx] = image::image_gradients(reshape(constant({1.F, 4.F, 9.F, 16.F}), {1, 2, 2, 1}));
  CHECK(values<float>(dy) == Floats{8, 12, 0, 0});
  CHECK(values<float>(dx) == Floats{3, 0, 7, 0});
  CHECK_THROWS_AS(image::adjust_gamma(line, -1), InvalidArgumentError);
  CHECK_THROWS_AS(image::grayscale_to_rgb(ones({2, 2, 3})), InvalidArgumentError);
  CHECK_THROWS_AS(image::psnr(line, ones({2, 2, 1}), 1), InvalidArgumentError);
}

TEST_CASE("image::extract_patches: an empty batch keeps its gradient") {
  const Tensor x = ones({0, 4, 4, 2});
  GradientTape tape;
  tape.watch(x);
  const Tensor patches = image::extract_patches(x, 2, 2, 1, "SAME");
  CHECK(patches.shape() == Shape{0, 2, 2, 8});
  CHECK(tape.gradient(patches, x).shape() == x.shape());
}

TEST_CASE("dilation2d, erosion2d: the greatest sum, the least difference; padding never wins") {
  const Tensor x = reshape(constant({-5.F, -1.F, -3.F}), {1, 1, 3, 1});
  const Tensor filter = reshape(constant({0.F, 2.F}), {1, 2, 1});
  // max(x[i], x[i + 1] + 2), and the last element alone.
  CHECK(values<float>(dilation2d(x, filter, 1, "SAME")) == Floats{1, -1, -3});
  // min(x[i] - 2, x[i + 1]): the filter is mirrored.
  CHECK(values<float>(erosion2d(x, filter, 1, "VALID")) == Floats{-7, -3});
}
