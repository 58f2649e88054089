// The windows of images as an axis of their own, and what is made of them.
#include <limits>
#include <vector>

#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/image.h"
#include "gradtape/autograd/ops/indexing.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/reduction.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "ops/checks.h"
#include "ops/neural_gradients.h"
#include "ops/parts.h"
#include "ops/windows.h"

namespace gradtape {
namespace detail {
namespace {

using Axis = kernels::ConvolutionAxis;

Tensor int64_tensor(const std::vector<std::int64_t>& values) {
  return constant(std::span<const std::int64_t>(values), {static_cast<std::int64_t>(values.size())});
}

/// Places behind the input that the last window reads.
std::int64_t missing_after(const Axis& axis) {
  const std::int64_t end = (axis.output - 1) * axis.stride - axis.before + (axis.kernel - 1) * axis.dilation + 1;
  return std::max<std::int64_t>(0, end - axis.input);
}

/// images with `border` around each, as the windows need it.
Tensor padded(const Tensor& images, const Axis& rows, const Axis& columns, double border, Where where) {
  const Shape& shape = images.shape();
  const Shape begin{0, rows.before, columns.before, 0};
  const Shape whole{shape[0], rows.before + shape[1] + missing_after(rows),
                    columns.before + shape[2] + missing_after(columns), shape[3]};
  if (whole == shape) return images;
  const Tensor zeros_around = slice_gradient(images, begin, whole);
  if (border == 0) return zeros_around;
  Tensor borders = uninitialized(float64, {whole[1], whole[2], 1});
  double* value = static_cast<double*>(mutable_data(borders));
  for (std::int64_t i = 0; i < whole[1]; ++i)
    for (std::int64_t j = 0; j < whole[2]; ++j) {
      const std::int64_t a = i - rows.before, b = j - columns.before;
      *value++ = a >= 0 && a < shape[1] && b >= 0 && b < shape[2] ? 0.0 : border;
    }
  return add(operand(zeros_around, where), cast(borders, images.dtype(), where));
}

/// (batch, rows, columns, places of a window, channels).
Tensor windows_of(const Tensor& images, const Axis& rows, const Axis& columns, double border, Where where) {
  const std::int64_t batch = images.shape()[0], channels = images.shape()[3];
  const std::int64_t places = rows.kernel * columns.kernel;
  const Shape result{batch, rows.output, columns.output, places, channels};
  const Tensor whole = padded(images, rows, columns, border, where);
  const std::int64_t width = whole.shape()[2];
  std::vector<std::int64_t> index;
  index.reserve(static_cast<std::size_t>(rows.output * columns.output * places));
  for (std::int64_t i = 0; i < rows.output; ++i)
    for (std::int64_t j = 0; j < columns.output; ++j)
      for (std::int64_t a = 0; a < rows.kernel; ++a)
        for (std::int64_t b = 0; b < columns.kernel; ++b)
          index.push_back((i * rows.stride + a * rows.dilation) * width + j * columns.stride + b * columns.dilation);
  const Tensor pixels = reshape(whole, {batch, whole.shape()[1] * width, channels}, where);
  return reshape(gather(pixels, int64_tensor(index), 1, {}, where), result, where);
}

struct Arguments {
  std::string_view op;
  const SpatialSizes &sizes, &strides, &dilations;
  const WindowPadding& padding;
};

void resolve(const Arguments& arguments, const Tensor& images, Axis (&axes)[3]) {
  const Shape& shape = described(images).shape;
  check_number(images.dtype());
  if (shape.rank() != 4)
    throw InvalidArgumentError("images of shape " + to_string(shape) +
                               ": (batch, height, width, channels) is needed");
  resolve_windows(
      shape.sub(1, 3),
      {spatial_sizes(arguments.sizes, "sizes", 2, false), spatial_sizes(arguments.strides, "strides", 2, false),
       spatial_sizes(arguments.dilations, "rates", 2, false), false},
      arguments.padding, axes);
}

Tensor dilated(std::string_view op, const Tensor& input, const Tensor& filters, const SpatialSizes& strides,
               const WindowPadding& padding, const ConvolutionOptions& options, Where where) {
  Axis axes[3];
  in_function(op, where, [&] {
    const Shape &shape = described(input).shape, &filter = described(filters).shape;
    check_floating(input.dtype());
    if (input.dtype() != filters.dtype()) throw_different_dtypes(input.dtype(), filters.dtype());
    if (filter.rank() != 3 || shape.rank() != 4 || filter[2] != shape[3])
      throw InvalidArgumentError("input " + to_string(shape) + " and filters " + to_string(filter) +
                                 ": (batch, height, width, channels) and (height, width, channels) are needed");
    if (has_channels_first(options.data_format, 2)) throw InvalidArgumentError("the data_format must be \"NHWC\"");
    resolve({op, Shape{filter[0], filter[1]}, strides, options.dilations, padding}, input, axes);
  });
  const Tensor windows = windows_of(input, axes[1], axes[2], -std::numeric_limits<double>::infinity(), where);
  const Shape& filter = filters.shape();
  const Tensor sums = add(operand(windows, where), reshape(filters, {filter[0] * filter[1], filter[2]}, where));
  return reduce_max(sums, 3, {}, where);
}

/// A (height, width, channels) filter turned by half a turn.
Tensor turned(const Tensor& filters, Where where) {
  const Shape shape = filters.shape();
  const std::int64_t places = shape[0] * shape[1];
  std::vector<std::int64_t> index;
  for (std::int64_t i = places - 1; i >= 0; --i) index.push_back(i);
  return reshape(gather(reshape(filters, {places, shape[2]}, where), int64_tensor(index), 0, {}, where), shape,
                 where);
}

using Values = std::vector<Tensor>;

std::vector<Sample> patch_samples() {
  return {{[](const Values& x) { return image::extract_patches(x[0], 2, 1, 1, "VALID"); },
           {sample_values({1, 3, 4, 2}, -2, 2)}},
          {[](const Values& x) {
             return image::extract_patches(x[0], {1, 2, 3, 1}, {1, 2, 1, 1}, {1, 2, 1, 1}, "SAME");
           },
           {sample_values({2, 4, 3, 1}, -2, 2)}}};
}
std::vector<Sample> dilation_samples() {
  return {{[](const Values& x) { return dilation2d(x[0], x[1], 1, "SAME"); },
           {sample_values({1, 3, 3, 2}, -2, 2), sample_values({2, 2, 2}, -1.03, 1)}}};
}
std::vector<Sample> erosion_samples() {
  return {{[](const Values& x) {
             return erosion2d(x[0], x[1], 1, "VALID", {.dilations = {1, 2}});
           },
           {sample_values({1, 3, 4, 1}, -2, 2), sample_values({2, 2, 1}, -1.03, 1)}}};
}

}  // namespace

std::vector<OpRow> patch_ops() {
  return {composite("image::extract_patches", "image", patch_samples),
          composite("dilation2d", "image", dilation_samples), composite("erosion2d", "image", erosion_samples)};
}

}  // namespace detail

using namespace detail;

Tensor image::extract_patches(const Tensor& images, const SpatialSizes& sizes, const SpatialSizes& strides,
                              const SpatialSizes& rates, const WindowPadding& padding, Where where) {
  kernels::ConvolutionAxis axes[3];
  const std::string_view op = "image::extract_patches";
  in_function(op, where, [&] { resolve({op, sizes, strides, rates, padding}, images, axes); });
  const Tensor windows = windows_of(images, axes[1], axes[2], 0, where);
  const Shape& shape = windows.shape();
  return reshape(windows, {shape[0], shape[1], shape[2], shape[3] * shape[4]}, where);
}

Tensor dilation2d(const Tensor& input, const Tensor& filters, const SpatialSizes& strides,
                  const WindowPadding& padding, const ConvolutionOptions& options, Where where) {
  return dilated("dilation2d", input, filters, strides, padding, options, where);
}
Tensor erosion2d(const Tensor& value, const Tensor& filters, const SpatialSizes& strides,
                 const WindowPadding& padding, const ConvolutionOptions& options, Where where) {
  const std::string_view op = "erosion2d";
  in_function(op, where, [&] {
    if (described(filters).shape.rank() != 3)
      throw InvalidArgumentError("filters of shape " + to_string(filters.shape()) +
                                 ": (height, width, channels) is needed");
  });
  in_function(op, where, [&] { check_floating(described(value).dtype); });
  const Tensor largest =
      dilated(op, negative(value, where), turned(filters, where), strides, padding, options, where);
  return negative(largest, where);
}

}  // namespace gradtape
