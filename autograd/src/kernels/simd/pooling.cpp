// Compiled once per instruction set, see isa.h. A register holds neighbouring channels.
#include "../pooling_rows.h"

#include "isa_macros.h"

namespace gradtape::kernels::GRADTAPE_ISA {
namespace {

#if defined(__AVX512F__)
constexpr int vector_bytes = 64;
#elif defined(__AVX2__)
constexpr int vector_bytes = 32;
#else
constexpr int vector_bytes = 16;
#endif

template <class T, int Bytes>
struct Lanes {
  typedef T Value __attribute__((vector_size(Bytes)));
  typedef T Memory __attribute__((vector_size(Bytes), aligned(alignof(T)), may_alias));
  using Mask = decltype(Value{} < Value{});
  static constexpr std::int64_t width = Bytes / std::int64_t{sizeof(T)};
  GRADTAPE_INLINE Value load(const T* from) { return *reinterpret_cast<const Memory*>(from); }
  GRADTAPE_INLINE void store(T* to, Value value) { *reinterpret_cast<Memory*>(to) = value; }
};

/// Calls f(place) for each place of window o.
template <class F>
[[gnu::always_inline]] inline void for_places(const PoolRow& row, std::int64_t o, const F& f) {
  for (std::int64_t r = 0; r < row.row_count; ++r) {
    std::int64_t place = row.rows[r] + row.first[o];
    for (std::int64_t k = 0; k < row.counts[o]; ++k, place += row.column_step) f(place);
  }
}

/// Calls f(lanes, channel) for all channels: in whole registers, then one by one.
template <class T, class F>
[[gnu::always_inline]] inline void for_channels(std::int64_t channels, const F& f) {
  std::int64_t c = 0;
  for (; c + Lanes<T, vector_bytes>::width <= channels; c += Lanes<T, vector_bytes>::width)
    f(Lanes<T, vector_bytes>{}, c);
  for (; c < channels; ++c) f(Lanes<T, int{sizeof(T)}>{}, c);
}

template <class T>
void max(const PoolRow& row, const T* x, T* y) {
  for (std::int64_t o = 0; o < row.windows; ++o, y += row.pooled_step)
    for_channels<T>(row.channels, [&](auto lanes, std::int64_t c) {
      using Value = typename decltype(lanes)::Value;
      Value best = Value{} - static_cast<T>(__builtin_inf());
      for_places(row, o, [&](std::int64_t place) {
        const Value value = lanes.load(x + place + c);
        best = ((value > best) | (value != value)) ? value : best;
      });
      lanes.store(y + c, best);
    });
}

/// Calls f(place, hit) for the places of window o; hit is set in the lanes whose first maximum, `most`, lies there.
template <class T, class L, class F>
[[gnu::always_inline]] inline void for_hits(L lanes, const PoolRow& row, std::int64_t o, const T* x,
                                            typename L::Value most, const F& f) {
  typename L::Mask found = {};
  for_places(row, o, [&](std::int64_t place) {
    const typename L::Value value = lanes.load(x + place);
    const typename L::Mask hit = ((value == most) | (value != value)) & ~found;
    found |= hit;
    f(place, hit);
  });
}

template <class T>
void max_gather(const PoolRow& row, const T* x, const T* y, const T* g, T* result) {
  for (std::int64_t o = 0; o < row.windows; ++o, y += row.pooled_step, result += row.pooled_step)
    for_channels<T>(row.channels, [&](auto lanes, std::int64_t c) {
      using L = decltype(lanes);
      typename L::Value value = {};
      for_hits<T>(lanes, row, o, x + c, lanes.load(y + c),
                  [&](std::int64_t place, typename L::Mask hit) { value = hit ? lanes.load(g + place + c) : value; });
      lanes.store(result + c, value);
    });
}

template <class T>
void max_scatter(const PoolRow& row, const T* x, const T* y, const T* dy, T* dx) {
  for (std::int64_t o = 0; o < row.windows; ++o, y += row.pooled_step, dy += row.pooled_step)
    for_channels<T>(row.channels, [&](auto lanes, std::int64_t c) {
      using L = decltype(lanes);
      const typename L::Value gradient = lanes.load(dy + c);
      for_hits<T>(lanes, row, o, x + c, lanes.load(y + c), [&](std::int64_t place, typename L::Mask hit) {
        T* to = dx + place + c;
        lanes.store(to, lanes.load(to) + (hit ? gradient : typename L::Value{}));
      });
    });
}

GRADTAPE_INLINE std::int64_t places_of(const PoolRow& row, std::int64_t o) {
  const std::int64_t count = row.row_count * row.counts[o];
  return count == 0 ? 1 : count;
}

template <class T>
void mean(const PoolRow& row, const T* x, T* y) {
  for (std::int64_t o = 0; o < row.windows; ++o, y += row.pooled_step) {
    const T count = static_cast<T>(places_of(row, o));
    for_channels<T>(row.channels, [&](auto lanes, std::int64_t c) {
      typename decltype(lanes)::Value sum = {};
      for_places(row, o, [&](std::int64_t place) { sum += lanes.load(x + place + c); });
      lanes.store(y + c, sum / count);
    });
  }
}

template <class T>
void mean_scatter(const PoolRow& row, const T* dy, T* dx) {
  for (std::int64_t o = 0; o < row.windows; ++o, dy += row.pooled_step) {
    const T count = static_cast<T>(places_of(row, o));
    for_channels<T>(row.channels, [&](auto lanes, std::int64_t c) {
      const auto share = lanes.load(dy + c) / count;
      for_places(row, o, [&](std::int64_t place) {
        T* to = dx + place + c;
        lanes.store(to, lanes.load(to) + share);
      });
    });
  }
}

template <class T>
constexpr PoolKernels<T> kernels_of = {max<T>, max_gather<T>, max_scatter<T>, mean<T>, mean_scatter<T>};

}  // namespace

extern const PoolTable pool_table;
const PoolTable pool_table = {kernels_of<float>, kernels_of<double>};

}  // namespace gradtape::kernels::GRADTAPE_ISA
