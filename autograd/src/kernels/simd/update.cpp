// The optimizers' loops.

#include "update.h"

#include "vector_math.h"

namespace gradtape::kernels::GRADTAPE_ISA {
namespace {

template <class T>
void sgd(T* w, const T* g, std::int64_t n, double learning_rate) {
  const T rate = static_cast<T>(learning_rate);
  GRADTAPE_VECTORIZE
  for (std::int64_t i = 0; i < n; ++i) w[i] -= rate * g[i];
}

template <class T>
void momentum(T* w, T* v, const T* g, std::int64_t n, double learning_rate, double momentum, bool nesterov) {
  const T rate = static_cast<T>(learning_rate);
  const T factor = static_cast<T>(momentum);
  if (nesterov) {
    GRADTAPE_VECTORIZE
    for (std::int64_t i = 0; i < n; ++i) {
      const T step = rate * g[i];
      const T velocity = factor * v[i] - step;
      v[i] = velocity;
      w[i] += factor * velocity - step;
    }
  } else {
    GRADTAPE_VECTORIZE
    for (std::int64_t i = 0; i < n; ++i) {
      const T velocity = factor * v[i] - rate * g[i];
      v[i] = velocity;
      w[i] += velocity;
    }
  }
}

template <class T, bool amsgrad>
void adam_elements(T* w, T* m, T* v, T* v_max, const T* g, std::int64_t n, const AdamFactors& factors) {
  const T rate = static_cast<T>(factors.corrected_rate);
  const T new_m = static_cast<T>(1 - factors.beta_1);
  const T new_v = static_cast<T>(1 - factors.beta_2);
  const T epsilon = static_cast<T>(factors.epsilon);
  GRADTAPE_VECTORIZE
  for (std::int64_t i = 0; i < n; ++i) {
    const T gradient = g[i];
    const T mean = m[i] + new_m * (gradient - m[i]);
    T variance = v[i] + new_v * (gradient * gradient - v[i]);
    m[i] = mean;
    v[i] = variance;
    if constexpr (amsgrad) {
      variance = v_max[i] > variance ? v_max[i] : variance;
      v_max[i] = variance;
    }
    w[i] -= rate * mean / (math::sqrt(variance) + epsilon);
  }
}

template <class T>
void adam(T* w, T* m, T* v, T* v_max, const T* g, std::int64_t n, const AdamFactors& factors) {
  if (v_max != nullptr)
    adam_elements<T, true>(w, m, v, v_max, g, n, factors);
  else
    adam_elements<T, false>(w, m, v, v_max, g, n, factors);
}

template <class T>
void axpy(double scale, const T* x, T* y, std::int64_t n) {
  const T factor = static_cast<T>(scale);
  GRADTAPE_VECTORIZE
  for (std::int64_t i = 0; i < n; ++i) y[i] += factor * x[i];
}

}  // namespace

extern const UpdateLoops<float> update_float32 = {sgd<float>, momentum<float>, adam<float>, axpy<float>};
extern const UpdateLoops<double> update_float64 = {sgd<double>, momentum<double>, adam<double>, axpy<double>};

}  // namespace gradtape::kernels::GRADTAPE_ISA
