#pragma once
// Matrix products by register tiles of our own, for what the libraries serve badly or not at all: tiny products,
// integers, and float64 where OpenBLAS does not know the processor.

#include <cstdint>

namespace gradtape::kernels {

/// c (m, n) = a (m, k) x b (k, n), k > 0. Element (i, j) of a lies at a[i * a_row + j * a_column], likewise b; the
/// rows of c are contiguous and c_row apart.
template <class T>
struct TileOperands {
  std::int64_t m, n, k;
  const T* a;
  std::int64_t a_row, a_column;
  const T* b;
  std::int64_t b_row, b_column;
  T* c;
  std::int64_t c_row;
};

/// The products on the calling thread; integers wrap around.
struct TileTable {
  void (*float32)(const TileOperands<float>&);
  void (*float64)(const TileOperands<double>&);
  void (*int32)(const TileOperands<std::uint32_t>&);
  void (*int64)(const TileOperands<std::uint64_t>&);
};

namespace baseline {
extern const TileTable tile_table;
}
namespace avx2 {
extern const TileTable tile_table;
}
namespace avx512 {
extern const TileTable tile_table;
}

}  // namespace gradtape::kernels
