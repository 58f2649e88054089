// Cholesky and LU factors, and what is computed with them.

#include <limits>
#include <numeric>
#include <vector>

#include "lapack_batch.h"
#include "lapack_routines.h"

namespace gradtape::kernels {
namespace {

template <class T>
T* at(void* data, std::int64_t offset) {
  return static_cast<T*>(data) + offset;
}
template <class T>
const T* at(const void* data, std::int64_t offset) {
  return static_cast<const T*>(data) + offset;
}

/// The determinant's sign from the row exchanges of an LU factorization.
bool exchanges_are_odd(const int* pivots, int n) {
  bool odd = false;
  for (int i = 0; i < n; ++i) odd ^= pivots[i] != i + 1;
  return odd;
}

/// The product of the diagonal, which neither overflows nor underflows on the way.
template <class T>
T determinant_of_factors(const T* factors, const int* pivots, int n) {
  T mantissa = exchanges_are_odd(pivots, n) ? T{-1} : T{1};
  std::int64_t exponent = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    int step = 0;
    mantissa = std::frexp(mantissa * factors[i * n + i], &step);
    if (mantissa == 0 || !std::isfinite(mantissa)) return mantissa;
    exponent += step;
  }
  constexpr std::int64_t beyond = 100000;
  return std::ldexp(mantissa, static_cast<int>(std::clamp(exponent, -beyond, beyond)));
}

enum class Factored { well, singular, not_finite };

/// LU factors of a row-major (n, n) matrix as getrf leaves them: those of its transpose, by columns.
template <class T>
Factored factor(const T* from, int n, T* factors, int* pivots) {
  const std::int64_t size = std::int64_t{n} * n;
  std::copy_n(from, size, factors);
  // OpenBLAS may choose a pivot outside the matrix where all candidates are NaN.
  if (!all_finite(factors, size)) return Factored::not_finite;
  if (n > 0 && getrf(n, n, factors, pivots) != 0) return Factored::singular;
  return all_finite(factors, size) ? Factored::well : Factored::not_finite;
}

template <class T>
inline constexpr T nan = std::numeric_limits<T>::quiet_NaN();

template <class T>
std::vector<T> inverse_workspace(int n) {
  return workspace<T>([&](T* work, int size) { getri(n, work, nullptr, work, size); });
}

/// a = u diag(s) v^T has the cofactors det(u) det(v) u diag(products of the other s) v^T.
template <class T>
void cofactors_of_singular(DType dtype, const T* a, std::int64_t n, T* result) {
  const auto size = static_cast<std::size_t>(n * n);
  std::vector<T> s(static_cast<std::size_t>(n)), u(size), v(size), factors(size);
  std::vector<int> pivots(static_cast<std::size_t>(n));
  const bool failed = svd(dtype, 1, n, n, false, a, s.data(), u.data(), v.data()) != no_failure;
  std::fill_n(result, n * n, failed ? nan<T> : T{0});
  if (failed) return;
  T orientation = 1;
  for (const std::vector<T>* basis : {&u, &v}) {
    factor(basis->data(), static_cast<int>(n), factors.data(), pivots.data());
    orientation *= std::copysign(T{1}, determinant_of_factors(factors.data(), pivots.data(), static_cast<int>(n)));
  }
  for (std::int64_t k = 0; k < n; ++k) {
    T others = orientation;
    for (std::int64_t i = 0; i < n; ++i)
      if (i != k) others *= s[static_cast<std::size_t>(i)];
    if (others == 0) continue;
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = 0; j < n; ++j)
        result[i * n + j] += others * u[static_cast<std::size_t>(i * n + k)] * v[static_cast<std::size_t>(j * n + k)];
  }
}

void swap_rows(auto* rows, int k, int a, int b) {
  if (a != b)
    std::swap_ranges(rows + std::int64_t{a} * k, rows + std::int64_t{a + 1} * k, rows + std::int64_t{b} * k);
}

}  // namespace

std::int64_t cholesky(DType dtype, std::int64_t count, std::int64_t n, const void* a, void* l) {
  FirstFailure failure;
  with_floating_type(dtype, [&]<class T>(T) {
    if (n == 0) return;
    for_matrices(count, n, n, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t entry = begin; entry < end; ++entry) {
        const T* from = at<T>(a, entry * n * n);
        T* to = at<T>(l, entry * n * n);
        for (std::int64_t i = 0; i < n; ++i) {
          std::copy_n(from + i * n, i + 1, to + i * n);
          std::fill(to + i * n + i + 1, to + (i + 1) * n, T{0});
        }
        if (potrf('U', static_cast<int>(n), to) != 0) failure.note(entry);
      }
    });
  });
  return failure.entry();
}

void lu(DType dtype, std::int64_t count, std::int64_t m, std::int64_t n, const void* a, void* lu, void* permutation) {
  const std::int64_t k = std::min(m, n);
  with_floating_type(dtype, [&]<class T>(T) {
    for_matrices(count, m, n, [&](std::int64_t begin, std::int64_t end) {
      std::vector<int> pivots(static_cast<std::size_t>(k));
      std::vector<T> columns(static_cast<std::size_t>(m * n));
      for (std::int64_t entry = begin; entry < end; ++entry) {
        T *rows = at<T>(permutation, entry * m), *to = at<T>(lu, entry * m * n);
        std::iota(rows, rows + m, T{0});
        if (k == 0) continue;
        transpose_matrix(at<T>(a, entry * m * n), m, n, columns.data());
        if (!all_finite(columns.data(), m * n)) {
          std::fill_n(to, m * n, nan<T>);
          continue;
        }
        getrf(static_cast<int>(m), static_cast<int>(n), columns.data(), pivots.data());
        transpose_matrix(columns.data(), n, m, to);
        for (std::int64_t i = 0; i < k; ++i) std::swap(rows[i], rows[pivots[static_cast<std::size_t>(i)] - 1]);
      }
    });
  });
}

void determinant(DType dtype, std::int64_t count, std::int64_t n, const void* a, void* det) {
  with_floating_type(dtype, [&]<class T>(T) {
    for_matrices(count, n, n, [&](std::int64_t begin, std::int64_t end) {
      std::vector<int> pivots(static_cast<std::size_t>(n));
      std::vector<T> factors(static_cast<std::size_t>(n * n));
      for (std::int64_t entry = begin; entry < end; ++entry) {
        const Factored how = factor(at<T>(a, entry * n * n), static_cast<int>(n), factors.data(), pivots.data());
        *at<T>(det, entry) = how == Factored::not_finite
                                 ? nan<T>
                                 : determinant_of_factors(factors.data(), pivots.data(), static_cast<int>(n));
      }
    });
  });
}

void log_determinant(DType dtype, std::int64_t count, std::int64_t n, const void* a, void* sign, void* log_abs) {
  with_floating_type(dtype, [&]<class T>(T) {
    for_matrices(count, n, n, [&](std::int64_t begin, std::int64_t end) {
      std::vector<int> pivots(static_cast<std::size_t>(n));
      std::vector<T> factors(static_cast<std::size_t>(n * n));
      for (std::int64_t entry = begin; entry < end; ++entry) {
        if (factor(at<T>(a, entry * n * n), static_cast<int>(n), factors.data(), pivots.data()) ==
            Factored::not_finite) {
          *at<T>(sign, entry) = *at<T>(log_abs, entry) = nan<T>;
          continue;
        }
        T whole_sign = exchanges_are_odd(pivots.data(), static_cast<int>(n)) ? T{-1} : T{1}, sum = 0;
        for (std::int64_t i = 0; i < n; ++i) {
          const T value = factors[static_cast<std::size_t>(i * n + i)];
          whole_sign *= value == 0 ? T{0} : std::copysign(T{1}, value);
          sum += std::log(std::abs(value));
        }
        *at<T>(sign, entry) = whole_sign;
        *at<T>(log_abs, entry) = sum;
      }
    });
  });
}

void cofactors(DType dtype, std::int64_t count, std::int64_t n, const void* a, void* result) {
  with_floating_type(dtype, [&]<class T>(T) {
    if (n == 0) return;
    for_matrices(count, n, n, [&](std::int64_t begin, std::int64_t end) {
      const int order = static_cast<int>(n);
      std::vector<int> pivots(static_cast<std::size_t>(n));
      std::vector<T> factors(static_cast<std::size_t>(n * n)), work = inverse_workspace<T>(order);
      for (std::int64_t entry = begin; entry < end; ++entry) {
        const T* from = at<T>(a, entry * n * n);
        T* to = at<T>(result, entry * n * n);
        switch (factor(from, order, factors.data(), pivots.data())) {
          case Factored::not_finite:
            std::fill_n(to, n * n, nan<T>);
            break;
          case Factored::singular:
            cofactors_of_singular(dtype, from, n, to);
            break;
          case Factored::well:
            const T det = determinant_of_factors(factors.data(), pivots.data(), order);
            getri(order, factors.data(), pivots.data(), work.data(), static_cast<int>(work.size()));
            transpose_matrix(factors.data(), n, n, to);
            for (std::int64_t i = 0; i < n * n; ++i) to[i] *= det;
        }
      }
    });
  });
}

std::int64_t inverse(DType dtype, std::int64_t count, std::int64_t n, const void* a, void* result) {
  FirstFailure failure;
  with_floating_type(dtype, [&]<class T>(T) {
    if (n == 0) return;
    for_matrices(count, n, n, [&](std::int64_t begin, std::int64_t end) {
      std::vector<int> pivots(static_cast<std::size_t>(n));
      std::vector<T> work = inverse_workspace<T>(static_cast<int>(n));
      for (std::int64_t entry = begin; entry < end; ++entry) {
        T* to = at<T>(result, entry * n * n);
        const Factored how = factor(at<T>(a, entry * n * n), static_cast<int>(n), to, pivots.data());
        if (how == Factored::singular) failure.note(entry);
        if (how == Factored::not_finite) std::fill_n(to, n * n, nan<T>);
        if (how == Factored::well)
          getri(static_cast<int>(n), to, pivots.data(), work.data(), static_cast<int>(work.size()));
      }
    });
  });
  return failure.entry();
}

std::int64_t solve(DType dtype, std::int64_t count, std::int64_t n, std::int64_t k, bool transpose, const void* a,
                   const void* b, void* x) {
  FirstFailure failure;
  with_floating_type(dtype, [&]<class T>(T) {
    if (n == 0) return;
    for_matrices(count, n, n + k, [&](std::int64_t begin, std::int64_t end) {
      const int order = static_cast<int>(n), columns = static_cast<int>(k);
      std::vector<int> pivots(static_cast<std::size_t>(n));
      std::vector<T> factors(static_cast<std::size_t>(n * n));
      for (std::int64_t entry = begin; entry < end; ++entry) {
        T* to = at<T>(x, entry * n * k);
        std::copy_n(at<T>(b, entry * n * k), n * k, to);
        const Factored how = factor(at<T>(a, entry * n * n), order, factors.data(), pivots.data());
        // By columns the matrix is a^T = p l u, and the factors' row-major triangles are u^T below and l^T above.
        if (how == Factored::singular) {
          failure.note(entry);
        } else if (how == Factored::not_finite) {
          std::fill_n(to, n * k, nan<T>);
        } else if (k > 0 && transpose) {
          for (int i = 0; i < order; ++i) swap_rows(to, columns, i, pivots[static_cast<std::size_t>(i)] - 1);
          trsm({CblasUpper, CblasTrans, CblasUnit}, order, columns, factors.data(), to, columns);
          trsm({CblasLower, CblasTrans, CblasNonUnit}, order, columns, factors.data(), to, columns);
        } else if (k > 0) {
          trsm({CblasLower, CblasNoTrans, CblasNonUnit}, order, columns, factors.data(), to, columns);
          trsm({CblasUpper, CblasNoTrans, CblasUnit}, order, columns, factors.data(), to, columns);
          for (int i = order - 1; i >= 0; --i) swap_rows(to, columns, i, pivots[static_cast<std::size_t>(i)] - 1);
        }
      }
    });
  });
  return failure.entry();
}

std::int64_t triangular_solve(DType dtype, std::int64_t count, std::int64_t n, std::int64_t k, bool lower,
                              bool transpose, const void* a, const void* b, void* x) {
  FirstFailure failure;
  with_floating_type(dtype, [&]<class T>(T) {
    if (n == 0) return;
    for (std::int64_t entry = 0; entry < count; ++entry)
      for (std::int64_t i = 0; i < n; ++i)
        if (*at<T>(a, (entry * n + i) * n + i) == 0) failure.note(entry);
    if (failure.entry() != no_failure || k == 0) return;
    const Triangle triangle{lower ? CblasLower : CblasUpper, transpose ? CblasTrans : CblasNoTrans, CblasNonUnit};
    const int stride = static_cast<int>(k);
    constexpr std::int64_t block = 128;  // columns of one task: so many that the triangle is read but seldom
    const std::int64_t blocks = (k + block - 1) / block;
    for_matrices(count * blocks, n, std::min(k, block), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t task = begin; task < end; ++task) {
        const std::int64_t entry = task / blocks, column = task % blocks * block,
                           columns = std::min(block, k - column);
        const T* from = at<T>(b, entry * n * k + column);
        T* to = at<T>(x, entry * n * k + column);
        for (std::int64_t i = 0; i < n; ++i) std::copy_n(from + i * k, columns, to + i * k);
        trsm(triangle, static_cast<int>(n), static_cast<int>(columns), at<T>(a, entry * n * n), to, stride);
      }
    });
  });
  return failure.entry();
}

}  // namespace gradtape::kernels
