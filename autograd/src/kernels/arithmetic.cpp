#include "arithmetic.h"

#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "dispatch.h"
#include "elementwise_loop.h"

namespace gradtape::kernels {

namespace {

bool is_division(Arithmetic function) { return function <= Arithmetic::truncate_mod; }
bool is_of_integers(Arithmetic function) { return function <= Arithmetic::right_shift; }

/// a / b that wraps around instead of trapping.
template <class T>
T quotient(T a, T b) {
  if constexpr (std::is_signed_v<T>) {
    using U = std::make_unsigned_t<T>;
    if (b == T(-1)) return static_cast<T>(static_cast<U>(U(0) - static_cast<U>(a)));
  }
  return static_cast<T>(a / b);
}
template <class T>
T remainder(T a, T b) {
  if constexpr (std::is_signed_v<T>)
    if (b == T(-1)) return 0;
  return static_cast<T>(a % b);
}

template <class T>
struct FloorDiv {
  T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>)
      return std::floor(a / b);
    else
      return static_cast<T>(quotient(a, b) - (remainder(a, b) != 0 && (a < 0) != (b < 0) ? 1 : 0));
  }
};
template <class T>
struct FloorMod {
  T operator()(T a, T b) const {
    T rest;
    if constexpr (std::is_floating_point_v<T>)
      rest = std::fmod(a, b);
    else
      rest = remainder(a, b);
    return rest != 0 && (rest < 0) != (b < 0) ? static_cast<T>(rest + b) : rest;
  }
};
template <class T>
struct TruncateDiv {
  T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>)
      return std::trunc(a / b);
    else
      return quotient(a, b);
  }
};
template <class T>
struct TruncateMod {
  T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>)
      return std::fmod(a, b);
    else
      return remainder(a, b);
  }
};

template <class T>
int clamped_shift(T by) {
  constexpr int last = static_cast<int>(sizeof(T)) * 8 - 1;
  if (by < 0) return 0;
  return by > static_cast<T>(last) ? last : static_cast<int>(by);
}
template <class T>
T left_shift(T a, T by) {
  return static_cast<T>(static_cast<std::uint64_t>(a) << clamped_shift(by));
}
template <class T>
T right_shift(T a, T by) {
  return static_cast<T>(a >> clamped_shift(by));
}

template <class T>
T log_add_exp(T a, T b) {
  if (a == b) return a + T(0.693147180559945309417);  // infinities too
  return std::fmax(a, b) + std::log1p(std::exp(-std::abs(a - b))) + (a != a ? a : T(0)) + (b != b ? b : T(0));
}

struct Call {
  const void* a;
  const Shape& a_shape;
  const void* b;
  const Shape& b_shape;
  void* y;
  const Shape& y_shape;

  template <class T, class F>
  void run(std::int64_t grain, const F& f) const {
    map<T, T>(a, a_shape, b, b_shape, y, y_shape, grain, f);
  }
};

template <class T>
void divide_numbers(Arithmetic function, const Call& call) {
  switch (function) {
    case Arithmetic::floor_div:
      return call.run<T>(costly_grain, FloorDiv<T>());
    case Arithmetic::floor_mod:
      return call.run<T>(costly_grain, FloorMod<T>());
    case Arithmetic::truncate_div:
      return call.run<T>(costly_grain, TruncateDiv<T>());
    default:
      return call.run<T>(costly_grain, TruncateMod<T>());
  }
}

template <class T>
void combine_bits(Arithmetic function, const Call& call) {
  switch (function) {
    case Arithmetic::bitwise_and:
      return call.run<T>(cheap_grain, [](T a, T b) { return static_cast<T>(a & b); });
    case Arithmetic::bitwise_or:
      return call.run<T>(cheap_grain, [](T a, T b) { return static_cast<T>(a | b); });
    case Arithmetic::bitwise_xor:
      return call.run<T>(cheap_grain, [](T a, T b) { return static_cast<T>(a ^ b); });
    case Arithmetic::left_shift:
      return call.run<T>(cheap_grain, left_shift<T>);
    default:
      return call.run<T>(cheap_grain, right_shift<T>);
  }
}

template <class T>
void combine_floats(Arithmetic function, const Call& call) {
  switch (function) {
    case Arithmetic::divide_no_nan:
      return call.run<T>(cheap_grain, [](T a, T b) { return b == 0 ? T(0) : a / b; });
    case Arithmetic::multiply_no_nan:
      return call.run<T>(cheap_grain, [](T a, T b) { return b == 0 ? T(0) : a * b; });
    case Arithmetic::xdivy:
      return call.run<T>(cheap_grain, [](T a, T b) { return a == 0 ? T(0) : a / b; });
    case Arithmetic::xlogy:
      return call.run<T>(costly_grain, [](T a, T b) { return a == 0 ? T(0) : a * std::log(b); });
    case Arithmetic::xlog1py:
      return call.run<T>(costly_grain, [](T a, T b) { return a == 0 ? T(0) : a * std::log1p(b); });
    case Arithmetic::atan2:
      return call.run<T>(costly_grain, [](T a, T b) { return std::atan2(a, b); });
    case Arithmetic::hypot:
      return call.run<T>(costly_grain, [](T a, T b) { return std::hypot(a, b); });
    case Arithmetic::logaddexp:
      return call.run<T>(costly_grain, log_add_exp<T>);
    default:
      return call.run<T>(costly_grain, [](T a, T b) { return std::nextafter(a, b); });
  }
}

/// f for the C++ type of an integer dtype.
template <class F>
void with_integer_type(DType dtype, const F& f) {
  with_type(dtype, [&](auto zero) {
    if constexpr (std::is_integral_v<decltype(zero)>) f(zero);
  });
}

}  // namespace

bool supports(Arithmetic function, DType dtype) {
  return is_floating(dtype) ? is_division(function) || !is_of_integers(function)
                            : is_integer(dtype) && is_of_integers(function);
}

void binary(Arithmetic function, DType dtype, const void* a, const Shape& a_shape, const void* b,
            const Shape& b_shape, void* y, const Shape& y_shape) {
  const Call call{a, a_shape, b, b_shape, y, y_shape};
  if (is_division(function)) {
    if (is_floating(dtype))
      with_floating_type(dtype, [&](auto zero) { divide_numbers<decltype(zero)>(function, call); });
    else
      with_integer_type(dtype, [&](auto zero) { divide_numbers<decltype(zero)>(function, call); });
  } else if (is_of_integers(function)) {
    with_integer_type(dtype, [&](auto zero) { combine_bits<decltype(zero)>(function, call); });
  } else {
    with_floating_type(dtype, [&](auto zero) { combine_floats<decltype(zero)>(function, call); });
  }
}

void binary(Arithmetic function, DType dtype, const void* a, const void* b, void* y, std::int64_t n) {
  binary(function, dtype, a, Shape{n}, b, Shape{n}, y, Shape{n});
}

void invert(DType dtype, const void* x, void* y, std::int64_t n) {
  with_integer_type(dtype, [&](auto zero) {
    using T = decltype(zero);
    map<T, T>(x, y, n, cheap_grain, [](T value) { return static_cast<T>(~value); });
  });
}

void saturate(DType from, const void* x, DType to, void* y, std::int64_t n) {
  with_integer_type(from, [&](auto from_zero) {
    with_integer_type(to, [&](auto to_zero) {
      using From = decltype(from_zero);
      using To = decltype(to_zero);
      map<From, To>(x, y, n, cheap_grain, [](From value) {
        using Limits = std::numeric_limits<To>;
        if (std::cmp_less(value, Limits::min())) return Limits::min();
        return std::cmp_greater(value, Limits::max()) ? Limits::max() : static_cast<To>(value);
      });
    });
  });
}

bool contains_zero(DType dtype, const void* x, std::int64_t n) {
  bool found = false;
  with_integer_type(dtype, [&](auto zero) {
    const auto* values = static_cast<const decltype(zero)*>(x);
    for (std::int64_t i = 0; i < n && !found; ++i) found = values[i] == 0;
  });
  return found;
}

void clip(DType dtype, const void* x, const Shape& x_shape, const void* low, const Shape& low_shape, const void* high,
          const Shape& high_shape, void* y, const Shape& y_shape) {
  with_type(dtype, [&](auto zero) {
    using T = decltype(zero);
    map<T, T>(x, x_shape, low, low_shape, high, high_shape, y, y_shape, cheap_grain, [](T value, T least, T most) {
      // As minimum and maximum: a NaN comes through, from the limits too.
      const T below = value < most || value != value ? value : most;
      return below > least || below != below ? below : least;
    });
  });
}

void leaky(DType dtype, double alpha, const void* x, const Shape& x_shape, const void* gate, const Shape& gate_shape,
           void* y, const Shape& y_shape) {
  with_floating_type(dtype, [&](auto zero) {
    using T = decltype(zero);
    const T slope = static_cast<T>(alpha);
    map<T, T>(x, x_shape, gate, gate_shape, y, y_shape, cheap_grain,
              [slope](T value, T sign) { return sign > 0 ? value : slope * value; });
  });
}

}  // namespace gradtape::kernels
