#pragma once
// Pooling: tf.nn. float32 and float64; the input is (batch, spatial axes, channels), or as data_format says. Windows
// and strides are one number, one for each spatial axis, or TensorFlow's list with a 1 for batch and channels.
// Errors: InvalidArgumentError for ranks, dtypes, windows, strides, paddings and formats that do not fit.

#include "gradtape/autograd/dtype.h"
#include "gradtape/autograd/ops/convolution.h"

namespace gradtape {

struct PoolOptions {
  std::string_view data_format = "";  // "NWC", "NHWC", "NDHWC": the default; "NCW", "NCHW", "NCDHW"
};

/// tf.nn.max_pool1d, max_pool2d, max_pool3d, max_pool: the greatest value of each window. The gradient goes to the
/// first of equal values. A window with a NaN gives NaN.
Tensor max_pool1d(const Tensor& input, const SpatialSizes& ksize, const SpatialSizes& strides,
                  const WindowPadding& padding, const PoolOptions& options = {}, Where where = Where::here());
Tensor max_pool2d(const Tensor& input, const SpatialSizes& ksize, const SpatialSizes& strides,
                  const WindowPadding& padding, const PoolOptions& options = {}, Where where = Where::here());
Tensor max_pool3d(const Tensor& input, const SpatialSizes& ksize, const SpatialSizes& strides,
                  const WindowPadding& padding, const PoolOptions& options = {}, Where where = Where::here());
Tensor max_pool(const Tensor& input, const SpatialSizes& ksize, const SpatialSizes& strides,
                const WindowPadding& padding, const PoolOptions& options = {}, Where where = Where::here());

/// tf.nn.avg_pool1d, avg_pool2d, avg_pool3d, avg_pool: the mean of each window; padding does not count.
Tensor avg_pool1d(const Tensor& input, const SpatialSizes& ksize, const SpatialSizes& strides,
                  const WindowPadding& padding, const PoolOptions& options = {}, Where where = Where::here());
Tensor avg_pool2d(const Tensor& input, const SpatialSizes& ksize, const SpatialSizes& strides,
                  const WindowPadding& padding, const PoolOptions& options = {}, Where where = Where::here());
Tensor avg_pool3d(const Tensor& input, const SpatialSizes& ksize, const SpatialSizes& strides,
                  const WindowPadding& padding, const PoolOptions& options = {}, Where where = Where::here());
Tensor avg_pool(const Tensor& input, const SpatialSizes& ksize, const SpatialSizes& strides,
                const WindowPadding& padding, const PoolOptions& options = {}, Where where = Where::here());

/// tf.nn.pool: pooling_type is "MAX" or "AVG".
Tensor pool(const Tensor& input, const SpatialSizes& window_shape, std::string_view pooling_type,
            const SpatialSizes& strides = 1, const WindowPadding& padding = "VALID",
            const ConvolutionOptions& options = {}, Where where = Where::here());

struct MaxPoolWithArgmaxOptions {
  std::string_view data_format = "";  // "NHWC"
  DType output_dtype = int64;         // or int32
  bool include_batch_in_index = false;
};
struct MaxPoolWithArgmax {
  Tensor output, argmax;
};
/// tf.nn.max_pool_with_argmax: max_pool2d, and where each maximum lies: (row * width + column) * channels + channel,
/// plus image * height * width * channels when the batch is to be counted.
MaxPoolWithArgmax max_pool_with_argmax(const Tensor& input, const SpatialSizes& ksize, const SpatialSizes& strides,
                                       const WindowPadding& padding, const MaxPoolWithArgmaxOptions& options = {},
                                       Where where = Where::here());

struct GlobalPoolOptions {
  std::string_view data_format = "";
  bool keepdims = false;
};
/// The mean or the maximum over all spatial axes: (batch, channels). tf.keras.layers.GlobalAveragePooling2D,
/// GlobalMaxPooling2D and those of other ranks.
Tensor global_avg_pool(const Tensor& input, const GlobalPoolOptions& options = {}, Where where = Where::here());
Tensor global_max_pool(const Tensor& input, const GlobalPoolOptions& options = {}, Where where = Where::here());

/// Pooling to a given size, by windows that share the input out evenly: the o-th covers the places from o * length /
/// output_size, rounded down, to (o + 1) * length / output_size, rounded up. As tfa.layers.AdaptiveAveragePooling2D
/// where the size divides the length, and torch.nn.AdaptiveAvgPool2d.
Tensor adaptive_avg_pool1d(const Tensor& input, const SpatialSizes& output_size, const PoolOptions& options = {},
                           Where where = Where::here());
Tensor adaptive_avg_pool2d(const Tensor& input, const SpatialSizes& output_size, const PoolOptions& options = {},
                           Where where = Where::here());
Tensor adaptive_avg_pool3d(const Tensor& input, const SpatialSizes& output_size, const PoolOptions& options = {},
                           Where where = Where::here());
Tensor adaptive_max_pool1d(const Tensor& input, const SpatialSizes& output_size, const PoolOptions& options = {},
                           Where where = Where::here());
Tensor adaptive_max_pool2d(const Tensor& input, const SpatialSizes& output_size, const PoolOptions& options = {},
                           Where where = Where::here());
Tensor adaptive_max_pool3d(const Tensor& input, const SpatialSizes& output_size, const PoolOptions& options = {},
                           Where where = Where::here());

}  // namespace gradtape
