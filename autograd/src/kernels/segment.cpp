#include "segment.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <type_traits>

#include "dispatch.h"
#include "parallel.h"

namespace gradtape::kernels {

namespace {

using std::int64_t;

template <class F>
void with_ids(DType dtype, const void* ids, const F& f) {
  if (dtype == DType::int32)
    f(static_cast<const std::int32_t*>(ids));
  else
    f(static_cast<const int64_t*>(ids));
}

struct Sum {
  template <class T>
  static T start() {
    return T(0);
  }
  template <class T>
  static T apply(T a, T b) {
    if constexpr (std::is_integral_v<T>)
      return static_cast<T>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
    else
      return a + b;
  }
};
struct Product {
  template <class T>
  static T start() {
    return T(1);
  }
  template <class T>
  static T apply(T a, T b) {
    if constexpr (std::is_integral_v<T>)
      return static_cast<T>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
    else
      return a * b;
  }
};
struct Max {
  template <class T>
  static T start() {
    return std::numeric_limits<T>::lowest();
  }
  template <class T>
  static T apply(T a, T b) {
    return ((b > a) | (b != b)) ? b : a;
  }
};
struct Min {
  template <class T>
  static T start() {
    return std::numeric_limits<T>::max();
  }
  template <class T>
  static T apply(T a, T b) {
    return ((b < a) | (b != b)) ? b : a;
  }
};

/// Segments [low, high) of the columns [first, last).
template <class Op, class T, class Id>
void fold_rows(const T* x, int64_t count, int64_t inner, const Id* ids, T* y, int64_t low, int64_t high,
               int64_t first, int64_t last) {
  for (int64_t s = low; s < high; ++s)
    std::fill(y + s * inner + first, y + s * inner + last, Op::template start<T>());
  for (int64_t i = 0; i < count; ++i) {
    const auto id = static_cast<int64_t>(ids[i]);
    if (id < low || id >= high) continue;
    const T* from = x + i * inner;
    T* to = y + id * inner;
    for (int64_t c = first; c < last; ++c) to[c] = Op::apply(to[c], from[c]);
  }
}

/// Each piece of the result belongs to one piece of work, so that the order of its operations is that of the rows.
template <class Op, class T, class Id>
void fold_all(const T* x, int64_t count, int64_t inner, const Id* ids, int64_t segments, T* y) {
  constexpr int64_t cache_line = 64 / sizeof(T), most_pieces = 16;
  if (count * inner <= cheap_grain) return fold_rows<Op>(x, count, inner, ids, y, 0, segments, 0, inner);
  if (inner >= 4 * cache_line) {
    const int64_t share = std::max(2 * cache_line, inner / most_pieces / cache_line * cache_line);
    parallel_for(inner, share, [&](int64_t begin, int64_t end) {
      for (int64_t c = begin; c < end; c += share)
        fold_rows<Op>(x, count, inner, ids, y, 0, segments, c, std::min(end, c + share));
    });
    return;
  }
  // Every piece of work reads all ids, so there are few pieces.
  const int64_t share = std::max<int64_t>(1, (segments + 3) / 4);
  parallel_for(segments, num_threads() == 1 ? segments : share,
               [&](int64_t begin, int64_t end) { fold_rows<Op>(x, count, inner, ids, y, begin, end, 0, inner); });
}

}  // namespace

void segment_fold(SegmentFold fold, DType dtype, const void* x, int64_t count, int64_t inner, DType id_dtype,
                  const void* ids, int64_t segments, void* y) {
  if (segments == 0 || inner == 0) return;
  with_type(dtype, [&](auto zero) {
    using T = decltype(zero);
    with_ids(id_dtype, ids, [&](const auto* segment_ids) {
      const T* from = static_cast<const T*>(x);
      T* to = static_cast<T*>(y);
      switch (fold) {
        case SegmentFold::sum:
          return fold_all<Sum>(from, count, inner, segment_ids, segments, to);
        case SegmentFold::product:
          return fold_all<Product>(from, count, inner, segment_ids, segments, to);
        case SegmentFold::max:
          return fold_all<Max>(from, count, inner, segment_ids, segments, to);
        case SegmentFold::min:
          return fold_all<Min>(from, count, inner, segment_ids, segments, to);
      }
    });
  });
}

void segment_gather(const void* x, int64_t row_bytes, DType id_dtype, const void* ids, int64_t count, void* y) {
  if (row_bytes == 0) return;
  const auto bytes = static_cast<std::size_t>(row_bytes);
  with_ids(id_dtype, ids, [&](const auto* segment_ids) {
    parallel_for(count, std::max<int64_t>(1, 4 * costly_grain / std::max<int64_t>(16, row_bytes)),
                 [&](int64_t begin, int64_t end) {
                   for (int64_t i = begin; i < end; ++i) {
                     char* to = static_cast<char*>(y) + i * row_bytes;
                     const auto id = static_cast<int64_t>(segment_ids[i]);
                     if (id < 0)
                       std::memset(to, 0, bytes);
                     else
                       std::memcpy(to, static_cast<const char*>(x) + id * row_bytes, bytes);
                   }
                 });
  });
}

}  // namespace gradtape::kernels
