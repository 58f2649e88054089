#include "matmul.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <optional>
#include <type_traits>

#include "isa.h"
#include "matmul_libraries.h"
#include "matmul_tiles.h"
#include "parallel.h"

namespace gradtape::kernels {
namespace {

// Figures in this file: one thread of Intel Emerald Rapids (AVX-512, and the same limited to AVX2), oneDNN 2.6.3,
// OpenBLAS 0.3.21, and, where said so, AMD Zen 3.

// A call of dnnl_sgemm costs 0.2 to 0.5 us, so that our own tiles win up to 32 x 32 x 32. They lose when few columns
// leave most of a register idle, when few rows leave most sums idle, and when few rows share the rearrangement of a
// transposed b.
bool suits_tiles(const MatmulShape& shape) {
  const double volume = static_cast<double>(shape.m) * static_cast<double>(shape.n) * static_cast<double>(shape.k);
  if (volume <= 512) return true;
  if (shape.n == 1 || (shape.transpose_b && shape.m < 8)) return false;
  return volume <= (shape.n >= 16 && shape.m >= 4 ? 32768 : 4096);
}

// Up to here, 64 x 64 x 64, our tiles are as fast as OpenBLAS's dgemm.
bool suits_double_tiles(const MatmulShape& shape) {
  const double volume = static_cast<double>(shape.m) * static_cast<double>(shape.n) * static_cast<double>(shape.k);
  return volume <= 262144;
}

// c cut into rows x columns rectangles. The summed axis is never cut, and the cuts follow from the shape alone.
struct Grid {
  std::int64_t rows = 1, columns = 1;
  std::int64_t count() const { return rows * columns; }
};

// Each rectangle makes the library rearrange its part of the operands again, which may cost 5 % in all: measured
// 1-4 % with these limits (a transposed b is the dear one: it is rearranged whole for each cut of the rows).
Grid grid_of(const MatmulShape& shape) {
  const double flops = 2 * static_cast<double>(shape.m) * static_cast<double>(shape.n) * static_cast<double>(shape.k);
  Grid grid;
  if (flops < 1.5e6) return grid;
  std::int64_t wanted = 2;
  const double share = shape.transpose_b ? 6e6 : 3.5e6;
  while (wanted < 8 && static_cast<double>(2 * wanted) * share <= flops) wanted *= 2;
  while (wanted < 64 && static_cast<double>(2 * wanted) * 5e8 <= flops) wanted *= 2;
  while (grid.count() < wanted) {
    const std::int64_t half_rows = shape.m / grid.rows / 2, half_columns = shape.n / grid.columns / 2;
    const bool wide = half_columns >= half_rows;
    if (shape.transpose_b) {
      if (half_columns >= 96 && (wide || half_rows < 128)) {
        grid.columns *= 2;
      } else if (half_rows >= 64) {
        grid.rows *= 2;
      } else if (half_columns >= 48) {
        grid.columns *= 2;
      } else {
        break;
      }
    } else {
      if (wide && half_columns >= 144) {
        grid.columns *= 2;
      } else if (half_rows >= 8) {
        grid.rows *= 2;
      } else if (half_columns >= 48) {
        grid.columns *= 2;
      } else {
        break;
      }
    }
  }
  return grid;
}

// Where the index-th of `count` parts of an extent begins: on a multiple of the libraries' register tiles.
std::int64_t cut(std::int64_t extent, std::int64_t index, std::int64_t count, std::int64_t unit) {
  return index == count ? extent : extent * index / count / unit * unit;
}

template <class T>
TileOperands<T> part(const TileOperands<T>& x, const Grid& grid, std::int64_t index) {
  const std::int64_t row = index / grid.columns, column = index % grid.columns;
  const std::int64_t unit = x.n >= 96 * grid.columns ? 48 : 16;
  const std::int64_t i = cut(x.m, row, grid.rows, 8), j = cut(x.n, column, grid.columns, unit);
  TileOperands<T> result = x;
  result.m = cut(x.m, row + 1, grid.rows, 8) - i;
  result.n = cut(x.n, column + 1, grid.columns, unit) - j;
  result.a += i * x.a_row;
  result.b += j * x.b_column;
  result.c += i * x.c_row + j;
  return result;
}

template <class T>
using Product = void (*)(const TileOperands<T>&);

// Few columns fit narrower registers better: the rest of a wide one costs time.
template <class T>
Product<T> tiles(std::int64_t columns, Product<T> TileTable::*member) {
  const auto bytes = columns * static_cast<std::int64_t>(sizeof(T));
  const Isa isa = active_isa();
  if (isa == Isa::baseline || bytes <= 16) return baseline::tile_table.*member;
  if (isa == Isa::avx2 || bytes <= 32) return avx2::tile_table.*member;
  return avx512::tile_table.*member;
}

void tiles_float32(const TileOperands<float>& x) { tiles(x.n, &TileTable::float32)(x); }
void tiles_float64(const TileOperands<double>& x) { tiles(x.n, &TileTable::float64)(x); }

void library_float32(const TileOperands<float>& x) {
  if (!(openblas_wanted() ? openblas_product(x) : onednn_product(x))) tiles_float32(x);
}

void library_float64(const TileOperands<double>& x) {
  if (!openblas_product(x)) tiles_float64(x);
}

// On processors with AVX2 at most, oneDNN falls to half of OpenBLAS's speed on large matrices (measured on Zen 3,
// from 512 x 512 on; at 256 x 256 they are equal). With AVX-512 it does not.
bool suits_openblas(const MatmulShape& shape) {
  const double flops = 2 * static_cast<double>(shape.m) * static_cast<double>(shape.n) * static_cast<double>(shape.k);
  return flops >= 1e8 && active_isa() == Isa::avx2 && openblas_knows_processor();
}

void openblas_float32(const TileOperands<float>& x) {
  if (!openblas_product(x)) tiles_float32(x);
}

// All products of a call are multiplied the same way: the whole shape decides, not that of a part.
template <class T>
struct Method {
  Product<T> product;
  bool uses_openblas = false;
};

Method<float> method_of(const MatmulShape& shape, const float*) {
  if (suits_tiles(shape)) return {tiles(shape.n, &TileTable::float32)};
  if (suits_openblas(shape)) return {openblas_float32, true};
  return {library_float32, openblas_wanted()};
}
Method<double> method_of(const MatmulShape& shape, const double*) {
  if (suits_double_tiles(shape)) return {tiles(shape.n, &TileTable::float64)};
  if (!openblas_knows_processor()) return {tiles_float64};
  return {library_float64, true};
}
Method<std::uint32_t> method_of(const MatmulShape& shape, const std::uint32_t*) {
  return {tiles(shape.n, &TileTable::int32)};
}
Method<std::uint64_t> method_of(const MatmulShape& shape, const std::uint64_t*) {
  return {tiles(shape.n, &TileTable::int64)};
}

template <class T>
TileOperands<T> operands_of(const MatmulShape& shape, const T* a, const T* b, T* c) {
  return {shape.m,
          shape.n,
          shape.k,
          a,
          shape.transpose_a ? 1 : shape.k,
          shape.transpose_a ? shape.m : 1,
          b,
          shape.transpose_b ? 1 : shape.n,
          shape.transpose_b ? shape.k : 1,
          c,
          shape.n};
}

template <class T>
void multiply(const MatmulShape& shape, const T* a, const T* b, T* c) {
  const Method<T> method = method_of(shape, a);
  const TileOperands<T> whole = operands_of(shape, a, b, c);
  const Grid grid = grid_of(shape);
  std::optional<OpenBlasOnOneThread> alone;
  if (method.uses_openblas) alone.emplace();
  if (grid.count() == 1) return method.product(whole);
  parallel_chunks(grid.count(), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) method.product(part(whole, grid, i));
  });
}

template <class T>
void multiply_batch(const MatmulShape& shape, std::int64_t count, const T* a, const std::int64_t* a_offsets,
                    const T* b, const std::int64_t* b_offsets, T* c) {
  const Method<T> method = method_of(shape, a);
  const Grid grid = grid_of(shape);
  const auto whole = [&](std::int64_t i) {
    return operands_of(shape, a + a_offsets[i], b + b_offsets[i], c + i * shape.m * shape.n);
  };
  std::optional<OpenBlasOnOneThread> alone;
  if (method.uses_openblas) alone.emplace();
  if (grid.count() > 1) {
    parallel_chunks(count * grid.count(), 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i)
        method.product(part(whole(i / grid.count()), grid, i % grid.count()));
    });
    return;
  }
  // Tasks of about a million operations, a product of any size counting for at least a thousand.
  const double flops = 2 * static_cast<double>(shape.m) * static_cast<double>(shape.n) * static_cast<double>(shape.k);
  const auto grain = static_cast<std::int64_t>(1 + 1e6 / std::max(flops, 1e3));
  parallel_for(count, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) method.product(whole(i));
  });
}

// Whether the batch is one product: the same b throughout, and a's parts one below the other.
bool is_one_product(const MatmulShape& shape, std::int64_t count, const std::int64_t* a_offsets,
                    const std::int64_t* b_offsets) {
  if (shape.transpose_a) return false;
  for (std::int64_t i = 1; i < count; ++i) {
    if (b_offsets[i] != b_offsets[0] || a_offsets[i] != a_offsets[0] + i * shape.m * shape.k) return false;
  }
  return true;
}

// Calls body with a and b as const T*, c as T*, where T is what the products are computed in.
template <class Body>
void with_type(DType dtype, const void* a, const void* b, void* c, const Body& body) {
  const auto call = [&]<class T>(std::type_identity<T>) {
    body(static_cast<const T*>(a), static_cast<const T*>(b), static_cast<T*>(c));
  };
  switch (dtype) {
    case DType::float32:
      return call(std::type_identity<float>{});
    case DType::float64:
      return call(std::type_identity<double>{});
    // Unsigned: integers wrap around on overflow, as TensorFlow's do.
    case DType::int32:
      return call(std::type_identity<std::uint32_t>{});
    case DType::int64:
      return call(std::type_identity<std::uint64_t>{});
    default:
      return;
  }
}

}  // namespace

bool supports_matmul(DType dtype) {
  return dtype == DType::float32 || dtype == DType::float64 || dtype == DType::int32 || dtype == DType::int64;
}

void matmul(DType dtype, const MatmulShape& shape, const void* a, const void* b, void* c) {
  if (shape.m == 0 || shape.n == 0) return;
  if (shape.k == 0) {
    std::memset(c, 0, static_cast<std::size_t>(shape.m * shape.n) * size_of(dtype));
    return;
  }
  with_type(dtype, a, b, c, [&](auto* x, auto* y, auto* z) { multiply(shape, x, y, z); });
}

void batch_matmul(DType dtype, const MatmulShape& shape, std::int64_t count, const void* a,
                  const std::int64_t* a_offsets, const void* b, const std::int64_t* b_offsets, void* c) {
  if (count == 0 || shape.m == 0 || shape.n == 0) return;
  if (shape.k == 0) {
    std::memset(c, 0, static_cast<std::size_t>(count * shape.m * shape.n) * size_of(dtype));
    return;
  }
  with_type(dtype, a, b, c, [&](auto* x, auto* y, auto* z) {
    if (is_one_product(shape, count, a_offsets, b_offsets)) {
      MatmulShape tall = shape;
      tall.m *= count;
      multiply(tall, x + a_offsets[0], y + b_offsets[0], z);
    } else {
      multiply_batch(shape, count, x, a_offsets, y, b_offsets, z);
    }
  });
}

}  // namespace gradtape::kernels
