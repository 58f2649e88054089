// Compiled once per instruction set, see isa.h.
//
// A tile is a few pixels by one or two registers of columns, whose sums stay in registers. A pixel is one number from
// memory, spread over a register and multiplied by a row of columns.
#include "../convolution_tiles.h"

#include "isa_macros.h"

#if defined(__clang__)
#define GRADTAPE_UNROLL _Pragma("unroll")
#else
#define GRADTAPE_UNROLL _Pragma("GCC unroll 16")
#endif

namespace gradtape::kernels::GRADTAPE_ISA {
namespace {

// Rows of a tile beside two registers of columns and beside one. Each needs a pointer: more than eight would not fit
// the general registers.
#if defined(__AVX512F__)
constexpr int vector_bytes = 64;
constexpr int wide_rows = 8, narrow_rows = 8;
#elif defined(__AVX2__)
constexpr int vector_bytes = 32;
constexpr int wide_rows = 6, narrow_rows = 8;
#else
constexpr int vector_bytes = 16;
constexpr int wide_rows = 4, narrow_rows = 8;
#endif

template <class T>
struct Vector {
  typedef T Register __attribute__((vector_size(vector_bytes)));
  typedef T Memory __attribute__((vector_size(vector_bytes), aligned(alignof(T)), may_alias));
  static constexpr int width = vector_bytes / int{sizeof(T)};
};

template <class T>
GRADTAPE_INLINE typename Vector<T>::Register load(const T* from) {
  return *reinterpret_cast<const typename Vector<T>::Memory*>(from);
}
template <class T>
GRADTAPE_INLINE void store(T* to, typename Vector<T>::Register value) {
  *reinterpret_cast<typename Vector<T>::Memory*>(to) = value;
}

/// `count` pixels from `first` on; a tile's other rows repeat the last of them and are dropped.
template <class T, int Rows, int Vectors>
void correlate_tile(const Correlation<T>& x, std::int64_t first, std::int64_t count) {
  constexpr int width = Vector<T>::width;
  const T* pixels[Rows];
  GRADTAPE_UNROLL
  for (int r = 0; r < Rows; ++r) pixels[r] = x.source + x.pixel_source[first + (r < count ? r : count - 1)];
  typename Vector<T>::Register sums[Rows][Vectors] = {};
  for (std::int64_t t = 0; t < x.taps; ++t) {
    const T* weights = x.weights + x.tap_weights[t];
    const std::int64_t begin = x.tap_source[t], end = begin + x.run;
    for (std::int64_t i = begin; i < end; ++i, weights += Vectors * width) {
      typename Vector<T>::Register columns[Vectors];
      GRADTAPE_UNROLL
      for (int v = 0; v < Vectors; ++v) columns[v] = load(weights + v * width);
      GRADTAPE_UNROLL
      for (int r = 0; r < Rows; ++r) {
        const T scalar = pixels[r][i];
        GRADTAPE_UNROLL
        for (int v = 0; v < Vectors; ++v) sums[r][v] += scalar * columns[v];
      }
    }
  }
  if (count == Rows && x.columns == Vectors * width) {
    GRADTAPE_UNROLL
    for (int r = 0; r < Rows; ++r) {
      GRADTAPE_UNROLL
      for (int v = 0; v < Vectors; ++v) store(x.target + x.pixel_target[first + r] + v * width, sums[r][v]);
    }
    return;
  }
  alignas(64) T out[Rows][Vectors * width];
  GRADTAPE_UNROLL
  for (int r = 0; r < Rows; ++r) {
    GRADTAPE_UNROLL
    for (int v = 0; v < Vectors; ++v) store(&out[r][v * width], sums[r][v]);
  }
  for (int r = 0; r < count; ++r) {
    T* target = x.target + x.pixel_target[first + r];
    for (std::int64_t j = 0; j < x.columns; ++j) target[j] = out[r][j];
  }
}

template <class T, int Rows, int Vectors>
void correlate_columns(const Correlation<T>& x) {
  std::int64_t first = 0;
  for (; first + Rows <= x.pixels; first += Rows) correlate_tile<T, Rows, Vectors>(x, first, Rows);
  const std::int64_t rest = x.pixels - first;
  if (rest == 0) return;
  if (rest <= 2) return correlate_tile<T, 2, Vectors>(x, first, rest);
  if (rest <= 4) return correlate_tile<T, 4, Vectors>(x, first, rest);
  correlate_tile<T, Rows, Vectors>(x, first, rest);
}

template <class T>
void correlate(const Correlation<T>& x) {
  if (x.columns > Vector<T>::width) {
    correlate_columns<T, wide_rows, 2>(x);
  } else {
    correlate_columns<T, narrow_rows, 1>(x);
  }
}

template <class T, int Rows, int Vectors>
void filter_tile(const FilterSums<T>& x, std::int64_t first) {
  constexpr int width = Vector<T>::width;
  const T* rows[Rows];
  GRADTAPE_UNROLL
  for (int r = 0; r < Rows; ++r) rows[r] = x.source + x.row_source[first + r];
  typename Vector<T>::Register sums[Rows][Vectors] = {};
  const T* dy = x.dy;
  for (std::int64_t p = 0; p < x.pixels; ++p, dy += x.dy_step) {
    typename Vector<T>::Register columns[Vectors];
    GRADTAPE_UNROLL
    for (int v = 0; v < Vectors; ++v) columns[v] = load(dy + v * width);
    const std::int64_t place = x.pixel_source[p];
    GRADTAPE_UNROLL
    for (int r = 0; r < Rows; ++r) {
      const T scalar = rows[r][place];
      GRADTAPE_UNROLL
      for (int v = 0; v < Vectors; ++v) sums[r][v] += scalar * columns[v];
    }
  }
  GRADTAPE_UNROLL
  for (int r = 0; r < Rows; ++r) {
    T* sum = x.sums + x.row_sum[first + r];
    GRADTAPE_UNROLL
    for (int v = 0; v < Vectors; ++v) store(sum + v * width, load(sum + v * width) + sums[r][v]);
  }
}

template <class T, int Rows, int Vectors>
void filter_columns(const FilterSums<T>& x) {
  std::int64_t first = 0;
  for (; first + Rows <= x.rows; first += Rows) filter_tile<T, Rows, Vectors>(x, first);
  for (; first + 4 <= x.rows; first += 4) filter_tile<T, 4, Vectors>(x, first);
  if (x.rows - first == 3) {
    filter_tile<T, 3, Vectors>(x, first);
  } else if (x.rows - first == 2) {
    filter_tile<T, 2, Vectors>(x, first);
  } else if (x.rows - first == 1) {
    filter_tile<T, 1, Vectors>(x, first);
  }
}

template <class T>
void sum_filters(const FilterSums<T>& x) {
  if (x.columns > Vector<T>::width) {
    filter_columns<T, wide_rows, 2>(x);
  } else {
    filter_columns<T, narrow_rows, 1>(x);
  }
}

template <class T, int Rows>
void depthwise_tile(const DepthwiseCorrelation<T>& x, std::int64_t first) {
  constexpr int width = Vector<T>::width;
  for (std::int64_t c = 0; c < x.channels; c += width) {
    const T* pixels[Rows];
    GRADTAPE_UNROLL
    for (int r = 0; r < Rows; ++r) pixels[r] = x.source + x.pixel_source[first + r] + c;
    typename Vector<T>::Register sums[Rows] = {};
    for (std::int64_t t = 0; t < x.taps; ++t) {
      const typename Vector<T>::Register weights = load(x.weights + x.tap_weights[t] + c);
      const std::int64_t place = x.tap_source[t];
      GRADTAPE_UNROLL
      for (int r = 0; r < Rows; ++r) sums[r] += load(pixels[r] + place) * weights;
    }
    GRADTAPE_UNROLL
    for (int r = 0; r < Rows; ++r) store(x.target + x.pixel_target[first + r] + c, sums[r]);
  }
}

template <class T>
void correlate_depthwise(const DepthwiseCorrelation<T>& x) {
  std::int64_t first = 0;
  for (; first + 8 <= x.pixels; first += 8) depthwise_tile<T, 8>(x, first);
  for (; first + 2 <= x.pixels; first += 2) depthwise_tile<T, 2>(x, first);
  if (first < x.pixels) depthwise_tile<T, 1>(x, first);
}

template <class T, int Rows>
void depthwise_sum_tile(const DepthwiseSums<T>& x, std::int64_t first) {
  constexpr int width = Vector<T>::width;
  for (std::int64_t c = 0; c < x.channels; c += width) {
    const T* rows[Rows];
    GRADTAPE_UNROLL
    for (int r = 0; r < Rows; ++r) rows[r] = x.source + x.tap_source[first + r] + c;
    typename Vector<T>::Register sums[Rows] = {};
    const T* dy = x.dy + c;
    for (std::int64_t p = 0; p < x.pixels; ++p, dy += x.dy_step) {
      const typename Vector<T>::Register factor = load(dy);
      const std::int64_t place = x.pixel_source[p];
      GRADTAPE_UNROLL
      for (int r = 0; r < Rows; ++r) sums[r] += load(rows[r] + place) * factor;
    }
    GRADTAPE_UNROLL
    for (int r = 0; r < Rows; ++r) {
      T* sum = x.sums + x.tap_sum[first + r] + c;
      store(sum, load(sum) + sums[r]);
    }
  }
}

template <class T>
void sum_depthwise(const DepthwiseSums<T>& x) {
  std::int64_t first = 0;
  for (; first + 8 <= x.taps; first += 8) depthwise_sum_tile<T, 8>(x, first);
  for (; first + 3 <= x.taps; first += 3) depthwise_sum_tile<T, 3>(x, first);
  for (; first < x.taps; ++first) depthwise_sum_tile<T, 1>(x, first);
}

template <class T>
constexpr ConvolutionKernels<T> kernels_of = {Vector<T>::width, correlate<T>, sum_filters<T>, correlate_depthwise<T>,
                                              sum_depthwise<T>};

}  // namespace

extern const ConvolutionTable convolution_table;
const ConvolutionTable convolution_table = {kernels_of<float>, kernels_of<double>};

}  // namespace gradtape::kernels::GRADTAPE_ISA
