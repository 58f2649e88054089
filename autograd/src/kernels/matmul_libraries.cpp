#include "matmul_libraries.h"

#include <cblas-openblas.h>
#include <oneapi/dnnl/dnnl.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <mutex>
#include <string_view>

#include "isa.h"

// Of libgomp, oneDNN's runtime. Declared here since clang may lack an omp.h, or bring one of another runtime.
extern "C" {
int omp_get_max_threads(void);
void omp_set_num_threads(int);
}

namespace gradtape::kernels {
namespace {

// OpenMP's thread count belongs to the calling thread, so this disturbs nobody. Both calls together take 10 ns.
class OpenMpOnOneThread {
 public:
  OpenMpOnOneThread() : before_(omp_get_max_threads()) {
    if (before_ != 1) omp_set_num_threads(1);
  }
  ~OpenMpOnOneThread() {
    if (before_ != 1) omp_set_num_threads(before_);
  }
  OpenMpOnOneThread(const OpenMpOnOneThread&) = delete;
  OpenMpOnOneThread& operator=(const OpenMpOnOneThread&) = delete;

 private:
  int before_;
};

std::mutex openblas_mutex;
int openblas_users = 0;
int openblas_threads_before = 1;

// How the BLAS interfaces see an operand: transposed or not, and the stride between its stored rows.
struct Stored {
  bool transposed;
  std::int64_t stride;
};

// A matrix of one row or column satisfies both readings; the stride must still reach from row to row.
Stored stored(std::int64_t rows, std::int64_t columns, std::int64_t row, std::int64_t column) {
  if (column == 1 && (row >= columns || rows == 1)) return {false, std::max(row, columns)};
  return {true, std::max(column, rows)};
}

bool fits_int(std::int64_t value) { return value <= std::numeric_limits<int>::max(); }

template <class T, class Gemm, class Gemv>
bool openblas(const TileOperands<T>& x, Gemm gemm, Gemv gemv) {
  const Stored a = stored(x.m, x.k, x.a_row, x.a_column), b = stored(x.k, x.n, x.b_row, x.b_column);
  for (const std::int64_t extent : {x.m, x.n, x.k, a.stride, b.stride, x.c_row}) {
    if (!fits_int(extent)) return false;
  }
  const int m = static_cast<int>(x.m), n = static_cast<int>(x.n), k = static_cast<int>(x.k);
  const int a_stride = static_cast<int>(a.stride), b_stride = static_cast<int>(b.stride);
  // As of 0.3.21 gemm with a single row or column runs at a fifth of gemv's speed. Its c is set to zero beforehand:
  // some versions multiply it by beta = 0.
  if (m == 1 && x.a_column == 1) {
    std::fill_n(x.c, n, T{0});
    gemv(CblasRowMajor, b.transposed ? CblasNoTrans : CblasTrans, b.transposed ? n : k, b.transposed ? k : n, T{1},
         x.b, b_stride, x.a, 1, T{0}, x.c, 1);
    return true;
  }
  if (n == 1 && x.b_row == 1 && x.c_row == 1) {
    std::fill_n(x.c, m, T{0});
    gemv(CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans, a.transposed ? k : m, a.transposed ? m : k, T{1},
         x.a, a_stride, x.b, 1, T{0}, x.c, 1);
    return true;
  }
  gemm(CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans, b.transposed ? CblasTrans : CblasNoTrans, m, n, k,
       T{1}, x.a, a_stride, x.b, b_stride, T{0}, x.c, static_cast<int>(x.c_row));
  return true;
}

}  // namespace

bool openblas_wanted() {
  static const bool wanted = [] {
    const char* text = std::getenv("GRADTAPE_GEMM");
    return text != nullptr && std::string_view(text) == "openblas";
  }();
  return wanted;
}

bool openblas_knows_processor() {
  static const bool knows = [] {
    if (best_isa() == Isa::baseline) return true;
    const std::string_view core = openblas_get_corename();
    for (const std::string_view old : {"Prescott", "Core2", "Nehalem", "Generic", "generic"}) {
      if (core == old) return false;
    }
    return true;
  }();
  return knows;
}

bool onednn_product(const TileOperands<float>& x) {
  const Stored a = stored(x.m, x.k, x.a_row, x.a_column), b = stored(x.k, x.n, x.b_row, x.b_column);
  const OpenMpOnOneThread alone;
  return dnnl_sgemm(a.transposed ? 'T' : 'N', b.transposed ? 'T' : 'N', x.m, x.n, x.k, 1.0F, x.a, a.stride, x.b,
                    b.stride, 0.0F, x.c, x.c_row) == dnnl_success;
}

bool openblas_product(const TileOperands<float>& operands) { return openblas(operands, cblas_sgemm, cblas_sgemv); }

bool openblas_product(const TileOperands<double>& operands) { return openblas(operands, cblas_dgemm, cblas_dgemv); }

OpenBlasOnOneThread::OpenBlasOnOneThread() {
  const std::lock_guard lock(openblas_mutex);
  if (openblas_users++ > 0) return;
  openblas_threads_before = openblas_get_num_threads();
  if (openblas_threads_before != 1) openblas_set_num_threads(1);
}

OpenBlasOnOneThread::~OpenBlasOnOneThread() {
  const std::lock_guard lock(openblas_mutex);
  if (--openblas_users > 0) return;
  if (openblas_threads_before != 1) openblas_set_num_threads(openblas_threads_before);
}

}  // namespace gradtape::kernels
