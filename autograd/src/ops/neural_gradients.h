#pragma once
// What the files of the neural family share.

#include "ops/sample.h"

namespace gradtape::detail {

/// The gradient of softmax along the last axis: y * (dy - sum(dy * y)), y being the softmax.
Tensor softmax_gradient(const Tensor& dy, const Tensor& y);

std::vector<OpRow> cross_entropy_ops();
std::vector<OpRow> convolution_ops();
std::vector<OpRow> pooling_ops();
std::vector<OpRow> image_ops();
std::vector<OpRow> patch_ops();
std::vector<OpRow> resize_ops();

}  // namespace gradtape::detail
