#pragma once
// Running folds along the middle axis of x viewed as (outer, n, inner).

#include <cstdint>

#include "gradtape/autograd/dtype.h"

namespace gradtape::kernels {

enum class Scan : std::uint8_t { sum, product, log_sum_exp };

/// y[t] = x[0] op ... op x[t], or without x[t] when exclusive; from the end when reverse. sum and product: floating
/// and integer dtypes, integers wrap around. log_sum_exp: floating dtypes; nothing summed up gives the lowest number.
/// float32 is accumulated in float64.
void scan(Scan function, DType dtype, const void* x, std::int64_t outer, std::int64_t n, std::int64_t inner,
          bool exclusive, bool reverse, void* y);

/// y[0] = b[0], y[t] = a[t] * y[t - 1] + b[t]; from the end when reverse. Floating dtypes.
void linear_recurrence(DType dtype, const void* a, const void* b, std::int64_t outer, std::int64_t n,
                       std::int64_t inner, bool reverse, void* y);

}  // namespace gradtape::kernels
