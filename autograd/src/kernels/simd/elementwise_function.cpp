// Unary loops of functions of floating-point numbers.

#include "elementwise_table.h"
#include "unary_loop.h"
#include "vector_erf.h"
#include "vector_math.h"
#include "vector_pow.h"
#include "vector_trigonometry.h"

namespace gradtape::kernels::GRADTAPE_ISA {
namespace {

// Towards zero; from 2^23 (2^52) on numbers have no fraction.
struct Trunc {
  GRADTAPE_INLINE float apply(float x) { return rounded(x, 0x1p23f); }
  GRADTAPE_INLINE double apply(double x) { return rounded(x, 0x1p52); }
  template <class T>
  GRADTAPE_INLINE T rounded(T x, T large) {
    const T a = math::abs(x);
    const T nearest = (a + large) - large;
    const T down = nearest > a ? nearest - T(1) : nearest;
    return a < large ? math::copysign(down, x) : x;
  }
};

// By way of float64, whose error is lost in rounding to float32.
struct Exp2 {
  GRADTAPE_INLINE float apply(float x) {
    double exponent = static_cast<double>(x);
    exponent = exponent > 200.0 ? 200.0 : exponent;
    exponent = exponent < -200.0 ? -200.0 : exponent;
    return static_cast<float>(math::exp2_of_small(exponent));
  }
  GRADTAPE_INLINE double apply(double x) { return __builtin_exp2(x); }
};
GRADTAPE_INLINE float scaled_log2(float x, double scale) {
  const float y = static_cast<float>(math::log2_of_positive(static_cast<double>(x)) * scale);
  const float of_positive = x < math::infinity ? y : x;
  return x > 0.0f ? of_positive : (x == 0.0f ? -math::infinity : math::nan);
}
struct Log2 {
  GRADTAPE_INLINE float apply(float x) { return scaled_log2(x, 1.0); }
  GRADTAPE_INLINE double apply(double x) { return __builtin_log2(x); }
};
struct Log10 {
  GRADTAPE_INLINE float apply(float x) { return scaled_log2(x, 0.301029995663981195214); }
  GRADTAPE_INLINE double apply(double x) { return __builtin_log10(x); }
};
struct Cbrt {
  GRADTAPE_INLINE float apply(float x) {
    const float a = math::abs(x);
    const double third = math::log2_of_positive(static_cast<double>(a)) * (1.0 / 3);
    const float y = static_cast<float>(math::exp2_of_small(third));
    return (a > 0.0f) & (a < math::infinity) ? math::copysign(y, x) : x;
  }
  GRADTAPE_INLINE double apply(double x) { return __builtin_cbrt(x); }
};

struct SmallTan {
  GRADTAPE_INLINE float apply(float x) { return math::small_tan(x); }
};
struct Tan {
  GRADTAPE_INLINE float apply(float x) {
    return math::abs(x) > math::largest_angle ? __builtin_tanf(x) : math::small_tan(x);
  }
  GRADTAPE_INLINE double apply(double x) { return __builtin_tan(x); }
};
template <class T>
constexpr UnaryLoop tan_loop = loop<T, Tan>;
template <>
constexpr UnaryLoop tan_loop<float> = angle_loop<SmallTan, Tan>;

#define GRADTAPE_FUNCTION(Name, function) \
  struct Name {                           \
    template <class T>                    \
    GRADTAPE_INLINE T apply(T x) {        \
      return math::function(x);           \
    }                                     \
  };
GRADTAPE_FUNCTION(Asin, asin)
GRADTAPE_FUNCTION(Acos, acos)
GRADTAPE_FUNCTION(Atan, atan)
GRADTAPE_FUNCTION(Sinh, sinh)
GRADTAPE_FUNCTION(Cosh, cosh)
GRADTAPE_FUNCTION(Asinh, asinh)
GRADTAPE_FUNCTION(Acosh, acosh)
GRADTAPE_FUNCTION(Atanh, atanh)
GRADTAPE_FUNCTION(Erf, erf)
GRADTAPE_FUNCTION(Erfc, erfc)

// In the order of enum class Function.
#define GRADTAPE_FLOATING(T)                                                                                        \
  {                                                                                                                 \
    loop<T, Trunc>, loop<T, Exp2>, loop<T, Log2>, loop<T, Log10>, loop<T, Cbrt>, tan_loop<T>, loop<T, Asin>,        \
        loop<T, Acos>, loop<T, Atan>, loop<T, Sinh>, loop<T, Cosh>, loop<T, Asinh>, loop<T, Acosh>, loop<T, Atanh>, \
        loop<T, Erf>, loop<T, Erfc>                                                                                 \
  }

}  // namespace

extern const FunctionTable function_table = {{GRADTAPE_FLOATING(float), GRADTAPE_FLOATING(double)}};

}  // namespace gradtape::kernels::GRADTAPE_ISA
