#include "diagonal.h"

#include <algorithm>
#include <cstring>

#include "copy_elements.h"
#include "parallel.h"

namespace gradtape::kernels {

namespace {

using std::int64_t;

/// copy(byte offset in the matrices, byte offset in the rows, axes with strides of the matrices, then of the rows).
template <class Copy>
void for_diagonals(std::size_t size, const Diagonals& d, const Copy& copy) {
  const int64_t count = d.high - d.low + 1, bytes = static_cast<int64_t>(size);
  for (int64_t k = d.low; k <= d.high; ++k) {
    const int64_t length = std::min(d.rows + std::min<int64_t>(k, 0), d.cols - std::max<int64_t>(k, 0));
    if (length <= 0) continue;
    const bool left = (k >= 0 && d.left_above) || (k <= 0 && d.left_below);
    const int64_t matrix = k >= 0 ? k : -k * d.cols;
    const int64_t packed = (d.high - k) * d.max_length + (left ? 0 : d.max_length - length);
    const CopyAxis axes[] = {{d.batch, d.rows * d.cols, count * d.max_length}, {length, d.cols + 1, 1}};
    copy(matrix * bytes, packed * bytes, axes);
  }
}

}  // namespace

void read_diagonals(std::size_t size, const Diagonals& diagonals, const void* matrices, void* packed) {
  for_diagonals(size, diagonals, [&](int64_t from, int64_t to, const CopyAxis* axes) {
    copy_strided(size, static_cast<const char*>(matrices) + from, static_cast<char*>(packed) + to, axes, 2);
  });
}

void write_diagonals(std::size_t size, const Diagonals& diagonals, const void* packed, void* matrices) {
  for_diagonals(size, diagonals, [&](int64_t to, int64_t from, const CopyAxis* axes) {
    CopyAxis reversed[2];
    for (int i = 0; i < 2; ++i) reversed[i] = {axes[i].length, axes[i].y_stride, axes[i].x_stride};
    copy_strided(size, static_cast<const char*>(packed) + from, static_cast<char*>(matrices) + to, reversed, 2);
  });
}

void fill_diagonals(std::size_t size, const Diagonals& diagonals, const void* element, void* matrices) {
  for_diagonals(size, diagonals, [&](int64_t to, int64_t, const CopyAxis* axes) {
    const CopyAxis spread[] = {{axes[0].length, 0, axes[0].x_stride}, {axes[1].length, 0, axes[1].x_stride}};
    copy_strided(size, element, static_cast<char*>(matrices) + to, spread, 2);
  });
}

void band_part(std::size_t size, const void* x, int64_t batch, int64_t rows, int64_t cols, int64_t low, int64_t high,
               void* y) {
  if (rows == 0 || cols == 0) return;
  const char* from = static_cast<const char*>(x);
  char* to = static_cast<char*>(y);
  const auto bytes = [=](int64_t elements) { return static_cast<std::size_t>(elements) * size; };
  parallel_for(batch * rows, std::max<int64_t>(1, cheap_grain / cols), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const int64_t row = r % rows;
      const int64_t first = std::clamp<int64_t>(row + low, 0, cols);
      const int64_t last = std::clamp<int64_t>(row + high + 1, first, cols);
      char* target = to + bytes(r * cols);
      std::memset(target, 0, bytes(first));
      std::memcpy(target + bytes(first), from + bytes(r * cols + first), bytes(last - first));
      std::memset(target + bytes(last), 0, bytes(cols - last));
    }
  });
}

}  // namespace gradtape::kernels
