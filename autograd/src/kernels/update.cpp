#include "update.h"

#include "isa.h"
#include "parallel.h"
#include "simd/update.h"

namespace gradtape::kernels {

namespace {

/// Calls body with the loops of the dtype and a typed null pointer that tells the element type.
template <class Body>
void with_loops(DType dtype, const Body& body) {
  if (dtype == DType::float32)
    body(pick(baseline::update_float32, avx2::update_float32, avx512::update_float32), static_cast<float*>(nullptr));
  else
    body(pick(baseline::update_float64, avx2::update_float64, avx512::update_float64), static_cast<double*>(nullptr));
}

template <class T>
T* at(T*, void* buffer, std::int64_t element) {
  return buffer == nullptr ? nullptr : static_cast<T*>(buffer) + element;
}
template <class T>
const T* at(T*, const void* buffer, std::int64_t element) {
  return static_cast<const T*>(buffer) + element;
}

}  // namespace

void sgd_update(DType dtype, void* w, const void* g, std::int64_t n, double learning_rate) {
  with_loops(dtype, [&](const auto& loops, auto type) {
    parallel_for(n, cheap_grain, [&](std::int64_t begin, std::int64_t end) {
      loops.sgd(at(type, w, begin), at(type, g, begin), end - begin, learning_rate);
    });
  });
}

void momentum_update(DType dtype, void* w, void* v, const void* g, std::int64_t n, double learning_rate,
                     double momentum, bool nesterov) {
  with_loops(dtype, [&](const auto& loops, auto type) {
    parallel_for(n, cheap_grain, [&](std::int64_t begin, std::int64_t end) {
      loops.momentum(at(type, w, begin), at(type, v, begin), at(type, g, begin), end - begin, learning_rate, momentum,
                     nesterov);
    });
  });
}

void adam_update(DType dtype, void* w, void* m, void* v, void* v_max, const void* g, std::int64_t n,
                 double corrected_rate, double beta_1, double beta_2, double epsilon) {
  const AdamFactors factors{corrected_rate, beta_1, beta_2, epsilon};
  with_loops(dtype, [&](const auto& loops, auto type) {
    parallel_for(n, cheap_grain, [&](std::int64_t begin, std::int64_t end) {
      loops.adam(at(type, w, begin), at(type, m, begin), at(type, v, begin), at(type, v_max, begin),
                 at(type, g, begin), end - begin, factors);
    });
  });
}

void axpy(DType dtype, double scale, const void* x, void* y, std::int64_t n) {
  with_loops(dtype, [&](const auto& loops, auto type) {
    parallel_for(n, cheap_grain, [&](std::int64_t begin, std::int64_t end) {
      loops.axpy(scale, at(type, x, begin), at(type, y, begin), end - begin);
    });
  });
}

}  // namespace gradtape::kernels
