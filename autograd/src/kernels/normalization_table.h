#pragma once
// The inner loops of normalization.h, one table for each instruction set (see isa.h). They run on the calling thread.
// Long sums are taken over blocks in T and joined in double.

#include <cstdint>

namespace gradtape::kernels {

template <class T>
struct NormalizationKernels {
  using Int = std::int64_t;
  /// statistics[r] = (mean, 1 / sqrt(variance + epsilon)), the mean being 0 and the variance the mean square unless
  /// `centred`; y = (x - mean) * statistic * scale + offset.
  void (*rows)(const T* x, const T* scale, const T* offset, T* y, T* statistics, Int rows, Int columns,
               double epsilon, bool centred);
  /// dx, and sums[0 ... columns) = the sum of dy * xhat, sums[columns ... 2 columns) = that of dy, over the rows.
  /// scratch: 2 * columns.
  void (*rows_gradient)(const T* dy, const T* x, const T* scale, const T* statistics, T* dx, double* sums, T* scratch,
                        Int rows, Int columns, bool centred);
  /// moments[0 ... columns) = the columns' means, moments[columns ... 2 columns) = their sums of squared deviations.
  /// scratch: 2 * columns.
  void (*column_moments)(const T* x, double* moments, T* scratch, Int rows, Int columns);
  /// y = (x - mean) * factor + offset, each a row.
  void (*column_affine)(const T* x, const T* mean, const T* factor, const T* offset, T* y, Int rows, Int columns);
  /// sums[0 ... columns) = the columns' sums of dy * (x - mean), sums[columns ... 2 columns) = those of dy.
  /// scratch: 2 * columns.
  void (*column_sums)(const T* dy, const T* x, const T* mean, double* sums, T* scratch, Int rows, Int columns);
  /// dx = dy * factor + (x - mean) * slope + offset.
  void (*column_gradient)(const T* dy, const T* x, const T* mean, const T* factor, const T* slope, const T* offset,
                          T* dx, Int rows, Int columns);
};

struct NormalizationTable {
  NormalizationKernels<float> float32;
  NormalizationKernels<double> float64;
};

namespace baseline {
extern const NormalizationTable normalization_table;
}
namespace avx2 {
extern const NormalizationTable normalization_table;
}
namespace avx512 {
extern const NormalizationTable normalization_table;
}

}  // namespace gradtape::kernels
