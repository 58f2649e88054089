#pragma once
// Normalisation. Floating-point dtypes; x, scale, offset and the statistics of one call have one dtype. Where a scale
// or an offset may be an empty Tensor, that is TensorFlow's None: no scale, no offset. Statistics are accurate in
// float32 too, and do not depend on the number of threads. Errors: InvalidArgumentError for shapes that do not fit.

#include <string_view>

#include "gradtape/autograd/shape.h"
#include "gradtape/autograd/tensor.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

/// tf.nn.batch_normalization: scale * (x - mean) / sqrt(variance + variance_epsilon) + offset, all broadcast to x.
/// offset and scale may be empty.
Tensor batch_normalization(const Tensor& x, const Tensor& mean, const Tensor& variance, const Tensor& offset,
                           const Tensor& scale, double variance_epsilon, Where where = Where::here());

struct FusedBatchNormOptions {
  Tensor mean = {};
  Tensor variance = {};
  double epsilon = 0.001;
  std::string_view data_format = "NHWC";
  bool is_training = true;
  double exponential_avg_factor = 1;
};
struct FusedBatchNorm {
  Tensor y;
  Tensor batch_mean;
  Tensor batch_var;
};

/// tf.compat.v1.nn.fused_batch_norm: x is normalised by channel, scale and offset (channels) are applied.
/// data_format: "NHWC" or "NDHWC" (channels last), "NCHW" or "NCDHW" (channels second); also "N...C" and "NC..." for
/// any rank of at least 2.
///
/// In training the mean and variance are those of x over all other axes, y's gradient takes them into account, and
/// batch_var is the unbiased estimate (n / (n - 1) times the variance that x is divided by). With an
/// exponential_avg_factor f other than 1 batch_mean is (1 - f) * mean + f * x's mean, likewise batch_var. Otherwise
/// options.mean and variance are applied as they are and returned. No gradient passes through batch_mean, batch_var,
/// mean and variance. An epsilon below 1.001e-5 counts as that. Without elements batch_mean and batch_var are NaN.
FusedBatchNorm fused_batch_norm(const Tensor& x, const Tensor& scale, const Tensor& offset,
                                const FusedBatchNormOptions& options = {}, Where where = Where::here());

struct LayerNormalizationOptions {
  Axes axis = -1;
  double epsilon = 0.001;
};
/// As keras.layers.LayerNormalization: x less its mean, divided by sqrt(variance + epsilon), over the given axes;
/// then times scale, plus offset, whose shape is the lengths of the axes, in their order. Both may be empty.
Tensor layer_normalization(const Tensor& x, const Tensor& scale = {}, const Tensor& offset = {},
                           const LayerNormalizationOptions& options = {}, Where where = Where::here());

struct RmsNormalizationOptions {
  Axes axis = -1;
  double epsilon = 1e-6;
};
/// As keras.layers.RMSNormalization: x / sqrt(mean(x^2) + epsilon) over the given axes, times scale, which may be
/// empty.
Tensor rms_normalization(const Tensor& x, const Tensor& scale = {}, const RmsNormalizationOptions& options = {},
                         Where where = Where::here());

struct GroupNormalizationOptions {
  std::int64_t groups = 32;
  int axis = -1;
  double epsilon = 0.001;
};
/// As keras.layers.GroupNormalization: the channels, those along `axis`, are cut into `groups` (-1: as many as there
/// are channels); each group of each example (along the first axis) is normalised. scale, offset: (channels), or
/// empty.
Tensor group_normalization(const Tensor& x, const Tensor& scale = {}, const Tensor& offset = {},
                           const GroupNormalizationOptions& options = {}, Where where = Where::here());

struct InstanceNormalizationOptions {
  int axis = -1;
  double epsilon = 0.001;
};
/// Each channel of each example is normalised: group_normalization with a group for each channel.
Tensor instance_normalization(const Tensor& x, const Tensor& scale = {}, const Tensor& offset = {},
                              const InstanceNormalizationOptions& options = {}, Where where = Where::here());

struct LocalResponseNormalizationOptions {
  int depth_radius = 5;
  double bias = 1;
  double alpha = 1;
  double beta = 0.5;
};
/// tf.nn.local_response_normalization of (batch, height, width, channels): x divided by
/// (bias + alpha * sum of the squares of the channels at most depth_radius away) ^ beta.
Tensor local_response_normalization(const Tensor& input, const LocalResponseNormalizationOptions& options = {},
                                    Where where = Where::here());

}  // namespace gradtape
