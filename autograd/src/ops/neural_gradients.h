#pragma once
// What the files of the neural family share.

#include "ops/composite.h"
#include "ops/sample.h"

namespace gradtape::detail {

/// The gradient of softmax along an axis: y * (dy - sum(dy * y)), y being the softmax.
Tensor softmax_gradient(const Tensor& dy, const Tensor& y, int axis = -1);

/// Whether a tensor of one shape can be broadcast to another.
bool broadcasts_to(const Shape& from, const Shape& to);

/// Whether a data format puts the channels second ("NCHW", "NC...", ...) rather than last ("NHWC", "N...C", ...).
/// Throws InvalidArgumentError for any other text.
bool is_channels_first(std::string_view data_format);

std::vector<OpRow> cross_entropy_ops();
std::vector<OpRow> convolution_ops();
std::vector<OpRow> pooling_ops();
std::vector<OpRow> image_ops();
std::vector<OpRow> patch_ops();
std::vector<OpRow> resize_ops();
std::vector<OpRow> image_measure_ops();
std::vector<OpRow> loss_ops();
std::vector<OpRow> dropout_ops();
std::vector<OpRow> row_normalization_ops();
std::vector<OpRow> batch_normalization_ops();
std::vector<OpRow> local_response_ops();
std::vector<OpRow> attention_ops();
std::vector<OpRow> ctc_ops();
std::vector<OpRow> ctc_decoder_ops();

/// The checks of a CTC decoder; the blank class.
std::int64_t check_ctc_inputs(const TensorImpl& inputs, const Tensor& sequence_length, int blank_index);

}  // namespace gradtape::detail
