#pragma once
// Convolutions whose groups have one channel each (filters may be several to a group).

#include "convolution_plan.h"

namespace gradtape::kernels {

void depthwise_convolution(DType dtype, const ConvolutionShape& shape, ConvolutionPlan plan, const void* x,
                           const void* w, void* y);
void depthwise_input_gradient(DType dtype, const ConvolutionShape& shape, ConvolutionPlan plan, const void* dy,
                              const void* w, void* dx);
void depthwise_filter_gradient(DType dtype, const ConvolutionShape& shape, ConvolutionPlan plan, const void* x,
                               const void* dy, void* dw);

}  // namespace gradtape::kernels
