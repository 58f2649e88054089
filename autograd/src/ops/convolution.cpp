#include "gradtape/autograd/ops/convolution.h"

#include "gradtape/autograd/ops/shape_ops.h"
#include "ops/checks.h"
#include "ops/convolution_ops.h"

namespace gradtape {
namespace detail {
namespace {

/// What the caller wrote beside the tensors.
struct Arguments {
  std::string_view op;
  int spatial_rank;
  const SpatialSizes& strides;
  const WindowPadding& padding;
  const ConvolutionOptions& options;
  Where where;

  bool channels_first() const { return has_channels_first(options.data_format, spatial_rank); }
  Windows windows(const Shape& filters) const {
    const bool first = channels_first();
    return {filters.sub(0, spatial_rank), spatial_sizes(strides, "strides", spatial_rank, first),
            spatial_sizes(options.dilations, "dilations", spatial_rank, first), first};
  }
  /// In the caller's format.
  Tensor turned(const Tensor& tensor) const { return channels_first() ? to_channels_last(tensor, where) : tensor; }
  Tensor turned_back(const Tensor& tensor) const {
    return channels_first() ? to_channels_first(tensor, where) : tensor;
  }
  Shape turned(const Shape& shape) const { return channels_first() ? to_channels_last(shape) : shape; }
};

void check_tensor(const Tensor& tensor, std::string_view what, int least_rank, int most_rank) {
  const TensorImpl& impl = described(tensor);
  check_floating(impl.dtype);
  if (impl.shape.rank() < least_rank || impl.shape.rank() > most_rank)
    throw InvalidArgumentError(std::string(what) + " of shape " + to_string(impl.shape) + " has " +
                               std::to_string(impl.shape.rank()) + " axes; it needs " + std::to_string(least_rank) +
                               (most_rank > least_rank ? " or more" : ""));
}

void check_pair(const Tensor& a, const Tensor& b) {
  if (a.dtype() != b.dtype()) throw_different_dtypes(a.dtype(), b.dtype());
}

void check_sizes(const Shape& sizes, std::string_view what, int rank) {
  bool fits = sizes.rank() == rank;
  for (std::int64_t size : sizes) fits &= size >= 0;
  if (!fits)
    throw InvalidArgumentError(std::string(what) + " " + to_string(sizes) + ": it needs " + std::to_string(rank) +
                               " lengths that are not negative");
}

void check_fits(const Convolving& convolving, const Shape& given, std::string_view what) {
  if (given != convolving.result)
    throw InvalidArgumentError("a convolution of " + to_string(convolving.input) + " with these filters gives " +
                               to_string(convolving.result) + ", but " + std::string(what) + " has shape " +
                               to_string(given) + " (channels last)");
}

Tensor forward(const Arguments& arguments, const Tensor& input, const Tensor& filters) {
  const int rank = arguments.spatial_rank;
  Shape batch;
  Convolving convolving;
  in_function(arguments.op, arguments.where, [&] {
    check_tensor(input, "input", rank + 2, Shape::max_rank);
    check_tensor(filters, "filters", rank + 2, rank + 2);
    check_pair(input, filters);
    const Shape& shape = input.shape();
    batch = shape.sub(0, shape.rank() - rank - 1);
    Shape flat{batch.num_elements()};
    for (int i = batch.rank(); i < shape.rank(); ++i) flat.push_back(shape[i]);
    convolving = checked_convolution(arguments.turned(flat), filters.shape(), arguments.windows(filters.shape()),
                                     arguments.padding);
  });
  if (batch.rank() == 1)
    return arguments.turned_back(convolve(convolving, arguments.turned(input), filters, arguments.where));
  Shape flat{batch.num_elements()};
  for (int i = batch.rank(); i < input.rank(); ++i) flat.push_back(input.shape()[i]);
  const Tensor images = reshape(input, flat, arguments.where);
  const Tensor result =
      arguments.turned_back(convolve(convolving, arguments.turned(images), filters, arguments.where));
  for (int i = 1; i < result.rank(); ++i) batch.push_back(result.shape()[i]);
  return reshape(result, batch, arguments.where);
}

/// `filters` by channels and multiplier, as grouped filters.
Shape grouped(const Shape& filter) { return {filter[0], filter[1], 1, filter[2] * filter[3]}; }

void check_depthwise(const Shape& filter, std::int64_t channels) {
  if (filter[2] != channels)
    throw InvalidArgumentError("the filter " + to_string(filter) + " is for " + std::to_string(filter[2]) +
                               " channels, the input has " + std::to_string(channels));
}

Tensor input_gradient(const Arguments& arguments, const Shape& input_shape, const Tensor& filters, const Tensor& dy,
                      std::string_view sizes_name, std::string_view dy_name, bool depthwise = false) {
  const int rank = arguments.spatial_rank;
  Convolving convolving;
  in_function(arguments.op, arguments.where, [&] {
    check_tensor(dy, dy_name, rank + 2, rank + 2);
    check_tensor(filters, "filters", rank + 2, rank + 2);
    check_pair(dy, filters);
    check_sizes(input_shape, sizes_name, rank + 2);
    const Shape input = arguments.turned(input_shape);
    if (depthwise) check_depthwise(filters.shape(), input.back());
    convolving = checked_convolution(input, depthwise ? grouped(filters.shape()) : filters.shape(),
                                     arguments.windows(filters.shape()), arguments.padding);
    check_fits(convolving, arguments.turned(dy.shape()), dy_name);
  });
  const Tensor weights = depthwise ? reshape(filters, convolving.filters, arguments.where) : filters;
  return arguments.turned_back(convolve_input_gradient(convolving, arguments.turned(dy), weights, arguments.where));
}

Tensor filter_gradient(const Arguments& arguments, const Tensor& input, const Shape& filter_shape, const Tensor& dy,
                       bool depthwise = false) {
  const int rank = arguments.spatial_rank;
  Convolving convolving;
  in_function(arguments.op, arguments.where, [&] {
    check_tensor(input, "input", rank + 2, rank + 2);
    check_tensor(dy, "out_backprop", rank + 2, rank + 2);
    check_pair(input, dy);
    check_sizes(filter_shape, "filter_sizes", rank + 2);
    const Shape shape = arguments.turned(input.shape());
    if (depthwise) check_depthwise(filter_shape, shape.back());
    convolving = checked_convolution(shape, depthwise ? grouped(filter_shape) : filter_shape,
                                     arguments.windows(filter_shape), arguments.padding);
    check_fits(convolving, arguments.turned(dy.shape()), "out_backprop");
  });
  const Tensor result =
      convolve_filter_gradient(convolving, arguments.turned(input), arguments.turned(dy), arguments.where);
  return depthwise ? reshape(result, filter_shape, arguments.where) : result;
}

int spatial_rank_of(std::string_view op, const Tensor& filters, Where where) {
  return in_function(op, where, [&] {
    const Shape& shape = described(filters).shape;
    if (shape.rank() < 3 || shape.rank() > 5)
      throw InvalidArgumentError("filters of shape " + to_string(shape) +
                                 ": filters have 1, 2 or 3 spatial axes and two of channels");
    return shape.rank() - 2;
  });
}

}  // namespace
}  // namespace detail

using namespace detail;

Tensor conv1d(const Tensor& input, const Tensor& filters, const SpatialSizes& stride, const WindowPadding& padding,
              const ConvolutionOptions& options, Where where) {
  return forward({"conv1d", 1, stride, padding, options, where}, input, filters);
}
Tensor conv2d(const Tensor& input, const Tensor& filters, const SpatialSizes& strides, const WindowPadding& padding,
              const ConvolutionOptions& options, Where where) {
  return forward({"conv2d", 2, strides, padding, options, where}, input, filters);
}
Tensor conv3d(const Tensor& input, const Tensor& filters, const SpatialSizes& strides, const WindowPadding& padding,
              const ConvolutionOptions& options, Where where) {
  return forward({"conv3d", 3, strides, padding, options, where}, input, filters);
}
Tensor convolution(const Tensor& input, const Tensor& filters, const SpatialSizes& strides,
                   const WindowPadding& padding, const ConvolutionOptions& options, Where where) {
  const int rank = spatial_rank_of("convolution", filters, where);
  return forward({"convolution", rank, strides, padding, options, where}, input, filters);
}

Tensor conv1d_transpose(const Tensor& input, const Tensor& filters, const Shape& output_shape,
                        const SpatialSizes& strides, const WindowPadding& padding, const ConvolutionOptions& options,
                        Where where) {
  return input_gradient({"conv1d_transpose", 1, strides, padding, options, where}, output_shape, filters, input,
                        "output_shape", "input");
}
Tensor conv2d_transpose(const Tensor& input, const Tensor& filters, const Shape& output_shape,
                        const SpatialSizes& strides, const WindowPadding& padding, const ConvolutionOptions& options,
                        Where where) {
  return input_gradient({"conv2d_transpose", 2, strides, padding, options, where}, output_shape, filters, input,
                        "output_shape", "input");
}
Tensor conv3d_transpose(const Tensor& input, const Tensor& filters, const Shape& output_shape,
                        const SpatialSizes& strides, const WindowPadding& padding, const ConvolutionOptions& options,
                        Where where) {
  return input_gradient({"conv3d_transpose", 3, strides, padding, options, where}, output_shape, filters, input,
                        "output_shape", "input");
}
Tensor conv_transpose(const Tensor& input, const Tensor& filters, const Shape& output_shape,
                      const SpatialSizes& strides, const WindowPadding& padding, const ConvolutionOptions& options,
                      Where where) {
  const int rank = spatial_rank_of("conv_transpose", filters, where);
  return input_gradient({"conv_transpose", rank, strides, padding, options, where}, output_shape, filters, input,
                        "output_shape", "input");
}

namespace {

Tensor depthwise(const Arguments& arguments, const Tensor& input, const Tensor& filter) {
  in_function(arguments.op, arguments.where, [&] {
    check_tensor(input, "input", 4, 4);
    check_tensor(filter, "filter", 4, 4);
    check_depthwise(filter.shape(), arguments.turned(input.shape()).back());
  });
  return forward(arguments, input, reshape(filter, grouped(filter.shape()), arguments.where));
}

}  // namespace

Tensor depthwise_conv2d(const Tensor& input, const Tensor& filter, const SpatialSizes& strides,
                        const WindowPadding& padding, const ConvolutionOptions& options, Where where) {
  return depthwise({"depthwise_conv2d", 2, strides, padding, options, where}, input, filter);
}
Tensor separable_conv2d(const Tensor& input, const Tensor& depthwise_filter, const Tensor& pointwise_filter,
                        const SpatialSizes& strides, const WindowPadding& padding, const ConvolutionOptions& options,
                        Where where) {
  const std::string_view op = "separable_conv2d";
  in_function(op, where, [&] {
    check_tensor(depthwise_filter, "depthwise_filter", 4, 4);
    check_tensor(pointwise_filter, "pointwise_filter", 4, 4);
    const Shape &depth = depthwise_filter.shape(), &point = pointwise_filter.shape();
    if (point[0] != 1 || point[1] != 1 || point[2] != depth[2] * depth[3])
      throw InvalidArgumentError("pointwise_filter " + to_string(point) + " must be (1, 1, " +
                                 std::to_string(depth[2] * depth[3]) + ", filters) behind the depthwise_filter " +
                                 to_string(depth));
  });
  const Tensor channels = depthwise({op, 2, strides, padding, options, where}, input, depthwise_filter);
  return forward({op, 2, 1, "VALID", {.data_format = options.data_format}, where}, channels, pointwise_filter);
}
Tensor atrous_conv2d(const Tensor& value, const Tensor& filters, std::int64_t rate, const WindowPadding& padding,
                     Where where) {
  return forward({"atrous_conv2d", 2, 1, padding, {.dilations = rate}, where}, value, filters);
}
Tensor atrous_conv2d_transpose(const Tensor& value, const Tensor& filters, const Shape& output_shape,
                               std::int64_t rate, const WindowPadding& padding, Where where) {
  return input_gradient({"atrous_conv2d_transpose", 2, 1, padding, {.dilations = rate}, where}, output_shape, filters,
                        value, "output_shape", "value");
}

Tensor conv2d_backprop_input(const Shape& input_sizes, const Tensor& filter, const Tensor& out_backprop,
                             const SpatialSizes& strides, const WindowPadding& padding,
                             const ConvolutionOptions& options, Where where) {
  return input_gradient({"conv2d_backprop_input", 2, strides, padding, options, where}, input_sizes, filter,
                        out_backprop, "input_sizes", "out_backprop");
}
Tensor conv2d_backprop_filter(const Tensor& input, const Shape& filter_sizes, const Tensor& out_backprop,
                              const SpatialSizes& strides, const WindowPadding& padding,
                              const ConvolutionOptions& options, Where where) {
  return filter_gradient({"conv2d_backprop_filter", 2, strides, padding, options, where}, input, filter_sizes,
                         out_backprop);
}
Tensor depthwise_conv2d_backprop_input(const Shape& input_sizes, const Tensor& filter, const Tensor& out_backprop,
                                       const SpatialSizes& strides, const WindowPadding& padding,
                                       const ConvolutionOptions& options, Where where) {
  return input_gradient({"depthwise_conv2d_backprop_input", 2, strides, padding, options, where}, input_sizes, filter,
                        out_backprop, "input_sizes", "out_backprop", true);
}
Tensor depthwise_conv2d_backprop_filter(const Tensor& input, const Shape& filter_sizes, const Tensor& out_backprop,
                                        const SpatialSizes& strides, const WindowPadding& padding,
                                        const ConvolutionOptions& options, Where where) {
  return filter_gradient({"depthwise_conv2d_backprop_filter", 2, strides, padding, options, where}, input,
                         filter_sizes, out_backprop, true);
}

}  // namespace gradtape
