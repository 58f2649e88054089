#pragma once
// How the matrices of a batch are spread over the threads.

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>

#include "dispatch.h"
#include "lapack.h"
#include "matmul_libraries.h"
#include "parallel.h"

namespace gradtape::kernels {

/// Matrices for one task: about a million operations, a matrix of any size counting for a thousand at least.
inline std::int64_t matrices_per_task(std::int64_t m, std::int64_t n) {
  const double operations = static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(std::min(m, n));
  return static_cast<std::int64_t>(1 + 1e6 / std::max(operations, 1e3));
}

/// Calls each(begin, end) for parts of the batch, OpenBLAS held to one thread.
template <class Each>
void for_matrices(std::int64_t count, std::int64_t m, std::int64_t n, const Each& each) {
  const OpenBlasOnOneThread alone;
  parallel_for(count, matrices_per_task(m, n), each);
}

/// The lowest number that any thread noted.
class FirstFailure {
 public:
  void note(std::int64_t entry) {
    std::int64_t seen = first_.load();
    while ((seen == no_failure || entry < seen) && !first_.compare_exchange_weak(seen, entry)) {
    }
  }
  std::int64_t entry() const { return first_.load(); }

 private:
  std::atomic<std::int64_t> first_{no_failure};
};

template <class T>
bool all_finite(const T* values, std::int64_t count) {
  return std::all_of(values, values + count, [](T value) { return std::isfinite(value); });
}

/// y (n, m) = x (m, n) transposed.
template <class T>
void transpose_matrix(const T* x, std::int64_t m, std::int64_t n, T* y) {
  constexpr std::int64_t block = 16;  // both sides stay in the first-level cache
  for (std::int64_t first_row = 0; first_row < m; first_row += block)
    for (std::int64_t first_column = 0; first_column < n; first_column += block)
      for (std::int64_t i = first_row; i < std::min(m, first_row + block); ++i)
        for (std::int64_t j = first_column; j < std::min(n, first_column + block); ++j) y[j * m + i] = x[i * n + j];
}

}  // namespace gradtape::kernels
