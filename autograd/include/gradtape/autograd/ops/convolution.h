#pragma once
// Convolutions: tf.nn. float32 and float64. Filters are (kernel..., channels / groups, filters), as TensorFlow's; the
// number of groups follows from the shapes. Errors: InvalidArgumentError for ranks, dtypes, channels, strides,
// dilations, paddings and formats that do not fit.

#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

#include "gradtape/autograd/shape.h"
#include "gradtape/autograd/tensor.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

/// Strides, dilations or window lengths: one number for all spatial axes, one for each, or TensorFlow's list with a 1
/// for the batch and the channels.
class SpatialSizes {
 public:
  template <class T>
  requires std::is_integral_v<T> SpatialSizes(T size) : sizes_({static_cast<std::int64_t>(size)}) {}
  SpatialSizes(std::initializer_list<std::int64_t> sizes) : sizes_(sizes) {}
  SpatialSizes(const Shape& sizes) : sizes_(sizes) {}
  const Shape& sizes() const { return sizes_; }

 private:
  Shape sizes_;
};

/// Zeros on either side of an axis.
struct PaddingPair {
  std::int64_t before, after;
};

/// "VALID": none. "SAME": as many as make the result's length input / stride, rounded up; an odd one at the end. Or a
/// pair for each axis: {{0, 0}, {top, bottom}, {left, right}, {0, 0}}, or only for the spatial axes.
class WindowPadding {
 public:
  WindowPadding(const char* name) : name_(name) {}
  WindowPadding(std::string name) : name_(std::move(name)) {}
  WindowPadding(std::initializer_list<PaddingPair> pairs);

  /// "" for explicit pairs.
  const std::string& name() const { return name_; }
  const Shape& before() const { return before_; }
  const Shape& after() const { return after_; }

 private:
  std::string name_;
  Shape before_, after_;
};

struct ConvolutionOptions {
  std::string_view data_format = "";  // "NWC", "NHWC", "NDHWC": the default; "NCW", "NCHW", "NCDHW"
  SpatialSizes dilations = 1;
};

/// tf.nn.conv1d, conv2d, conv3d: input (batch..., spatial axes, channels) gives (batch..., spatial axes, filters).
/// The batch may have several axes.
Tensor conv1d(const Tensor& input, const Tensor& filters, const SpatialSizes& stride, const WindowPadding& padding,
              const ConvolutionOptions& options = {}, Where where = Where::here());
Tensor conv2d(const Tensor& input, const Tensor& filters, const SpatialSizes& strides, const WindowPadding& padding,
              const ConvolutionOptions& options = {}, Where where = Where::here());
Tensor conv3d(const Tensor& input, const Tensor& filters, const SpatialSizes& strides, const WindowPadding& padding,
              const ConvolutionOptions& options = {}, Where where = Where::here());
/// tf.nn.convolution: one, two or three spatial axes, as the filters have.
Tensor convolution(const Tensor& input, const Tensor& filters, const SpatialSizes& strides = 1,
                   const WindowPadding& padding = "VALID", const ConvolutionOptions& options = {},
                   Where where = Where::here());

/// tf.nn.conv1d_transpose, conv2d_transpose, conv3d_transpose, conv_transpose: the gradient of a convolution with
/// these filters (kernel..., output channels, input channels) whose input has output_shape, a length for each axis.
/// The convolution of output_shape must give the shape of input.
Tensor conv1d_transpose(const Tensor& input, const Tensor& filters, const Shape& output_shape,
                        const SpatialSizes& strides, const WindowPadding& padding = "SAME",
                        const ConvolutionOptions& options = {}, Where where = Where::here());
Tensor conv2d_transpose(const Tensor& input, const Tensor& filters, const Shape& output_shape,
                        const SpatialSizes& strides, const WindowPadding& padding = "SAME",
                        const ConvolutionOptions& options = {}, Where where = Where::here());
Tensor conv3d_transpose(const Tensor& input, const Tensor& filters, const Shape& output_shape,
                        const SpatialSizes& strides, const WindowPadding& padding = "SAME",
                        const ConvolutionOptions& options = {}, Where where = Where::here());
Tensor conv_transpose(const Tensor& input, const Tensor& filters, const Shape& output_shape,
                      const SpatialSizes& strides, const WindowPadding& padding = "SAME",
                      const ConvolutionOptions& options = {}, Where where = Where::here());

/// tf.nn.depthwise_conv2d: each channel by its own filters; filter (height, width, channels, multiplier) gives
/// channels * multiplier channels, those of one input channel side by side.
Tensor depthwise_conv2d(const Tensor& input, const Tensor& filter, const SpatialSizes& strides,
                        const WindowPadding& padding, const ConvolutionOptions& options = {},
                        Where where = Where::here());
/// tf.nn.separable_conv2d: depthwise_conv2d, then a 1 x 1 convolution with pointwise_filter (1, 1, channels *
/// multiplier, filters).
Tensor separable_conv2d(const Tensor& input, const Tensor& depthwise_filter, const Tensor& pointwise_filter,
                        const SpatialSizes& strides, const WindowPadding& padding,
                        const ConvolutionOptions& options = {}, Where where = Where::here());
/// tf.nn.atrous_conv2d: conv2d with dilations of `rate`.
Tensor atrous_conv2d(const Tensor& value, const Tensor& filters, std::int64_t rate, const WindowPadding& padding,
                     Where where = Where::here());
/// tf.nn.atrous_conv2d_transpose.
Tensor atrous_conv2d_transpose(const Tensor& value, const Tensor& filters, const Shape& output_shape,
                               std::int64_t rate, const WindowPadding& padding, Where where = Where::here());

/// The gradients of conv2d and depthwise_conv2d: tf.raw_ops.Conv2DBackpropInput, Conv2DBackpropFilter and
/// tf.nn.depthwise_conv2d_backprop_input, depthwise_conv2d_backprop_filter. Sizes have a length for each axis.
Tensor conv2d_backprop_input(const Shape& input_sizes, const Tensor& filter, const Tensor& out_backprop,
                             const SpatialSizes& strides, const WindowPadding& padding,
                             const ConvolutionOptions& options = {}, Where where = Where::here());
Tensor conv2d_backprop_filter(const Tensor& input, const Shape& filter_sizes, const Tensor& out_backprop,
                              const SpatialSizes& strides, const WindowPadding& padding,
                              const ConvolutionOptions& options = {}, Where where = Where::here());
Tensor depthwise_conv2d_backprop_input(const Shape& input_sizes, const Tensor& filter, const Tensor& out_backprop,
                                       const SpatialSizes& strides, const WindowPadding& padding,
                                       const ConvolutionOptions& options = {}, Where where = Where::here());
Tensor depthwise_conv2d_backprop_filter(const Tensor& input, const Shape& filter_sizes, const Tensor& out_backprop,
                                        const SpatialSizes& strides, const WindowPadding& padding,
                                        const ConvolutionOptions& options = {}, Where where = Where::here());

}  // namespace gradtape
