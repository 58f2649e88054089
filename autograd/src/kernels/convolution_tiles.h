#pragma once
// The inner loops of convolutions, compiled once per instruction set (see isa.h).

#include <cstdint>

namespace gradtape::kernels {

/// target[pixel][column] = the sum over taps t and i in [0, run) of
/// source[pixel_source[pixel] + tap_source[t] + i] * weights[tap_weights[t] + i * width + column].
/// width is one register, or two for more columns than one holds; all columns of a row of weights can be read.
template <class T>
struct Correlation {
  const T* source;
  const T* weights;
  T* target;
  const std::int64_t *pixel_source, *pixel_target;
  std::int64_t pixels;
  const std::int64_t *tap_source, *tap_weights;
  std::int64_t taps, run;
  std::int64_t columns;
};

/// sums[row_sum[row] + column] += the sum over the pixels of
/// source[row_source[row] + pixel_source[pixel]] * dy[pixel * dy_step + column]; columns and width as above.
template <class T>
struct FilterSums {
  const T* source;
  const T* dy;
  std::int64_t dy_step;
  T* sums;
  const std::int64_t* pixel_source;
  std::int64_t pixels;
  const std::int64_t *row_source, *row_sum;
  std::int64_t rows;
  std::int64_t columns;
};

/// Channel by channel: target[pixel_target[pixel] + c] = the sum over taps of
/// source[pixel_source[pixel] + tap_source[t] + c] * weights[tap_weights[t] + c]. Source and weights can be read, and
/// the target written, up to the next multiple of a register's width.
template <class T>
struct DepthwiseCorrelation {
  const T* source;
  const T* weights;
  T* target;
  const std::int64_t *pixel_source, *pixel_target;
  std::int64_t pixels;
  const std::int64_t *tap_source, *tap_weights;
  std::int64_t taps, channels;
};

/// sums[tap_sum[t] + c] += the sum over the pixels of source[tap_source[t] + pixel_source[pixel] + c] *
/// dy[pixel * dy_step + c]; readable and writable as above.
template <class T>
struct DepthwiseSums {
  const T* source;
  const T* dy;
  std::int64_t dy_step;
  T* sums;
  const std::int64_t* pixel_source;
  std::int64_t pixels;
  const std::int64_t *tap_source, *tap_sum;
  std::int64_t taps, channels;
};

template <class T>
struct ConvolutionKernels {
  std::int64_t register_width;
  void (*correlate)(const Correlation<T>&);
  void (*sum_filters)(const FilterSums<T>&);
  void (*correlate_depthwise)(const DepthwiseCorrelation<T>&);
  void (*sum_depthwise)(const DepthwiseSums<T>&);
};

struct ConvolutionTable {
  ConvolutionKernels<float> float32;
  ConvolutionKernels<double> float64;
};

namespace baseline {
extern const ConvolutionTable convolution_table;
}
namespace avx2 {
extern const ConvolutionTable convolution_table;
}
namespace avx512 {
extern const ConvolutionTable convolution_table;
}

}  // namespace gradtape::kernels
