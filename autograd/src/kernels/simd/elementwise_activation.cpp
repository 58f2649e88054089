// Loops of activation functions and of their first-order gradients. No inf - inf and no 0 * inf: at the infinities
// too results are the limits.

#include "binary_loop.h"
#include "elementwise_table.h"
#include "unary_loop.h"
#include "vector_erf.h"
#include "vector_math.h"

namespace gradtape::kernels::GRADTAPE_ISA {
namespace {

/// x within [-limit, limit]; NaN stays.
template <class T>
GRADTAPE_INLINE T limited(T x, T limit) {
  const T y = x > limit ? limit : x;
  return y < -limit ? -limit : y;
}
/// The same from below.
template <class T>
GRADTAPE_INLINE T at_least(T x, T low) {
  return x < low ? low : x;
}

/// sigmoid(x) and sigmoid(-x), both accurate where they are small.
template <class T>
struct Sigmoids {
  T of_x, of_minus_x;
};
template <class T>
GRADTAPE_INLINE Sigmoids<T> sigmoids(T x) {
  const T z = math::exp(-math::abs(x));
  const T large = T(1) / (T(1) + z), small = z / (T(1) + z);
  return {x >= T(0) ? large : small, x >= T(0) ? small : large};
}

struct Elu {
  template <class T>
  GRADTAPE_INLINE T apply(T x) {
    const T below = math::expm1(x < T(0) ? x : T(0));
    return x < T(0) ? below : x;
  }
};
struct EluGradient {
  template <class T>
  GRADTAPE_INLINE T apply(T dy, T y) {
    return y < T(0) ? dy * (y + T(1)) : dy;
  }
};

// scale and alpha of Klambauer et al., "Self-Normalizing Neural Networks", 2017.
inline constexpr double selu_scale = 1.0507009873554804934, selu_scaled_alpha = 1.7580993408473768600;
struct Selu {
  template <class T>
  GRADTAPE_INLINE T apply(T x) {
    const T below = T(selu_scaled_alpha) * math::expm1(x < T(0) ? x : T(0));
    return x < T(0) ? below : T(selu_scale) * x;
  }
};
struct SeluGradient {
  template <class T>
  GRADTAPE_INLINE T apply(T dy, T y) {
    return dy * (y < T(0) ? y + T(selu_scaled_alpha) : T(selu_scale));
  }
};

struct Relu6 {
  template <class T>
  GRADTAPE_INLINE T apply(T x) {
    const T y = x <= T(0) ? T(0) : x;
    return y > T(6) ? T(6) : y;
  }
};
struct Relu6Gradient {
  template <class T>
  GRADTAPE_INLINE T apply(T dy, T y) {
    return (y > T(0)) & (y < T(6)) ? dy : T(0);
  }
};

struct Softplus {
  template <class T>
  GRADTAPE_INLINE T apply(T x) {
    return math::softplus(x);
  }
};
struct SoftplusGradient {
  template <class T>
  GRADTAPE_INLINE T apply(T dy, T x) {
    return dy * math::sigmoid(x);
  }
};

struct LogSigmoid {
  template <class T>
  GRADTAPE_INLINE T apply(T x) {
    return -math::softplus(-x);
  }
};
struct LogSigmoidGradient {
  template <class T>
  GRADTAPE_INLINE T apply(T dy, T x) {
    return dy * math::sigmoid(-x);
  }
};

struct Softsign {
  template <class T>
  GRADTAPE_INLINE T apply(T x) {
    return x / (math::abs(x) + T(1));
  }
};
struct SoftsignGradient {
  template <class T>
  GRADTAPE_INLINE T apply(T dy, T x) {
    const T d = math::abs(x) + T(1);
    return dy / (d * d);
  }
};

struct Silu {
  template <class T>
  GRADTAPE_INLINE T apply(T x) {
    return at_least(x, T(-1e4)) * math::sigmoid(x);
  }
};
struct SiluGradient {
  template <class T>
  GRADTAPE_INLINE T apply(T dy, T x) {
    const Sigmoids<T> s = sigmoids(x);
    return dy * (s.of_x * (T(1) + limited(x, T(1e4)) * s.of_minus_x));
  }
};

// tanh(softplus(x)) = n / (n + 2) for n = e (e + 2), e = exp(x); 1 from 20 on.
struct Mish {
  template <class T>
  GRADTAPE_INLINE T apply(T x) {
    const T e = math::exp(x > T(20) ? T(20) : x);
    const T n = e * (e + T(2));
    return at_least(x, T(-1e4)) * (n / (n + T(2)));
  }
};
struct MishGradient {
  template <class T>
  GRADTAPE_INLINE T apply(T dy, T x) {
    const T e = math::exp(x > T(20) ? T(20) : x);
    const T n = e * (e + T(2)), d = n + T(2);
    // The derivative of the hyperbolic tangent is 4 e (e + 1) / d^2.
    return dy * ((n + limited(x, T(1e4)) * T(4) * e * (e + T(1)) / d) / d);
  }
};

struct Gelu {
  template <class T>
  GRADTAPE_INLINE T apply(T x) {
    return at_least(x, T(-1e4)) * math::normal(x).probability;
  }
};
struct GeluGradient {
  template <class T>
  GRADTAPE_INLINE T apply(T dy, T x) {
    const math::Normal<T> normal = math::normal(x);
    return dy * (normal.probability + limited(x, T(1e4)) * normal.density);
  }
};

// 1 + tanh(u) over 2 is sigmoid(2 u), for u = sqrt(2 / pi) (x + 0.044715 x^3).
inline constexpr double two_sqrt_2_over_pi = 1.59576912160573071176, cubic = 0.044715;
struct GeluTanh {
  template <class T>
  GRADTAPE_INLINE T apply(T x) {
    const T c = limited(x, T(100));
    return at_least(x, T(-100)) * math::sigmoid(T(two_sqrt_2_over_pi) * (c + T(cubic) * c * c * c));
  }
};
struct GeluTanhGradient {
  template <class T>
  GRADTAPE_INLINE T apply(T dy, T x) {
    const T c = limited(x, T(100));
    const Sigmoids<T> s = sigmoids(T(two_sqrt_2_over_pi) * (c + T(cubic) * c * c * c));
    const T slope = T(two_sqrt_2_over_pi) * (T(1) + T(3 * cubic) * c * c);
    return dy * (s.of_x * (T(1) + c * s.of_minus_x * slope));
  }
};

// In the order of enum class Activation.
#define GRADTAPE_FLOATING(T)                                                                                \
  {                                                                                                         \
    loop<T, Elu>, loop<T, Selu>, loop<T, Relu6>, loop<T, Softplus>, loop<T, LogSigmoid>, loop<T, Softsign>, \
        loop<T, Silu>, loop<T, Mish>, loop<T, Gelu>, loop<T, GeluTanh>                                      \
  }
#define GRADTAPE_GRADIENTS(T)                                                                                   \
  {                                                                                                             \
    binary_loop<T, EluGradient>, binary_loop<T, SeluGradient>, binary_loop<T, Relu6Gradient>,                   \
        binary_loop<T, SoftplusGradient>, binary_loop<T, LogSigmoidGradient>, binary_loop<T, SoftsignGradient>, \
        binary_loop<T, SiluGradient>, binary_loop<T, MishGradient>, binary_loop<T, GeluGradient>,               \
        binary_loop<T, GeluTanhGradient>                                                                        \
  }

}  // namespace

extern const ActivationTable activation_table = {{GRADTAPE_FLOATING(float), GRADTAPE_FLOATING(double)},
                                                 {GRADTAPE_GRADIENTS(float), GRADTAPE_GRADIENTS(double)}};

}  // namespace gradtape::kernels::GRADTAPE_ISA
