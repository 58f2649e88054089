#pragma once
// Reductions. Results do not depend on the number of threads: long sums are cut into chunks of a fixed size
// whose partial results are combined in a fixed order.

#include <cstdint>

#include "gradtape/autograd/dtype.h"
#include "gradtape/autograd/shape.h"

namespace gradtape::kernels {

enum class Reduction : std::uint8_t { sum, mean, max, min, prod, square_sum };

/// y = x reduced over the axes whose bits are set in `mask`; y is row-major over the remaining axes.
/// Floating and integer dtypes (integer mean truncates towards zero as TensorFlow's). float32 sums are accurate to
/// about pairwise summation. Over nothing: sum 0, prod 1, mean NaN (0 for integers), max the lowest value (-inf),
/// min the highest. max and min pass a NaN on.
/// square_sum: the sum of the squares; floating dtypes.
void reduce(Reduction reduction, DType dtype, const void* x, const Shape& shape, unsigned mask, void* y);

/// any (or all) over bool.
void reduce_any(const bool* x, const Shape& shape, unsigned mask, bool* y);
void reduce_all(const bool* x, const Shape& shape, unsigned mask, bool* y);

/// Index of the largest (smallest) element along the middle axis of x viewed as (outer, n, inner): the first of
/// equals; a NaN wins over numbers (as NumPy). n > 0. Every dtype.
void arg_max(DType dtype, const void* x, std::int64_t outer, std::int64_t n, std::int64_t inner, std::int64_t* y);
void arg_min(DType dtype, const void* x, std::int64_t outer, std::int64_t n, std::int64_t inner, std::int64_t* y);

}  // namespace gradtape::kernels
