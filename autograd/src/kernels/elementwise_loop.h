#pragma once
// Elementwise loops over a function given on the spot, for those that need no vector loop of their own in simd/: what
// libm computes, and what waits for memory anyway. T, R: the types of operands and results.

#include "elementwise_broadcast.h"
#include "parallel.h"

namespace gradtape::kernels {

/// y[i] = f(x[i])
template <class T, class R, class F>
void map(const void* x, void* y, std::int64_t n, std::int64_t grain, const F& f) {
  const T* in = static_cast<const T*>(x);
  R* out = static_cast<R*>(y);
  parallel_for(n, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) out[i] = f(in[i]);
  });
}

/// y = f(a, b), broadcast from a_shape and b_shape to y_shape.
template <class T, class R, class F>
void map(const void* a, const Shape& a_shape, const void* b, const Shape& b_shape, void* y, const Shape& y_shape,
         std::int64_t grain, const F& f) {
  const std::int64_t n = y_shape.num_elements();
  if (n == 0) return;
  const Operand operands[] = {{a, &a_shape, sizeof(T)}, {b, &b_shape, sizeof(T)}};
  broadcast_loop(operands, 2, y, y_shape, sizeof(R), n, grain,
                 [&](const void* const* data, unsigned moving, void* to, std::int64_t count) {
                   const T *left = static_cast<const T*>(data[0]), *right = static_cast<const T*>(data[1]);
                   R* out = static_cast<R*>(to);
                   if (moving == 3) {
                     for (std::int64_t i = 0; i < count; ++i) out[i] = f(left[i], right[i]);
                   } else if (moving == 1) {
                     for (std::int64_t i = 0; i < count; ++i) out[i] = f(left[i], *right);
                   } else if (moving == 2) {
                     for (std::int64_t i = 0; i < count; ++i) out[i] = f(*left, right[i]);
                   } else {
                     for (std::int64_t i = 0; i < count; ++i) out[i] = f(*left, *right);
                   }
                 });
}

/// y = f(a, b, c), broadcast.
template <class T, class R, class F>
void map(const void* a, const Shape& a_shape, const void* b, const Shape& b_shape, const void* c,
         const Shape& c_shape, void* y, const Shape& y_shape, std::int64_t grain, const F& f) {
  const std::int64_t n = y_shape.num_elements();
  if (n == 0) return;
  const Operand operands[] = {{a, &a_shape, sizeof(T)}, {b, &b_shape, sizeof(T)}, {c, &c_shape, sizeof(T)}};
  broadcast_loop(operands, 3, y, y_shape, sizeof(R), n, grain,
                 [&](const void* const* data, unsigned moving, void* to, std::int64_t count) {
                   const T *first = static_cast<const T*>(data[0]), *second = static_cast<const T*>(data[1]),
                           *third = static_cast<const T*>(data[2]);
                   R* out = static_cast<R*>(to);
                   if (moving == 1) {  // limits that are numbers
                     const T two = *second, three = *third;
                     for (std::int64_t i = 0; i < count; ++i) out[i] = f(first[i], two, three);
                     return;
                   }
                   const std::int64_t s = moving & 1, t = moving >> 1 & 1, u = moving >> 2 & 1;
                   for (std::int64_t i = 0; i < count; ++i) out[i] = f(first[i * s], second[i * t], third[i * u]);
                 });
}

}  // namespace gradtape::kernels
