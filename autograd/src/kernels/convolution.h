#pragma once
// Convolutions of float32 and float64, channels last, by register tiles of our own that read the (padded) images
// directly: no matrix of windows is built. The work is cut by rules that depend on the shape only, and every sum has
// one order, so the bits do not depend on the threads.

#include <cstdint>

#include "gradtape/autograd/dtype.h"

namespace gradtape::kernels {

/// One spatial axis. Output o reads input o * stride - before + k * dilation for each k in [0, kernel); outside
/// [0, input) there are zeros.
struct ConvolutionAxis {
  std::int64_t input = 1, kernel = 1, output = 1, stride = 1, dilation = 1, before = 0;
};

/// x (batch, input..., channels), w (kernel..., channels / groups, filters), y (batch, output..., filters). Axes that
/// do not exist have length 1.
struct ConvolutionShape {
  std::int64_t batch = 1, channels = 1, filters = 1, groups = 1;
  ConvolutionAxis axes[3];

  /// One channel for each group: no sum runs over channels.
  bool is_depthwise() const { return groups > 1 && groups == channels; }
};

/// y from x and w.
void convolution(DType dtype, const ConvolutionShape& shape, const void* x, const void* w, void* y);
/// dx from dy and w.
void convolution_input_gradient(DType dtype, const ConvolutionShape& shape, const void* dy, const void* w, void* dx);
/// dw from x and dy.
void convolution_filter_gradient(DType dtype, const ConvolutionShape& shape, const void* x, const void* dy, void* dw);

}  // namespace gradtape::kernels
