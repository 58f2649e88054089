#include "scan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "dispatch.h"
#include "parallel.h"

namespace gradtape::kernels {

namespace {

using std::int64_t;

/// What a running value is kept in. Integers are unsigned: they wrap around.
template <class T>
struct Wide {
  using type = std::make_unsigned_t<T>;
};
template <>
struct Wide<float> {
  using type = double;
};
template <>
struct Wide<double> {
  using type = double;
};

struct RunningSum {
  template <class V>
  static V start() {
    return V(0);
  }
  template <class V>
  static V next(V total, V x) {
    return static_cast<V>(total + x);
  }
};

struct RunningProduct {
  template <class V>
  static V start() {
    return V(1);
  }
  template <class V>
  static V next(V total, V x) {
    return static_cast<V>(total * x);
  }
};

struct RunningLogSumExp {
  template <class V>
  static V start() {
    return -std::numeric_limits<V>::infinity();
  }
  template <class V>
  static V next(V total, V x) {
    const V distance = -std::abs(total - x);
    // Infinities of one sign, or a NaN.
    if (distance != distance) return total == x ? x : total + x;
    return std::max(total, x) + std::log1p(std::exp(distance));
  }
};

/// Neighbouring lines that are walked together, so that memory is read by rows.
constexpr int64_t most_lines = 256;

/// body(offset, lines) for blocks of neighbouring lines, which begin at the element `offset`.
template <class Body>
void for_lines(int64_t outer, int64_t n, int64_t inner, int64_t grain, const Body& body) {
  if (outer == 0 || n == 0 || inner == 0) return;
  const int64_t width = std::min(inner, most_lines), blocks = (inner + width - 1) / width;
  parallel_for(outer * blocks, std::max<int64_t>(1, grain / (n * width)), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t first = i % blocks * width;
      body(i / blocks * n * inner + first, std::min(width, inner - first));
    }
  });
}

/// x and y are the first elements walked, `step` elements lie between one and the next.
template <class Function, bool exclusive, class T>
void scan_line(const T* x, int64_t n, int64_t step, T* y) {
  using V = typename Wide<T>::type;
  V total = Function::template start<V>();
  for (int64_t t = 0; t < n; ++t, x += step, y += step) {
    const V next = Function::next(total, static_cast<V>(*x));
    *y = static_cast<T>(exclusive ? total : next);
    total = next;
  }
}

template <class Function, bool exclusive, class T>
void scan_lines(const T* x, int64_t n, int64_t step, int64_t lines, T* y) {
  using V = typename Wide<T>::type;
  V total[most_lines];
  std::fill_n(total, lines, Function::template start<V>());
  for (int64_t t = 0; t < n; ++t, x += step, y += step) {
    for (int64_t c = 0; c < lines; ++c) {
      const V next = Function::next(total[c], static_cast<V>(x[c]));
      y[c] = static_cast<T>(exclusive ? total[c] : next);
      total[c] = next;
    }
  }
}

template <class Function, class T>
void scan_all(const void* x, int64_t outer, int64_t n, int64_t inner, bool exclusive, bool reverse, void* y) {
  const int64_t step = reverse ? -inner : inner, start = reverse ? (n - 1) * inner : 0;
  const int64_t grain = std::is_same_v<Function, RunningLogSumExp> ? costly_grain : cheap_grain;
  for_lines(outer, n, inner, grain, [&](int64_t offset, int64_t lines) {
    const T* from = static_cast<const T*>(x) + offset + start;
    T* to = static_cast<T*>(y) + offset + start;
    if (lines == 1)
      exclusive ? scan_line<Function, true>(from, n, step, to) : scan_line<Function, false>(from, n, step, to);
    else
      exclusive ? scan_lines<Function, true>(from, n, step, lines, to)
                : scan_lines<Function, false>(from, n, step, lines, to);
    if constexpr (std::is_same_v<Function, RunningLogSumExp>)
      if (exclusive) std::fill_n(to, lines, std::numeric_limits<T>::lowest());
  });
}

}  // namespace

void scan(Scan function, DType dtype, const void* x, int64_t outer, int64_t n, int64_t inner, bool exclusive,
          bool reverse, void* y) {
  if (function == Scan::log_sum_exp)
    return with_floating_type(dtype, [&](auto zero) {
      scan_all<RunningLogSumExp, decltype(zero)>(x, outer, n, inner, exclusive, reverse, y);
    });
  with_type(dtype, [&](auto zero) {
    using T = decltype(zero);
    if (function == Scan::sum)
      scan_all<RunningSum, T>(x, outer, n, inner, exclusive, reverse, y);
    else
      scan_all<RunningProduct, T>(x, outer, n, inner, exclusive, reverse, y);
  });
}

void linear_recurrence(DType dtype, const void* a, const void* b, int64_t outer, int64_t n, int64_t inner,
                       bool reverse, void* y) {
  const int64_t step = reverse ? -inner : inner, start = reverse ? (n - 1) * inner : 0;
  with_floating_type(dtype, [&](auto zero) {
    using T = decltype(zero);
    for_lines(outer, n, inner, cheap_grain, [&](int64_t offset, int64_t lines) {
      const T *factor = static_cast<const T*>(a) + offset + start, *term = static_cast<const T*>(b) + offset + start;
      T* to = static_cast<T*>(y) + offset + start;
      double value[most_lines];
      for (int64_t c = 0; c < lines; ++c) to[c] = static_cast<T>(value[c] = static_cast<double>(term[c]));
      for (int64_t t = 1; t < n; ++t) {
        factor += step, term += step, to += step;
        for (int64_t c = 0; c < lines; ++c) {
          value[c] = static_cast<double>(factor[c]) * value[c] + static_cast<double>(term[c]);
          to[c] = static_cast<T>(value[c]);
        }
      }
    });
  });
}

}  // namespace gradtape::kernels
