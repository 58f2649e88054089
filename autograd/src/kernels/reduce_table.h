#pragma once
// The reductions' inner loops, one table for each instruction set (see isa.h). They run on the calling thread and
// reduce over at least one element.

#include <cstdint>

#include "gradtape/autograd/dtype.h"

namespace gradtape::kernels {

/// One reduction of one element type. Strides count elements.
struct Fold {
  /// y[r] = the fold of x[r * stride ...] over `columns` elements.
  void (*rows)(const void* x, std::int64_t rows, std::int64_t columns, std::int64_t stride, void* y);
  /// y[o * y_stride + c] = the fold over r of x[o * outer_stride + r * stride + c].
  void (*columns)(const void* x, std::int64_t outer, std::int64_t outer_stride, std::int64_t rows,
                  std::int64_t stride, std::int64_t columns, void* y, std::int64_t y_stride);
};

/// The place of an extreme element: the first of equals, NaN before numbers.
struct ArgFold {
  void (*rows)(const void* x, std::int64_t rows, std::int64_t columns, std::int64_t stride, std::int64_t* y);
  /// y[c] = the place r of the extreme of x[r * stride + c].
  void (*columns)(const void* x, std::int64_t rows, std::int64_t stride, std::int64_t columns, std::int64_t* y);
};

/// Indexed by DType; boolean counts as uint8.
struct ReduceTable {
  Fold sum[dtype_count], prod[dtype_count], max[dtype_count], min[dtype_count];
  /// The sum of the squares; floating-point.
  Fold square_sum[dtype_count];
  /// The sum of integers as int64.
  Fold wide_sum[dtype_count];
  ArgFold arg_max[dtype_count], arg_min[dtype_count];
};

namespace baseline {
extern const ReduceTable reduce_table;
}
namespace avx2 {
extern const ReduceTable reduce_table;
}
namespace avx512 {
extern const ReduceTable reduce_table;
}

}  // namespace gradtape::kernels
