#include <algorithm>
#include <cstring>

#include "copy.h"
#include "copy_elements.h"
#include "index_types.h"
#include "parallel.h"

namespace gradtape::kernels {

namespace {

using std::int64_t;

/// Asks for a run's memory: a copy that waits for each line of a scattered run takes three times as long.
inline void prefetch_run(const char* run, int64_t bytes) {
  constexpr int64_t line = 64, enough = 8192;
  for (int64_t i = 0; i < std::min(bytes, enough); i += line) __builtin_prefetch(run + i);
}

/// copy_run(from, to, next) for the runs [begin, end) of y, counted through (batches * outer, index_count); next is
/// the run that is read after `from`, or -1.
template <class Index, class CopyRun>
void for_runs(const Index* indices, int64_t index_count, int64_t outer, int64_t n, int64_t begin, int64_t end,
              const CopyRun& copy_run) {
  for (int64_t o = begin / index_count, i = begin % index_count; begin < end; ++o, i = 0) {
    const Index* own = indices + o / outer * index_count;
    const int64_t last = std::min(index_count, i + end - begin);
    for (; i < last; ++i, ++begin)
      copy_run(o * n + static_cast<int64_t>(own[i]), begin,
               i + 1 < last ? o * n + static_cast<int64_t>(own[i + 1]) : -1);
  }
}

}  // namespace

void gather(std::size_t size, const void* x, int64_t outer, int64_t n, int64_t inner, DType index_dtype,
            const void* indices, int64_t index_count, void* y, int64_t batches) {
  const int64_t runs = batches * outer * index_count;
  const int64_t run_bytes = inner * static_cast<int64_t>(size);
  if (runs == 0 || run_bytes == 0) return;
  // Runs are read from scattered places, so they wait for memory, and even short ones cost as much as several
  // elements.
  const int64_t grain = std::max<int64_t>(1, costly_grain / std::max<int64_t>(4, inner));
  with_indices(index_dtype, indices, [&](const auto* places) {
    if (!is_element_size(run_bytes)) {
      const char* from = static_cast<const char*>(x);
      char* to = static_cast<char*>(y);
      parallel_for(runs, grain, [&](int64_t begin, int64_t end) {
        for_runs(places, index_count, outer, n, begin, end, [=](int64_t source, int64_t target, int64_t next) {
          if (next >= 0) prefetch_run(from + next * run_bytes, run_bytes);
          std::memcpy(to + target * run_bytes, from + source * run_bytes, static_cast<std::size_t>(run_bytes));
        });
      });
      return;
    }
    with_element(static_cast<std::size_t>(run_bytes), [&](auto element) {
      using T = decltype(element);
      const T* from = static_cast<const T*>(x);
      T* to = static_cast<T*>(y);
      parallel_for(runs, grain, [&](int64_t begin, int64_t end) {
        for_runs(places, index_count, outer, n, begin, end,
                 [=](int64_t source, int64_t target, int64_t) { to[target] = from[source]; });
      });
    });
  });
}

int64_t take_along(std::size_t size, const void* x, int64_t outer, int64_t n, int64_t inner, DType index_dtype,
                   const void* indices, int64_t index_count, void* y) {
  FirstPlace invalid;
  const int64_t rows = outer * index_count;
  if (rows == 0 || inner == 0) return -1;
  with_indices(index_dtype, indices, [&](const auto* places) {
    with_element(size, [&](auto element) {
      using T = decltype(element);
      const T* from = static_cast<const T*>(x);
      T* to = static_cast<T*>(y);
      // Rows of y are visited by blocks, so that the check and the copy read an index from memory once.
      const int64_t block = inner >= 512 ? 1 : 512 / inner;
      parallel_for(rows, std::max<int64_t>(1, costly_grain / inner), [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end;) {
          const int64_t o = row / index_count;
          const int64_t last = std::min({end, (o + 1) * index_count, row + block});
          bool outside = false;
          for (int64_t i = row * inner; i < last * inner; ++i) {
            const auto index = static_cast<int64_t>(places[i]);
            outside |= index < -n || index >= n;
          }
          if (outside) {
            for (int64_t i = row * inner;; ++i) {
              const auto index = static_cast<int64_t>(places[i]);
              if (index < -n || index >= n) return invalid.report(i);
            }
          }
          const T* plane = from + o * n * inner;
          if (inner == 1) {
            for (; row < last; ++row) {
              const auto index = static_cast<int64_t>(places[row]);
              to[row] = plane[index + (index < 0 ? n : 0)];
            }
          } else {
            for (; row < last; ++row) {
              for (int64_t i = 0; i < inner; ++i) {
                const auto index = static_cast<int64_t>(places[row * inner + i]);
                to[row * inner + i] = plane[(index + (index < 0 ? n : 0)) * inner + i];
              }
            }
          }
        }
      });
    });
  });
  return invalid.get();
}

}  // namespace gradtape::kernels
