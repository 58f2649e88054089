#include "more_dtypes.h"

#include <limits>
#include <string>
#include <type_traits>

#include "dispatch.h"

namespace gradtape::kernels {
namespace {

using std::int64_t;

bool is_storage_integer(DType dtype) { return dtype >= DType::int8 && dtype <= DType::uint64; }

/// Calls f with a value of a storage dtype's type.
template <class F>
auto with_storage_type(DType dtype, F&& f) {
  switch (dtype) {
    case DType::int8:
      return f(std::int8_t{});
    case DType::int16:
      return f(std::int16_t{});
    case DType::uint16:
      return f(std::uint16_t{});
    case DType::uint32:
      return f(std::uint32_t{});
    default:
      return f(std::uint64_t{});
  }
}

/// What wraps around in arithmetic on T.
template <class T>
using Wide = std::uint64_t;

template <class T, class F>
void unary_loop(const void* x, void* y, int64_t n) {
  const T* in = static_cast<const T*>(x);
  T* out = static_cast<T*>(y);
  for (int64_t i = 0; i < n; ++i) out[i] = F::apply(in[i]);
}

template <class T, class Out, class F>
void binary_loop(Operands advance, const void* a, const void* b, void* y, int64_t n) {
  const T* left = static_cast<const T*>(a);
  const T* right = static_cast<const T*>(b);
  Out* out = static_cast<Out*>(y);
  if (advance == Operands::both)
    for (int64_t i = 0; i < n; ++i) out[i] = F::apply(left[i], right[i]);
  else if (advance == Operands::left)
    for (int64_t i = 0; i < n; ++i) out[i] = F::apply(left[i], *right);
  else
    for (int64_t i = 0; i < n; ++i) out[i] = F::apply(*left, right[i]);
}

struct Negative {
  template <class T>
  static T apply(T x) {
    return static_cast<T>(Wide<T>{0} - static_cast<Wide<T>>(x));
  }
};
struct Abs {
  template <class T>
  static T apply(T x) {
    return x < T(0) ? Negative::apply(x) : x;
  }
};
struct Sign {
  template <class T>
  static T apply(T x) {
    return static_cast<T>((x > T(0)) - (x < T(0)));
  }
};
struct Square {
  template <class T>
  static T apply(T x) {
    return static_cast<T>(static_cast<Wide<T>>(x) * static_cast<Wide<T>>(x));
  }
};
struct Relu {
  template <class T>
  static T apply(T x) {
    return x < T(0) ? T(0) : x;
  }
};
struct Same {
  template <class T>
  static T apply(T x) {
    return x;
  }
};

struct Add {
  template <class T>
  static T apply(T a, T b) {
    return static_cast<T>(static_cast<Wide<T>>(a) + static_cast<Wide<T>>(b));
  }
};
struct Subtract {
  template <class T>
  static T apply(T a, T b) {
    return static_cast<T>(static_cast<Wide<T>>(a) - static_cast<Wide<T>>(b));
  }
};
struct Multiply {
  template <class T>
  static T apply(T a, T b) {
    return static_cast<T>(static_cast<Wide<T>>(a) * static_cast<Wide<T>>(b));
  }
};
struct Maximum {
  template <class T>
  static T apply(T a, T b) {
    return a < b ? b : a;
  }
};
struct Minimum {
  template <class T>
  static T apply(T a, T b) {
    return b < a ? b : a;
  }
};
struct SquaredDifference {
  template <class T>
  static T apply(T a, T b) {
    return Square::apply(Subtract::apply(a, b));
  }
};

/// An element of a string tensor; null stands for "".
struct Text {
  const std::string* text;
  const std::string& get() const {
    static const std::string nothing;
    return text != nullptr ? *text : nothing;
  }
  friend bool operator==(Text a, Text b) { return a.text == b.text || a.get() == b.get(); }
  friend bool operator<(Text a, Text b) { return a.get() < b.get(); }
};

struct Equal {
  template <class T>
  static bool apply(T a, T b) {
    return a == b;
  }
};
struct NotEqual {
  template <class T>
  static bool apply(T a, T b) {
    return !(a == b);
  }
};
struct Less {
  template <class T>
  static bool apply(T a, T b) {
    return a < b;
  }
};
struct LessEqual {
  template <class T>
  static bool apply(T a, T b) {
    return !(b < a);
  }
};
struct Greater {
  template <class T>
  static bool apply(T a, T b) {
    return b < a;
  }
};
struct GreaterEqual {
  template <class T>
  static bool apply(T a, T b) {
    return !(a < b);
  }
};

template <class T>
BinaryLoop comparison_loop(Comparison comparison) {
  switch (comparison) {
    case Comparison::equal:
      return binary_loop<T, bool, Equal>;
    case Comparison::not_equal:
      return binary_loop<T, bool, NotEqual>;
    case Comparison::less:
      return binary_loop<T, bool, Less>;
    case Comparison::less_equal:
      return binary_loop<T, bool, LessEqual>;
    case Comparison::greater:
      return binary_loop<T, bool, Greater>;
    case Comparison::greater_equal:
      return binary_loop<T, bool, GreaterEqual>;
  }
  return nullptr;
}

/// Floating-point to integer truncates and saturates, NaN gives 0; integer to integer wraps around.
template <class From, class To>
To converted(From x) {
  if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    using Limits = std::numeric_limits<To>;
    if (!(x == x)) return To(0);
    if (x <= static_cast<From>(Limits::min())) return Limits::min();
    // The limit itself may round up to a value that the dtype does not hold.
    if (x >= static_cast<From>(Limits::max())) return Limits::max();
    return static_cast<To>(x);
  } else {
    return static_cast<To>(x);
  }
}

template <class From, class To>
void cast_loop(const void* x, void* y, int64_t n) {
  const From* in = static_cast<const From*>(x);
  To* out = static_cast<To*>(y);
  for (int64_t i = 0; i < n; ++i) out[i] = converted<From, To>(in[i]);
}
template <class From>
void to_bool_loop(const void* x, void* y, int64_t n) {
  const From* in = static_cast<const From*>(x);
  bool* out = static_cast<bool*>(y);
  for (int64_t i = 0; i < n; ++i) out[i] = in[i] != From(0);
}

}  // namespace

UnaryLoop more_unary_loop(Unary function, DType dtype) {
  if (!is_storage_integer(dtype)) return nullptr;
  return with_storage_type(dtype, [&](auto zero) -> UnaryLoop {
    using T = decltype(zero);
    switch (function) {
      case Unary::negative:
        return unary_loop<T, Negative>;
      case Unary::abs:
        return unary_loop<T, Abs>;
      case Unary::sign:
        return unary_loop<T, Sign>;
      case Unary::square:
        return unary_loop<T, Square>;
      case Unary::relu:
        return unary_loop<T, Relu>;
      case Unary::floor:
      case Unary::ceil:
      case Unary::round:
        return unary_loop<T, Same>;
      default:
        return nullptr;
    }
  });
}

BinaryLoop more_binary_loop(Binary function, DType dtype) {
  if (!is_storage_integer(dtype)) return nullptr;
  return with_storage_type(dtype, [&](auto zero) -> BinaryLoop {
    using T = decltype(zero);
    switch (function) {
      case Binary::add:
        return binary_loop<T, T, Add>;
      case Binary::subtract:
        return binary_loop<T, T, Subtract>;
      case Binary::multiply:
        return binary_loop<T, T, Multiply>;
      case Binary::maximum:
        return binary_loop<T, T, Maximum>;
      case Binary::minimum:
        return binary_loop<T, T, Minimum>;
      case Binary::squared_difference:
        return binary_loop<T, T, SquaredDifference>;
      default:
        return nullptr;
    }
  });
}

BinaryLoop more_comparison_loop(Comparison comparison, DType dtype) {
  if (dtype == DType::string) return comparison_loop<Text>(comparison);
  if (!is_storage_integer(dtype)) return nullptr;
  return with_storage_type(dtype, [&](auto zero) { return comparison_loop<decltype(zero)>(comparison); });
}

UnaryLoop more_cast_loop(DType from, DType to) {
  if (from == DType::string || to == DType::string) return nullptr;
  return with_type(from, [&](auto from_zero) -> UnaryLoop {
    using From = decltype(from_zero);
    if (to == DType::boolean) return to_bool_loop<From>;
    return with_type(to, [&](auto to_zero) -> UnaryLoop { return cast_loop<From, decltype(to_zero)>; });
  });
}

}  // namespace gradtape::kernels
