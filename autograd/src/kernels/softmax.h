#pragma once
// Softmax and its relatives over the rows of a (rows, columns) matrix; float32 and float64.

#include <cstdint>

#include "gradtape/autograd/dtype.h"

namespace gradtape::kernels {

void softmax(DType dtype, const void* x, void* y, std::int64_t rows, std::int64_t columns);
void log_softmax(DType dtype, const void* x, void* y, std::int64_t rows, std::int64_t columns);

/// dx = y * (dy - sum(dy * y)) by row, y the softmax.
void softmax_gradient(DType dtype, const void* dy, const void* y, void* dx, std::int64_t rows, std::int64_t columns);
/// dx = dy - exp(y) * sum(dy) by row, y the log-softmax.
void log_softmax_gradient(DType dtype, const void* dy, const void* y, void* dx, std::int64_t rows,
                          std::int64_t columns);

/// loss[r] = logsumexp(logits[r]) - logits[r][labels[r]]. labels: int32, int64 or uint8, in [0, columns): checked by
/// the caller with first_invalid_label.
void sparse_softmax_cross_entropy(DType dtype, const void* logits, DType label_dtype, const void* labels, void* loss,
                                  std::int64_t rows, std::int64_t columns);
/// dlogits[r] = dloss[r] * (softmax(logits[r]) - onehot(labels[r])).
void sparse_softmax_cross_entropy_gradient(DType dtype, const void* dloss, const void* logits, DType label_dtype,
                                           const void* labels, void* dlogits, std::int64_t rows,
                                           std::int64_t columns);

/// The same for probabilities as labels: loss[r] = sum_c labels[r][c] * (logsumexp(logits[r]) - logits[r][c]), where
/// a label of 0 contributes 0.
void softmax_cross_entropy(DType dtype, const void* logits, const void* labels, void* loss, std::int64_t rows,
                           std::int64_t columns);
/// dlogits[r] = dloss[r] * (softmax(logits[r]) - labels[r]).
void softmax_cross_entropy_gradient(DType dtype, const void* dloss, const void* logits, const void* labels,
                                    void* dlogits, std::int64_t rows, std::int64_t columns);

/// The place of the first label outside [0, classes), or -1.
std::int64_t first_invalid_label(DType label_dtype, const void* labels, std::int64_t n, std::int64_t classes);

}  // namespace gradtape::kernels
