// Binary loops on two operands of one dtype.

#include "binary_loop.h"
#include "elementwise_table.h"
#include "integer_arithmetic.h"
#include "vector_math.h"
#include "vector_pow.h"

namespace gradtape::kernels::GRADTAPE_ISA {
namespace {

struct Add {
  template <class T>
  GRADTAPE_INLINE T apply(T a, T b) {
    if constexpr (is_integer_type<T>)
      return integer::add(a, b);
    else
      return a + b;
  }
};
struct Subtract {
  template <class T>
  GRADTAPE_INLINE T apply(T a, T b) {
    if constexpr (is_integer_type<T>)
      return integer::subtract(a, b);
    else
      return a - b;
  }
};
struct Multiply {
  template <class T>
  GRADTAPE_INLINE T apply(T a, T b) {
    if constexpr (is_integer_type<T>)
      return integer::multiply(a, b);
    else
      return a * b;
  }
};
struct Divide {
  template <class T>
  GRADTAPE_INLINE T apply(T a, T b) {
    return a / b;
  }
};
// A NaN on either side comes through.
struct Maximum {
  template <class T>
  GRADTAPE_INLINE T apply(T a, T b) {
    return a > b || a != a ? a : b;
  }
};
struct Minimum {
  template <class T>
  GRADTAPE_INLINE T apply(T a, T b) {
    return a < b || a != a ? a : b;
  }
};
struct Pow {
  template <class T>
  GRADTAPE_INLINE T apply(T a, T b) {
    return integer::pow(a, b);
  }
#ifdef __FMA__
  GRADTAPE_INLINE float apply(float a, float b) { return math::pow(a, b); }
#else  // vectors of two doubles lose against libm
  GRADTAPE_INLINE float apply(float a, float b) { return b == 2.0f ? a * a : __builtin_powf(a, b); }
#endif
  GRADTAPE_INLINE double apply(double a, double b) { return b == 2.0 ? a * a : __builtin_pow(a, b); }
};
struct SquaredDifference {
  template <class T>
  GRADTAPE_INLINE T apply(T a, T b) {
    const T difference = Subtract::apply(a, b);
    return Multiply::apply(difference, difference);
  }
};
struct ReluGradient {
  template <class T>
  GRADTAPE_INLINE T apply(T dy, T y) {
    return y > T(0) ? dy : T(0);
  }
};
struct SigmoidGradient {
  template <class T>
  GRADTAPE_INLINE T apply(T dy, T y) {
    return dy * y * (T(1) - y);
  }
};
struct TanhGradient {
  template <class T>
  GRADTAPE_INLINE T apply(T dy, T y) {
    return dy * (T(1) - y * y);
  }
};

// In the order of enum class Binary.
#define GRADTAPE_FLOATING(T)                                                                                      \
  {                                                                                                               \
    binary_loop<T, Add>, binary_loop<T, Subtract>, binary_loop<T, Multiply>, binary_loop<T, Divide>,              \
        binary_loop<T, Maximum>, binary_loop<T, Minimum>, binary_loop<T, Pow>, binary_loop<T, SquaredDifference>, \
        binary_loop<T, ReluGradient>, binary_loop<T, SigmoidGradient>, binary_loop<T, TanhGradient>               \
  }
#define GRADTAPE_INTEGER(T)                                                                                        \
  {                                                                                                                \
    binary_loop<T, Add>, binary_loop<T, Subtract>, binary_loop<T, Multiply>, nullptr, binary_loop<T, Maximum>,     \
        binary_loop<T, Minimum>, binary_loop<T, Pow>, binary_loop<T, SquaredDifference>, nullptr, nullptr, nullptr \
  }

}  // namespace

extern const BinaryTable binary_table = {{
    GRADTAPE_FLOATING(float),
    GRADTAPE_FLOATING(double),
    GRADTAPE_INTEGER(std::int32_t),
    GRADTAPE_INTEGER(std::int64_t),
    GRADTAPE_INTEGER(std::uint8_t),
    {},
}};

}  // namespace gradtape::kernels::GRADTAPE_ISA
