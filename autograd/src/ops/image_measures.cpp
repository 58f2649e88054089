// Values of pixels changed one by one, and figures of whole images.
#include <cmath>

#include "gradtape/autograd/ops/image.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/reduction.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "ops/images.h"
#include "ops/neural_gradients.h"
#include "ops/parts.h"

namespace gradtape {
namespace detail {
namespace {

/// Along an axis the next pixel less the pixel itself; one shorter.
Tensor steps(const Tensor& images, int axis, Where where) {
  Shape begin, size = images.shape();
  for (int i = 0; i < images.rank(); ++i) begin.push_back(0);
  size[axis] = std::max<std::int64_t>(0, size[axis] - 1);
  const Tensor pixels = slice(images, begin, size, where);
  begin[axis] = std::min<std::int64_t>(1, size[axis]);
  return subtract(operand(slice(images, begin, size, where), where), pixels);
}

using Values = std::vector<Tensor>;

std::vector<Sample> gamma_samples() {
  return {{[](const Values& x) { return image::adjust_gamma(x[0], 1.7, 0.5); }, {sample_values({2, 3, 1}, 0.2, 2)}}};
}
std::vector<Sample> grayscale_to_rgb_samples() {
  return {{[](const Values& x) { return image::grayscale_to_rgb(x[0]); }, {sample_values({2, 3, 1}, -2, 2)}}};
}
std::vector<Sample> variation_samples() {
  const auto call = [](const Values& x) { return image::total_variation(x[0]); };
  return {{call, {sample_values({2, 3, 4, 3}, -2, 2)}}, {call, {sample_values({5, 1, 3}, -2, 2)}}};
}
std::vector<Sample> psnr_samples() {
  return {{[](const Values& x) { return image::psnr(x[0], x[1], 255); },
           {sample_values({2, 3, 2, 1}, 0, 2), sample_values({2, 3, 2, 1}, 0.5, 3)}}};
}
std::vector<Sample> gradient_samples() {
  return {{[](const Values& x) {
             const auto [dy, dx] = image::image_gradients(x[0]);
             return dy + 2 * dx;
           },
           {sample_values({2, 3, 4, 1}, -2, 2)}}};
}

}  // namespace

std::vector<OpRow> image_measure_ops() {
  return {composite("image::adjust_gamma", "image", gamma_samples),
          composite("image::grayscale_to_rgb", "image", grayscale_to_rgb_samples),
          composite("image::total_variation", "image", variation_samples),
          composite("image::psnr", "image", psnr_samples),
          composite("image::image_gradients", "image", gradient_samples)};
}

}  // namespace detail

namespace image {

using namespace detail;

Tensor adjust_gamma(const Tensor& image, double gamma, double gain, Where where) {
  const std::string_view op = "image::adjust_gamma";
  checked_real_image(op, image, where);
  in_function(op, where, [&] {
    if (!(gamma >= 0)) throw InvalidArgumentError("gamma must not be negative, got " + std::to_string(gamma));
  });
  return multiply(operand(pow(operand(image, where), gamma), where), gain);
}

Tensor grayscale_to_rgb(const Tensor& images, Where where) {
  const Shape shape = in_function("image::grayscale_to_rgb", where, [&] {
    height_axis(images);
    Shape result = images.shape();
    if (result.back() != 1)
      throw InvalidArgumentError("images of shape " + to_string(result) + ": the last axis must be one channel");
    result[-1] = 3;
    return result;
  });
  return broadcast_to(images, shape, where);
}

Tensor total_variation(const Tensor& images, Where where) {
  const int axis = checked_real_image("image::total_variation", images, where);
  const Axes axes{axis, axis + 1, axis + 2};
  const Tensor down = reduce_sum(abs(steps(images, axis, where), where), axes, {}, where);
  const Tensor right = reduce_sum(abs(steps(images, axis + 1, where), where), axes, {}, where);
  return add(operand(down, where), right);
}

Tensor psnr(const Tensor& a, const Tensor& b, double max_val, Where where) {
  in_function("image::psnr", where, [&] {
    const Shape &first = checked(a).shape, &second = checked(b).shape;
    check_floating(a.dtype());
    if (a.dtype() != b.dtype()) throw_different_dtypes(a.dtype(), b.dtype());
    if (first.rank() < 3 || first != second)
      throw InvalidArgumentError("images of shapes " + to_string(first) + " and " + to_string(second) +
                                 ": both need one shape (..., height, width, channels)");
  });
  const Tensor difference = subtract(operand(a, where), b);
  const Tensor error = reduce_mean(square(difference, where), {-3, -2, -1}, {}, where);
  const Tensor decibels = multiply(operand(log(error, where), where), 10 / std::log(10.0));
  return subtract(Operand(20 * std::log10(max_val), where.file, where.line), decibels);
}

ImageGradients image_gradients(const Tensor& image, Where where) {
  in_function("image::image_gradients", where, [&] {
    check_number(described(image).dtype);
    if (image.rank() != 4)
      throw InvalidArgumentError("an image of shape " + to_string(image.shape()) +
                                 ": (batch, height, width, channels) is needed");
  });
  const Shape begin{0, 0, 0, 0};
  return {slice_gradient(steps(image, 1, where), begin, image.shape()),
          slice_gradient(steps(image, 2, where), begin, image.shape())};
}

}  // namespace image
}  // namespace gradtape
