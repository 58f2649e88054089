#include "scatter.h"

#include <algorithm>
#include <type_traits>

#include "copy.h"
#include "copy_elements.h"
#include "dispatch.h"
#include "index_types.h"
#include "parallel.h"

namespace gradtape::kernels {

namespace {

using std::int64_t;

struct Add {
  template <class T>
  T operator()(T y, T x) const {
    return static_cast<T>(y + x);
  }
};
struct Subtract {
  template <class T>
  T operator()(T y, T x) const {
    return static_cast<T>(y - x);
  }
};
struct Multiply {
  template <class T>
  T operator()(T y, T x) const {
    return static_cast<T>(std::common_type_t<T, unsigned>(y) * std::common_type_t<T, unsigned>(x));
  }
};
struct Divide {
  template <class T>
  T operator()(T y, T x) const {
    return static_cast<T>(y / x);
  }
};
struct Maximum {
  template <class T>
  T operator()(T y, T x) const {
    return x > y || x != x ? x : y;
  }
};
struct Minimum {
  template <class T>
  T operator()(T y, T x) const {
    return x < y || x != x ? x : y;
  }
};
struct Update {
  template <class T>
  T operator()(T, T x) const {
    return x;
  }
};

// Integers as unsigned, so that they wrap around.
template <class T>
using Wrapping = std::conditional_t<std::is_integral_v<T>, std::make_unsigned<T>, std::type_identity<T>>::type;

/// f(combine, zero of the element type).
template <class F>
void with_combination(Scatter kind, DType dtype, const F& f) {
  if (kind == Scatter::update) return with_element(size_of(dtype), [&](auto zero) { f(Update{}, zero); });
  if (kind == Scatter::divide) return with_floating_type(dtype, [&](auto zero) { f(Divide{}, zero); });
  with_type(dtype, [&](auto zero) {
    using T = decltype(zero);
    switch (kind) {
      case Scatter::add:
        return f(Add{}, Wrapping<T>{});
      case Scatter::subtract:
        return f(Subtract{}, Wrapping<T>{});
      case Scatter::multiply:
        return f(Multiply{}, Wrapping<T>{});
      case Scatter::maximum:
        return f(Maximum{}, zero);
      default:
        return f(Minimum{}, zero);
    }
  });
}

template <class T, class Combine>
inline void combine_run(const Combine& combine, const T* x, T* y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] = combine(y[i], x[i]);
}

/// Columns [first, last) of all runs, in the order of i.
template <class T, class Index, class Combine>
void all_runs(const Combine& combine, const T* x, const Index* indices, int64_t count, int64_t inner, T* y,
              int64_t first, int64_t last) {
  if (inner == 1) {
    for (int64_t i = 0; i < count; ++i) {
      T& target = y[static_cast<int64_t>(indices[i])];
      target = combine(target, x[i]);
    }
    return;
  }
  constexpr int64_t ahead = 4;
  for (int64_t i = 0; i < count; ++i) {
    if (i + ahead < count) __builtin_prefetch(y + static_cast<int64_t>(indices[i + ahead]) * inner + first, 1);
    combine_run(combine, x + i * inner + first, y + static_cast<int64_t>(indices[i]) * inner + first, last - first);
  }
}

/// The runs whose index lies in [low, high), in the order of i. They are picked out block by block without branches,
/// which would be mispredicted every other time.
template <class T, class Index, class Combine>
void runs_between(const Combine& combine, const T* x, const Index* indices, int64_t count, int64_t inner, T* y,
                  int64_t low, int64_t high) {
  constexpr int64_t block = 1024;
  std::int32_t chosen[block];
  const auto width = static_cast<std::uint64_t>(high - low);
  for (int64_t begin = 0; begin < count; begin += block) {
    const int64_t length = std::min(block, count - begin);
    int64_t found = 0;
    for (int64_t i = 0; i < length; ++i) {
      chosen[found] = static_cast<std::int32_t>(i);
      found += static_cast<std::uint64_t>(static_cast<int64_t>(indices[begin + i]) - low) < width;
    }
    for (int64_t k = 0; k < found; ++k) {
      const int64_t i = begin + chosen[k];
      combine_run(combine, x + i * inner, y + static_cast<int64_t>(indices[i]) * inner, inner);
    }
  }
}

template <class T, class Index, class Combine>
void scatter_runs(const Combine& combine, const T* x, int64_t batches, int64_t outer, int64_t n, int64_t inner,
                  const Index* indices, int64_t count, T* y) {
  const int64_t plane = count * inner, planes = batches * outer;
  const int64_t threads = num_threads();
  if (threads == 1 || planes * plane <= cheap_grain || planes >= threads) {
    parallel_for(planes, std::max<int64_t>(1, cheap_grain / plane), [&](int64_t begin, int64_t end) {
      for (int64_t p = begin; p < end; ++p)
        all_runs(combine, x + p * plane, indices + p / outer * count, count, inner, y + p * n * inner, 0, inner);
    });
    return;
  }
  // Each thread owns some columns or some indices of y, so any cut gives the same bits.
  constexpr int64_t cache_line = 64 / sizeof(T);
  const bool by_columns = inner >= 2 * cache_line * threads;
  const int64_t whole = by_columns ? inner : n;
  int64_t share = (whole + threads - 1) / threads;
  if (by_columns) share = (share + cache_line - 1) / cache_line * cache_line;
  for (int64_t p = 0; p < planes; ++p) {
    const T* from = x + p * plane;
    const Index* places = indices + p / outer * count;
    T* to = y + p * n * inner;
    parallel_for(whole, share, [&](int64_t begin, int64_t end) {
      if (by_columns)
        all_runs(combine, from, places, count, inner, to, begin, end);
      else
        runs_between(combine, from, places, count, inner, to, begin, end);
    });
  }
}

template <class T, class Index, class Combine>
void put_elements(const Combine& combine, const T* x, int64_t outer, int64_t n, int64_t inner, const Index* indices,
                  int64_t count, T* y) {
  // Strips of columns, each of which one thread visits from its first row to its last.
  const int64_t width = std::min<int64_t>(inner, 64), strips = (inner + width - 1) / width;
  parallel_for(outer * strips, std::max<int64_t>(1, costly_grain / (count * width)), [&](int64_t begin, int64_t end) {
    for (int64_t s = begin; s < end; ++s) {
      const int64_t o = s / strips, first = s % strips * width, last = std::min(inner, first + width);
      const T* from = x + o * count * inner;
      const Index* places = indices + o * count * inner;
      T* to = y + o * n * inner;
      for (int64_t j = 0; j < count; ++j) {
        for (int64_t i = first; i < last; ++i) {
          const auto index = static_cast<int64_t>(places[j * inner + i]);
          T& target = to[(index + (index < 0 ? n : 0)) * inner + i];
          target = combine(target, from[j * inner + i]);
        }
      }
    }
  });
}

}  // namespace

void scatter(Scatter kind, DType dtype, const void* x, int64_t outer, int64_t n, int64_t inner, DType index_dtype,
             const void* indices, int64_t index_count, void* y, int64_t batches) {
  if (batches == 0 || outer == 0 || inner == 0 || index_count == 0) return;
  with_indices(index_dtype, indices, [&](const auto* places) {
    with_combination(kind, dtype, [&](const auto& combine, auto zero) {
      using T = decltype(zero);
      scatter_runs(combine, static_cast<const T*>(x), batches, outer, n, inner, places, index_count,
                   static_cast<T*>(y));
    });
  });
}

void put_along(Scatter kind, DType dtype, const void* x, int64_t outer, int64_t n, int64_t inner, DType index_dtype,
               const void* indices, int64_t index_count, void* y) {
  if (outer == 0 || inner == 0 || index_count == 0) return;
  with_indices(index_dtype, indices, [&](const auto* places) {
    with_combination(kind, dtype, [&](const auto& combine, auto zero) {
      using T = decltype(zero);
      put_elements(combine, static_cast<const T*>(x), outer, n, inner, places, index_count, static_cast<T*>(y));
    });
  });
}

}  // namespace gradtape::kernels
