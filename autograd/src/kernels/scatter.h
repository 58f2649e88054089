#pragma once
// Writing to the places that indices name.

#include <cstdint>

#include "gradtape/autograd/dtype.h"

namespace gradtape::kernels {

/// What becomes of an element y that x arrives at.
enum class Scatter : std::uint8_t {
  update,    // x
  add,       // y + x
  subtract,  // y - x
  multiply,  // y * x
  divide,    // y / x; floating dtypes
  maximum,   // NaN wins, as in minimum
  minimum
};

/// y[b][o][indices[b][i]][:] = combine(that, x[b][o][i][:]); y viewed (batches, outer, n, inner), x viewed (batches,
/// outer, index_count, inner). update: every dtype; the others: numeric ones, integers wrap around. Repeated indices
/// are taken in the order of i, whatever the number of threads. indices: int32 or int64, in [0, n).
void scatter(Scatter kind, DType dtype, const void* x, std::int64_t outer, std::int64_t n, std::int64_t inner,
             DType index_dtype, const void* indices, std::int64_t index_count, void* y, std::int64_t batches = 1);

/// y[o][indices[o][j][i]][i] = combine(that, x[o][j][i]); y viewed (outer, n, inner), x and indices viewed (outer,
/// index_count, inner). Repeated indices are taken in the order of j; indices: in [-n, n), from the end where
/// negative.
void put_along(Scatter kind, DType dtype, const void* x, std::int64_t outer, std::int64_t n, std::int64_t inner,
               DType index_dtype, const void* indices, std::int64_t index_count, void* y);

}  // namespace gradtape::kernels
