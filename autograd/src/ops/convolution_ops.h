#pragma once
// The three linear maps of a convolution, channels last. Each is linear in both inputs, and its gradients are the
// other two.

#include "kernels/convolution.h"
#include "ops/neural_gradients.h"
#include "ops/windows.h"

namespace gradtape::detail {

/// A convolution whose shapes have been checked.
struct Convolving {
  kernels::ConvolutionShape shape;
  Shape input, filters, result;
};

/// input (batch, spatial..., channels) and filters of the same rank, or their shapes.
Convolving checked_convolution(const Shape& input, const Shape& filters, const Windows& windows,
                               const WindowPadding& padding);

/// The rows of the functions made of these ops.
std::vector<OpRow> convolution_function_ops();

Tensor convolve(const Convolving& convolving, const Tensor& input, const Tensor& filters, Where where);
Tensor convolve_input_gradient(const Convolving& convolving, const Tensor& dy, const Tensor& filters, Where where);
Tensor convolve_filter_gradient(const Convolving& convolving, const Tensor& input, const Tensor& dy, Where where);

}  // namespace gradtape::detail
