#include <algorithm>
#include <cstring>
#include <type_traits>

#include "copy.h"
#include "copy_elements.h"
#include "dispatch.h"
#include "parallel.h"

namespace gradtape::kernels {

namespace {

using std::int64_t;

/// Calls f with the indices as a typed pointer.
template <class F>
void with_indices(DType dtype, const void* indices, const F& f) {
  if (dtype == DType::int32)
    f(static_cast<const std::int32_t*>(indices));
  else
    f(static_cast<const int64_t*>(indices));
}

/// Asks for a run's memory: a copy that waits for each line of a scattered run takes three times as long.
inline void prefetch_run(const char* run, int64_t bytes) {
  constexpr int64_t line = 64, enough = 8192;
  for (int64_t i = 0; i < std::min(bytes, enough); i += line) __builtin_prefetch(run + i);
}

/// copy_run(from, to) for the runs [begin, end) of y, counted through (outer, index_count).
template <class Index, class CopyRun>
void for_runs(const Index* indices, int64_t index_count, int64_t n, int64_t begin, int64_t end,
              const CopyRun& copy_run) {
  for (int64_t o = begin / index_count, i = begin % index_count; begin < end; ++o, i = 0)
    for (; i < index_count && begin < end; ++i, ++begin) copy_run(o * n + static_cast<int64_t>(indices[i]), begin);
}

template <class T>
void add(const T* x, T* y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] = static_cast<T>(y[i] + x[i]);
}

/// Columns [first, last) of the runs whose index lies in [low, high), in the order of i.
template <class T, class Index>
void add_runs(const T* x, const Index* indices, int64_t count, int64_t inner, T* y, int64_t first, int64_t last,
              int64_t low, int64_t high) {
  for (int64_t i = 0; i < count; ++i) {
    const auto index = static_cast<int64_t>(indices[i]);
    if (index >= low && index < high) add(x + i * inner + first, y + index * inner + first, last - first);
  }
}

template <class T, class Index>
void add_all(const T* x, int64_t outer, int64_t n, int64_t inner, const Index* indices, int64_t count, T* y) {
  const int64_t plane = count * inner;
  const int64_t threads = num_threads();
  if (threads == 1 || outer * plane <= cheap_grain || outer >= threads) {
    parallel_for(outer, std::max<int64_t>(1, cheap_grain / plane), [&](int64_t begin, int64_t end) {
      for (int64_t o = begin; o < end; ++o)
        add_runs(x + o * plane, indices, count, inner, y + o * n * inner, 0, inner, 0, n);
    });
    return;
  }
  // Each thread owns some columns or some indices of y, so any cut gives the same bits.
  constexpr int64_t cache_line = 64 / sizeof(T);
  const bool by_columns = inner >= 2 * cache_line * threads;
  const int64_t whole = by_columns ? inner : n;
  int64_t share = (whole + threads - 1) / threads;
  if (by_columns) share = (share + cache_line - 1) / cache_line * cache_line;
  for (int64_t o = 0; o < outer; ++o) {
    parallel_for(whole, share, [&](int64_t begin, int64_t end) {
      add_runs(x + o * plane, indices, count, inner, y + o * n * inner, by_columns ? begin : 0,
               by_columns ? end : inner, by_columns ? 0 : begin, by_columns ? n : end);
    });
  }
}

}  // namespace

void gather(std::size_t size, const void* x, int64_t outer, int64_t n, int64_t inner, DType index_dtype,
            const void* indices, int64_t index_count, void* y) {
  const int64_t runs = outer * index_count;
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
        for_runs(places, index_count, n, begin, end, [=](int64_t source, int64_t target) {
          const int64_t next = target % index_count + 1;
          if (next < index_count && target + 1 < end)
            prefetch_run(from + (source - places[next - 1] + places[next]) * run_bytes, run_bytes);
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
        for_runs(places, index_count, n, begin, end,
                 [=](int64_t source, int64_t target) { to[target] = from[source]; });
      });
    });
  });
}

void scatter_add(DType dtype, const void* x, int64_t outer, int64_t n, int64_t inner, DType index_dtype,
                 const void* indices, int64_t index_count, void* y) {
  if (outer == 0 || inner == 0 || index_count == 0) return;
  with_indices(index_dtype, indices, [&](const auto* places) {
    const auto run = [&](auto element) {
      using T = decltype(element);
      add_all(static_cast<const T*>(x), outer, n, inner, places, index_count, static_cast<T*>(y));
    };
    // Integers as unsigned: they wrap around.
    with_type(dtype, [&](auto zero) {
      using T = decltype(zero);
      if constexpr (std::is_integral_v<T>)
        run(std::make_unsigned_t<T>{});
      else
        run(zero);
    });
  });
}

}  // namespace gradtape::kernels
