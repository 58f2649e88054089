#include <algorithm>
#include <cstring>

#include "copy.h"
#include "copy_elements.h"
#include "parallel.h"

namespace gradtape::kernels {

namespace {

using std::int64_t;

/// Runs below this many bytes are moved by a loop: a call of memcpy would cost more.
constexpr int64_t short_run_bytes = 64;

template <class T>
void copy_row(const T* x, T* y, const CopyAxis& axis) {
  if (axis.x_stride == 1 && axis.y_stride == 1) {
    if (axis.length * static_cast<int64_t>(sizeof(T)) >= short_run_bytes)
      std::memcpy(y, x, static_cast<std::size_t>(axis.length) * sizeof(T));
    else
      for (int64_t i = 0; i < axis.length; ++i) y[i] = x[i];
  } else if (axis.x_stride == 0 && axis.y_stride == 1) {
    std::fill_n(y, axis.length, *x);
  } else if (axis.x_stride == -1 && axis.y_stride == 1) {
    for (int64_t i = 0; i < axis.length; ++i) y[i] = x[-i];
  } else {
    for (int64_t i = 0; i < axis.length; ++i) y[i * axis.y_stride] = x[i * axis.x_stride];
  }
}

/// Moves x and y to the row that is `row`-th in row-major order of the axes before the last.
template <class T>
void move_to_row(const T*& x, T*& y, const CopyAxis* axes, int count, int64_t row, int64_t* index) {
  for (int a = count - 2; a >= 0; --a) {
    index[a] = row % axes[a].length;
    row /= axes[a].length;
    x += index[a] * axes[a].x_stride;
    y += index[a] * axes[a].y_stride;
  }
}

/// Walks the rows [begin, end).
template <class T>
void copy_rows(const T* x, T* y, const CopyAxis* axes, int count, int64_t begin, int64_t end) {
  const CopyAxis& row = axes[count - 1];
  int64_t index[most_copy_axes] = {};
  move_to_row(x, y, axes, count, begin, index);
  for (int64_t r = begin;;) {
    copy_row(x, y, row);
    if (++r == end) return;
    for (int a = count - 2; a >= 0; --a) {
      x += axes[a].x_stride;
      y += axes[a].y_stride;
      if (++index[a] < axes[a].length) break;
      x -= axes[a].x_stride * axes[a].length;
      y -= axes[a].y_stride * axes[a].length;
      index[a] = 0;
    }
  }
}

/// Few long rows, each cut into pieces.
template <class T>
void copy_pieces(const T* x, T* y, const CopyAxis* axes, int count, int64_t rows) {
  const CopyAxis& row = axes[count - 1];
  const int64_t pieces = (row.length + cheap_grain - 1) / cheap_grain;
  parallel_for(rows * pieces, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t first = i % pieces * cheap_grain;
      const T* from = x + first * row.x_stride;
      T* to = y + first * row.y_stride;
      int64_t index[most_copy_axes];
      move_to_row(from, to, axes, count, i / pieces, index);
      copy_row(from, to, {std::min(cheap_grain, row.length - first), row.x_stride, row.y_stride});
    }
  });
}

/// Leaves out axes of length 1 and merges neighbours that one stride walks through. Returns the new count.
int merge(const CopyAxis* axes, int count, CopyAxis* merged) {
  int n = 0;
  for (int a = 0; a < count; ++a) {
    const CopyAxis& axis = axes[a];
    if (axis.length == 1) continue;
    if (n > 0 && merged[n - 1].x_stride == axis.x_stride * axis.length &&
        merged[n - 1].y_stride == axis.y_stride * axis.length) {
      merged[n - 1] = {merged[n - 1].length * axis.length, axis.x_stride, axis.y_stride};
    } else {
      merged[n++] = axis;
    }
  }
  if (n == 0) merged[n++] = {1, 1, 1};
  return n;
}

/// The strides of a contiguous buffer beside those given.
int axes_of(const Shape& shape, const int64_t* strides, bool strided_is_x, CopyAxis* axes) {
  int64_t contiguous = 1;
  for (int a = shape.rank() - 1; a >= 0; --a) {
    axes[a] = strided_is_x ? CopyAxis{shape[a], strides[a], contiguous} : CopyAxis{shape[a], contiguous, strides[a]};
    contiguous *= shape[a];
  }
  return shape.rank();
}

}  // namespace

void copy_bytes(const void* x, void* y, int64_t bytes) {
  parallel_for(bytes, cheap_grain * 4, [&](int64_t begin, int64_t end) {
    std::memcpy(static_cast<char*>(y) + begin, static_cast<const char*>(x) + begin,
                static_cast<std::size_t>(end - begin));
  });
}

void copy_strided(std::size_t size, const void* x, void* y, const CopyAxis* axes, int count) {
  for (int a = 0; a < count; ++a)
    if (axes[a].length == 0) return;
  CopyAxis merged[most_copy_axes];
  const int n = merge(axes, count, merged);
  const CopyAxis row = merged[n - 1];
  with_element(size, [&](auto element) {
    using T = decltype(element);
    const T* from = static_cast<const T*>(x);
    T* to = static_cast<T*>(y);
    int64_t rows = 1;
    for (int a = 0; a < n - 1; ++a) rows *= merged[a].length;
    if (row.length > cheap_grain) return copy_pieces(from, to, merged, n, rows);
    parallel_for(rows, std::max<int64_t>(1, cheap_grain / row.length),
                 [&](int64_t begin, int64_t end) { copy_rows(from, to, merged, n, begin, end); });
  });
}

void strided_read(std::size_t size, const void* x, const int64_t* strides, void* y, const Shape& shape) {
  CopyAxis axes[most_copy_axes];
  copy_strided(size, x, y, axes, axes_of(shape, strides, true, axes));
}

void strided_write(std::size_t size, const void* x, void* y, const int64_t* strides, const Shape& shape) {
  CopyAxis axes[most_copy_axes];
  copy_strided(size, x, y, axes, axes_of(shape, strides, false, axes));
}

void copy_block(std::size_t size, const void* x, const int64_t* x_strides, void* y, const int64_t* y_strides,
                const Shape& shape) {
  CopyAxis axes[most_copy_axes];
  for (int a = 0; a < shape.rank(); ++a) axes[a] = {shape[a], x_strides[a], y_strides[a]};
  copy_strided(size, x, y, axes, shape.rank());
}

void tile(std::size_t size, const void* x, const Shape& x_shape, const Shape& multiples, void* y) {
  CopyAxis axes[most_copy_axes];
  int64_t x_stride = 1, y_stride = 1;
  for (int a = x_shape.rank() - 1; a >= 0; --a) {
    axes[2 * a + 1] = {x_shape[a], x_stride, y_stride};
    x_stride *= x_shape[a];
    y_stride *= x_shape[a];
    axes[2 * a] = {multiples[a], 0, y_stride};
    y_stride *= multiples[a];
  }
  copy_strided(size, x, y, axes, 2 * x_shape.rank());
}

void concat(std::size_t size, const void* const* parts, const int64_t* lengths, int part_count, int64_t outer,
            int64_t inner, void* y) {
  int64_t total = 0;
  for (int p = 0; p < part_count; ++p) total += lengths[p] * inner;
  int64_t place = 0;
  for (int p = 0; p < part_count; ++p) {
    const int64_t run = lengths[p] * inner;
    if (run == 0) continue;
    const CopyAxis axes[] = {{outer, run, total}, {run, 1, 1}};
    copy_strided(size, parts[p], static_cast<char*>(y) + place * static_cast<int64_t>(size), axes, 2);
    place += run;
  }
}

}  // namespace gradtape::kernels
