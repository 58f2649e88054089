#pragma once
// Normalisation of a (rows, columns) matrix by rows (layer normalisation) or by columns (batch normalisation), with a
// scale and an offset for each column, and their gradients in one pass. float32 and float64; means, variances and
// sums are accurate to about pairwise summation, and do not depend on the number of threads.

#include <cstdint>

#include "gradtape/autograd/dtype.h"

namespace gradtape::kernels {

struct Normalization {
  DType dtype;
  std::int64_t rows, columns;
};

/// statistics (rows, 2) = mean and 1 / sqrt(variance + epsilon) of each row; y = (x - mean) * that * scale + offset.
/// Not `centred`: the mean counts as 0, so that the variance is the mean square.
void normalize_rows(const Normalization& shape, const void* x, const void* scale, const void* offset, double epsilon,
                    bool centred, void* y, void* statistics);
/// dx (rows, columns), and sums (2, columns): the gradients of scale and of offset.
void normalize_rows_gradient(const Normalization& shape, const void* dy, const void* x, const void* scale,
                             const void* statistics, bool centred, void* dx, void* sums);

/// mean (columns) and variance (columns), that of the population; NaN without rows.
void column_moments(const Normalization& shape, const void* x, void* mean, void* variance);
/// y = (x - mean) * scale / sqrt(variance + epsilon) + offset by column.
void normalize_columns(const Normalization& shape, const void* x, const void* scale, const void* offset,
                       const void* mean, const void* variance, double epsilon, void* y);
/// dx and sums as above, mean and variance being those of x.
void normalize_columns_gradient(const Normalization& shape, const void* dy, const void* x, const void* scale,
                                const void* mean, const void* variance, double epsilon, void* dx, void* sums);

}  // namespace gradtape::kernels
