#pragma once
// The loops of update.h for one instruction set, on the calling thread. Buffers hold T; T is float or double.

#include <cstdint>

namespace gradtape::kernels {

struct AdamFactors {
  double corrected_rate, beta_1, beta_2, epsilon;
};

template <class T>
struct UpdateLoops {
  void (*sgd)(T* w, const T* g, std::int64_t n, double learning_rate);
  void (*momentum)(T* w, T* v, const T* g, std::int64_t n, double learning_rate, double momentum, bool nesterov);
  void (*adam)(T* w, T* m, T* v, T* v_max, const T* g, std::int64_t n, const AdamFactors& factors);
  void (*axpy)(double scale, const T* x, T* y, std::int64_t n);
};

#define GRADTAPE_UPDATE_LOOPS(isa)                 \
  namespace isa {                                  \
  extern const UpdateLoops<float> update_float32;  \
  extern const UpdateLoops<double> update_float64; \
  }
GRADTAPE_UPDATE_LOOPS(baseline)
GRADTAPE_UPDATE_LOOPS(avx2)
GRADTAPE_UPDATE_LOOPS(avx512)
#undef GRADTAPE_UPDATE_LOOPS

}  // namespace gradtape::kernels
