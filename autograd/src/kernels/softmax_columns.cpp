#include "softmax_columns.h"

#include <algorithm>

#include "dispatch.h"
#include "isa.h"
#include "parallel.h"
#include "softmax_columns_table.h"

namespace gradtape::kernels {
namespace {

using std::int64_t;

template <class T>
const SoftmaxColumnKernels<T>& kernels_of() {
  const SoftmaxColumnTable& table =
      pick(baseline::softmax_column_table, avx2::softmax_column_table, avx512::softmax_column_table);
  if constexpr (sizeof(T) == sizeof(float))
    return table.float32;
  else
    return table.float64;
}

/// Calls body(offset, columns) for strips of columns.
template <class Body>
void for_strips(const MiddleAxis& shape, int64_t grain, const Body& body) {
  if (shape.n == 0 || shape.inner == 0) return;
  const int64_t strips = (shape.inner - 1) / softmax_strip + 1;
  const int64_t width = std::min(shape.inner, softmax_strip);
  parallel_for(shape.outer * strips, std::max<int64_t>(1, grain / (shape.n * width)),
               [&](int64_t begin, int64_t end) {
                 for (int64_t i = begin; i < end; ++i) {
                   const int64_t first = i % strips * softmax_strip;
                   body(i / strips * shape.n * shape.inner + first, std::min(shape.inner - first, softmax_strip));
                 }
               });
}

template <class Kernel>
void run_forward(DType dtype, const void* x, void* y, const MiddleAxis& shape, const Kernel& kernel) {
  with_floating_type(dtype, [&](auto zero) {
    using T = decltype(zero);
    const auto run = kernel(kernels_of<T>());
    for_strips(shape, costly_grain, [&](int64_t offset, int64_t columns) {
      run(static_cast<const T*>(x) + offset, static_cast<T*>(y) + offset, shape.n, shape.inner, columns);
    });
  });
}

template <class Kernel>
void run_gradient(DType dtype, const void* dy, const void* y, void* dx, const MiddleAxis& shape, int64_t grain,
                  const Kernel& kernel) {
  with_floating_type(dtype, [&](auto zero) {
    using T = decltype(zero);
    const auto run = kernel(kernels_of<T>());
    for_strips(shape, grain, [&](int64_t offset, int64_t columns) {
      run(static_cast<const T*>(dy) + offset, static_cast<const T*>(y) + offset, static_cast<T*>(dx) + offset,
          shape.n, shape.inner, columns);
    });
  });
}

}  // namespace

void softmax(DType dtype, const void* x, void* y, const MiddleAxis& shape) {
  run_forward(dtype, x, y, shape, [](const auto& kernels) { return kernels.softmax; });
}

void log_softmax(DType dtype, const void* x, void* y, const MiddleAxis& shape) {
  run_forward(dtype, x, y, shape, [](const auto& kernels) { return kernels.log_softmax; });
}

void softmax_gradient(DType dtype, const void* dy, const void* y, void* dx, const MiddleAxis& shape) {
  run_gradient(dtype, dy, y, dx, shape, cheap_grain, [](const auto& kernels) { return kernels.softmax_gradient; });
}

void log_softmax_gradient(DType dtype, const void* dy, const void* y, void* dx, const MiddleAxis& shape) {
  run_gradient(dtype, dy, y, dx, shape, costly_grain,
               [](const auto& kernels) { return kernels.log_softmax_gradient; });
}

}  // namespace gradtape::kernels
