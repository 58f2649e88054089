#pragma once
// Folding a contiguous run of elements into one. The order of the operations depends on the length alone: lanes and
// four accumulators inside a block, halves of whole blocks above it.

#include <cstdint>

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

template <class T, int Lanes>
struct VectorOf {
  typedef T type __attribute__((vector_size(Lanes * sizeof(T))));
};
template <class T, int Lanes>
using Vector = typename VectorOf<T, Lanes>::type;

// Each works on numbers and on vectors. Integers are unsigned in sums and products, where they wrap around.
struct Sum {
  template <class V>
  GRADTAPE_INLINE V apply(V a, V b) {
    return static_cast<V>(a + b);
  }
};
struct Product {
  template <class V>
  GRADTAPE_INLINE V apply(V a, V b) {
    return static_cast<V>(a * b);
  }
};
// A NaN on either side is the result; integers are never unequal to themselves.
struct Max {
  template <class V>
  GRADTAPE_INLINE V apply(V a, V b) {
    return ((b > a) | (b != b)) ? b : a;
  }
};
struct Min {
  template <class V>
  GRADTAPE_INLINE V apply(V a, V b) {
    return ((b < a) | (b != b)) ? b : a;
  }
};

/// An element that is read as its square.
template <class T>
struct Squared {
  T x;
  operator T() const { return x * x; }
};

template <class Accumulator, int Lanes, class In>
[[gnu::always_inline]] inline Vector<Accumulator, Lanes> load(const In* x) {
  if constexpr (__is_same(In, Squared<Accumulator>)) {
    Vector<Accumulator, Lanes> v;
    __builtin_memcpy(&v, x, sizeof v);
    return v * v;
  } else {
    Vector<In, Lanes> v;
    __builtin_memcpy(&v, x, sizeof v);
    if constexpr (__is_same(In, Accumulator))
      return v;
    else
      return __builtin_convertvector(v, Vector<Accumulator, Lanes>);
  }
}

// The lanes of `v` and fewer than Lanes further elements.
template <class Op, class Accumulator, int Lanes, class In>
[[gnu::always_inline]] inline Accumulator fold_lanes(Vector<Accumulator, Lanes> v, const In* x, std::int64_t n) {
  if constexpr (Lanes == 2) {
    const Accumulator y = Op::apply(v[0], v[1]);
    return n > 0 ? Op::apply(y, static_cast<Accumulator>(x[0])) : y;
  } else {
    constexpr int half = Lanes / 2;
    Vector<Accumulator, half> parts[2];
    __builtin_memcpy(parts, &v, sizeof v);
    Vector<Accumulator, half> y = Op::apply(parts[0], parts[1]);
    if (n >= half) {
      y = Op::apply(y, load<Accumulator, half>(x));
      x += half;
      n -= half;
    }
    return fold_lanes<Op, Accumulator, half>(y, x, n);
  }
}

// 0 < n < 2 * Lanes.
template <class Op, class Accumulator, int Lanes, class In>
[[gnu::always_inline]] inline Accumulator fold_short(const In* x, std::int64_t n) {
  if constexpr (Lanes == 1) {
    return static_cast<Accumulator>(x[0]);
  } else {
    if (n < Lanes) return fold_short<Op, Accumulator, Lanes / 2>(x, n);
    return fold_lanes<Op, Accumulator, Lanes>(load<Accumulator, Lanes>(x), x + Lanes, n - Lanes);
  }
}

/// The largest unit * 2^k below n, for n > unit: where a longer fold is halved.
inline std::int64_t left_part(std::int64_t n, std::int64_t unit) {
  while (unit * 2 < n) unit *= 2;
  return unit;
}

// Four accumulators take so many vectors each before they are added up, and so many of their sums before a fold is
// halved: a term goes through about two dozen roundings, even where the vectors are short.
constexpr std::int64_t steps = 8, step_groups = 16;

/// 4 * count vectors from x on.
template <class Op, class Accumulator, int Lanes, class In>
[[gnu::always_inline]] inline Vector<Accumulator, Lanes> fold_steps(const In* x, std::int64_t count) {
  auto a = load<Accumulator, Lanes>(x), b = load<Accumulator, Lanes>(x + Lanes);
  auto c = load<Accumulator, Lanes>(x + 2 * Lanes), d = load<Accumulator, Lanes>(x + 3 * Lanes);
  for (std::int64_t i = 1; i < count; ++i) {
    x += 4 * Lanes;
    a = Op::apply(a, load<Accumulator, Lanes>(x));
    b = Op::apply(b, load<Accumulator, Lanes>(x + Lanes));
    c = Op::apply(c, load<Accumulator, Lanes>(x + 2 * Lanes));
    d = Op::apply(d, load<Accumulator, Lanes>(x + 3 * Lanes));
  }
  return Op::apply(Op::apply(a, b), Op::apply(c, d));
}

/// At least a vector of elements.
template <class Op, class Accumulator, class In>
[[gnu::noinline]] Accumulator fold_long(const In* x, std::int64_t n) {
  constexpr int lanes = vector_bytes / static_cast<int>(sizeof(Accumulator));
  constexpr std::int64_t step = 4 * lanes, group = steps * step, block = step_groups * group;
  if (n > block) {
    const std::int64_t left = left_part(n, block);
    const Accumulator y = fold_long<Op, Accumulator>(x, left);
    const In* rest = x + left;
    if (n - left < lanes) return Op::apply(y, fold_short<Op, Accumulator, lanes / 2>(rest, n - left));
    return Op::apply(y, fold_long<Op, Accumulator>(rest, n - left));
  }
  Vector<Accumulator, lanes> total;
  std::int64_t i = 0;
  if (n >= group) {
    total = fold_steps<Op, Accumulator, lanes>(x, steps);
    for (i = group; i + group <= n; i += group)
      total = Op::apply(total, fold_steps<Op, Accumulator, lanes>(x + i, steps));
    if (n - i >= step) {
      const std::int64_t count = (n - i) / step;
      total = Op::apply(total, fold_steps<Op, Accumulator, lanes>(x + i, count));
      i += count * step;
    }
  } else if (n >= step) {
    const std::int64_t count = n / step;
    total = fold_steps<Op, Accumulator, lanes>(x, count);
    i = count * step;
  } else {
    total = load<Accumulator, lanes>(x);
    i = lanes;
  }
  for (; i + lanes <= n; i += lanes) total = Op::apply(total, load<Accumulator, lanes>(x + i));
  return fold_lanes<Op, Accumulator, lanes>(total, x + i, n - i);
}

/// x[0] op x[1] op ... op x[n - 1], n > 0.
template <class Op, class Accumulator, class In>
[[gnu::always_inline]] inline Accumulator fold(const In* x, std::int64_t n) {
  constexpr int lanes = vector_bytes / static_cast<int>(sizeof(Accumulator));
  if (n < lanes) return fold_short<Op, Accumulator, lanes / 2>(x, n);
  return fold_long<Op, Accumulator>(x, n);
}

}  // namespace
}  // namespace gradtape::kernels::GRADTAPE_ISA
