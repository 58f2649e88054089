#pragma once
// Order along the middle axis of x viewed as (outer, n, inner), and moving elements by it.

#include <cstddef>
#include <cstdint>

#include "gradtape/autograd/dtype.h"

namespace gradtape::kernels {

/// places viewed (outer, k, inner): where the first k elements of each line stand when it is sorted; equal elements
/// keep their order, NaN comes last. n < 2^31, k <= n. Numeric dtypes and bool.
void sorted_places(DType dtype, const void* x, std::int64_t outer, std::int64_t n, std::int64_t inner, std::int64_t k,
                   bool descending, std::int32_t* places);

/// y[o][j][i] = x[o][places[o][j][i]][i]; `size` is the bytes of an element.
void take_lines(std::size_t size, const void* x, std::int64_t outer, std::int64_t n, std::int64_t inner,
                const std::int32_t* places, std::int64_t k, void* y);

/// y[o][places[o][j][i]][i] += x[o][j][i]. Floating dtypes.
void add_lines(DType dtype, const void* x, std::int64_t outer, std::int64_t n, std::int64_t inner,
               const std::int32_t* places, std::int64_t k, void* y);

}  // namespace gradtape::kernels
