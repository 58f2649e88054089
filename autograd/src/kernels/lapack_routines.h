#pragma once
// The LAPACK routines that are used, out of OpenBLAS, under one name for float and double. They take matrices stored
// by columns: a row-major matrix is its own transpose to them.

#include <cblas-openblas.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

// Fortran passes the length of each text behind the other arguments.
#define GRADTAPE_LAPACK(T, prefix)                                                                                   \
  extern "C" {                                                                                                       \
  void prefix##potrf_(const char*, const int*, T*, const int*, int*, std::size_t);                                   \
  void prefix##getrf_(const int*, const int*, T*, const int*, int*, int*);                                           \
  void prefix##getri_(const int*, T*, const int*, const int*, T*, const int*, int*);                                 \
  void prefix##gelqf_(const int*, const int*, T*, const int*, T*, T*, const int*, int*);                             \
  void prefix##orglq_(const int*, const int*, const int*, T*, const int*, const T*, T*, const int*, int*);           \
  void prefix##gesdd_(const char*, const int*, const int*, T*, const int*, T*, T*, const int*, T*, const int*, T*,   \
                      const int*, int*, int*, std::size_t);                                                          \
  void prefix##syevd_(const char*, const char*, const int*, T*, const int*, T*, T*, const int*, int*, const int*,    \
                      int*, std::size_t, std::size_t);                                                               \
  }                                                                                                                  \
  namespace gradtape::kernels {                                                                                      \
  inline int potrf(char part, int n, T* a) {                                                                         \
    int info = 0;                                                                                                    \
    prefix##potrf_(&part, &n, a, &n, &info, 1);                                                                      \
    return info;                                                                                                     \
  }                                                                                                                  \
  inline int getrf(int m, int n, T* a, int* pivots) {                                                                \
    int info = 0;                                                                                                    \
    prefix##getrf_(&m, &n, a, &m, pivots, &info);                                                                    \
    return info;                                                                                                     \
  }                                                                                                                  \
  inline int getri(int n, T* a, const int* pivots, T* work, int work_size) {                                         \
    int info = 0;                                                                                                    \
    prefix##getri_(&n, a, &n, pivots, work, &work_size, &info);                                                      \
    return info;                                                                                                     \
  }                                                                                                                  \
  inline int gelqf(int m, int n, T* a, T* scales, T* work, int work_size) {                                          \
    int info = 0;                                                                                                    \
    prefix##gelqf_(&m, &n, a, &m, scales, work, &work_size, &info);                                                  \
    return info;                                                                                                     \
  }                                                                                                                  \
  inline int orglq(int m, int n, int k, T* a, const T* scales, T* work, int work_size) {                             \
    int info = 0;                                                                                                    \
    prefix##orglq_(&m, &n, &k, a, &m, scales, work, &work_size, &info);                                              \
    return info;                                                                                                     \
  }                                                                                                                  \
  inline int gesdd(char job, int m, int n, T* a, T* s, T* u, int u_rows, T* vt, int vt_rows, T* work, int work_size, \
                   int* int_work) {                                                                                  \
    int info = 0;                                                                                                    \
    prefix##gesdd_(&job, &m, &n, a, &m, s, u, &u_rows, vt, &vt_rows, work, &work_size, int_work, &info, 1);          \
    return info;                                                                                                     \
  }                                                                                                                  \
  inline int syevd(char job, char part, int n, T* a, T* w, T* work, int work_size, int* int_work, int int_size) {    \
    int info = 0;                                                                                                    \
    prefix##syevd_(&job, &part, &n, a, &n, w, work, &work_size, int_work, &int_size, &info, 1, 1);                   \
    return info;                                                                                                     \
  }                                                                                                                  \
  }

GRADTAPE_LAPACK(float, s)
GRADTAPE_LAPACK(double, d)
#undef GRADTAPE_LAPACK

namespace gradtape::kernels {

/// Solves op(triangle of a) X = B in place, row-major: a (n, n), b has `columns` columns at a distance of `stride`.
struct Triangle {
  CBLAS_UPLO part;
  CBLAS_TRANSPOSE transposed;
  CBLAS_DIAG diagonal;
};
inline void trsm(Triangle t, int n, int columns, const float* a, float* b, int stride) {
  cblas_strsm(CblasRowMajor, CblasLeft, t.part, t.transposed, t.diagonal, n, columns, 1.0F, a, n, b, stride);
}
inline void trsm(Triangle t, int n, int columns, const double* a, double* b, int stride) {
  cblas_dtrsm(CblasRowMajor, CblasLeft, t.part, t.transposed, t.diagonal, n, columns, 1.0, a, n, b, stride);
}

/// The workspace that a routine asks for when it is called with work_size = -1.
template <class T, class Query>
std::vector<T> workspace(const Query& query) {
  T size = 0;
  query(&size, -1);
  // A float cannot hold every size, and may have been rounded down.
  return std::vector<T>(static_cast<std::size_t>(std::nextafter(std::max(size, T{1}), T{1e9})));
}

}  // namespace gradtape::kernels
