#include <algorithm>
#include <cstring>

#include "copy.h"
#include "copy_elements.h"
#include "parallel.h"

namespace gradtape::kernels {

namespace {

using std::int64_t;

// A tile is turned around in the nearest cache and leaves it by whole cache lines; a block of tiles keeps to few
// memory pages on either side.
template <class T>
constexpr int64_t tile_of = sizeof(T) < 8 ? 16 : 8;
constexpr int64_t block = 64;

/// out[a][b] = x[b * stride + a] for 4 x 4 elements.
template <class T>
[[gnu::always_inline]] inline void turn_four(const T* x, int64_t stride, T (*out)[tile_of<T>]) {
  if constexpr (sizeof(T) == 4) {
    typedef std::uint32_t V __attribute__((vector_size(16)));
    V r0, r1, r2, r3;
    std::memcpy(&r0, x, 16);
    std::memcpy(&r1, x + stride, 16);
    std::memcpy(&r2, x + 2 * stride, 16);
    std::memcpy(&r3, x + 3 * stride, 16);
    const V a = __builtin_shufflevector(r0, r1, 0, 4, 1, 5), b = __builtin_shufflevector(r2, r3, 0, 4, 1, 5);
    const V c = __builtin_shufflevector(r0, r1, 2, 6, 3, 7), d = __builtin_shufflevector(r2, r3, 2, 6, 3, 7);
    const V y0 = __builtin_shufflevector(a, b, 0, 1, 4, 5), y1 = __builtin_shufflevector(a, b, 2, 3, 6, 7);
    const V y2 = __builtin_shufflevector(c, d, 0, 1, 4, 5), y3 = __builtin_shufflevector(c, d, 2, 3, 6, 7);
    std::memcpy(out[0], &y0, 16);
    std::memcpy(out[1], &y1, 16);
    std::memcpy(out[2], &y2, 16);
    std::memcpy(out[3], &y3, 16);
  } else {
    for (int a = 0; a < 4; ++a)
      for (int b = 0; b < 4; ++b) out[a][b] = x[b * stride + a];
  }
}

template <class T>
void turn_tile(const T* x, int64_t x_stride, T* y, int64_t y_stride) {
  constexpr int64_t tile = tile_of<T>;
  alignas(64) T turned[tile][tile];
  for (int64_t b = 0; b < tile; b += 4)
    for (int64_t a = 0; a < tile; a += 4)
      turn_four<T>(x + b * x_stride + a, x_stride, reinterpret_cast<T(*)[tile]>(&turned[a][b]));
  for (int64_t a = 0; a < tile; ++a) std::memcpy(y + a * y_stride, turned[a], sizeof turned[a]);
}

/// y[a * y_stride + b] = x[b * x_stride + a] for a < rows, b < columns of y.
/// The processor does not foresee where the next block lies, so it is fetched ahead if there is one to its right.
template <class T>
void turn_block(const T* x, int64_t x_stride, T* y, int64_t y_stride, int64_t rows, int64_t columns, bool is_last) {
  constexpr int64_t tile = tile_of<T>;
  const int64_t full_rows = rows - rows % tile, full_columns = columns - columns % tile;
  for (int64_t a = 0; a < full_rows; a += tile) {
    for (int64_t b = 0; b < full_columns; b += tile) {
      const T* from = x + b * x_stride + a;
      T* to = y + a * y_stride + b;
      for (int64_t k = 0; k < tile && !is_last; ++k) {
        __builtin_prefetch(from + (block + k) * x_stride);
        __builtin_prefetch(to + k * y_stride + block, 1);
      }
      turn_tile(from, x_stride, to, y_stride);
    }
  }
  for (int64_t a = 0; a < rows; ++a)
    for (int64_t b = a < full_rows ? full_columns : 0; b < columns; ++b) y[a * y_stride + b] = x[b * x_stride + a];
}

/// y's axes, merged where x and y walk through them alike.
struct Plan {
  int rank = 0;
  CopyAxis axes[most_copy_axes];

  Plan(const Shape& x_shape, const int* perm) {
    int64_t x_strides[Shape::max_rank];
    int64_t stride = 1;
    for (int a = x_shape.rank() - 1; a >= 0; --a) {
      x_strides[a] = stride;
      stride *= x_shape[a];
    }
    for (int a = 0; a < x_shape.rank(); ++a) {
      const int64_t length = x_shape[perm[a]], x_stride = x_strides[perm[a]];
      if (length == 1) continue;
      if (rank > 0 && axes[rank - 1].x_stride == x_stride * length)
        axes[rank - 1] = {axes[rank - 1].length * length, x_stride, 0};
      else
        axes[rank++] = {length, x_stride, 0};
    }
    stride = 1;
    for (int a = rank - 1; a >= 0; --a) {
      axes[a].y_stride = stride;
      stride *= axes[a].length;
    }
  }

  /// Moves the last axis, contiguous on both sides, into the element.
  void absorb_last() {
    const int64_t run = axes[--rank].length;
    for (int a = 0; a < rank; ++a) {
      axes[a].x_stride /= run;
      axes[a].y_stride /= run;
    }
  }
};

/// The last axis of y is another one than x's.
template <class T>
void turn_planes(const T* x, T* y, const Plan& plan) {
  // Each plane is spanned by the last axis of x and the last axis of y.
  const CopyAxis columns = plan.axes[plan.rank - 1];
  CopyAxis rows{};
  CopyAxis others[most_copy_axes];
  int other_count = 0;
  int64_t planes = 1;
  for (int a = 0; a < plan.rank - 1; ++a) {
    if (plan.axes[a].x_stride == 1) {
      rows = plan.axes[a];
    } else {
      others[other_count++] = plan.axes[a];
      planes *= plan.axes[a].length;
    }
  }
  const int64_t row_blocks = (rows.length + block - 1) / block, column_blocks = (columns.length + block - 1) / block;
  const int64_t block_elements = std::min(rows.length, block) * std::min(columns.length, block);
  parallel_for(planes * row_blocks * column_blocks, std::max<int64_t>(1, cheap_grain / block_elements),
               [&](int64_t begin, int64_t end) {
                 for (int64_t i = begin; i < end; ++i) {
                   const int64_t b = i % column_blocks * block;
                   int64_t rest = i / column_blocks;
                   const int64_t a = rest % row_blocks * block;
                   rest /= row_blocks;
                   const T* from = x + b * columns.x_stride + a;
                   T* to = y + a * rows.y_stride + b;
                   for (int o = other_count - 1; o >= 0; --o) {
                     const int64_t index = rest % others[o].length;
                     rest /= others[o].length;
                     from += index * others[o].x_stride;
                     to += index * others[o].y_stride;
                   }
                   turn_block(from, columns.x_stride, to, rows.y_stride, std::min(block, rows.length - a),
                              std::min(block, columns.length - b), b + 2 * block > columns.length);
                 }
               });
}

}  // namespace

void transpose(std::size_t size, const void* x, const Shape& x_shape, const int* perm, void* y) {
  const int64_t n = x_shape.num_elements();
  if (n == 0) return;
  Plan plan(x_shape, perm);
  if (plan.rank <= 1) return copy_bytes(x, y, n * static_cast<int64_t>(size));

  const CopyAxis& last = plan.axes[plan.rank - 1];
  if (last.x_stride == 1) {
    const int64_t run_bytes = last.length * static_cast<int64_t>(size);
    if (!is_element_size(run_bytes)) return copy_strided(size, x, y, plan.axes, plan.rank);
    size = static_cast<std::size_t>(run_bytes);
    plan.absorb_last();
  }
  with_element(size, [&](auto element) {
    using T = decltype(element);
    turn_planes(static_cast<const T*>(x), static_cast<T*>(y), plan);
  });
}

}  // namespace gradtape::kernels
