#include "normalization.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "dispatch.h"
#include "isa.h"
#include "normalization_table.h"
#include "parallel.h"

namespace gradtape::kernels {
namespace {

using std::int64_t;
using std::size_t;

template <class T>
const NormalizationKernels<T>& kernels_of() {
  const NormalizationTable& table =
      pick(baseline::normalization_table, avx2::normalization_table, avx512::normalization_table);
  if constexpr (sizeof(T) == sizeof(float))
    return table.float32;
  else
    return table.float64;
}

/// Rows of a task: so many that what a task adds up is small beside what it reads.
int64_t rows_of_task(const Normalization& shape) {
  const int64_t fitting = cheap_grain / std::max<int64_t>(1, shape.columns);
  return std::max<int64_t>(64, fitting / 64 * 64);
}

/// Runs body(first, rows, sums, scratch) for each task of rows; sums: 2 * columns doubles of the task's own.
template <class T, class Body>
std::vector<double> run_tasks(const Normalization& shape, const Body& body) {
  const int64_t step = rows_of_task(shape), tasks = (shape.rows + step - 1) / step;
  std::vector<double> sums(static_cast<size_t>(tasks * 2 * shape.columns));
  parallel_for(shape.rows, step, [&](int64_t begin, int64_t end) {
    std::vector<T> scratch(static_cast<size_t>(2 * shape.columns));
    // One thread gets all rows at once: it still works by tasks.
    for (int64_t first = begin; first < end; first += step)
      body(first, std::min(step, end - first), sums.data() + first / step * 2 * shape.columns, scratch.data());
  });
  return sums;
}

/// The sums of all tasks, in their order.
std::vector<double> total_of(const std::vector<double>& sums, int64_t columns) {
  std::vector<double> total(static_cast<size_t>(2 * columns), 0.0);
  const size_t n = total.size();
  for (size_t task = 0; n > 0 && task < sums.size() / n; ++task)
    for (size_t i = 0; i < n; ++i) total[i] += sums[task * n + i];
  return total;
}

template <class Body>
void for_rows(const Normalization& shape, const Body& body) {
  parallel_for(shape.rows, std::max<int64_t>(1, cheap_grain / std::max<int64_t>(1, shape.columns)),
               [&](int64_t begin, int64_t end) { body(begin, end - begin); });
}

}  // namespace

void normalize_rows(const Normalization& shape, const void* x, const void* scale, const void* offset, double epsilon,
                    bool centred, void* y, void* statistics) {
  with_floating_type(shape.dtype, [&](auto zero) {
    using T = decltype(zero);
    const auto run = kernels_of<T>().rows;
    for_rows(shape, [&](int64_t first, int64_t rows) {
      const int64_t place = first * shape.columns;
      run(static_cast<const T*>(x) + place, static_cast<const T*>(scale), static_cast<const T*>(offset),
          static_cast<T*>(y) + place, static_cast<T*>(statistics) + 2 * first, rows, shape.columns, epsilon, centred);
    });
  });
}

void normalize_rows_gradient(const Normalization& shape, const void* dy, const void* x, const void* scale,
                             const void* statistics, bool centred, void* dx, void* sums) {
  with_floating_type(shape.dtype, [&](auto zero) {
    using T = decltype(zero);
    const auto run = kernels_of<T>().rows_gradient;
    const std::vector<double> parts =
        run_tasks<T>(shape, [&](int64_t first, int64_t rows, double* task_sums, T* scratch) {
          const int64_t place = first * shape.columns;
          run(static_cast<const T*>(dy) + place, static_cast<const T*>(x) + place, static_cast<const T*>(scale),
              static_cast<const T*>(statistics) + 2 * first, static_cast<T*>(dx) + place, task_sums, scratch, rows,
              shape.columns, centred);
        });
    const std::vector<double> total = total_of(parts, shape.columns);
    for (size_t i = 0; i < total.size(); ++i) static_cast<T*>(sums)[i] = static_cast<T>(total[i]);
  });
}

void column_moments(const Normalization& shape, const void* x, void* mean, void* variance) {
  with_floating_type(shape.dtype, [&](auto zero) {
    using T = decltype(zero);
    const auto run = kernels_of<T>().column_moments;
    const std::vector<double> moments =
        run_tasks<T>(shape, [&](int64_t first, int64_t rows, double* task_moments, T* scratch) {
          run(static_cast<const T*>(x) + first * shape.columns, task_moments, scratch, rows, shape.columns);
        });
    const int64_t step = rows_of_task(shape);
    for (int64_t c = 0; c < shape.columns; ++c) {
      double middle = 0, squares = 0;
      for (int64_t first = 0; first < shape.rows; first += step) {
        const double* task = moments.data() + first / step * 2 * shape.columns;
        const auto before = static_cast<double>(first),
                   here = static_cast<double>(std::min(step, shape.rows - first));
        const double difference = task[c] - middle;
        middle += difference * (here / (before + here));
        squares += task[shape.columns + c] + difference * difference * (before * here / (before + here));
      }
      const double nothing = std::numeric_limits<double>::quiet_NaN();
      static_cast<T*>(mean)[c] = static_cast<T>(shape.rows > 0 ? middle : nothing);
      static_cast<T*>(variance)[c] =
          static_cast<T>(shape.rows > 0 ? squares / static_cast<double>(shape.rows) : nothing);
    }
  });
}

void normalize_columns(const Normalization& shape, const void* x, const void* scale, const void* offset,
                       const void* mean, const void* variance, double epsilon, void* y) {
  with_floating_type(shape.dtype, [&](auto zero) {
    using T = decltype(zero);
    std::vector<T> factor(static_cast<size_t>(shape.columns));
    for (size_t c = 0; c < factor.size(); ++c) {
      const auto spread = static_cast<double>(static_cast<const T*>(variance)[c]);
      factor[c] = static_cast<T>(static_cast<double>(static_cast<const T*>(scale)[c]) / std::sqrt(spread + epsilon));
    }
    const auto run = kernels_of<T>().column_affine;
    for_rows(shape, [&](int64_t first, int64_t rows) {
      const int64_t place = first * shape.columns;
      run(static_cast<const T*>(x) + place, static_cast<const T*>(mean), factor.data(), static_cast<const T*>(offset),
          static_cast<T*>(y) + place, rows, shape.columns);
    });
  });
}

void normalize_columns_gradient(const Normalization& shape, const void* dy, const void* x, const void* scale,
                                const void* mean, const void* variance, double epsilon, void* dx, void* sums) {
  with_floating_type(shape.dtype, [&](auto zero) {
    using T = decltype(zero);
    const auto* g = static_cast<const T*>(dy);
    const auto* values = static_cast<const T*>(x);
    const auto* means = static_cast<const T*>(mean);
    const auto& kernels = kernels_of<T>();
    const std::vector<double> parts =
        run_tasks<T>(shape, [&](int64_t first, int64_t rows, double* task_sums, T* scratch) {
          const int64_t place = first * shape.columns;
          kernels.column_sums(g + place, values + place, means, task_sums, scratch, rows, shape.columns);
        });
    const std::vector<double> total = total_of(parts, shape.columns);
    T* dscale = static_cast<T*>(sums);
    T* doffset = dscale + shape.columns;
    const auto columns = static_cast<size_t>(shape.columns);
    std::vector<T> factor(columns), slope(columns), offset(columns);
    const auto count = static_cast<double>(shape.rows);
    for (size_t c = 0; c < columns; ++c) {
      const double inverse = 1 / std::sqrt(static_cast<double>(static_cast<const T*>(variance)[c]) + epsilon);
      const double scaled = static_cast<double>(static_cast<const T*>(scale)[c]) * inverse;
      const double products = total[c] * inverse, plain = total[columns + c];
      dscale[c] = shape.rows > 0 ? static_cast<T>(products) : T(0);
      doffset[c] = static_cast<T>(plain);
      factor[c] = static_cast<T>(scaled);
      slope[c] = static_cast<T>(-scaled * inverse * products / count);
      offset[c] = static_cast<T>(-scaled * plain / count);
    }
    for_rows(shape, [&](int64_t first, int64_t rows) {
      const int64_t place = first * shape.columns;
      kernels.column_gradient(g + place, values + place, means, factor.data(), slope.data(), offset.data(),
                              static_cast<T*>(dx) + place, rows, shape.columns);
    });
  });
}

}  // namespace gradtape::kernels
