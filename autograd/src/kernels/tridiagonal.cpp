// Gaussian elimination with partial pivoting on three diagonals. Not LAPACK's gtsv, which wants its right-hand side
// by columns.

#include <vector>

#include "lapack_batch.h"

namespace gradtape::kernels {

std::int64_t tridiagonal_solve(DType dtype, std::int64_t count, std::int64_t n, std::int64_t k, const void* diagonals,
                               const void* b, void* x) {
  FirstFailure failure;
  with_floating_type(dtype, [&]<class T>(T) {
    if (n == 0) return;
    const std::int64_t grain = 1 + 100000 / (n * (k + 3));
    parallel_for(count, grain, [&](std::int64_t begin, std::int64_t end) {
      std::vector<T> rows(static_cast<std::size_t>(4 * n));
      // Row i of the eliminated system: main[i], next[i] and, after an exchange, second[i].
      T *below = rows.data(), *main = below + n, *next = main + n, *second = next + n;
      for (std::int64_t entry = begin; entry < end; ++entry) {
        const T* given = static_cast<const T*>(diagonals) + entry * 3 * n;
        std::copy_n(given, n, next);
        std::copy_n(given + n, n, main);
        std::copy_n(given + 2 * n, n, below);
        std::fill_n(second, n, T{0});
        next[n - 1] = 0;
        T* to = static_cast<T*>(x) + entry * n * k;
        std::copy_n(static_cast<const T*>(b) + entry * n * k, n * k, to);
        bool singular = false;
        for (std::int64_t i = 0; i + 1 < n; ++i) {
          T *row = to + i * k, *following = row + k;
          T pivot = main[i], other = below[i + 1];
          if (std::abs(other) > std::abs(pivot)) {
            std::swap(pivot, other);
            std::swap(next[i], main[i + 1]);
            std::swap(second[i], next[i + 1]);
            std::swap_ranges(row, following, following);
          }
          main[i] = pivot;
          singular |= pivot == 0;
          if (pivot == 0 || other == 0) continue;
          const T factor = other / pivot;
          main[i + 1] -= factor * next[i];
          next[i + 1] -= factor * second[i];
          for (std::int64_t j = 0; j < k; ++j) following[j] -= factor * row[j];
        }
        if (singular || main[n - 1] == 0) {
          failure.note(entry);
          continue;
        }
        for (std::int64_t i = n - 1; i >= 0; --i) {
          T* row = to + i * k;
          for (std::int64_t j = 0; j < k; ++j) {
            T sum = row[j];
            if (i + 1 < n) sum -= next[i] * row[k + j];
            if (i + 2 < n) sum -= second[i] * row[2 * k + j];
            row[j] = sum / main[i];
          }
        }
      }
    });
  });
  return failure.entry();
}

}  // namespace gradtape::kernels
