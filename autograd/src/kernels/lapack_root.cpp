// The square root of a matrix by its complex Schur form (A. Bjorck and S. Hammarling, "A Schur method for the square
// root of a matrix", 1983).

#include <complex>
#include <limits>
#include <vector>

#include "lapack_batch.h"
#include "lapack_routines.h"

extern "C" void zgees_(const char*, const char*, void*, const int*, std::complex<double>*, const int*, int*,
                       std::complex<double>*, std::complex<double>*, const int*, std::complex<double>*, const int*,
                       double*, int*, int*, std::size_t, std::size_t);

namespace gradtape::kernels {
namespace {

using Complex = std::complex<double>;

/// All matrices by columns.
class SquareRoot {
 public:
  explicit SquareRoot(std::int64_t n) : n_(n), triangle_(size()), vectors_(size()), half_(size()), values_(length()) {
    real_work_.resize(length());
    work_.resize(1);
    schur(-1);
    work_.resize(static_cast<std::size_t>(work_[0].real()) + 1);
  }

  /// result (n, n) by rows; false where LAPACK fails.
  template <class T>
  bool operator()(const T* a, T* result) {
    for (std::int64_t i = 0; i < n_; ++i)
      for (std::int64_t j = 0; j < n_; ++j) triangle_[at(i, j)] = static_cast<double>(a[i * n_ + j]);
    if (schur(static_cast<int>(work_.size())) != 0) return false;
    take_root_of_triangle();
    multiply(result);
    return true;
  }

 private:
  std::size_t length() const { return static_cast<std::size_t>(n_); }
  std::size_t size() const { return static_cast<std::size_t>(n_ * n_); }
  std::size_t at(std::int64_t i, std::int64_t j) const { return static_cast<std::size_t>(j * n_ + i); }

  int schur(int work_size) {
    const int n = static_cast<int>(n_);
    int sorted = 0, info = 0;
    zgees_("V", "N", nullptr, &n, triangle_.data(), &n, &sorted, values_.data(), vectors_.data(), &n, work_.data(),
           &work_size, real_work_.data(), nullptr, &info, 1, 1);
    return info;
  }

  void take_root_of_triangle() {
    for (std::int64_t j = 0; j < n_; ++j) {
      triangle_[at(j, j)] = std::sqrt(triangle_[at(j, j)]);
      for (std::int64_t i = j - 1; i >= 0; --i) {
        Complex sum = triangle_[at(i, j)];
        for (std::int64_t k = i + 1; k < j; ++k) sum -= triangle_[at(i, k)] * triangle_[at(k, j)];
        triangle_[at(i, j)] = sum == 0.0 ? 0.0 : sum / (triangle_[at(i, i)] + triangle_[at(j, j)]);
      }
    }
  }

  /// vectors x triangle x vectors^H
  template <class T>
  void multiply(T* result) {
    for (std::int64_t j = 0; j < n_; ++j)
      for (std::int64_t i = 0; i < n_; ++i) {
        Complex sum = 0;
        for (std::int64_t k = 0; k <= j; ++k) sum += vectors_[at(i, k)] * triangle_[at(k, j)];
        half_[at(i, j)] = sum;
      }
    double largest = 0, largest_imaginary = 0;
    for (std::int64_t i = 0; i < n_; ++i)
      for (std::int64_t j = 0; j < n_; ++j) {
        Complex sum = 0;
        for (std::int64_t k = 0; k < n_; ++k) sum += half_[at(i, k)] * std::conj(vectors_[at(j, k)]);
        result[i * n_ + j] = static_cast<T>(sum.real());
        largest = std::max(largest, std::abs(sum));
        largest_imaginary = std::max(largest_imaginary, std::abs(sum.imag()));
      }
    // Rounding leaves far less than this.
    if (!(largest_imaginary <= 1e-7 * largest)) std::fill_n(result, n_ * n_, std::numeric_limits<T>::quiet_NaN());
  }

  std::int64_t n_;
  std::vector<Complex> triangle_, vectors_, half_, values_, work_;
  std::vector<double> real_work_;
};

}  // namespace

std::int64_t square_root(DType dtype, std::int64_t count, std::int64_t n, const void* a, void* result) {
  FirstFailure failure;
  with_floating_type(dtype, [&]<class T>(T) {
    if (n == 0) return;
    for_matrices(count, n, 10 * n, [&](std::int64_t begin, std::int64_t end) {
      SquareRoot root(n);
      for (std::int64_t entry = begin; entry < end; ++entry) {
        const T* from = static_cast<const T*>(a) + entry * n * n;
        T* to = static_cast<T*>(result) + entry * n * n;
        if (!all_finite(from, n * n))
          std::fill_n(to, n * n, std::numeric_limits<T>::quiet_NaN());
        else if (!root(from, to))
          failure.note(entry);
      }
    });
  });
  return failure.entry();
}

}  // namespace gradtape::kernels
