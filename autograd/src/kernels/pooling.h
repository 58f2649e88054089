#pragma once
// Pooling of float32 and float64, channels last: the maximum or the mean of each window, channel by channel. Places
// outside the input count for nothing. A NaN is greater than any number; of equal values the first is the maximum.

#include "convolution.h"

namespace gradtape::kernels {

/// x (batch, input..., channels), y (batch, output..., channels).
struct PoolShape {
  std::int64_t batch = 1, channels = 1;
  ConvolutionAxis axes[3];
  /// The windows share the input out evenly: output o covers [floor(o * input / output), ceil((o + 1) * input /
  /// output)). Kernel, stride, dilation and before are not used then.
  bool adaptive = false;
};

void max_pool(DType dtype, const PoolShape& shape, const void* x, void* y);
/// The values of g, of x's shape, at the places of x's maxima; y is max_pool of x.
void max_pool_gather(DType dtype, const PoolShape& shape, const void* x, const void* y, const void* g, void* result);
/// dx = zeros, to which dy is added at the places of x's maxima; y is max_pool of x.
void max_pool_scatter(DType dtype, const PoolShape& shape, const void* x, const void* y, const void* dy, void* dx);
/// The places of x's maxima in an image (in the whole of x with `count_images`), as row-major positions.
void max_pool_places(DType dtype, const PoolShape& shape, const void* x, bool count_images, std::int64_t* places);

void avg_pool(DType dtype, const PoolShape& shape, const void* x, void* y);
void avg_pool_gradient(DType dtype, const PoolShape& shape, const void* dy, void* dx);

}  // namespace gradtape::kernels
