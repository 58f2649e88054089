#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "kernels/isa.h"
#include "kernels/parallel.h"
#include "kernels/softmax.h"

using namespace gradtape;

namespace {

template <class F>
void on_every_isa(const F& f) {
  for (int isa = 0; isa <= static_cast<int>(kernels::best_isa()); ++isa) {
    CAPTURE(isa);
    kernels::set_active_isa(static_cast<kernels::Isa>(isa));
    f();
  }
  kernels::set_active_isa(kernels::best_isa());
}

struct KeepThreads {
  int count = kernels::num_threads();
  ~KeepThreads() { kernels::set_num_threads(count); }
};

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Multiples of 1/16 in [-10, 10).
template <class T>
std::vector<T> values(std::int64_t n, unsigned seed) {
  std::vector<T> x(static_cast<std::size_t>(n));
  std::uint32_t state = seed;
  for (T& v : x) {
    state = state * 1664525u + 1013904223u;
    v = static_cast<T>(static_cast<int>((state >> 16) % 320) - 160) / T(16);
  }
  return x;
}

/// One row straight from the formulas, more precise than the kernels.
struct Row {
  std::vector<long double> softmax, log_softmax;
  long double log_sum = 0;

  template <class T>
  explicit Row(const T* x, std::int64_t n) {
    long double max = -infinity, sum = 0;
    for (std::int64_t c = 0; c < n; ++c) max = std::max(max, static_cast<long double>(x[c]));
    for (std::int64_t c = 0; c < n; ++c) sum += std::exp(static_cast<long double>(x[c]) - max);
    log_sum = max + std::log(sum);
    for (std::int64_t c = 0; c < n; ++c) {
      log_softmax.push_back(static_cast<long double>(x[c]) - log_sum);
      softmax.push_back(std::exp(log_softmax.back()));
    }
  }
};

template <class T>
struct Worst {
  double error = 0;
  /// The error relative to `scale`, which is at least 1.
  void see(T got, long double expected, long double scale = 1) {
    const auto e = static_cast<double>(std::abs(static_cast<long double>(got) - expected) / std::max(1.0L, scale));
    error = e <= error ? error : e;
  }
};

template <class T>
void check_all(std::int64_t rows, std::int64_t columns) {
  CAPTURE(rows);
  CAPTURE(columns);
  CAPTURE(name_of(dtype_of<T>));
  const DType dtype = dtype_of<T>;
  const double tolerance = sizeof(T) == 4 ? 2e-6 : 1e-14;
  const auto n = static_cast<std::size_t>(rows * columns);
  const std::vector<T> x = values<T>(rows * columns, 1), dy = values<T>(rows * columns, 2);
  std::vector<T> dloss = values<T>(rows, 3), probabilities = values<T>(rows * columns, 4);
  for (T& p : probabilities) p = p < T(0) ? T(0) : p / T(16);
  std::vector<std::int64_t> labels;
  std::vector<std::int32_t> labels32;
  std::vector<std::uint8_t> labels8;
  for (std::int64_t r = 0; r < rows; ++r) {
    labels.push_back(r * 7919 % columns);
    labels32.push_back(static_cast<std::int32_t>(labels.back()));
    labels8.push_back(static_cast<std::uint8_t>(r % std::min<std::int64_t>(columns, 256)));
  }

  std::vector<T> y(n), log_y(n), dx(n), dlog(n), dsparse(n), ddense(n);
  const auto row_count = static_cast<std::size_t>(rows);
  std::vector<T> sparse(row_count), sparse32(row_count), sparse8(row_count), dense(row_count);
  kernels::softmax(dtype, x.data(), y.data(), rows, columns);
  kernels::log_softmax(dtype, x.data(), log_y.data(), rows, columns);
  kernels::softmax_gradient(dtype, dy.data(), y.data(), dx.data(), rows, columns);
  kernels::log_softmax_gradient(dtype, dy.data(), log_y.data(), dlog.data(), rows, columns);
  kernels::sparse_softmax_cross_entropy(dtype, x.data(), int64, labels.data(), sparse.data(), rows, columns);
  kernels::sparse_softmax_cross_entropy(dtype, x.data(), int32, labels32.data(), sparse32.data(), rows, columns);
  kernels::sparse_softmax_cross_entropy(dtype, x.data(), uint8, labels8.data(), sparse8.data(), rows, columns);
  kernels::sparse_softmax_cross_entropy_gradient(dtype, dloss.data(), x.data(), int64, labels.data(), dsparse.data(),
                                                 rows, columns);
  kernels::softmax_cross_entropy(dtype, x.data(), probabilities.data(), dense.data(), rows, columns);
  kernels::softmax_cross_entropy_gradient(dtype, dloss.data(), x.data(), probabilities.data(), ddense.data(), rows,
                                          columns);

  Worst<T> of_softmax, of_log, of_dx, of_dlog, of_sparse, of_dsparse, of_dense, of_ddense;
  for (std::int64_t r = 0; r < rows; ++r) {
    const std::int64_t begin = r * columns;
    const auto row = static_cast<std::size_t>(r);
    const auto at = [&](std::int64_t c) { return static_cast<std::size_t>(begin + c); };
    const Row exact(x.data() + begin, columns);
    long double dot = 0, dy_sum = 0, dy_size = 0, loss = 0, loss_size = 0;
    for (std::int64_t c = 0; c < columns; ++c) {
      const auto i = static_cast<std::size_t>(c);
      const long double up = static_cast<long double>(dy[at(c)]), p = static_cast<long double>(probabilities[at(c)]);
      dot += up * exact.softmax[i];
      dy_sum += up;
      dy_size += std::abs(up);
      loss -= p * exact.log_softmax[i];
      loss_size += p * std::abs(exact.log_softmax[i]);
    }
    for (std::int64_t c = 0; c < columns; ++c) {
      const auto i = static_cast<std::size_t>(c);
      const long double up = static_cast<long double>(dy[at(c)]), s = exact.softmax[i],
                        dl = static_cast<long double>(dloss[row]);
      of_softmax.see(y[at(c)], s);
      of_log.see(log_y[at(c)], exact.log_softmax[i], std::abs(exact.log_softmax[i]));
      of_dx.see(dx[at(c)], s * (up - dot), std::abs(dot));
      of_dlog.see(dlog[at(c)], up - s * dy_sum, std::abs(up) + 10 * s * dy_size);
      of_dsparse.see(dsparse[at(c)], dl * (s - (c == labels[row] ? 1 : 0)), std::abs(dl));
      // TensorFlow's gradient, which takes the labels to add up to 1.
      of_ddense.see(ddense[at(c)], dl * (s - static_cast<long double>(probabilities[at(c)])), std::abs(dl));
    }
    of_sparse.see(sparse[row], -exact.log_softmax[static_cast<std::size_t>(labels[row])], 10);
    of_sparse.see(sparse32[row], -exact.log_softmax[static_cast<std::size_t>(labels32[row])], 10);
    of_sparse.see(sparse8[row], -exact.log_softmax[labels8[row]], 10);
    of_dense.see(dense[row], loss, loss_size);
  }
  CHECK(of_softmax.error <= tolerance);
  CHECK(of_log.error <= tolerance);
  CHECK(of_dx.error <= tolerance);
  CHECK(of_dlog.error <= tolerance);
  CHECK(of_sparse.error <= tolerance);
  CHECK(of_dsparse.error <= tolerance);
  CHECK(of_dense.error <= tolerance);
  CHECK(of_ddense.error <= tolerance);
}

}  // namespace

TEST_CASE("softmax, the cross-entropies and their gradients agree with their formulas in double") {
  on_every_isa([] {
    const std::int64_t shapes[][2] = {{1, 1},     {32, 10},  {300, 1},  {1000, 3}, {5, 16},   {7, 17},
                                      {3, 100},   {9, 1000}, {3, 1025}, {4, 2047}, {3, 2048}, {3, 2049},
                                      {2, 50000}, {0, 10},   {513, 64}, {2000, 20}};
    for (const auto& s : shapes) {
      check_all<float>(s[0], s[1]);
      check_all<double>(s[0], s[1]);
    }
  });
}

TEST_CASE("softmax of (1, 2, 3) and a loss worked out by hand") {
  // e^1, e^2, e^3 over their sum 30.19287485; log of the sum 3.40760596.
  const float x[] = {1, 2, 3};
  float y[3], loss;
  kernels::softmax(float32, x, y, 1, 3);
  CHECK(y[0] == doctest::Approx(0.09003057).epsilon(1e-6));
  CHECK(y[1] == doctest::Approx(0.24472847).epsilon(1e-6));
  CHECK(y[2] == doctest::Approx(0.66524096).epsilon(1e-6));
  const std::uint8_t label = 1;
  kernels::sparse_softmax_cross_entropy(float32, x, uint8, &label, &loss, 1, 3);
  CHECK(loss == doctest::Approx(1.40760596).epsilon(1e-6));
}

TEST_CASE("large logits neither overflow nor lose their differences") {
  on_every_isa([] {
    const float x[] = {1e4f, 1e4f, -1e4f, 3e38f, 0, -3e38f};
    float y[6];
    kernels::softmax(float32, x, y, 2, 3);
    CHECK(y[0] == 0.5f);
    CHECK(y[1] == 0.5f);
    CHECK(y[2] == 0.0f);
    CHECK(y[3] == 1.0f);
    CHECK(y[4] == 0.0f);
    CHECK(y[5] == 0.0f);
    kernels::log_softmax(float32, x, y, 1, 3);
    CHECK(y[0] == doctest::Approx(-std::log(2.0)).epsilon(1e-6));
    CHECK(y[2] == doctest::Approx(-2e4 - std::log(2.0)).epsilon(1e-6));
  });
}

TEST_CASE("infinities and NaN in the logits stay in their row") {
  on_every_isa([] {
    const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
    for (const std::int64_t columns : {3, 40, 5000}) {
      const auto n = static_cast<std::size_t>(columns);
      std::vector<float> x(5 * n, 0.0f), y(5 * n);
      for (std::size_t c = 0; c < n; ++c) x[n + c] = -inf;
      x[2 * n + 1] = nan;
      x[3 * n + 1] = inf;
      x[4 * n + 1] = -inf;
      kernels::softmax(float32, x.data(), y.data(), 5, columns);
      for (std::size_t c = 0; c < n; ++c) {
        REQUIRE(y[c] == doctest::Approx(1.0 / static_cast<double>(columns)));
        REQUIRE(std::isnan(y[n + c]));
        REQUIRE(std::isnan(y[2 * n + c]));
        if (c == 1) REQUIRE(std::isnan(y[3 * n + c]));
        REQUIRE(y[4 * n + c] == doctest::Approx(c == 1 ? 0 : 1.0 / static_cast<double>(columns - 1)));
      }
      std::vector<float> labels(n, 0.0f);
      labels[0] = 1;
      float loss = 0;
      // The row with a logit of -inf under a label of 0.
      kernels::softmax_cross_entropy(float32, x.data() + 4 * n, labels.data(), &loss, 1, columns);
      CHECK(loss == doctest::Approx(std::log(static_cast<double>(columns - 1))));
      const std::int32_t label = 1;
      kernels::sparse_softmax_cross_entropy(float32, x.data() + 4 * n, int32, &label, &loss, 1, columns);
      CHECK(loss == inf);
    }
  });
}

TEST_CASE("softmax and its gradients may work in place") {
  const std::int64_t rows = 40;
  for (const std::int64_t columns : {10, 1500, 3000}) {
    const std::vector<float> x = values<float>(rows * columns, 5), dy = values<float>(rows * columns, 6);
    std::vector<float> y = x, expected(x.size());
    kernels::softmax(float32, x.data(), expected.data(), rows, columns);
    kernels::softmax(float32, y.data(), y.data(), rows, columns);
    CHECK(y == expected);
    std::vector<float> dx = dy;
    kernels::softmax_gradient(float32, dy.data(), y.data(), expected.data(), rows, columns);
    kernels::softmax_gradient(float32, dx.data(), y.data(), dx.data(), rows, columns);
    CHECK(dx == expected);
    y = x;
    kernels::log_softmax(float32, x.data(), expected.data(), rows, columns);
    kernels::log_softmax(float32, y.data(), y.data(), rows, columns);
    CHECK(y == expected);
    kernels::log_softmax_gradient(float32, dy.data(), y.data(), expected.data(), rows, columns);
    kernels::log_softmax_gradient(float32, dy.data(), y.data(), y.data(), rows, columns);
    CHECK(y == expected);
  }
}

TEST_CASE("rows without columns") {
  float loss[] = {5, 5};
  kernels::softmax(float32, nullptr, nullptr, 2, 0);
  kernels::log_softmax_gradient(float32, nullptr, nullptr, nullptr, 2, 0);
  kernels::softmax_cross_entropy(float32, nullptr, nullptr, loss, 2, 0);
  CHECK(loss[0] == 0);
  CHECK(loss[1] == 0);
}

TEST_CASE("the rows have the same bits with any number of threads") {
  const KeepThreads keep;
  for (const std::int64_t columns : {10, 333, 5000}) {
    const std::int64_t rows = 400000 / columns;
    const std::vector<float> x = values<float>(rows * columns, 7), dy = values<float>(rows * columns, 8);
    const std::vector<std::int32_t> labels(static_cast<std::size_t>(rows), 3);
    std::vector<std::vector<float>> results;
    for (const int threads : {1, 2, 4}) {
      kernels::set_num_threads(threads);
      std::vector<float> all;
      std::vector<float> y(x.size());
      const auto keep_result = [&] { all.insert(all.end(), y.begin(), y.end()); };
      kernels::softmax(float32, x.data(), y.data(), rows, columns);
      keep_result();
      kernels::softmax_gradient(float32, dy.data(), x.data(), y.data(), rows, columns);
      keep_result();
      kernels::log_softmax(float32, x.data(), y.data(), rows, columns);
      keep_result();
      kernels::log_softmax_gradient(float32, dy.data(), x.data(), y.data(), rows, columns);
      keep_result();
      kernels::sparse_softmax_cross_entropy(float32, x.data(), int32, labels.data(), y.data(), rows, columns);
      keep_result();
      kernels::sparse_softmax_cross_entropy_gradient(float32, dy.data(), x.data(), int32, labels.data(), y.data(),
                                                     rows, columns);
      keep_result();
      kernels::softmax_cross_entropy_gradient(float32, dy.data(), x.data(), dy.data(), y.data(), rows, columns);
      keep_result();
      results.push_back(all);
    }
    for (const auto& result : results)
      CHECK(std::memcmp(result.data(), results[0].data(), result.size() * sizeof(float)) == 0);
  }
}

TEST_CASE("the first label outside its range is found") {
  const std::int32_t a[] = {0, 2, 3, -1};
  CHECK(kernels::first_invalid_label(int32, a, 4, 3) == 2);
  CHECK(kernels::first_invalid_label(int32, a, 4, 4) == 3);
  CHECK(kernels::first_invalid_label(int32, a, 3, 4) == -1);
  CHECK(kernels::first_invalid_label(int32, a, 4, std::int64_t{1} << 40) == 3);
  const std::int64_t b[] = {0, std::int64_t{1} << 33, -5};
  CHECK(kernels::first_invalid_label(int64, b, 3, 10) == 1);
  CHECK(kernels::first_invalid_label(int64, b, 3, std::int64_t{1} << 34) == 2);
  const std::uint8_t c[] = {0, 255, 9};
  CHECK(kernels::first_invalid_label(uint8, c, 3, 256) == -1);
  CHECK(kernels::first_invalid_label(uint8, c, 3, 255) == 1);
  CHECK(kernels::first_invalid_label(uint8, c, 3, 0) == 0);
  CHECK(kernels::first_invalid_label(uint8, nullptr, 0, 0) == -1);
  std::vector<std::int32_t> many(5000, 1);
  many[4321] = 2;
  CHECK(kernels::first_invalid_label(int32, many.data(), 5000, 2) == 4321);
}
