#pragma once
// Images: tf.image. (batch, height, width, channels) or (height, width, channels). Errors: InvalidArgumentError for
// ranks, dtypes and sizes that do not fit.

#include "gradtape/autograd/ops/convolution.h"

namespace gradtape {

/// tf.nn.dilation2d, erosion2d: the greatest sum of a window's values and the filter's (the least difference between
/// a window's values and those of the mirrored filter), channel by channel. filters: (height, width, channels).
/// data_format: "NHWC". Padding counts for nothing.
Tensor dilation2d(const Tensor& input, const Tensor& filters, const SpatialSizes& strides,
                  const WindowPadding& padding, const ConvolutionOptions& options = {}, Where where = Where::here());
Tensor erosion2d(const Tensor& value, const Tensor& filters, const SpatialSizes& strides,
                 const WindowPadding& padding, const ConvolutionOptions& options = {}, Where where = Where::here());

namespace image {

/// tf.image.extract_patches: the windows of sizes, `strides` apart, taken at every rate-th place: (batch, rows,
/// columns, height * width * channels). Numeric dtypes. Padding ("VALID", "SAME") is zeros.
Tensor extract_patches(const Tensor& images, const SpatialSizes& sizes, const SpatialSizes& strides,
                       const SpatialSizes& rates, const WindowPadding& padding, Where where = Where::here());

struct ResizeOptions {
  /// "bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian" or "mitchellcubic".
  std::string_view method = "bilinear";
  bool preserve_aspect_ratio = false;
  bool antialias = false;
};
/// tf.image.resize: to size (height, width); the centres of the corner pixels' areas lie half a pixel inside.
/// "nearest" keeps the dtype and takes any; the others give float64 for float64, and float32 for every other number.
Tensor resize(const Tensor& images, const Shape& size, const ResizeOptions& options = {},
              Where where = Where::here());

/// tf.image.crop_to_bounding_box, pad_to_bounding_box (with zeros), central_crop, resize_with_crop_or_pad.
Tensor crop_to_bounding_box(const Tensor& image, std::int64_t offset_height, std::int64_t offset_width,
                            std::int64_t target_height, std::int64_t target_width, Where where = Where::here());
Tensor pad_to_bounding_box(const Tensor& image, std::int64_t offset_height, std::int64_t offset_width,
                           std::int64_t target_height, std::int64_t target_width, Where where = Where::here());
Tensor central_crop(const Tensor& image, double central_fraction, Where where = Where::here());
Tensor resize_with_crop_or_pad(const Tensor& image, std::int64_t target_height, std::int64_t target_width,
                               Where where = Where::here());

/// tf.image.adjust_brightness, adjust_contrast: delta is added; the distance of each value from the mean of its image
/// and channel is multiplied by contrast_factor. float32 and float64.
Tensor adjust_brightness(const Tensor& image, double delta, Where where = Where::here());
Tensor adjust_contrast(const Tensor& images, double contrast_factor, Where where = Where::here());
/// tf.image.rgb_to_grayscale: 0.2989 red + 0.587 green + 0.114 blue; one channel. float32 and float64.
Tensor rgb_to_grayscale(const Tensor& images, Where where = Where::here());
/// tf.image.per_image_standardization: each image less its mean, divided by max(its standard deviation, 1 /
/// sqrt(elements)). float32 and float64.
Tensor per_image_standardization(const Tensor& image, Where where = Where::here());
/// tf.image.adjust_gamma: gain * image ** gamma. Throws for a negative gamma. float32 and float64.
Tensor adjust_gamma(const Tensor& image, double gamma = 1, double gain = 1, Where where = Where::here());
/// tf.image.grayscale_to_rgb: the one channel three times.
Tensor grayscale_to_rgb(const Tensor& images, Where where = Where::here());

/// tf.image.total_variation: for each image the sum of the absolute differences of neighbouring pixels.
Tensor total_variation(const Tensor& images, Where where = Where::here());
/// tf.image.psnr: the peak signal-to-noise ratio in decibels, 20 log10(max_val) - 10 log10(mean((a - b) ** 2)), of
/// each pair of images (..., height, width, channels). float32 and float64.
Tensor psnr(const Tensor& a, const Tensor& b, double max_val, Where where = Where::here());

struct ImageGradients {
  Tensor dy, dx;
};
/// tf.image.image_gradients: the next pixel below (to the right) less the pixel itself, and 0 in the last row
/// (column). (batch, height, width, channels).
ImageGradients image_gradients(const Tensor& image, Where where = Where::here());

}  // namespace image
}  // namespace gradtape
