#pragma once
// Losses of sequences.

#include "gradtape/autograd/tensor.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

struct CtcLossOptions {
  bool logits_time_major = true;
  int blank_index = 0;
};

/// tf.nn.ctc_loss (Graves et al., "Connectionist temporal classification", ICML 2006): labels (batch, longest) and
/// logits (frames, batch, classes), or (batch, frames, classes) unless logits_time_major, of which the first
/// label_length[i] labels and logit_length[i] frames count; a loss of shape (batch). Integer dtypes; a negative
/// blank_index counts from the end of the classes.
///
/// Where no alignment exists (more labels, and blanks between equal ones, than frames) the loss is inf; its gradient
/// is the softmax, as though the labels' probability did not depend on the logits, and the second order is 0.
/// Throws InvalidArgumentError for shapes that do not fit and a blank_index outside the classes; OutOfRangeError for
/// a length or a label, among those that count, outside its range.
Tensor ctc_loss(const Tensor& labels, const Tensor& logits, const Tensor& label_length, const Tensor& logit_length,
                const CtcLossOptions& options = {}, Where where = Where::here());

struct CtcGreedyDecoderOptions {
  bool merge_repeated = true;
  /// -1: the last class, as in TensorFlow.
  int blank_index = -1;
};
struct CtcDecoded {
  Tensor decoded;
  Tensor lengths;
  Tensor neg_sum_logits;
};
/// tf.nn.ctc_greedy_decoder: the best class of each of the first sequence_length[i] frames of inputs (frames, batch,
/// classes), equal neighbours merged, then without blanks. decoded (batch, longest), int64, ends in -1 (TensorFlow
/// gives a sparse tensor); lengths (batch), int64; neg_sum_logits (batch, 1): the negative sum of the best logits.
/// No gradient.
CtcDecoded ctc_greedy_decoder(const Tensor& inputs, const Tensor& sequence_length,
                              const CtcGreedyDecoderOptions& options = {}, Where where = Where::here());

}  // namespace gradtape
