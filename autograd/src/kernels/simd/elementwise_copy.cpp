// Loops that move elements: conversions between dtypes, select and fill.

#include "elementwise_table.h"
#include "integer_arithmetic.h"
#include "isa_macros.h"

namespace gradtape::kernels::GRADTAPE_ISA {
namespace {

/// One byte, 0 or 1; a class of its own to tell it from uint8.
struct Bool {
  std::uint8_t value;
};

// The least and greatest value of an integer dtype; the second as the float64 just above it, which is exact.
template <class T>
struct Limits {};
template <>
struct Limits<std::int32_t> {
  static constexpr std::int32_t least = INT32_MIN, greatest = INT32_MAX;
  static constexpr double above = 0x1p31;
};
template <>
struct Limits<std::int64_t> {
  static constexpr std::int64_t least = INT64_MIN, greatest = INT64_MAX;
  static constexpr double above = 0x1p63;
};
template <>
struct Limits<std::uint8_t> {
  static constexpr std::uint8_t least = 0, greatest = 255;
  static constexpr double above = 256;
};

template <class From, class To>
struct Convert {
  GRADTAPE_INLINE To apply(From x) {
    if constexpr (is_integer_type<To> && !is_integer_type<From>) {
      // Truncates and saturates; NaN gives 0.
      using L = Limits<To>;
      const bool inside = x > static_cast<From>(L::least) && x < static_cast<From>(L::above);
      const From safe = inside ? x : From(0);
      // A byte by way of int32: processors convert to no smaller type.
      To y;
      if constexpr (sizeof(To) == 1)
        y = static_cast<To>(static_cast<std::int32_t>(safe));
      else
        y = static_cast<To>(safe);
      y = x <= static_cast<From>(L::least) ? L::least : y;
      return x >= static_cast<From>(L::above) ? L::greatest : y;
    } else {
      return static_cast<To>(x);
    }
  }
};
template <class To>
struct Convert<Bool, To> {
  GRADTAPE_INLINE To apply(Bool x) { return static_cast<To>(x.value); }
};
template <class From>
struct Convert<From, Bool> {
  GRADTAPE_INLINE Bool apply(From x) { return {static_cast<std::uint8_t>(x != From(0) ? 1 : 0)}; }
};
template <>
struct Convert<Bool, Bool> {
  GRADTAPE_INLINE Bool apply(Bool x) { return x; }
};

template <class From, class To>
void cast_loop(const void* x, void* y, std::int64_t n) {
  const From* in = static_cast<const From*>(x);
  To* out = static_cast<To*>(y);
  GRADTAPE_VECTORIZE
  for (std::int64_t i = 0; i < n; ++i) out[i] = Convert<From, To>::apply(in[i]);
}

template <class T, bool advance_condition, bool advance_a, bool advance_b>
void select_elements(const std::uint8_t* condition, const T* a, const T* b, T* y, std::int64_t n) {
  const bool chosen = *condition != 0;
  const T first_a = *a, first_b = *b;
  GRADTAPE_VECTORIZE
  for (std::int64_t i = 0; i < n; ++i) {
    const T from_a = advance_a ? a[i] : first_a;
    const T from_b = advance_b ? b[i] : first_b;
    y[i] = (advance_condition ? condition[i] != 0 : chosen) ? from_a : from_b;
  }
}

template <class T>
void select_loop(unsigned advance, const void* condition, const void* a, const void* b, void* y, std::int64_t n) {
  if (n <= 0) return;
  const auto* c = static_cast<const std::uint8_t*>(condition);
  const T* in_a = static_cast<const T*>(a);
  const T* in_b = static_cast<const T*>(b);
  T* out = static_cast<T*>(y);
  switch (advance) {
    case 7:
      return select_elements<T, true, true, true>(c, in_a, in_b, out, n);
    case 5:
      return select_elements<T, true, false, true>(c, in_a, in_b, out, n);
    case 3:
      return select_elements<T, true, true, false>(c, in_a, in_b, out, n);
    case 1:
      return select_elements<T, true, false, false>(c, in_a, in_b, out, n);
    case 6:
      return select_elements<T, false, true, true>(c, in_a, in_b, out, n);
    case 4:
      return select_elements<T, false, false, true>(c, in_a, in_b, out, n);
    case 2:
      return select_elements<T, false, true, false>(c, in_a, in_b, out, n);
    default:
      return select_elements<T, false, false, false>(c, in_a, in_b, out, n);
  }
}

template <class T>
void fill_loop(const void* x, void* y, std::int64_t n) {
  const T value = *static_cast<const T*>(x);
  T* out = static_cast<T*>(y);
  GRADTAPE_VECTORIZE
  for (std::int64_t i = 0; i < n; ++i) out[i] = value;
}

// In the order of enum class DType.
#define GRADTAPE_CASTS(From)                                                                                       \
  {                                                                                                                \
    cast_loop<From, float>, cast_loop<From, double>, cast_loop<From, std::int32_t>, cast_loop<From, std::int64_t>, \
        cast_loop<From, std::uint8_t>, cast_loop<From, Bool>                                                       \
  }

}  // namespace

extern const CastTable cast_table = {{
    GRADTAPE_CASTS(float),
    GRADTAPE_CASTS(double),
    GRADTAPE_CASTS(std::int32_t),
    GRADTAPE_CASTS(std::int64_t),
    GRADTAPE_CASTS(std::uint8_t),
    GRADTAPE_CASTS(Bool),
}};

// float32 and float64 too: the bits are copied as integers of the size.
extern const CopyTable copy_table = {
    {select_loop<std::uint8_t>, select_loop<std::uint16_t>, select_loop<std::uint32_t>, select_loop<std::uint64_t>},
    {fill_loop<std::uint8_t>, fill_loop<std::uint16_t>, fill_loop<std::uint32_t>, fill_loop<std::uint64_t>}};

}  // namespace gradtape::kernels::GRADTAPE_ISA
