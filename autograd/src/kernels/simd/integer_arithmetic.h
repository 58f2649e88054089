#pragma once
// Integer arithmetic that wraps around, computed in unsigned types, where that is defined.

#include <cstdint>

#include "isa_macros.h"

namespace gradtape::kernels::GRADTAPE_ISA {

template <class T>
struct UnsignedOf {};
template <>
struct UnsignedOf<std::int32_t> {
  using Type = std::uint32_t;
};
template <>
struct UnsignedOf<std::int64_t> {
  using Type = std::uint64_t;
};
template <>
struct UnsignedOf<std::uint8_t> {
  using Type = std::uint8_t;
};
template <class T>
inline constexpr bool is_integer_type = requires {
  typename UnsignedOf<T>::Type;
};

namespace integer {

template <class T>
GRADTAPE_INLINE T add(T a, T b) {
  using U = typename UnsignedOf<T>::Type;
  return static_cast<T>(static_cast<U>(static_cast<U>(a) + static_cast<U>(b)));
}
template <class T>
GRADTAPE_INLINE T subtract(T a, T b) {
  using U = typename UnsignedOf<T>::Type;
  return static_cast<T>(static_cast<U>(static_cast<U>(a) - static_cast<U>(b)));
}
template <class T>
GRADTAPE_INLINE T multiply(T a, T b) {
  using U = typename UnsignedOf<T>::Type;
  return static_cast<T>(static_cast<U>(static_cast<U>(a) * static_cast<U>(b)));
}

/// By repeated multiplication. A negative exponent gives the fraction cut to an integer: 0, but for base 1 and -1.
template <class T>
GRADTAPE_INLINE T pow(T base, T exponent) {
  if constexpr (static_cast<T>(-1) < T(0)) {
    if (exponent < 0) return base == 1 ? T(1) : base == -1 ? (exponent & 1 ? T(-1) : T(1)) : T(0);
  }
  T result = 1;
  while (true) {
    if (exponent & 1) result = multiply(result, base);
    exponent = static_cast<T>(exponent >> 1);
    if (exponent == 0) return result;
    base = multiply(base, base);
  }
}

}  // namespace integer
}  // namespace gradtape::kernels::GRADTAPE_ISA
