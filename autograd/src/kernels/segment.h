#pragma once
// Folding rows by segment, and their reverse.

#include <cstddef>
#include <cstdint>

#include "gradtape/autograd/dtype.h"

namespace gradtape::kernels {

enum class SegmentFold : std::uint8_t { sum, product, max, min };

/// y viewed (segments, inner): the fold of the rows of x (count, inner) whose id is the segment, in their order.
/// Without a row: 0, 1, the lowest, the highest number of the dtype. ids: int32 or int64, below `segments`; rows with
/// a negative one are left out. Numeric dtypes; max and min pass a NaN on.
void segment_fold(SegmentFold fold, DType dtype, const void* x, std::int64_t count, std::int64_t inner,
                  DType id_dtype, const void* ids, std::int64_t segments, void* y);

/// y[i] = x[ids[i]] by rows of `row_bytes`, zero for a negative id.
void segment_gather(const void* x, std::int64_t row_bytes, DType id_dtype, const void* ids, std::int64_t count,
                    void* y);

}  // namespace gradtape::kernels
