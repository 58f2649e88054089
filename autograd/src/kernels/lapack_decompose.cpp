// QR, singular values and symmetric eigenvalues.

#include <vector>

#include "lapack_batch.h"
#include "lapack_routines.h"

namespace gradtape::kernels {
namespace {

template <class T>
void fill_identity(T* matrix, std::int64_t n) {
  std::fill_n(matrix, n * n, T{0});
  for (std::int64_t i = 0; i < n; ++i) matrix[i * n + i] = 1;
}

template <class T>
std::size_t as_size(T value) {
  return static_cast<std::size_t>(value);
}

template <class T>
void qr_batch(std::int64_t count, std::int64_t m, std::int64_t n, bool full, const T* a, T* q, T* r) {
  const std::int64_t k = std::min(m, n), q_columns = full ? m : k;
  if (k == 0) {
    if (q_columns == m)
      for (std::int64_t entry = 0; entry < count; ++entry) fill_identity(q + entry * m * m, m);
    return;
  }
  for_matrices(count, m, n, [&](std::int64_t begin, std::int64_t end) {
    const int rows = static_cast<int>(m), columns = static_cast<int>(n), rank = static_cast<int>(k);
    const int q_order = static_cast<int>(q_columns);
    std::vector<T> factors(as_size(m * n)), scales(as_size(k));
    std::vector<T> work = workspace<T>([&](T* size, int query) {
      T other = 0;
      gelqf(columns, rows, factors.data(), scales.data(), size, query);
      orglq(q_order, rows, rank, q, scales.data(), &other, query);
      *size = std::max(*size, other);
    });
    const int work_size = static_cast<int>(work.size());
    for (std::int64_t entry = begin; entry < end; ++entry) {
      // By columns the matrix is a^T = r^T q^T, its LQ factorization.
      std::copy_n(a + entry * m * n, m * n, factors.data());
      gelqf(columns, rows, factors.data(), scales.data(), work.data(), work_size);
      T *to_q = q + entry * m * q_columns, *to_r = r + entry * q_columns * n;
      for (std::int64_t i = 0; i < m; ++i) std::copy_n(factors.data() + i * n, k, to_q + i * q_columns);
      orglq(q_order, rows, rank, to_q, scales.data(), work.data(), work_size);
      for (std::int64_t i = 0; i < q_columns; ++i) {
        const std::int64_t below = std::min(i, n);
        std::fill_n(to_r + i * n, below, T{0});
        std::copy_n(factors.data() + i * n + below, n - below, to_r + i * n + below);
      }
    }
  });
}

template <class T>
std::int64_t svd_batch(std::int64_t count, std::int64_t m, std::int64_t n, bool full, const T* a, T* s, T* u, T* v) {
  const std::int64_t k = std::min(m, n), u_columns = full ? m : k, v_columns = full ? n : k;
  if (k == 0) {
    for (std::int64_t entry = 0; u != nullptr && full && entry < count; ++entry) {
      fill_identity(u + entry * m * m, m);
      fill_identity(v + entry * n * n, n);
    }
    return no_failure;
  }
  FirstFailure failure;
  for_matrices(count, m, n, [&](std::int64_t begin, std::int64_t end) {
    const int rows = static_cast<int>(m), columns = static_cast<int>(n);
    const char job = u == nullptr ? 'N' : full ? 'A' : 'S';
    std::vector<T> copy(as_size(m * n)), v_transposed(as_size(u == nullptr ? 1 : n * v_columns));
    std::vector<int> int_work(as_size(8 * k));
    // By columns the matrix is a^T = v diag(s) u^T: v comes by columns, and u^T by columns is u by rows.
    const auto decompose = [&](T* to_s, T* to_u, T* work, int size) {
      return gesdd(job, columns, rows, copy.data(), to_s, v_transposed.data(), columns, to_u,
                   static_cast<int>(u_columns), work, size, int_work.data());
    };
    std::vector<T> work = workspace<T>([&](T* size, int query) { decompose(s, u, size, query); });
    for (std::int64_t entry = begin; entry < end; ++entry) {
      std::copy_n(a + entry * m * n, m * n, copy.data());
      T* to_u = u == nullptr ? nullptr : u + entry * m * u_columns;
      if (!all_finite(copy.data(), m * n) ||
          decompose(s + entry * k, to_u, work.data(), static_cast<int>(work.size())) != 0) {
        failure.note(entry);
        continue;
      }
      if (v != nullptr) transpose_matrix(v_transposed.data(), v_columns, n, v + entry * n * v_columns);
    }
  });
  return failure.entry();
}

template <class T>
std::int64_t eigen_batch(std::int64_t count, std::int64_t n, const T* a, T* e, T* v) {
  if (n == 0) return no_failure;
  FirstFailure failure;
  for_matrices(count, n, n, [&](std::int64_t begin, std::int64_t end) {
    const int order = static_cast<int>(n);
    const char job = v == nullptr ? 'N' : 'V';
    std::vector<T> copy(as_size(n * n));
    int int_size = 0;
    std::vector<T> work = workspace<T>(
        [&](T* size, int query) { syevd(job, 'U', order, copy.data(), e, size, query, &int_size, query); });
    std::vector<int> int_work(as_size(std::max(int_size, 1)));
    for (std::int64_t entry = begin; entry < end; ++entry) {
      const T* from = a + entry * n * n;
      bool finite = true;
      for (std::int64_t i = 0; i < n; ++i) {
        finite = finite && all_finite(from + i * n, i + 1);
        std::copy_n(from + i * n, i + 1, copy.data() + i * n);
      }
      // The lower triangle by rows is the upper one by columns.
      if (!finite || syevd(job, 'U', order, copy.data(), e + entry * n, work.data(), static_cast<int>(work.size()),
                           int_work.data(), static_cast<int>(int_work.size())) != 0) {
        failure.note(entry);
        continue;
      }
      if (v != nullptr) transpose_matrix(copy.data(), n, n, v + entry * n * n);
    }
  });
  return failure.entry();
}

}  // namespace

void qr(DType dtype, std::int64_t count, std::int64_t m, std::int64_t n, bool full, const void* a, void* q, void* r) {
  with_floating_type(dtype, [&]<class T>(T) {
    qr_batch(count, m, n, full, static_cast<const T*>(a), static_cast<T*>(q), static_cast<T*>(r));
  });
}

std::int64_t svd(DType dtype, std::int64_t count, std::int64_t m, std::int64_t n, bool full, const void* a, void* s,
                 void* u, void* v) {
  return with_floating_type(dtype, [&]<class T>(T) {
    return svd_batch(count, m, n, full, static_cast<const T*>(a), static_cast<T*>(s), static_cast<T*>(u),
                     static_cast<T*>(v));
  });
}

std::int64_t symmetric_eigen(DType dtype, std::int64_t count, std::int64_t n, const void* a, void* e, void* v) {
  return with_floating_type(dtype, [&]<class T>(T) {
    return eigen_batch(count, n, static_cast<const T*>(a), static_cast<T*>(e), static_cast<T*>(v));
  });
}

}  // namespace gradtape::kernels
