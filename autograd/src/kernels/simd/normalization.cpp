// Compiled once per instruction set, see isa.h.
#include "../normalization_table.h"

#include "fold.h"
#include "vector_math.h"

namespace gradtape::kernels::GRADTAPE_ISA {
namespace {

using Int = std::int64_t;

// Rows whose sums stay in T before they join those in double.
constexpr Int block_rows = 32;

Int smaller(Int a, Int b) { return a < b ? a : b; }

template <class T, int Lanes>
[[gnu::always_inline]] inline auto load_lanes(const T* x) {
  if constexpr (Lanes == 1)
    return *x;
  else
    return load<T, Lanes>(x);
}

template <int lanes>
struct LanesTag {
  static constexpr int count = lanes;
};

template <class V>
struct Pair {
  V first, second;
};

template <class T, class V>
[[gnu::always_inline]] inline double sum_of_lanes(V v) {
  double sum = 0;
  for (int i = 0; i < vector_bytes / static_cast<int>(sizeof(T)); ++i) sum += static_cast<double>(v[i]);
  return sum;
}

/// The sums of term(i).first and term(i).second for i in [0, n); term takes the number of lanes that it loads.
template <class T, class Term>
[[gnu::always_inline]] inline Pair<double> sum_pairs(Int n, const Term& term) {
  constexpr int lanes = vector_bytes / static_cast<int>(sizeof(T));
  constexpr Int step = 2 * lanes, run = 32 * step;
  using V = Vector<T, lanes>;
  Pair<double> total = {0, 0};
  Int i = 0;
  while (n - i >= step) {
    const Int end = i + smaller(run, (n - i) / step * step);
    V a{}, b{}, c{}, d{};
    for (; i < end; i += step) {
      const Pair<V> even = term(i, LanesTag<lanes>{}), odd = term(i + lanes, LanesTag<lanes>{});
      a += even.first;
      b += even.second;
      c += odd.first;
      d += odd.second;
    }
    total.first += sum_of_lanes<T>(a + c);
    total.second += sum_of_lanes<T>(b + d);
  }
  for (; i < n; ++i) {
    const Pair<T> one = term(i, LanesTag<1>{});
    total.first += static_cast<double>(one.first);
    total.second += static_cast<double>(one.second);
  }
  return total;
}

template <class T>
double sum_of(const T* x, Int n) {
  return sum_pairs<T>(n,
                      [=](Int i, auto tag) {
                        const auto v = load_lanes<T, decltype(tag)::count>(x + i);
                        return Pair<decltype(v + v)>{v, v};
                      })
      .first;
}

/// The sums of x - mean and of its square.
template <class T>
Pair<double> deviations(const T* x, Int n, T mean) {
  return sum_pairs<T>(n, [=](Int i, auto tag) {
    const auto v = load_lanes<T, decltype(tag)::count>(x + i) - mean;
    return Pair<decltype(v + v)>{v, v * v};
  });
}

template <class T>
void rows(const T* x, const T* scale, const T* offset, T* y, T* statistics, Int rows, Int columns, double epsilon,
          bool centred) {
  if (columns == 0) return;
  const auto count = static_cast<double>(columns);
  for (Int r = 0; r < rows; ++r) {
    const T* row = x + r * columns;
    T* out = y + r * columns;
    const T mean = centred ? static_cast<T>(sum_of(row, columns) / count) : T(0);
    const Pair<double> sums = deviations(row, columns, mean);
    // What rounding the mean has left is taken out again.
    const double rest = centred ? sums.first / count : 0;
    const double variance = sums.second / count - rest * rest;
    const T factor = static_cast<T>(1 / math::sqrt((variance > 0 || variance != variance ? variance : 0) + epsilon));
    statistics[2 * r] = mean;
    statistics[2 * r + 1] = factor;
    GRADTAPE_VECTORIZE
    for (Int c = 0; c < columns; ++c) out[c] = (row[c] - mean) * factor * scale[c] + offset[c];
  }
}

template <class T>
void add_to(double* sums, T* part, Int n) {
  GRADTAPE_VECTORIZE
  for (Int i = 0; i < n; ++i) {
    sums[i] += static_cast<double>(part[i]);
    part[i] = T(0);
  }
}

template <class T>
void rows_gradient(const T* dy, const T* x, const T* scale, const T* statistics, T* dx, double* sums, T* scratch,
                   Int rows, Int columns, bool centred) {
  for (Int c = 0; c < 2 * columns; ++c) {
    sums[c] = 0;
    scratch[c] = T(0);
  }
  if (columns == 0) return;
  T* dscale = scratch;
  T* doffset = scratch + columns;
  for (Int r = 0; r < rows; ++r) {
    const T* g = dy + r * columns;
    const T* row = x + r * columns;
    T* out = dx + r * columns;
    const T mean = statistics[2 * r], factor = statistics[2 * r + 1];
    const Pair<double> both = sum_pairs<T>(columns, [=](Int i, auto tag) {
      constexpr int lanes = decltype(tag)::count;
      const auto scaled = load_lanes<T, lanes>(g + i) * load_lanes<T, lanes>(scale + i);
      return Pair<decltype(scaled + scaled)>{scaled, scaled * (load_lanes<T, lanes>(row + i) - mean)};
    });
    const double count = static_cast<double>(columns), wide = static_cast<double>(factor);
    const T offset = centred ? static_cast<T>(both.first / count) : T(0);
    const T slope = static_cast<T>(both.second / count * wide);
    GRADTAPE_VECTORIZE
    for (Int c = 0; c < columns; ++c) {
      const T normalized = (row[c] - mean) * factor;
      dscale[c] += g[c] * normalized;
      doffset[c] += g[c];
      out[c] = factor * (g[c] * scale[c] - offset - normalized * slope);
    }
    if (r % block_rows == block_rows - 1) add_to(sums, scratch, 2 * columns);
  }
  add_to(sums, scratch, 2 * columns);
}

template <class T>
void column_moments(const T* x, double* moments, T* scratch, Int rows, Int columns) {
  T* mean = scratch;
  T* rest = scratch + columns;
  double* squares = moments + columns;
  for (Int c = 0; c < 2 * columns; ++c) moments[c] = 0;
  for (Int first = 0; first < rows; first += block_rows) {
    const Int n = smaller(block_rows, rows - first);
    const T* block = x + first * columns;
    for (Int c = 0; c < columns; ++c) mean[c] = T(0);
    for (Int r = 0; r < n; ++r) {
      GRADTAPE_VECTORIZE
      for (Int c = 0; c < columns; ++c) mean[c] += block[r * columns + c];
    }
    const T share = T(1) / static_cast<T>(n);
    for (Int c = 0; c < columns; ++c) {
      mean[c] *= share;
      rest[c] = T(0);
    }
    for (Int r = 0; r < n; ++r) {
      GRADTAPE_VECTORIZE
      for (Int c = 0; c < columns; ++c) {
        const T deviation = block[r * columns + c] - mean[c];
        rest[c] += deviation * deviation;
      }
    }
    // Two parts of a sample become one (Chan, Golub and LeVeque, 1979).
    const double before = static_cast<double>(first), here = static_cast<double>(n), all = before + here;
    GRADTAPE_VECTORIZE
    for (Int c = 0; c < columns; ++c) {
      const double difference = static_cast<double>(mean[c]) - moments[c];
      moments[c] += difference * (here / all);
      squares[c] += static_cast<double>(rest[c]) + difference * difference * (before * here / all);
    }
  }
}

template <class T>
void column_affine(const T* x, const T* mean, const T* factor, const T* offset, T* y, Int rows, Int columns) {
  for (Int r = 0; r < rows; ++r) {
    const Int place = r * columns;
    GRADTAPE_VECTORIZE
    for (Int c = 0; c < columns; ++c) y[place + c] = (x[place + c] - mean[c]) * factor[c] + offset[c];
  }
}

template <class T>
void column_sums(const T* dy, const T* x, const T* mean, double* sums, T* scratch, Int rows, Int columns) {
  for (Int c = 0; c < 2 * columns; ++c) {
    sums[c] = 0;
    scratch[c] = T(0);
  }
  T* products = scratch;
  T* plain = scratch + columns;
  for (Int r = 0; r < rows; ++r) {
    const Int place = r * columns;
    GRADTAPE_VECTORIZE
    for (Int c = 0; c < columns; ++c) {
      const T g = dy[place + c];
      products[c] += g * (x[place + c] - mean[c]);
      plain[c] += g;
    }
    if (r % block_rows == block_rows - 1) add_to(sums, scratch, 2 * columns);
  }
  add_to(sums, scratch, 2 * columns);
}

template <class T>
void column_gradient(const T* dy, const T* x, const T* mean, const T* factor, const T* slope, const T* offset, T* dx,
                     Int rows, Int columns) {
  for (Int r = 0; r < rows; ++r) {
    const Int place = r * columns;
    GRADTAPE_VECTORIZE
    for (Int c = 0; c < columns; ++c)
      dx[place + c] = dy[place + c] * factor[c] + ((x[place + c] - mean[c]) * slope[c] + offset[c]);
  }
}

template <class T>
constexpr NormalizationKernels<T> kernels_of = {rows<T>,          rows_gradient<T>, column_moments<T>,
                                                column_affine<T>, column_sums<T>,   column_gradient<T>};

}  // namespace

extern const NormalizationTable normalization_table;
const NormalizationTable normalization_table = {kernels_of<float>, kernels_of<double>};

}  // namespace gradtape::kernels::GRADTAPE_ISA
