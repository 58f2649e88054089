#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <type_traits>
#include <vector>

#include "kernels/isa.h"
#include "kernels/parallel.h"
#include "kernels/reduce.h"

using namespace gradtape;
using kernels::Reduction;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
const float not_a_number = std::numeric_limits<float>::quiet_NaN();

/// Calls f once for each instruction set of this machine.
template <class F>
void on_every_isa(const F& f) {
  for (int isa = 0; isa <= static_cast<int>(kernels::best_isa()); ++isa) {
    CAPTURE(isa);
    kernels::set_active_isa(static_cast<kernels::Isa>(isa));
    f();
  }
  kernels::set_active_isa(kernels::best_isa());
}

/// The thread count as it was when the test is over.
struct KeepThreads {
  int count = kernels::num_threads();
  ~KeepThreads() { kernels::set_num_threads(count); }
};

/// Values with a few repetitions; floats are multiples of 1/64 in [-4, 4).
template <class T>
std::vector<T> values(std::int64_t n, unsigned seed = 1) {
  std::vector<T> x(static_cast<std::size_t>(n));
  std::uint32_t state = seed;
  for (T& v : x) {
    state = state * 1664525u + 1013904223u;
    const auto bits = static_cast<int>(state >> 23);
    if constexpr (std::is_floating_point_v<T>)
      v = static_cast<T>(bits - 256) / T(64);
    else
      v = static_cast<T>(std::is_signed_v<T> ? bits - 256 : bits);
  }
  return x;
}

/// Where element i of x goes when the axes of mask are reduced.
std::int64_t target(const Shape& shape, unsigned mask, std::int64_t i) {
  std::int64_t place = 0, scale = 1;
  for (int a = shape.rank() - 1; a >= 0; --a) {
    const std::int64_t index = i % shape[a];
    i /= shape[a];
    if ((mask >> a & 1) != 0) continue;
    place += index * scale;
    scale *= shape[a];
  }
  return place;
}

template <class T>
T fold(Reduction reduction, T a, T b) {
  if (reduction == Reduction::max) return a < b ? b : a;
  if (reduction == Reduction::min) return b < a ? b : a;
  if constexpr (std::is_floating_point_v<T>) {
    return reduction == Reduction::prod ? a * b : a + b;
  } else {
    const auto p = static_cast<std::uint64_t>(a), q = static_cast<std::uint64_t>(b);
    return static_cast<T>(reduction == Reduction::prod ? p * q : p + q);
  }
}

/// All reductions of one shape against loops over the elements: float32 in double, integers exactly.
template <class T>
void check_against_loops(const Shape& shape, unsigned mask) {
  CAPTURE(to_string(shape));
  CAPTURE(mask);
  CAPTURE(name_of(dtype_of<T>));
  const std::int64_t n = shape.num_elements();
  const std::int64_t kept = reduced_shape(shape, mask, false).num_elements(), count = n / kept;
  for (const Reduction reduction :
       {Reduction::sum, Reduction::mean, Reduction::max, Reduction::min, Reduction::prod, Reduction::square_sum}) {
    if (reduction == Reduction::square_sum && !std::is_floating_point_v<T>) continue;
    CAPTURE(static_cast<int>(reduction));
    std::vector<T> x = values<T>(n);
    if (reduction == Reduction::prod && std::is_floating_point_v<T>)
      for (T& v : x) v = T(1) + v / static_cast<T>(8 * count);

    using Wide = std::conditional_t<std::is_floating_point_v<T>, double,
                                    std::conditional_t<std::is_same_v<T, std::uint8_t>, std::uint64_t, std::int64_t>>;
    std::vector<Wide> expected(static_cast<std::size_t>(kept)), sizes(static_cast<std::size_t>(kept));
    std::vector<bool> seen(static_cast<std::size_t>(kept));
    for (std::int64_t i = 0; i < n; ++i) {
      const auto to = static_cast<std::size_t>(target(shape, mask, i));
      auto v = static_cast<Wide>(x[static_cast<std::size_t>(i)]);
      if (reduction == Reduction::square_sum) v *= v;
      expected[to] = seen[to] ? fold(reduction, expected[to], v) : v;
      seen[to] = true;
      if constexpr (std::is_floating_point_v<T>) sizes[to] += std::abs(v);
    }
    if (reduction == Reduction::mean)
      for (Wide& v : expected) v /= static_cast<Wide>(count);

    std::vector<T> y(static_cast<std::size_t>(kept));
    kernels::reduce(reduction, dtype_of<T>, x.data(), shape, mask, y.data());
    int wrong = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      if constexpr (std::is_floating_point_v<T>) {
        const double epsilon = std::is_same_v<T, float> ? 1e-6 : 1e-14;
        // Each factor of a product brings half a unit in the last place; sums are pairwise.
        const double scale = reduction == Reduction::sum || reduction == Reduction::square_sum ? sizes[i]
                             : reduction == Reduction::mean ? sizes[i] / static_cast<double>(count)
                             : reduction == Reduction::prod
                                 ? std::abs(expected[i]) * (1 + 0.06 * static_cast<double>(count))
                                 : 0.0;
        if (!(std::abs(static_cast<double>(y[i]) - expected[i]) <= epsilon * scale)) ++wrong;
      } else if (y[i] != static_cast<T>(expected[i])) {
        ++wrong;
      }
    }
    CHECK(wrong == 0);
  }
}

template <class T>
void check_shapes() {
  for (const Shape& shape : {Shape{}, Shape{1}, Shape{7}, Shape{2, 3, 4, 5}, Shape{1, 7, 1, 3}, Shape{33, 10},
                             Shape{3, 1, 2, 1, 5}, Shape{70, 3, 130}})
    for (unsigned mask = 0; mask < 1u << shape.rank(); ++mask) check_against_loops<T>(shape, mask);
  check_against_loops<T>({1000, 7}, 1);
  check_against_loops<T>({300, 600}, 1);
  check_against_loops<T>({5, 5000}, 2);
  check_against_loops<T>({2, 200000}, 2);
  check_against_loops<T>({2, 9000, 17}, 2);
  check_against_loops<T>({200, 3000}, 1);
}

template <class T>
void check_lengths() {
  for (std::int64_t n = 1; n < 150; ++n) {
    check_against_loops<T>({n}, 1);
    check_against_loops<T>({6, n}, 1);
  }
  for (std::int64_t power = 256; power <= 1 << 17; power *= 2)
    for (std::int64_t n : {power - 1, power, power + 1, power + 3, power + 65}) check_against_loops<T>({n}, 1);
}

}  // namespace

TEST_CASE("reductions of every dtype agree with loops over the elements, for any choice of axes") {
  on_every_isa([] {
    check_shapes<float>();
    check_shapes<double>();
    check_shapes<std::int32_t>();
    check_shapes<std::int64_t>();
    check_shapes<std::uint8_t>();
  });
}

TEST_CASE("reductions are right at every length around the vector widths") {
  on_every_isa([] {
    check_lengths<float>();
    check_lengths<double>();
    check_lengths<std::int32_t>();
    check_lengths<std::int64_t>();
    check_lengths<std::uint8_t>();
  });
}

TEST_CASE("a float32 sum of ten million equal terms is accurate to a millionth") {
  on_every_isa([] {
    const std::int64_t n = 10000000;
    const std::vector<float> x(static_cast<std::size_t>(n), 0.1f);
    const double expected = static_cast<double>(n) * static_cast<double>(0.1f);
    float y[2] = {};
    kernels::reduce(Reduction::sum, float32, x.data(), {n}, 1, y);
    CHECK(y[0] == doctest::Approx(expected).epsilon(1e-6));
    kernels::reduce(Reduction::mean, float32, x.data(), {n}, 1, y);
    CHECK(y[0] == doctest::Approx(static_cast<double>(0.1f)).epsilon(1e-6));
    kernels::reduce(Reduction::sum, float32, x.data(), {n / 2, 2}, 1, y);
    CHECK(y[0] == doctest::Approx(expected / 2).epsilon(1e-6));
    CHECK(y[1] == y[0]);
    std::vector<float> columns(100);
    kernels::reduce(Reduction::sum, float32, x.data(), {n / 100, 100}, 1, columns.data());
    for (const float column : columns) CHECK(column == doctest::Approx(expected / 100).epsilon(1e-6));
  });
}

TEST_CASE("max and min pass a NaN on wherever it stands, sums follow IEEE") {
  on_every_isa([] {
    for (std::size_t n : {1u, 2u, 5u, 17u, 100u, 5000u}) {
      for (std::size_t place = 0; place<n; place += n> 100 ? 97 : 1) {
        std::vector<float> x = values<float>(static_cast<std::int64_t>(n));
        x[place] = not_a_number;
        const Shape row{static_cast<std::int64_t>(n)};
        float y = 0;
        kernels::reduce(Reduction::max, float32, x.data(), row, 1, &y);
        REQUIRE(std::isnan(y));
        kernels::reduce(Reduction::min, float32, x.data(), row, 1, &y);
        REQUIRE(std::isnan(y));
      }
    }
    // Columns, the NaN in the second of three.
    for (std::int64_t rows : {2, 9, 300}) {
      std::vector<float> x = values<float>(rows * 3);
      x[static_cast<std::size_t>((rows - 1) * 3 + 1)] = not_a_number;
      float y[3];
      kernels::reduce(Reduction::max, float32, x.data(), {rows, 3}, 1, y);
      CHECK(!std::isnan(y[0]));
      CHECK(std::isnan(y[1]));
      CHECK(!std::isnan(y[2]));
    }
    float y;
    const float infinite[] = {1, infinity, 2};
    kernels::reduce(Reduction::sum, float32, infinite, {3}, 1, &y);
    CHECK(y == infinity);
    kernels::reduce(Reduction::min, float32, infinite, {3}, 1, &y);
    CHECK(y == 1);
    const float both[] = {infinity, 0, -infinity};
    kernels::reduce(Reduction::sum, float32, both, {3}, 1, &y);
    CHECK(std::isnan(y));
    kernels::reduce(Reduction::max, float32, both, {3}, 1, &y);
    CHECK(y == infinity);
    kernels::reduce(Reduction::min, float32, both, {3}, 1, &y);
    CHECK(y == -infinity);
    const float lowest[] = {-infinity, -infinity};
    kernels::reduce(Reduction::max, float32, lowest, {2}, 1, &y);
    CHECK(y == -infinity);
  });
}

TEST_CASE("reductions over nothing give their neutral element") {
  float f[2];
  kernels::reduce(Reduction::sum, float32, nullptr, {2, 0}, 2, f);
  CHECK(f[0] == 0);
  CHECK(f[1] == 0);
  kernels::reduce(Reduction::prod, float32, nullptr, {0}, 1, f);
  CHECK(f[0] == 1);
  kernels::reduce(Reduction::mean, float32, nullptr, {0}, 1, f);
  CHECK(std::isnan(f[0]));
  kernels::reduce(Reduction::max, float32, nullptr, {0}, 1, f);
  CHECK(f[0] == -infinity);
  kernels::reduce(Reduction::min, float32, nullptr, {0}, 1, f);
  CHECK(f[0] == infinity);
  std::int32_t i = 5;
  kernels::reduce(Reduction::mean, int32, nullptr, {0}, 1, &i);
  CHECK(i == 0);
  kernels::reduce(Reduction::max, int32, nullptr, {0}, 1, &i);
  CHECK(i == std::numeric_limits<std::int32_t>::min());
  kernels::reduce(Reduction::min, int32, nullptr, {0}, 1, &i);
  CHECK(i == std::numeric_limits<std::int32_t>::max());
  std::uint8_t u = 5;
  kernels::reduce(Reduction::max, uint8, nullptr, {0}, 1, &u);
  CHECK(u == 0);
  // No result at all: nothing is touched.
  kernels::reduce(Reduction::sum, float32, nullptr, {0, 3}, 2, nullptr);
  bool b = false;
  kernels::reduce_all(nullptr, {0}, 1, &b);
  CHECK(b);
  kernels::reduce_any(nullptr, {0}, 1, &b);
  CHECK(!b);
}

TEST_CASE("an integer mean truncates towards zero and does not overflow") {
  const std::int32_t x[] = {-3, -4, 2147483647, 2147483647};
  std::int32_t y[2];
  kernels::reduce(Reduction::mean, int32, x, {2, 2}, 2, y);
  CHECK(y[0] == -3);
  CHECK(y[1] == 2147483647);
  const std::uint8_t bytes[] = {200, 201, 250};
  std::uint8_t mean = 0;
  kernels::reduce(Reduction::mean, uint8, bytes, {3}, 1, &mean);
  CHECK(mean == 217);
}

TEST_CASE("any and all along each axis") {
  const bool x[] = {true, false, false, true, false, true};
  bool y[3];
  kernels::reduce_any(x, {2, 3}, 1, y);
  CHECK((y[0] && !y[1] && y[2]));
  kernels::reduce_all(x, {2, 3}, 1, y);
  CHECK((y[0] && !y[1] && !y[2]));
  kernels::reduce_any(x, {2, 3}, 2, y);
  CHECK((y[0] && y[1]));
  kernels::reduce_all(x, {2, 3}, 3, y);
  CHECK(!y[0]);
  const std::unique_ptr<bool[]> many(new bool[1000000]());
  many[777777] = true;
  kernels::reduce_any(many.get(), {1000000}, 1, y);
  CHECK(y[0]);
}

namespace {

template <class T>
void check_arg(std::int64_t outer, std::int64_t n, std::int64_t inner) {
  CAPTURE(outer);
  CAPTURE(n);
  CAPTURE(inner);
  const std::vector<T> x = values<T>(outer * n * inner, 9);
  std::vector<std::int64_t> largest(static_cast<std::size_t>(outer * inner)), smallest = largest;
  kernels::arg_max(dtype_of<T>, x.data(), outer, n, inner, largest.data());
  kernels::arg_min(dtype_of<T>, x.data(), outer, n, inner, smallest.data());
  int wrong = 0;
  for (std::int64_t o = 0; o < outer; ++o) {
    for (std::int64_t i = 0; i < inner; ++i) {
      const auto at = [&](std::int64_t k) { return x[static_cast<std::size_t>((o * n + k) * inner + i)]; };
      std::int64_t high = 0, low = 0;
      for (std::int64_t k = 1; k < n; ++k) {
        if (at(k) > at(high)) high = k;
        if (at(k) < at(low)) low = k;
      }
      const auto place = static_cast<std::size_t>(o * inner + i);
      wrong += largest[place] != high || smallest[place] != low;
    }
  }
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("arg_max and arg_min find the first of equals in every dtype") {
  on_every_isa([] {
    const std::int64_t shapes[][3] = {{1, 1, 1},   {4, 10, 1},     {3, 33, 1},    {2, 1000, 1}, {1, 300000, 1},
                                      {2, 5, 700}, {3, 400, 1000}, {0, 3, 2},     {2, 3, 0},    {1, 64, 1},
                                      {5, 63, 3},  {1, 131073, 1}, {2, 262144, 1}};
    for (const auto& s : shapes) {
      check_arg<float>(s[0], s[1], s[2]);
      check_arg<double>(s[0], s[1], s[2]);
      check_arg<std::int32_t>(s[0], s[1], s[2]);
      check_arg<std::int64_t>(s[0], s[1], s[2]);
      check_arg<std::uint8_t>(s[0], s[1], s[2]);
    }
  });
  const bool truth[] = {false, true, true};
  std::int64_t y = -1;
  kernels::arg_max(boolean, truth, 1, 3, 1, &y);
  CHECK(y == 1);
  kernels::arg_min(boolean, truth, 1, 3, 1, &y);
  CHECK(y == 0);
}

TEST_CASE("in arg_max and arg_min the first NaN wins") {
  on_every_isa([] {
    for (std::int64_t n : {3, 40, 1000, 140000}) {
      std::vector<float> x = values<float>(n);
      x[static_cast<std::size_t>(n) / 2] = not_a_number;
      x[static_cast<std::size_t>(n) - 1] = not_a_number;
      x[0] = infinity;
      for (std::int64_t inner : {std::int64_t{1}, std::int64_t{2}}) {
        std::vector<float> wide;
        for (const float v : x)
          for (std::int64_t i = 0; i < inner; ++i) wide.push_back(v);
        std::int64_t y[2] = {-1, -1};
        kernels::arg_max(float32, wide.data(), 1, n, inner, y);
        CHECK(y[inner - 1] == n / 2);
        kernels::arg_min(float32, wide.data(), 1, n, inner, y);
        CHECK(y[inner - 1] == n / 2);
      }
    }
    std::int64_t y = -1;
    const float lowest[] = {-infinity, -infinity};
    kernels::arg_max(float32, lowest, 1, 2, 1, &y);
    CHECK(y == 0);
  });
}

TEST_CASE("reductions have the same bits with any number of threads") {
  const KeepThreads keep;
  std::vector<float> x(3000000);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::sin(static_cast<float>(i));
  const struct {
    Shape shape;
    unsigned mask;
  } cases[] = {{{3000000}, 1},       {{3, 1000000}, 2},    {{1000000, 3}, 1}, {{3000, 1000}, 1}, {{3000, 1000}, 2},
               {{30, 1000, 100}, 2}, {{100, 30, 1000}, 5}, {{2, 1500000}, 1}, {{300000, 10}, 1}};
  for (const auto& c : cases) {
    for (const Reduction reduction : {Reduction::sum, Reduction::mean, Reduction::max, Reduction::prod}) {
      const auto kept = static_cast<std::size_t>(reduced_shape(c.shape, c.mask, false).num_elements());
      std::vector<float> one(kept), more(kept);
      kernels::set_num_threads(1);
      kernels::reduce(reduction, float32, x.data(), c.shape, c.mask, one.data());
      for (const int threads : {2, 4}) {
        kernels::set_num_threads(threads);
        kernels::reduce(reduction, float32, x.data(), c.shape, c.mask, more.data());
        CHECK(std::memcmp(one.data(), more.data(), kept * sizeof(float)) == 0);
      }
    }
  }
}
