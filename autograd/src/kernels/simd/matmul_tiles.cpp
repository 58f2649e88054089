// Compiled once per instruction set, see isa.h.
#include "../matmul_tiles.h"

#include <cstddef>
#include <cstring>

#include "isa_macros.h"

#if defined(__clang__)
#define GRADTAPE_UNROLL _Pragma("unroll")
#else
#define GRADTAPE_UNROLL _Pragma("GCC unroll 16")
#endif

namespace gradtape::kernels::GRADTAPE_ISA {
namespace {

// Rows of a tile: its sums, tile_rows x 2 registers, leave a few of the 32 or 16 registers for the operands.
#if defined(__AVX512F__)
constexpr int vector_bytes = 64;
constexpr int tile_rows = 12;
#elif defined(__AVX2__)
constexpr int vector_bytes = 32;
constexpr int tile_rows = 6;
#else
constexpr int vector_bytes = 16;
constexpr int tile_rows = 4;
#endif

inline std::int64_t smaller(std::int64_t x, std::int64_t y) { return x < y ? x : y; }

template <class T>
struct Vector {
  typedef T Register __attribute__((vector_size(vector_bytes)));
  typedef T Memory __attribute__((vector_size(vector_bytes), aligned(alignof(T)), may_alias));
  static constexpr int width = vector_bytes / int{sizeof(T)};
};

// Rows of b that a tile reads: `direct` ones in place, which may lie wider apart than the tile is wide, then
// `packed` ones.
template <class T>
struct Panel {
  const T* direct;
  std::int64_t direct_count, direct_row;
  const T* packed;
  std::int64_t packed_count;
};

template <class T>
struct Rows {
  const T* a;
  std::int64_t row, column;
};

template <class T, int RowCount, int Vectors>
GRADTAPE_INLINE void multiply_add(typename Vector<T>::Register (&sums)[RowCount][Vectors], std::int64_t k,
                                  const Rows<T>& a, const T* b, std::int64_t b_row) {
  constexpr int width = Vector<T>::width;
  for (std::int64_t p = 0; p < k; ++p) {
    typename Vector<T>::Register columns[Vectors];
    GRADTAPE_UNROLL
    for (int v = 0; v < Vectors; ++v) {
      columns[v] = *reinterpret_cast<const typename Vector<T>::Memory*>(b + p * b_row + v * width);
    }
    GRADTAPE_UNROLL
    for (int r = 0; r < RowCount; ++r) {
      const T scalar = a.a[r * a.row + p * a.column];
      GRADTAPE_UNROLL
      for (int v = 0; v < Vectors; ++v) sums[r][v] += scalar * columns[v];
    }
  }
}

// c (RowCount, columns) = or += a x panel, the sums held in registers. Columns of the panel from `columns` on are
// summed too, and dropped.
template <class T, int RowCount, int Vectors>
void tile(std::int64_t columns, Rows<T> a, const Panel<T>& panel, T* c, std::int64_t c_row, bool add) {
  using Memory = typename Vector<T>::Memory;
  constexpr int width = Vector<T>::width;
  typename Vector<T>::Register sums[RowCount][Vectors] = {};
  multiply_add<T, RowCount, Vectors>(sums, panel.direct_count, a, panel.direct, panel.direct_row);
  if (panel.packed_count > 0) {
    a.a += panel.direct_count * a.column;
    multiply_add<T, RowCount, Vectors>(sums, panel.packed_count, a, panel.packed, Vectors * width);
  }
  if (columns == Vectors * width) {
    GRADTAPE_UNROLL
    for (int r = 0; r < RowCount; ++r) {
      GRADTAPE_UNROLL
      for (int v = 0; v < Vectors; ++v) {
        Memory* out = reinterpret_cast<Memory*>(c + r * c_row + v * width);
        *out = add ? *out + sums[r][v] : sums[r][v];
      }
    }
    return;
  }
  alignas(64) T out[RowCount][Vectors * width];
  GRADTAPE_UNROLL
  for (int r = 0; r < RowCount; ++r) {
    GRADTAPE_UNROLL
    for (int v = 0; v < Vectors; ++v) *reinterpret_cast<Memory*>(&out[r][v * width]) = sums[r][v];
  }
  for (int r = 0; r < RowCount; ++r) {
    T* row = c + r * c_row;
    if (add) {
      for (std::int64_t j = 0; j < columns; ++j) row[j] += out[r][j];
    } else {
      std::memcpy(row, out[r], static_cast<std::size_t>(columns) * sizeof(T));
    }
  }
}

template <class T, int Vectors>
void panel_product(std::int64_t m, std::int64_t columns, Rows<T> a, const Panel<T>& panel, T* c, std::int64_t c_row,
                   bool add) {
  const T* first = a.a;
  std::int64_t i = 0;
  const auto at = [&] { return Rows<T>{first + i * a.row, a.row, a.column}; };
  for (; i + tile_rows <= m; i += tile_rows)
    tile<T, tile_rows, Vectors>(columns, at(), panel, c + i * c_row, c_row, add);
  if constexpr (tile_rows > 4) {
    for (; i + 4 <= m; i += 4) tile<T, 4, Vectors>(columns, at(), panel, c + i * c_row, c_row, add);
  }
  for (; i + 2 <= m; i += 2) tile<T, 2, Vectors>(columns, at(), panel, c + i * c_row, c_row, add);
  if (i < m) tile<T, 1, Vectors>(columns, at(), panel, c + i * c_row, c_row, add);
}

// b's block (k, columns) as rows of `width`, zeros behind its columns.
template <class T>
void pack(std::int64_t k, std::int64_t columns, std::int64_t width, const T* b, std::int64_t b_row,
          std::int64_t b_column, T* packed) {
  if (columns < width) std::memset(packed, 0, static_cast<std::size_t>(k * width) * sizeof(T));
  if (b_column == 1) {
    for (std::int64_t p = 0; p < k; ++p) {
      std::memcpy(packed + p * width, b + p * b_row, static_cast<std::size_t>(columns) * sizeof(T));
    }
    return;
  }
  std::int64_t j = 0;
  for (; j + 4 <= columns; j += 4) {
    const T* from = b + j * b_column;
    T* to = packed + j;
    for (std::int64_t p = 0; p < k; ++p, from += b_row, to += width) {
      to[0] = from[0];
      to[1] = from[b_column];
      to[2] = from[2 * b_column];
      to[3] = from[3 * b_column];
    }
  }
  for (; j < columns; ++j) {
    for (std::int64_t p = 0; p < k; ++p) packed[p * width + j] = b[p * b_row + j * b_column];
  }
}

// How many rows of a block (k, columns), `row` apart, can be read `width` wide without leaving the block.
inline std::int64_t readable_rows(std::int64_t k, std::int64_t columns, std::int64_t width, std::int64_t row) {
  const std::int64_t room = (k - 1) * row + columns - width;
  return room < 0 ? 0 : room / row + 1;
}

template <class T>
void product(const TileOperands<T>& x) {
  constexpr std::int64_t width = Vector<T>::width;
  constexpr std::int64_t depth = 256;
  alignas(64) T packed[depth * 2 * width];
  for (std::int64_t p = 0; p < x.k; p += depth) {
    const std::int64_t k = smaller(depth, x.k - p);
    const Rows<T> a{x.a + p * x.a_column, x.a_row, x.a_column};
    for (std::int64_t j = 0; j < x.n; j += 2 * width) {
      const std::int64_t columns = smaller(2 * width, x.n - j);
      const std::int64_t panel_width = columns > width ? 2 * width : width;
      const T* b = x.b + p * x.b_row + j * x.b_column;
      // A panel that many rows share is worth packing: its rows then lie in the nearest cache.
      const bool in_place = x.b_column == 1 && x.m * k <= 16384;
      const std::int64_t direct = in_place ? readable_rows(k, columns, panel_width, x.b_row) : 0;
      if (direct < k) {
        pack(k - direct, columns, panel_width, b + direct * x.b_row, x.b_row, x.b_column, packed);
      }
      const Panel<T> panel{b, direct, x.b_row, packed, k - direct};
      if (panel_width == width) {
        panel_product<T, 1>(x.m, columns, a, panel, x.c + j, x.c_row, p > 0);
      } else {
        panel_product<T, 2>(x.m, columns, a, panel, x.c + j, x.c_row, p > 0);
      }
    }
  }
}

}  // namespace

extern const TileTable tile_table;
const TileTable tile_table = {product<float>, product<double>, product<std::uint32_t>, product<std::uint64_t>};

}  // namespace gradtape::kernels::GRADTAPE_ISA
