#pragma once
// Connectionist temporal classification: forward and backward over the labels with blanks between them, in
// logarithms.

#include <cstdint>

#include "gradtape/autograd/dtype.h"

namespace gradtape::kernels {

/// Which labels and frames of each example count. All have been checked.
struct CtcExamples {
  std::int64_t frames, batch, classes, longest, blank;
  const std::int64_t* labels;        // (batch, longest)
  const std::int64_t* label_length;  // (batch)
  const std::int64_t* logit_length;  // (batch)
};

/// log_probabilities: (frames, batch, classes). loss (batch) = -log of the labels' probability. alpha, which the
/// gradient needs again: (batch, frames, 2 * longest + 1).
void ctc_loss(DType dtype, const CtcExamples& examples, const void* log_probabilities, double* alpha, void* loss);
/// gradient (frames, batch, classes) = dloss * (probability - the part of the alignments that are in the class); 0
/// beyond an example's frames.
void ctc_gradient(DType dtype, const CtcExamples& examples, const void* dloss, const void* log_probabilities,
                  const double* alpha, void* gradient);

}  // namespace gradtape::kernels
