#include "softmax.h"

#include <algorithm>

#include "isa.h"
#include "parallel.h"
#include "softmax_table.h"

namespace gradtape::kernels {

namespace {

using std::int64_t;

/// Calls f(kernels, zero) with the loops for the dtype and a zero of its C++ type.
template <class F>
void with_kernels(DType dtype, const F& f) {
  const SoftmaxTable& table = pick(baseline::softmax_table, avx2::softmax_table, avx512::softmax_table);
  if (dtype == DType::float32)
    f(table.float32, float{});
  else
    f(table.float64, double{});
}

template <class Body>
void for_rows(int64_t rows, int64_t columns, const Body& body) {
  parallel_for(rows, std::max<int64_t>(1, costly_grain / std::max<int64_t>(1, columns)), body);
}

}  // namespace

void softmax(DType dtype, const void* x, void* y, int64_t rows, int64_t columns) {
  with_kernels(dtype, [&](const auto& kernels, auto zero) {
    using T = decltype(zero);
    for_rows(rows, columns, [&](int64_t begin, int64_t end) {
      const int64_t offset = begin * columns;
      kernels.softmax(static_cast<const T*>(x) + offset, static_cast<T*>(y) + offset, end - begin, columns);
    });
  });
}

void log_softmax(DType dtype, const void* x, void* y, int64_t rows, int64_t columns) {
  with_kernels(dtype, [&](const auto& kernels, auto zero) {
    using T = decltype(zero);
    for_rows(rows, columns, [&](int64_t begin, int64_t end) {
      const int64_t offset = begin * columns;
      kernels.log_softmax(static_cast<const T*>(x) + offset, static_cast<T*>(y) + offset, end - begin, columns);
    });
  });
}

void softmax_gradient(DType dtype, const void* dy, const void* y, void* dx, int64_t rows, int64_t columns) {
  with_kernels(dtype, [&](const auto& kernels, auto zero) {
    using T = decltype(zero);
    // No exponentials here: the grain is that of cheap loops.
    parallel_for(rows, std::max<int64_t>(1, cheap_grain / std::max<int64_t>(1, columns)),
                 [&](int64_t begin, int64_t end) {
                   const int64_t offset = begin * columns;
                   kernels.softmax_gradient(static_cast<const T*>(dy) + offset, static_cast<const T*>(y) + offset,
                                            static_cast<T*>(dx) + offset, end - begin, columns);
                 });
  });
}

void log_softmax_gradient(DType dtype, const void* dy, const void* y, void* dx, int64_t rows, int64_t columns) {
  with_kernels(dtype, [&](const auto& kernels, auto zero) {
    using T = decltype(zero);
    for_rows(rows, columns, [&](int64_t begin, int64_t end) {
      const int64_t offset = begin * columns;
      kernels.log_softmax_gradient(static_cast<const T*>(dy) + offset, static_cast<const T*>(y) + offset,
                                   static_cast<T*>(dx) + offset, end - begin, columns);
    });
  });
}

void sparse_softmax_cross_entropy(DType dtype, const void* logits, DType label_dtype, const void* labels, void* loss,
                                  int64_t rows, int64_t columns) {
  with_kernels(dtype, [&](const auto& kernels, auto zero) {
    using T = decltype(zero);
    for_rows(rows, columns, [&](int64_t begin, int64_t end) {
      kernels.sparse_loss(static_cast<const T*>(logits) + begin * columns, Labels{label_dtype, labels}.from(begin),
                          static_cast<T*>(loss) + begin, end - begin, columns);
    });
  });
}

void sparse_softmax_cross_entropy_gradient(DType dtype, const void* dloss, const void* logits, DType label_dtype,
                                           const void* labels, void* dlogits, int64_t rows, int64_t columns) {
  with_kernels(dtype, [&](const auto& kernels, auto zero) {
    using T = decltype(zero);
    for_rows(rows, columns, [&](int64_t begin, int64_t end) {
      const int64_t offset = begin * columns;
      kernels.sparse_gradient(static_cast<const T*>(dloss) + begin, static_cast<const T*>(logits) + offset,
                              Labels{label_dtype, labels}.from(begin), static_cast<T*>(dlogits) + offset, end - begin,
                              columns);
    });
  });
}

void softmax_cross_entropy(DType dtype, const void* logits, const void* labels, void* loss, int64_t rows,
                           int64_t columns) {
  with_kernels(dtype, [&](const auto& kernels, auto zero) {
    using T = decltype(zero);
    for_rows(rows, columns, [&](int64_t begin, int64_t end) {
      const int64_t offset = begin * columns;
      kernels.dense_loss(static_cast<const T*>(logits) + offset, static_cast<const T*>(labels) + offset,
                         static_cast<T*>(loss) + begin, end - begin, columns);
    });
  });
}

void softmax_cross_entropy_gradient(DType dtype, const void* dloss, const void* logits, const void* labels,
                                    void* dlogits, int64_t rows, int64_t columns) {
  with_kernels(dtype, [&](const auto& kernels, auto zero) {
    using T = decltype(zero);
    for_rows(rows, columns, [&](int64_t begin, int64_t end) {
      const int64_t offset = begin * columns;
      kernels.dense_gradient(static_cast<const T*>(dloss) + begin, static_cast<const T*>(logits) + offset,
                             static_cast<const T*>(labels) + offset, static_cast<T*>(dlogits) + offset, end - begin,
                             columns);
    });
  });
}

}  // namespace gradtape::kernels
