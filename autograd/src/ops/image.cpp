#include "gradtape/autograd/ops/image.h"

#include <cmath>

#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/indexing.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/reduction.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "ops/checks.h"
#include "ops/images.h"
#include "ops/neural_gradients.h"
#include "ops/parts.h"
#include "ops/windows.h"

namespace gradtape {
namespace detail {
namespace {

/// Where a part of an image begins, and the shape of the image with another height and width.
struct Box {
  Shape begin, shape;
  Box(const Shape& image, int axis, std::int64_t top, std::int64_t left, std::int64_t height, std::int64_t width)
      : shape(image) {
    for (int i = 0; i < image.rank(); ++i) begin.push_back(i == axis ? top : i == axis + 1 ? left : 0);
    shape[axis] = height;
    shape[axis + 1] = width;
  }
};

[[noreturn]] void throw_box(const Shape& image, std::int64_t top, std::int64_t left, std::int64_t height,
                            std::int64_t width) {
  throw InvalidArgumentError("an image of shape " + to_string(image) + " and a box of height " +
                             std::to_string(height) + " and width " + std::to_string(width) + " with an offset of (" +
                             std::to_string(top) + ", " + std::to_string(left) + ") do not fit");
}

Tensor cropped(std::string_view op, const Tensor& image, std::int64_t top, std::int64_t left, std::int64_t height,
               std::int64_t width, Where where) {
  const int axis = in_function(op, where, [&] {
    const int first = height_axis(image);
    const Shape& shape = image.shape();
    // The last two say the same without an overflow.
    if (top < 0 || left < 0 || height < 1 || width < 1 || height > shape[first] || width > shape[first + 1] ||
        top > shape[first] - height || left > shape[first + 1] - width)
      throw_box(shape, top, left, height, width);
    return first;
  });
  const Box box(image.shape(), axis, top, left, height, width);
  return slice(image, box.begin, box.shape, where);
}

Tensor with_border(std::string_view op, const Tensor& image, std::int64_t top, std::int64_t left, std::int64_t height,
                   std::int64_t width, Where where) {
  const int axis = in_function(op, where, [&] {
    const int first = height_axis(image);
    const Shape& shape = image.shape();
    check_number(image.dtype());
    if (top < 0 || left < 0 || height < shape[first] || width < shape[first + 1] || top > height - shape[first] ||
        left > width - shape[first + 1])
      throw_box(shape, top, left, height, width);
    return first;
  });
  const Box box(image.shape(), axis, top, left, height, width);
  return slice_gradient(image, box.begin, box.shape);
}

using Values = std::vector<Tensor>;
using Call = Tensor (*)(const Values&);

std::vector<Sample> of(Call call) {
  return {{call, {sample_values({2, 3, 4, 3}, -2, 2)}}, {call, {sample_values({5, 3, 3}, -2, 2)}}};
}
std::vector<Sample> crop_samples() {
  return of([](const Values& x) { return image::crop_to_bounding_box(x[0], 1, 0, 2, 3); });
}
std::vector<Sample> pad_samples() {
  return of([](const Values& x) { return image::pad_to_bounding_box(x[0], 1, 0, 6, 5); });
}
std::vector<Sample> central_samples() {
  return of([](const Values& x) { return image::central_crop(x[0], 0.5); });
}
std::vector<Sample> crop_or_pad_samples() {
  return of([](const Values& x) { return image::resize_with_crop_or_pad(x[0], 4, 2); });
}
std::vector<Sample> brightness_samples() {
  return of([](const Values& x) { return image::adjust_brightness(x[0], 0.3); });
}
std::vector<Sample> contrast_samples() {
  return of([](const Values& x) { return image::adjust_contrast(x[0], 1.7); });
}
std::vector<Sample> grayscale_samples() {
  return of([](const Values& x) { return image::rgb_to_grayscale(x[0]); });
}
std::vector<Sample> standardization_samples() {
  return of([](const Values& x) { return image::per_image_standardization(x[0]); });
}

}  // namespace

std::vector<OpRow> image_ops() {
  std::vector<OpRow> rows = {composite("image::crop_to_bounding_box", "image", crop_samples),
                             composite("image::pad_to_bounding_box", "image", pad_samples),
                             composite("image::central_crop", "image", central_samples),
                             composite("image::resize_with_crop_or_pad", "image", crop_or_pad_samples),
                             composite("image::adjust_brightness", "image", brightness_samples),
                             composite("image::adjust_contrast", "image", contrast_samples),
                             composite("image::rgb_to_grayscale", "image", grayscale_samples),
                             composite("image::per_image_standardization", "image", standardization_samples)};
  for (auto family : {patch_ops, resize_ops, image_measure_ops})
    for (const OpRow& other : family()) rows.push_back(other);
  return rows;
}

}  // namespace detail

namespace image {

using namespace detail;

Tensor crop_to_bounding_box(const Tensor& image, std::int64_t offset_height, std::int64_t offset_width,
                            std::int64_t target_height, std::int64_t target_width, Where where) {
  return cropped("image::crop_to_bounding_box", image, offset_height, offset_width, target_height, target_width,
                 where);
}
Tensor pad_to_bounding_box(const Tensor& image, std::int64_t offset_height, std::int64_t offset_width,
                           std::int64_t target_height, std::int64_t target_width, Where where) {
  return with_border("image::pad_to_bounding_box", image, offset_height, offset_width, target_height, target_width,
                     where);
}

Tensor central_crop(const Tensor& image, double central_fraction, Where where) {
  const std::string_view op = "image::central_crop";
  const int axis = in_function(op, where, [&] {
    if (!(central_fraction > 0 && central_fraction <= 1))
      throw InvalidArgumentError("central_fraction must be in (0, 1], got " + std::to_string(central_fraction));
    return height_axis(image);
  });
  const auto start = [&](std::int64_t length) {
    const auto real = static_cast<double>(length);
    return static_cast<std::int64_t>((real - real * central_fraction) / 2);
  };
  const std::int64_t height = image.shape()[axis], width = image.shape()[axis + 1];
  return cropped(op, image, start(height), start(width), height - 2 * start(height), width - 2 * start(width), where);
}

Tensor resize_with_crop_or_pad(const Tensor& image, std::int64_t target_height, std::int64_t target_width,
                               Where where) {
  const std::string_view op = "image::resize_with_crop_or_pad";
  const int axis = in_function(op, where, [&] {
    const int first = height_axis(image);
    if (target_height < 1 || target_width < 1)
      throw InvalidArgumentError("the target of height " + std::to_string(target_height) + " and width " +
                                 std::to_string(target_width) + " must be positive");
    return first;
  });
  const std::int64_t height = image.shape()[axis], width = image.shape()[axis + 1];
  const auto cut = [](std::int64_t length, std::int64_t target) {
    return std::max<std::int64_t>(0, length - target);
  };
  const Tensor part = cropped(op, image, cut(height, target_height) / 2, cut(width, target_width) / 2,
                              std::min(height, target_height), std::min(width, target_width), where);
  return with_border(op, part, cut(target_height, height) / 2, cut(target_width, width) / 2, target_height,
                     target_width, where);
}

Tensor adjust_brightness(const Tensor& image, double delta, Where where) {
  checked_real_image("image::adjust_brightness", image, where);
  return add(operand(image, where), delta);
}

Tensor adjust_contrast(const Tensor& images, double contrast_factor, Where where) {
  const int axis = checked_real_image("image::adjust_contrast", images, where);
  const Tensor mean = reduce_mean(images, {axis, axis + 1}, {.keepdims = true}, where);
  const Tensor distance = subtract(operand(images, where), mean);
  return add(operand(multiply(operand(distance, where), contrast_factor), where), mean);
}

Tensor rgb_to_grayscale(const Tensor& images, Where where) {
  const std::string_view op = "image::rgb_to_grayscale";
  in_function(op, where, [&] {
    const Shape& shape = described(images).shape;
    check_floating(images.dtype());
    if (shape.rank() < 1 || shape.back() != 3)
      throw InvalidArgumentError("images of shape " + to_string(shape) + ": the last axis must be the 3 channels");
  });
  const Tensor weights = cast(constant({0.2989, 0.5870, 0.1140}, float64), images.dtype(), where);
  return reduce_sum(multiply(operand(images, where), weights), -1, {.keepdims = true}, where);
}

Tensor per_image_standardization(const Tensor& image, Where where) {
  const int axis = checked_real_image("image::per_image_standardization", image, where);
  const Axes axes{axis, axis + 1, axis + 2};
  const Shape& shape = image.shape();
  const double elements = static_cast<double>(shape[axis] * shape[axis + 1] * shape[axis + 2]);
  const Tensor centred = subtract(operand(image, where), reduce_mean(image, axes, {.keepdims = true}, where));
  const Tensor variance = reduce_mean(square(centred, where), axes, {.keepdims = true}, where);
  return divide(operand(centred, where), maximum(operand(sqrt(variance, where), where), 1 / std::sqrt(elements)));
}

}  // namespace image
}  // namespace gradtape
