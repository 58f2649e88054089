#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "kernels/isa.h"
#include "kernels/matmul.h"
#include "kernels/parallel.h"

namespace {

using gradtape::DType;
using gradtape::dtype_of;
namespace kernels = gradtape::kernels;
using kernels::MatmulShape;

struct ThreadsRestored {
  int before = kernels::num_threads();
  ~ThreadsRestored() { kernels::set_num_threads(before); }
};

struct IsaRestored {
  kernels::Isa before = kernels::active_isa();
  ~IsaRestored() { kernels::set_active_isa(before); }
};

std::vector<MatmulShape> with_transposes(const std::vector<MatmulShape>& shapes) {
  std::vector<MatmulShape> all;
  for (const MatmulShape& s : shapes) {
    for (const bool ta : {false, true}) {
      for (const bool tb : {false, true}) all.push_back({s.m, s.n, s.k, ta, tb});
    }
  }
  return all;
}

template <class T>
T at(const std::vector<T>& a, std::int64_t i, std::int64_t j, std::int64_t rows, std::int64_t columns,
     bool transposed) {
  return a[static_cast<std::size_t>(transposed ? j * rows + i : i * columns + j)];
}

// Whole numbers so small that every sum is exact in float32.
template <class T>
std::vector<T> whole_numbers(std::int64_t n, unsigned seed) {
  std::mt19937 engine(seed);
  std::vector<T> values(static_cast<std::size_t>(n));
  for (T& x : values) x = static_cast<T>(static_cast<int>(engine() % 15) - 7);
  return values;
}

template <class T>
std::vector<T> fractions(std::int64_t n, unsigned seed) {
  std::mt19937_64 engine(seed);
  std::vector<T> values(static_cast<std::size_t>(n));
  for (T& x : values) x = static_cast<T>(static_cast<double>(engine() >> 11) * 0x1p-52 - 1);
  return values;
}

template <class T>
std::vector<T> definition(const MatmulShape& s, const std::vector<T>& a, const std::vector<T>& b) {
  std::vector<T> c;
  for (std::int64_t i = 0; i < s.m; ++i) {
    for (std::int64_t j = 0; j < s.n; ++j) {
      double sum = 0;
      for (std::int64_t p = 0; p < s.k; ++p) {
        sum += static_cast<double>(at(a, i, p, s.m, s.k, s.transpose_a)) *
               static_cast<double>(at(b, p, j, s.k, s.n, s.transpose_b));
      }
      c.push_back(static_cast<T>(sum));
    }
  }
  return c;
}

template <class T>
std::vector<T> product(const MatmulShape& s, const std::vector<T>& a, const std::vector<T>& b) {
  std::vector<T> c(static_cast<std::size_t>(s.m * s.n));
  if (!c.empty()) std::memset(static_cast<void*>(c.data()), 0xff, c.size() * sizeof(T));  // NaN in the floating types
  kernels::matmul(dtype_of<T>, s, a.data(), b.data(), c.data());
  return c;
}

template <class T>
void check_exact(const MatmulShape& s) {
  CAPTURE(s.m);
  CAPTURE(s.n);
  CAPTURE(s.k);
  CAPTURE(s.transpose_a);
  CAPTURE(s.transpose_b);
  const auto a = whole_numbers<T>(s.m * s.k, 1), b = whole_numbers<T>(s.k * s.n, 2);
  CHECK(product(s, a, b) == definition(s, a, b));
}

const std::vector<MatmulShape> small_shapes = {
    {1, 1, 1},    {1, 2, 3},     {2, 2, 2},   {3, 5, 7},   {4, 4, 4},    {1, 16, 9},   {16, 1, 9},   {1, 1, 40},
    {7, 17, 5},   {8, 8, 8},     {9, 33, 11}, {13, 15, 2}, {16, 16, 16}, {31, 10, 12}, {5, 64, 1},   {12, 32, 32},
    {25, 31, 33}, {32, 10, 100}, {1, 70, 90}, {70, 1, 90}, {64, 1, 1},   {1, 64, 1},   {33, 35, 37}, {6, 3, 300}};
const std::vector<MatmulShape> large_shapes = {{32, 300, 104}, {300, 100, 32}, {128, 128, 128}, {1, 500, 600},
                                               {500, 1, 600},  {67, 131, 259}, {2, 1500, 300},  {1500, 3, 300}};

}  // namespace

TEST_CASE("matmul kernel: a product known by heart") {
  const std::vector<float> a = {1, 2, 3, 4}, b = {5, 6, 7, 8};
  CHECK(product({2, 2, 2}, a, b) == std::vector<float>{19, 22, 43, 50});
  CHECK(product({2, 2, 2, true, false}, a, b) == std::vector<float>{26, 30, 38, 44});
  CHECK(product({2, 2, 2, false, true}, a, b) == std::vector<float>{17, 23, 39, 53});
  CHECK(product({2, 2, 2, true, true}, a, b) == std::vector<float>{23, 31, 34, 46});
}

TEST_CASE("matmul kernel: whole numbers give the exact result in every dtype") {
  for (const auto* shapes : {&small_shapes, &large_shapes}) {
    for (const MatmulShape& s : with_transposes(*shapes)) {
      check_exact<float>(s);
      check_exact<double>(s);
      check_exact<std::int32_t>(s);
      check_exact<std::int64_t>(s);
    }
  }
}

TEST_CASE("matmul kernel: every instruction set gives the exact result") {
  const IsaRestored restored;
  for (const kernels::Isa isa : {kernels::Isa::baseline, kernels::Isa::avx2, kernels::Isa::avx512}) {
    kernels::set_active_isa(isa);
    for (const MatmulShape& s : with_transposes(small_shapes)) {
      check_exact<float>(s);
      check_exact<double>(s);
      check_exact<std::int32_t>(s);
      check_exact<std::int64_t>(s);
    }
  }
}

TEST_CASE_TEMPLATE("matmul kernel: rounding stays within the bound for sums", T, float, double) {
  for (const MatmulShape& s : with_transposes({{5, 7, 9}, {16, 16, 16}, {32, 300, 784}, {100, 90, 300}})) {
    const auto a = fractions<T>(s.m * s.k, 3), b = fractions<T>(s.k * s.n, 4);
    const auto c = product(s, a, b);
    double worst = 0;
    for (std::int64_t i = 0; i < s.m; ++i) {
      for (std::int64_t j = 0; j < s.n; ++j) {
        long double sum = 0, magnitude = 0;
        for (std::int64_t p = 0; p < s.k; ++p) {
          const long double term = static_cast<long double>(at(a, i, p, s.m, s.k, s.transpose_a)) *
                                   static_cast<long double>(at(b, p, j, s.k, s.n, s.transpose_b));
          sum += term;
          magnitude += std::abs(term);
        }
        const auto error = std::abs(static_cast<long double>(c[static_cast<std::size_t>(i * s.n + j)]) - sum);
        worst = std::max(worst, static_cast<double>(error / magnitude));
      }
    }
    // Higham, "Accuracy and Stability of Numerical Algorithms", section 3.1: k units of roundoff.
    CHECK(worst <= static_cast<double>(s.k) * static_cast<double>(std::numeric_limits<T>::epsilon()) / 2);
  }
}

TEST_CASE_TEMPLATE("matmul kernel: the bits do not depend on the number of threads", T, float, double, std::int32_t) {
  const ThreadsRestored restored;
  for (const MatmulShape& s : with_transposes({{32, 300, 784},
                                               {784, 300, 32},
                                               {32, 100, 300},
                                               {128, 128, 128},
                                               {129, 127, 131},
                                               {1, 300, 3000},
                                               {3000, 1, 300},
                                               {1000, 10, 100},
                                               {7, 2001, 65},
                                               {257, 300, 511}})) {
    const auto a = fractions<T>(s.m * s.k, 5), b = fractions<T>(s.k * s.n, 6);
    kernels::set_num_threads(1);
    const auto expected = product(s, a, b);
    for (const int threads : {2, 3, 4, 7}) {
      kernels::set_num_threads(threads);
      const auto c = product(s, a, b);
      CHECK(std::memcmp(c.data(), expected.data(), c.size() * sizeof(T)) == 0);
    }
  }
}

TEST_CASE("matmul kernel: an empty sum is zero, an empty result is left alone") {
  for (const DType dtype : {DType::float32, DType::float64, DType::int32, DType::int64}) {
    std::vector<std::int64_t> c(6, -1);
    kernels::matmul(dtype, {2, 3, 0}, nullptr, nullptr, c.data());
    const std::size_t bytes = 6 * gradtape::size_of(dtype);
    const std::vector<unsigned char> zeros(bytes, 0);
    CHECK(std::memcmp(c.data(), zeros.data(), bytes) == 0);
    kernels::matmul(dtype, {0, 3, 4}, nullptr, nullptr, nullptr);
    kernels::matmul(dtype, {3, 0, 4}, nullptr, nullptr, nullptr);
    kernels::batch_matmul(dtype, {3, 2, 4}, 0, nullptr, nullptr, nullptr, nullptr, nullptr);
    std::vector<std::int64_t> d(6, -1);
    kernels::batch_matmul(dtype, {1, 3, 0}, 2, nullptr, nullptr, nullptr, nullptr, d.data());
    CHECK(std::memcmp(d.data(), zeros.data(), bytes) == 0);
  }
}

TEST_CASE_TEMPLATE("matmul kernel: zero times NaN and infinity is NaN, and stays in its row or column", T, float,
                   double) {
  for (const MatmulShape& s : with_transposes({{2, 2, 2},
                                               {5, 19, 9},
                                               {1, 40, 40},
                                               {40, 1, 40},
                                               {1, 9, 300},
                                               {40, 50, 60},
                                               {1, 300, 400},
                                               {300, 1, 400},
                                               {130, 128, 140}})) {
    for (const T special : {std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::infinity()}) {
      const auto m = s.m, n = s.n, k = s.k;
      std::vector<T> a(static_cast<std::size_t>(m * k), T{0}), b(static_cast<std::size_t>(k * n), T{0});
      const std::int64_t row = m - 1, p = k / 2;
      a[static_cast<std::size_t>(s.transpose_a ? p * m + row : row * k + p)] = special;
      auto c = product(s, a, b);
      std::int64_t wrong = 0;
      for (std::int64_t i = 0; i < m * n; ++i) wrong += std::isnan(c[static_cast<std::size_t>(i)]) != (i / n == row);
      CHECK(wrong == 0);
      a.assign(a.size(), T{0});
      const std::int64_t column = n / 2;
      b[static_cast<std::size_t>(s.transpose_b ? column * k + p : p * n + column)] = special;
      c = product(s, a, b);
      for (std::int64_t i = 0; i < m * n; ++i)
        wrong += std::isnan(c[static_cast<std::size_t>(i)]) != (i % n == column);
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("matmul kernel: integers wrap around") {
  const std::int32_t most = std::numeric_limits<std::int32_t>::max();
  // (2^31 - 1) * 2 + (2^31 - 1) * 3 = 5 * 2^31 - 5, which is 2^31 - 5 modulo 2^32.
  CHECK(product<std::int32_t>({1, 1, 2}, {most, most}, {2, 3}) == std::vector<std::int32_t>{2147483643});
  const std::int64_t large = std::numeric_limits<std::int64_t>::max();
  CHECK(product<std::int64_t>({1, 1, 1}, {large}, {2}) == std::vector<std::int64_t>{-2});
  CHECK(product<std::int64_t>({1, 1, 1}, {std::int64_t{3037000500}}, {std::int64_t{3037000500}}) ==
        std::vector<std::int64_t>{-9223372036709301616});
}

TEST_CASE("matmul kernel: a batch equals its products one by one, for any number of threads") {
  const ThreadsRestored restored;
  for (const MatmulShape& s : with_transposes({{3, 4, 5}, {1, 1, 8}, {17, 10, 33}, {64, 64, 64}, {128, 130, 100}})) {
    const std::int64_t count = s.m > 100 ? 3 : 37;
    const auto a = whole_numbers<float>(count * s.m * s.k, 7), b = whole_numbers<float>(count * s.k * s.n, 8);
    enum { separate, same_b, same_a, reversed };
    for (const int kind : {separate, same_b, same_a, reversed}) {
      std::vector<std::int64_t> a_offsets, b_offsets;
      std::vector<float> expected;
      for (std::int64_t i = 0; i < count; ++i) {
        a_offsets.push_back((kind == same_a ? 0 : kind == reversed ? count - 1 - i : i) * s.m * s.k);
        b_offsets.push_back((kind == same_b ? 0 : i) * s.k * s.n);
        const auto part = [](const std::vector<float>& all, std::int64_t offset, std::int64_t size) {
          return std::vector<float>(all.begin() + offset, all.begin() + offset + size);
        };
        const auto one = definition(s, part(a, a_offsets.back(), s.m * s.k), part(b, b_offsets.back(), s.k * s.n));
        expected.insert(expected.end(), one.begin(), one.end());
      }
      for (const int threads : {1, 2, 4}) {
        kernels::set_num_threads(threads);
        std::vector<float> c(expected.size(), NAN);
        kernels::batch_matmul(DType::float32, s, count, a.data(), a_offsets.data(), b.data(), b_offsets.data(),
                              c.data());
        CHECK(c == expected);
      }
    }
  }
}

TEST_CASE("matmul kernel: which dtypes it takes") {
  for (const DType dtype : {DType::float32, DType::float64, DType::int32, DType::int64}) {
    CHECK(kernels::supports_matmul(dtype));
  }
  CHECK_FALSE(kernels::supports_matmul(DType::uint8));
  CHECK_FALSE(kernels::supports_matmul(DType::boolean));
}
