// Compiled once per instruction set, see isa.h.
#include "../softmax_columns_table.h"

#include "fold.h"
#include "vector_math.h"

namespace gradtape::kernels::GRADTAPE_ISA {
namespace {

using Int = std::int64_t;

// Terms added one after another before they join the total.
constexpr Int block = 64;

template <class T>
void column_maxima(const T* x, Int n, Int stride, Int columns, T* maxima) {
  GRADTAPE_VECTORIZE
  for (Int c = 0; c < columns; ++c) maxima[c] = x[c];
  for (Int r = 1; r < n; ++r) {
    const T* row = x + r * stride;
    GRADTAPE_VECTORIZE
    for (Int c = 0; c < columns; ++c) maxima[c] = Max::apply(maxima[c], row[c]);
  }
}

/// sums[c] = the sum of term(r * stride + c, c) over r.
template <class T, class Term>
[[gnu::always_inline]] inline void sum_columns(Int n, Int stride, Int columns, T* sums, const Term& term) {
  alignas(64) T part[softmax_strip];
  for (Int c = 0; c < columns; ++c) sums[c] = T(0);
  for (Int first = 0; first < n; first += block) {
    const Int last = n - first < block ? n : first + block;
    for (Int c = 0; c < columns; ++c) part[c] = T(0);
    for (Int r = first; r < last; ++r) {
      GRADTAPE_VECTORIZE
      for (Int c = 0; c < columns; ++c) part[c] += term(r * stride + c, c);
    }
    GRADTAPE_VECTORIZE
    for (Int c = 0; c < columns; ++c) sums[c] += part[c];
  }
}

/// y = term(place, c) for all places.
template <class T, class Term>
[[gnu::always_inline]] inline void write_columns(T* y, Int n, Int stride, Int columns, const Term& term) {
  for (Int r = 0; r < n; ++r) {
    GRADTAPE_VECTORIZE
    for (Int c = 0; c < columns; ++c) y[r * stride + c] = term(r * stride + c, c);
  }
}

template <class T>
void softmax(const T* x, T* y, Int n, Int stride, Int columns) {
  alignas(64) T maxima[softmax_strip], sums[softmax_strip];
  column_maxima(x, n, stride, columns, maxima);
  sum_columns(n, stride, columns, sums, [&](Int place, Int c) {
    const T exponential = math::exp(x[place] - maxima[c]);
    y[place] = exponential;
    return exponential;
  });
  for (Int c = 0; c < columns; ++c) sums[c] = T(1) / sums[c];
  write_columns(y, n, stride, columns, [&](Int place, Int c) { return y[place] * sums[c]; });
}

template <class T>
void log_softmax(const T* x, T* y, Int n, Int stride, Int columns) {
  alignas(64) T maxima[softmax_strip], sums[softmax_strip];
  column_maxima(x, n, stride, columns, maxima);
  sum_columns(n, stride, columns, sums, [&](Int place, Int c) { return math::exp(x[place] - maxima[c]); });
  GRADTAPE_VECTORIZE
  for (Int c = 0; c < columns; ++c) sums[c] = math::log(sums[c]);
  write_columns(y, n, stride, columns, [&](Int place, Int c) { return (x[place] - maxima[c]) - sums[c]; });
}

template <class T>
void softmax_gradient(const T* dy, const T* y, T* dx, Int n, Int stride, Int columns) {
  alignas(64) T sums[softmax_strip];
  sum_columns(n, stride, columns, sums, [&](Int place, Int) { return dy[place] * y[place]; });
  write_columns(dx, n, stride, columns, [&](Int place, Int c) { return y[place] * (dy[place] - sums[c]); });
}

template <class T>
void log_softmax_gradient(const T* dy, const T* y, T* dx, Int n, Int stride, Int columns) {
  alignas(64) T sums[softmax_strip];
  sum_columns(n, stride, columns, sums, [&](Int place, Int) { return dy[place]; });
  write_columns(dx, n, stride, columns, [&](Int place, Int c) { return dy[place] - math::exp(y[place]) * sums[c]; });
}

template <class T>
constexpr SoftmaxColumnKernels<T> kernels_of = {softmax<T>, log_softmax<T>, softmax_gradient<T>,
                                                log_softmax_gradient<T>};

}  // namespace

extern const SoftmaxColumnTable softmax_column_table;
const SoftmaxColumnTable softmax_column_table = {kernels_of<float>, kernels_of<double>};

}  // namespace gradtape::kernels::GRADTAPE_ISA
