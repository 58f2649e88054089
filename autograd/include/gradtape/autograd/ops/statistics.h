#pragma once
// Statistics over axes.

#include "gradtape/autograd/shape.h"
#include "gradtape/autograd/tensor.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

struct Moments {
  Tensor mean, variance;
};
struct MomentsOptions {
  Tensor shift = {};  // not used, as in TensorFlow
  bool keepdims = false;
};
/// tf.nn.moments: the mean and the variance (of the population) of x over the axes. Floating-point dtypes. Errors as
/// those of reduce_mean.
Moments moments(const Tensor& x, const Axes& axes, const MomentsOptions& options = {}, Where where = Where::here());

struct WeightedMomentsOptions {
  bool keepdims = false;
};
/// tf.nn.weighted_moments: where each element counts frequency_weights times; the weights broadcast to x.
Moments weighted_moments(const Tensor& x, const Axes& axes, const Tensor& frequency_weights,
                         WeightedMomentsOptions options = {}, Where where = Where::here());

struct SufficientStatistics {
  Tensor counts;  // a scalar
  Tensor mean_ss, variance_ss;
  Tensor shift;  // empty where there was none
};
/// tf.nn.sufficient_statistics: how many elements go into each result, and the sums of x - shift and of its square
/// over the axes, from which normalize_moments makes the mean and the variance.
SufficientStatistics sufficient_statistics(const Tensor& x, const Axes& axes, const MomentsOptions& options = {},
                                           Where where = Where::here());
/// tf.nn.normalize_moments. An empty shift counts as 0.
Moments normalize_moments(const Tensor& counts, const Tensor& mean_ss, const Tensor& variance_ss,
                          const Tensor& shift = {}, Where where = Where::here());

/// tf.math.l2_normalize: x / sqrt(max(sum(x^2), epsilon)), the sum over the axes, all without any. Floating-point
/// dtypes. At 0 the gradient is 1 / sqrt(epsilon).
Tensor l2_normalize(const Tensor& x, const Axes& axis = {}, double epsilon = 1e-12, Where where = Where::here());

}  // namespace gradtape
