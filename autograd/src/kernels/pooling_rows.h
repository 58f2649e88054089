#pragma once
// The inner loops of pooling, compiled once per instruction set (see isa.h).

#include <cstdint>

namespace gradtape::kernels {

/// A row of windows. Window o has the places rows[r] + first[o] + k * column_step for each r in [0, row_count) and k
/// in [0, counts[o]); there lie `channels` values. The pixels of the pooled tensor are pooled_step apart.
struct PoolRow {
  const std::int64_t* rows;
  std::int64_t row_count;
  const std::int64_t *first, *counts;
  std::int64_t column_step;
  std::int64_t windows, channels, pooled_step;
};

template <class T>
struct PoolKernels {
  void (*max)(const PoolRow&, const T* x, T* y);
  void (*max_gather)(const PoolRow&, const T* x, const T* y, const T* g, T* result);
  void (*max_scatter)(const PoolRow&, const T* x, const T* y, const T* dy, T* dx);  // adds
  void (*mean)(const PoolRow&, const T* x, T* y);
  void (*mean_scatter)(const PoolRow&, const T* dy, T* dx);  // adds
};

struct PoolTable {
  PoolKernels<float> float32;
  PoolKernels<double> float64;
};

namespace baseline {
extern const PoolTable pool_table;
}
namespace avx2 {
extern const PoolTable pool_table;
}
namespace avx512 {
extern const PoolTable pool_table;
}

}  // namespace gradtape::kernels
