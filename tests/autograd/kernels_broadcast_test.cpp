// Broadcasting, comparisons, select, casts and fill, checked against a naive loop.

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <vector>

#include "kernels/elementwise.h"
#include "kernels/isa.h"
#include "kernels/parallel.h"

using namespace gradtape;
using namespace gradtape::kernels;

namespace {

template <class Check>
void for_each_isa(const Check& check) {
  const Isa before = active_isa();
  for (int i = 0; i <= static_cast<int>(best_isa()); ++i) {
    CAPTURE(i);
    set_active_isa(static_cast<Isa>(i));
    check();
  }
  set_active_isa(before);
}

/// The place in an operand of `shape` of the output's element `index`, by the definition of broadcasting.
std::size_t source(const Shape& shape, const Shape& y_shape, std::int64_t index) {
  std::int64_t offset = 0, step = 1;
  for (int axis = 1; axis <= y_shape.rank(); ++axis) {
    const std::int64_t i = index % y_shape[-axis];
    index /= y_shape[-axis];
    if (axis > shape.rank()) continue;
    if (shape[-axis] != 1) offset += i * step;
    step *= shape[-axis];
  }
  return static_cast<std::size_t>(offset);
}

std::vector<float> numbers(const Shape& shape, float first) {
  std::vector<float> values(static_cast<std::size_t>(shape.num_elements()));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = first + static_cast<float>(i % 8191);
  return values;
}

/// vector<bool> has no data().
struct Bools {
  explicit Bools(std::size_t count) : size(count), data(std::make_unique<bool[]>(count)) {}
  std::size_t size;
  std::unique_ptr<bool[]> data;
};

struct Shapes {
  Shape a, b;
};
const Shapes shape_pairs[] = {
    {{}, {}},
    {{5}, {}},
    {{}, {3, 4}},
    {{1}, {1, 1}},
    {{7}, {1, 7}},
    {{6, 5}, {5}},
    {{6, 5}, {1, 5}},
    {{6, 5}, {6, 1}},
    {{5}, {6, 1}},
    {{3, 1, 200}, {4, 1}},
    {{2, 3, 4, 5}, {3, 1, 5}},
    {{2, 1, 4, 1}, {1, 3, 1, 5}},
    {{1, 300}, {70, 300}},
    {{70, 300}, {70, 1}},
    {{2, 70, 11}, {2, 1, 11}},
    {{129, 3}, {1, 3}},
    {{1, 3}, {700, 1}},
    {{2, 2, 2, 2, 2, 2, 2, 3}, {2, 1, 2, 1, 2, 1, 2, 1}},
    {{4, 2000}, {4, 1}},
    {{0, 3}, {3}},
    {{2, 0}, {1}},
    {{40000, 10}, {10}},
    {{40000, 10}, {40000, 1}},
    {{2, 100000}, {100000}},
    {{300000}, {1}},
};

}  // namespace

TEST_CASE("binary, compare, select and broadcast give what a naive loop gives") {
  const int threads_before = num_threads();
  set_num_threads(2);
  for_each_isa([] {
    for (const Shapes& shapes : shape_pairs) {
      const Shape y_shape = broadcast_shapes(shapes.a, shapes.b);
      CAPTURE(to_string(shapes.a));
      CAPTURE(to_string(shapes.b));
      const std::vector<float> a = numbers(shapes.a, 1), b = numbers(shapes.b, 1000);
      const auto n = static_cast<std::size_t>(y_shape.num_elements());
      std::vector<float> y(n), reversed(n), selected(n), expanded(n);
      Bools less(n), either(n), condition(b.size());
      for (std::size_t i = 0; i < b.size(); ++i) condition.data[i] = i % 3 == 0;
      binary(Binary::subtract, float32, a.data(), shapes.a, b.data(), shapes.b, y.data(), y_shape);
      binary(Binary::subtract, float32, b.data(), shapes.b, a.data(), shapes.a, reversed.data(), y_shape);
      compare(Comparison::less, float32, a.data(), shapes.a, b.data(), shapes.b, less.data.get(), y_shape);
      select(float32, condition.data.get(), shapes.b, a.data(), shapes.a, b.data(), shapes.b, selected.data(),
             y_shape);
      logical(Logical::logical_or, less.data.get(), y_shape, condition.data.get(), shapes.b, either.data.get(),
              y_shape);
      broadcast(float32, b.data(), shapes.b, expanded.data(), y_shape);
      std::size_t wrong = 0;
      for (std::size_t i = 0; i < n; ++i) {
        const float x = a[source(shapes.a, y_shape, static_cast<std::int64_t>(i))];
        const std::size_t from_b = source(shapes.b, y_shape, static_cast<std::int64_t>(i));
        wrong += y[i] != x - b[from_b];
        wrong += reversed[i] != b[from_b] - x;
        wrong += less.data[i] != (x < b[from_b]);
        wrong += selected[i] != (from_b % 3 == 0 ? x : b[from_b]);
        wrong += either.data[i] != (x < b[from_b] || from_b % 3 == 0);
        wrong += expanded[i] != b[from_b];
      }
      CHECK(wrong == 0);
    }
  });
  set_num_threads(threads_before);
}

TEST_CASE("broadcasting works for elements of 1 and 8 bytes") {
  for_each_isa([] {
    const std::uint8_t row[] = {1, 2, 3}, column[] = {10, 20};
    std::uint8_t y[6];
    binary(Binary::add, uint8, row, Shape{3}, column, Shape{2, 1}, y, Shape{2, 3});
    CHECK(std::vector<std::uint8_t>(y, y + 6) == std::vector<std::uint8_t>{11, 12, 13, 21, 22, 23});
    const std::int64_t wide_row[] = {1, 2, 3}, wide_column[] = {10, 20};
    std::int64_t wide[6];
    binary(Binary::multiply, int64, wide_row, Shape{3}, wide_column, Shape{2, 1}, wide, Shape{2, 3});
    CHECK(std::vector<std::int64_t>(wide, wide + 6) == std::vector<std::int64_t>{10, 20, 30, 20, 40, 60});
    broadcast(int64, wide_column, Shape{2, 1}, wide, Shape{2, 3});
    CHECK(std::vector<std::int64_t>(wide, wide + 6) == std::vector<std::int64_t>{10, 10, 10, 20, 20, 20});
  });
}

TEST_CASE("an output may be one of the operands") {
  for_each_isa([] {
    std::vector<float> y(100, 3.0f), row(10);
    for (int i = 0; i < 10; ++i) row[static_cast<std::size_t>(i)] = static_cast<float>(i);
    binary(Binary::multiply, float32, y.data(), Shape{10, 10}, row.data(), Shape{10}, y.data(), Shape{10, 10});
    binary(Binary::add, float32, y.data(), Shape{100}, y.data(), Shape{100}, y.data(), Shape{100});
    unary(Unary::negative, float32, y.data(), y.data(), 100);
    for (int i = 0; i < 100; ++i) CHECK(y[static_cast<std::size_t>(i)] == static_cast<float>(-6 * (i % 10)));
    float scalar = 2.0f;
    binary(Binary::pow, float32, &scalar, Shape{}, &scalar, Shape{}, &scalar, Shape{});
    CHECK(scalar == 4.0f);
  });
}

TEST_CASE("comparisons and logical functions, with NaN as IEEE says") {
  for_each_isa([] {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double a[] = {1, 2, 3, nan, nan}, b[] = {2, 2, 2, nan, 1};
    const struct {
      Comparison comparison;
      bool expected[5];
    } cases[] = {
        {Comparison::equal, {false, true, false, false, false}},
        {Comparison::not_equal, {true, false, true, true, true}},
        {Comparison::less, {true, false, false, false, false}},
        {Comparison::less_equal, {true, true, false, false, false}},
        {Comparison::greater, {false, false, true, false, false}},
        {Comparison::greater_equal, {false, true, true, false, false}},
    };
    for (const auto& c : cases) {
      bool y[5];
      compare(c.comparison, float64, a, Shape{5}, b, Shape{5}, y, Shape{5});
      for (int i = 0; i < 5; ++i) CHECK(y[i] == c.expected[i]);
    }
    const bool p[] = {false, false, true, true}, q[] = {false, true, false, true};
    bool both[4], either[4], one[4], inverse[4], equal[4];
    logical(Logical::logical_and, p, Shape{4}, q, Shape{4}, both, Shape{4});
    logical(Logical::logical_or, p, Shape{4}, q, Shape{4}, either, Shape{4});
    logical(Logical::logical_xor, p, Shape{4}, q, Shape{4}, one, Shape{4});
    logical_not(p, inverse, 4);
    compare(Comparison::equal, boolean, p, Shape{4}, q, Shape{4}, equal, Shape{4});
    for (int i = 0; i < 4; ++i) {
      CHECK(both[i] == (p[i] && q[i]));
      CHECK(either[i] == (p[i] || q[i]));
      CHECK(one[i] == (p[i] != q[i]));
      CHECK(inverse[i] == !p[i]);
      CHECK(equal[i] == (p[i] == q[i]));
    }
  });
}

namespace {

template <class T>
double after_cast(DType from, const void* x, std::int64_t i) {
  std::vector<T> y(static_cast<std::size_t>(i) + 1);
  cast(from, x, dtype_of<T>, y.data(), i + 1);
  return static_cast<double>(y.back());
}

template <class T>
void check_casts(const std::vector<T>& x) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto place = static_cast<std::int64_t>(i);
    CAPTURE(static_cast<double>(x[i]));
    CHECK(after_cast<float>(dtype_of<T>, x.data(), place) == static_cast<float>(x[i]));
    CHECK(after_cast<double>(dtype_of<T>, x.data(), place) == static_cast<double>(x[i]));
    CHECK(after_cast<std::int32_t>(dtype_of<T>, x.data(), place) == static_cast<std::int32_t>(x[i]));
    CHECK(after_cast<std::int64_t>(dtype_of<T>, x.data(), place) ==
          static_cast<double>(static_cast<std::int64_t>(x[i])));
    CHECK(after_cast<std::uint8_t>(dtype_of<T>, x.data(), place) == static_cast<std::uint8_t>(x[i]));
    bool truth[64];
    cast(dtype_of<T>, x.data(), boolean, truth, place + 1);
    CHECK(truth[i] == (x[i] != T(0)));
  }
}

template <class T>
void check_saturation() {
  const T inf = std::numeric_limits<T>::infinity(), nan = std::numeric_limits<T>::quiet_NaN();
  const std::vector<T> x = {inf, -inf, nan, T(3e9), T(-3e9), T(1e20), T(-1e20), T(-0.9), T(255.9), T(256), T(-1)};
  const auto n = static_cast<std::int64_t>(x.size());
  std::vector<std::int32_t> narrow(x.size());
  std::vector<std::int64_t> wide(x.size());
  std::vector<std::uint8_t> bytes(x.size());
  cast(dtype_of<T>, x.data(), int32, narrow.data(), n);
  cast(dtype_of<T>, x.data(), int64, wide.data(), n);
  cast(dtype_of<T>, x.data(), uint8, bytes.data(), n);
  constexpr auto low = std::numeric_limits<std::int32_t>::min(), high = std::numeric_limits<std::int32_t>::max();
  constexpr auto low64 = std::numeric_limits<std::int64_t>::min(), high64 = std::numeric_limits<std::int64_t>::max();
  CHECK(narrow == std::vector<std::int32_t>{high, low, 0, high, low, high, low, 0, 255, 256, -1});
  CHECK(wide == std::vector<std::int64_t>{high64, low64, 0, 3000000000, -3000000000, high64, low64, 0, 255, 256, -1});
  CHECK(bytes == std::vector<std::uint8_t>{255, 0, 0, 255, 0, 255, 0, 0, 255, 255, 0});
}

}  // namespace

TEST_CASE("every pair of dtypes casts") {
  for_each_isa([] {
    check_casts<float>({0.0f, 1.0f, 1.75f, 100.5f, 255.0f, 0.25f});
    check_casts<double>({0.0, 1.0, 1.75, 100.5, 255.0, 0.1});
    check_casts<std::int32_t>({0, 1, -1, 255, 256, -300, 2147483647, 16777217});
    check_casts<std::int64_t>({0, 1, -1, 255, 4294967296, -300, 9007199254740993});
    check_casts<std::uint8_t>({0, 1, 128, 255});
    const bool x[] = {true, false};
    CHECK(after_cast<float>(boolean, x, 0) == 1);
    CHECK(after_cast<double>(boolean, x, 1) == 0);
    CHECK(after_cast<std::int32_t>(boolean, x, 0) == 1);
    CHECK(after_cast<std::int64_t>(boolean, x, 0) == 1);
    CHECK(after_cast<std::uint8_t>(boolean, x, 1) == 0);
    bool y[2];
    cast(boolean, x, boolean, y, 2);
    CHECK(y[0]);
    CHECK_FALSE(y[1]);
    const float nan[] = {std::nanf(""), 0.0f, 1e-45f};
    bool truth[3];
    cast(float32, nan, boolean, truth, 3);
    CHECK(truth[0]);
    CHECK_FALSE(truth[1]);
    CHECK(truth[2]);
  });
}

TEST_CASE("floats beyond an integer dtype saturate") {
  for_each_isa([] {
    check_saturation<float>();
    check_saturation<double>();
  });
}

TEST_CASE("fill writes copies") {
  for_each_isa([] {
    std::vector<double> y(300000);
    const double value = 2.5;
    fill(float64, &value, y.data(), 300000);
    CHECK(y == std::vector<double>(300000, 2.5));
    fill(float64, &value, nullptr, 0);
  });
}

TEST_CASE("select with three different shapes") {
  for_each_isa([] {
    const bool condition[] = {true, false};
    const std::int64_t a[] = {1, 2, 3}, b[] = {-7};
    std::int64_t y[6];
    select(int64, condition, Shape{2, 1}, a, Shape{3}, b, Shape{}, y, Shape{2, 3});
    CHECK(std::vector<std::int64_t>(y, y + 6) == std::vector<std::int64_t>{1, 2, 3, -7, -7, -7});
    const float nan = std::nanf(""), one = 1.0f;
    float chosen;
    select(float32, condition, Shape{}, &one, Shape{}, &nan, Shape{}, &chosen, Shape{});
    CHECK(chosen == 1.0f);
  });
}
