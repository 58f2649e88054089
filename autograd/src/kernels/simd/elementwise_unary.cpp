// Unary loops.

#include "elementwise_table.h"
#include "integer_arithmetic.h"
#include "unary_loop.h"
#include "vector_math.h"

namespace gradtape::kernels::GRADTAPE_ISA {
namespace {

// Adding 2^23 (2^52) rounds the fraction away, half to even; larger numbers have none. Without SSE 4.1 there is no
// instruction for it.
GRADTAPE_INLINE float nearest(float x) {
#ifdef __SSE4_1__
  return __builtin_nearbyintf(x);
#else
  const float a = math::abs(x);
  const float y = (a + 0x1p23f) - 0x1p23f;
  return a < 0x1p23f ? math::copysign(y, x) : x;
#endif
}
GRADTAPE_INLINE double nearest(double x) {
#ifdef __SSE4_1__
  return __builtin_nearbyint(x);
#else
  const double a = math::abs(x);
  const double y = (a + 0x1p52) - 0x1p52;
  return a < 0x1p52 ? math::copysign(y, x) : x;
#endif
}

struct Negative {
  template <class T>
  GRADTAPE_INLINE T apply(T x) {
    if constexpr (is_integer_type<T>)
      return integer::subtract(T(0), x);
    else
      return -x;
  }
};
struct Abs {
  template <class T>
  GRADTAPE_INLINE T apply(T x) {
    if constexpr (is_integer_type<T>)
      return x < T(0) ? integer::subtract(T(0), x) : x;
    else
      return math::abs(x);
  }
};
struct Sign {
  template <class T>
  GRADTAPE_INLINE T apply(T x) {
    if constexpr (is_integer_type<T>)
      return static_cast<T>((x > T(0)) - (x < T(0)));
    else
      return x > T(0) ? T(1) : (x < T(0) ? T(-1) : x);  // NaN stays
  }
};
struct Square {
  template <class T>
  GRADTAPE_INLINE T apply(T x) {
    if constexpr (is_integer_type<T>)
      return integer::multiply(x, x);
    else
      return x * x;
  }
};
struct Sqrt {
  template <class T>
  GRADTAPE_INLINE T apply(T x) {
    return math::sqrt(x);
  }
};
struct Rsqrt {
  template <class T>
  GRADTAPE_INLINE T apply(T x) {
    return T(1) / math::sqrt(x);
  }
};
struct Reciprocal {
  template <class T>
  GRADTAPE_INLINE T apply(T x) {
    return T(1) / x;
  }
};
struct Exp {
  template <class T>
  GRADTAPE_INLINE T apply(T x) {
    return math::exp(x);
  }
};
struct Expm1 {
  template <class T>
  GRADTAPE_INLINE T apply(T x) {
    return math::expm1(x);
  }
};
struct Log {
  template <class T>
  GRADTAPE_INLINE T apply(T x) {
    return math::log(x);
  }
};
struct Log1p {
  template <class T>
  GRADTAPE_INLINE T apply(T x) {
    return math::log1p(x);
  }
};
struct Sigmoid {
  template <class T>
  GRADTAPE_INLINE T apply(T x) {
    return math::sigmoid(x);
  }
};
struct Tanh {
  template <class T>
  GRADTAPE_INLINE T apply(T x) {
    return math::tanh(x);
  }
};
struct Relu {
  template <class T>
  GRADTAPE_INLINE T apply(T x) {
    return x <= T(0) ? T(0) : x;
  }  // NaN stays
};
struct Softplus {
  template <class T>
  GRADTAPE_INLINE T apply(T x) {
    return math::softplus(x);
  }
};
struct Floor {
  template <class T>
  GRADTAPE_INLINE T apply(T x) {
    const T y = nearest(x);
    return y > x ? y - T(1) : y;
  }
};
struct Ceil {
  template <class T>
  GRADTAPE_INLINE T apply(T x) {
    const T y = nearest(x);
    return math::copysign(y < x ? y + T(1) : y, x);
  }
};
struct Round {
  template <class T>
  GRADTAPE_INLINE T apply(T x) {
    return nearest(x);
  }
};
struct Identity {
  template <class T>
  GRADTAPE_INLINE T apply(T x) {
    return x;
  }
};
struct SmallSin {
  GRADTAPE_INLINE float apply(float x) { return math::small_sin(x); }
};
struct SmallCos {
  GRADTAPE_INLINE float apply(float x) { return math::small_cos(x); }
};
struct Sin {
  GRADTAPE_INLINE float apply(float x) {
    return math::abs(x) > math::largest_angle ? __builtin_sinf(x) : math::small_sin(x);
  }
  GRADTAPE_INLINE double apply(double x) { return __builtin_sin(x); }
};
struct Cos {
  GRADTAPE_INLINE float apply(float x) {
    return math::abs(x) > math::largest_angle ? __builtin_cosf(x) : math::small_cos(x);
  }
  GRADTAPE_INLINE double apply(double x) { return __builtin_cos(x); }
};

template <class T>
constexpr UnaryLoop sin_loop = loop<T, Sin>;
template <>
constexpr UnaryLoop sin_loop<float> = angle_loop<SmallSin, Sin>;
template <class T>
constexpr UnaryLoop cos_loop = loop<T, Cos>;
template <>
constexpr UnaryLoop cos_loop<float> = angle_loop<SmallCos, Cos>;

// In the order of enum class Unary.
#define GRADTAPE_FLOATING(T)                                                                                      \
  {                                                                                                               \
    loop<T, Negative>, loop<T, Abs>, loop<T, Sign>, loop<T, Square>, loop<T, Sqrt>, loop<T, Rsqrt>,               \
        loop<T, Reciprocal>, loop<T, Exp>, loop<T, Expm1>, loop<T, Log>, loop<T, Log1p>, loop<T, Sigmoid>,        \
        loop<T, Tanh>, loop<T, Relu>, loop<T, Softplus>, sin_loop<T>, cos_loop<T>, loop<T, Floor>, loop<T, Ceil>, \
        loop<T, Round>                                                                                            \
  }
#define GRADTAPE_INTEGER(T)                                                                                       \
  {                                                                                                               \
    loop<T, Negative>, loop<T, Abs>, loop<T, Sign>, loop<T, Square>, nullptr, nullptr, nullptr, nullptr, nullptr, \
        nullptr, nullptr, nullptr, nullptr, loop<T, Relu>, nullptr, nullptr, nullptr, loop<T, Identity>,          \
        loop<T, Identity>, loop<T, Identity>                                                                      \
  }

}  // namespace

extern const UnaryTable unary_table = {{
    GRADTAPE_FLOATING(float),
    GRADTAPE_FLOATING(double),
    GRADTAPE_INTEGER(std::int32_t),
    GRADTAPE_INTEGER(std::int64_t),
    GRADTAPE_INTEGER(std::uint8_t),
    {},
}};

}  // namespace gradtape::kernels::GRADTAPE_ISA
