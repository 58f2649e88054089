#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <numeric>
#include <vector>

#include "kernels/copy.h"
#include "kernels/parallel.h"
#include "kernels/scatter.h"

using namespace gradtape;

namespace {

struct KeepThreads {
  int count = kernels::num_threads();
  ~KeepThreads() { kernels::set_num_threads(count); }
};

/// All different as far as the type can tell them apart.
template <class T>
std::vector<T> numbered(std::int64_t n) {
  std::vector<T> x(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<T>(i * 2654435761u >> (sizeof(T) == 1 ? 7 : 0));
  return x;
}

/// The index of element i of a shape along each axis.
void unravel(std::int64_t i, const Shape& shape, std::int64_t* index) {
  for (int a = shape.rank() - 1; a >= 0; --a) {
    index[a] = i % shape[a];
    i /= shape[a];
  }
}

template <class T>
void check_transpose(const Shape& shape, const std::vector<int>& perm) {
  CAPTURE(to_string(shape));
  CAPTURE(perm.size());
  CAPTURE(sizeof(T));
  const std::vector<T> x = numbered<T>(shape.num_elements());
  std::vector<T> y(x.size()), expected(x.size());
  Shape y_shape;
  for (const int axis : perm) y_shape.push_back(shape[axis]);
  for (std::int64_t i = 0; i < shape.num_elements(); ++i) {
    std::int64_t at[Shape::max_rank] = {}, from[Shape::max_rank] = {};
    unravel(i, y_shape, at);
    for (int a = 0; a < shape.rank(); ++a) from[perm[static_cast<std::size_t>(a)]] = at[a];
    std::int64_t place = 0;
    for (int a = 0; a < shape.rank(); ++a) place = place * shape[a] + from[a];
    expected[static_cast<std::size_t>(i)] = x[static_cast<std::size_t>(place)];
  }
  kernels::transpose(sizeof(T), x.data(), shape, perm.data(), y.data());
  CHECK(y == expected);
}

template <class T>
void check_transposes() {
  for (const Shape& shape :
       {Shape{}, Shape{5}, Shape{1, 1}, Shape{3, 4}, Shape{17, 33}, Shape{16, 16}, Shape{64, 64}, Shape{100, 131},
        Shape{3, 1000}, Shape{1000, 3}, Shape{2, 3, 4}, Shape{5, 20, 18}, Shape{4, 7, 2}, Shape{6, 5, 4, 3},
        Shape{2, 40, 3, 17}, Shape{3, 1, 4, 1}, Shape{2, 3, 2, 3, 2}, Shape{0, 3}, Shape{70, 3, 70}}) {
    std::vector<int> perm(static_cast<std::size_t>(shape.rank()));
    std::iota(perm.begin(), perm.end(), 0);
    do check_transpose<T>(shape, perm);
    while (std::next_permutation(perm.begin(), perm.end()));
  }
  check_transpose<T>({2, 1, 3, 2, 1, 2, 3, 2}, {7, 3, 0, 5, 2, 6, 4, 1});
  check_transpose<T>({700, 900}, {1, 0});
}

template <class T>
void check_strided(const Shape& shape, const std::vector<std::int64_t>& strides) {
  CAPTURE(to_string(shape));
  CAPTURE(sizeof(T));
  std::int64_t low = 0, high = 0;
  for (int a = 0; a < shape.rank(); ++a) {
    const std::int64_t reach = (shape[a] - 1) * strides[static_cast<std::size_t>(a)];
    (reach < 0 ? low : high) += reach;
  }
  const std::vector<T> buffer = numbered<T>(high - low + 1);
  std::vector<T> y(static_cast<std::size_t>(shape.num_elements())), expected(y.size());
  bool overlaps = false;
  std::vector<T> written(buffer.size()), expected_written(buffer.size());
  std::vector<bool> used(buffer.size());
  for (std::int64_t i = 0; i < shape.num_elements(); ++i) {
    std::int64_t at[Shape::max_rank] = {}, place = -low;
    unravel(i, shape, at);
    for (int a = 0; a < shape.rank(); ++a) place += at[a] * strides[static_cast<std::size_t>(a)];
    const auto p = static_cast<std::size_t>(place);
    expected[static_cast<std::size_t>(i)] = buffer[p];
    overlaps = overlaps || used[p];
    used[p] = true;
    expected_written[p] = buffer[p];
  }
  kernels::strided_read(sizeof(T), buffer.data() - low, strides.data(), y.data(), shape);
  CHECK(y == expected);
  if (overlaps) return;
  kernels::strided_write(sizeof(T), expected.data(), written.data() - low, strides.data(), shape);
  CHECK(written == expected_written);
}

template <class T>
void check_strides() {
  check_strided<T>({}, {});
  check_strided<T>({5}, {1});
  check_strided<T>({5}, {3});
  check_strided<T>({5}, {-1});
  check_strided<T>({4}, {0});
  check_strided<T>({3, 4}, {4, 1});
  check_strided<T>({3, 4}, {10, 1});
  check_strided<T>({3, 100}, {150, 1});
  check_strided<T>({3, 4}, {1, 3});
  check_strided<T>({3, 4}, {-8, -2});
  check_strided<T>({3, 4}, {8, -2});
  check_strided<T>({3, 4}, {0, 1});
  check_strided<T>({3, 4}, {1, 0});
  check_strided<T>({2, 3, 4}, {24, 4, 1});
  check_strided<T>({2, 1, 4}, {24, 777, 2});
  check_strided<T>({2, 2, 2, 2, 2, 2, 2, 2}, {-128, 64, -32, 16, -8, 4, -2, 1});
  check_strided<T>({600, 700}, {1500, 2});
  check_strided<T>({400000}, {2});
  check_strided<T>({400000}, {-1});
}

}  // namespace

TEST_CASE("transpose agrees with index arithmetic for every permutation and element size") {
  check_transposes<std::uint8_t>();
  check_transposes<std::uint32_t>();
  check_transposes<std::uint64_t>();
}

TEST_CASE("strided reads and writes agree with index arithmetic, negative and zero strides too") {
  check_strides<std::uint8_t>();
  check_strides<std::uint32_t>();
  check_strides<std::uint64_t>();
  const std::int64_t stride = 1;
  kernels::strided_read(4, nullptr, &stride, nullptr, {0});
  kernels::strided_write(4, nullptr, nullptr, &stride, {0});
}

TEST_CASE("concat joins parts along the middle axis") {
  // np.concatenate([[[1, 2], [3, 4]], [[5, 6]]] ...) written out: outer 2, lengths 2 and 1, inner 2.
  const std::int32_t a[] = {1, 2, 3, 4, 11, 12, 13, 14}, b[] = {5, 6, 15, 16};
  const void* parts[] = {a, nullptr, b};
  const std::int64_t lengths[] = {2, 0, 1};
  std::vector<std::int32_t> y(12);
  kernels::concat(4, parts, lengths, 3, 2, 2, y.data());
  CHECK(y == std::vector<std::int32_t>{1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16});

  const std::vector<std::uint8_t> left = numbered<std::uint8_t>(300000), right = numbered<std::uint8_t>(600000);
  const void* columns[] = {left.data(), right.data()};
  const std::int64_t widths[] = {1, 2};
  std::vector<std::uint8_t> joined(900000);
  kernels::concat(1, columns, widths, 2, 300000, 1, joined.data());
  int wrong = 0;
  for (std::size_t r = 0; r < 300000; ++r)
    wrong += joined[3 * r] != left[r] || joined[3 * r + 1] != right[2 * r] || joined[3 * r + 2] != right[2 * r + 1];
  CHECK(wrong == 0);
  kernels::concat(1, columns, widths, 2, 0, 1, nullptr);
}

namespace {

template <class T, class Index>
void check_gather(std::int64_t outer, std::int64_t n, std::int64_t inner, std::int64_t count) {
  CAPTURE(inner);
  const std::vector<T> x = numbered<T>(outer * n * inner);
  std::vector<Index> indices;
  for (std::int64_t i = 0; i < count; ++i) indices.push_back(static_cast<Index>(i * 7919 % n));
  std::vector<T> y(static_cast<std::size_t>(outer * count * inner));
  kernels::gather(sizeof(T), x.data(), outer, n, inner, dtype_of<Index>, indices.data(), count, y.data());
  int wrong = 0;
  for (std::int64_t o = 0; o < outer; ++o)
    for (std::int64_t i = 0; i < count; ++i)
      for (std::int64_t j = 0; j < inner; ++j)
        wrong += y[static_cast<std::size_t>((o * count + i) * inner + j)] !=
                 x[static_cast<std::size_t>(
                     (o * n + static_cast<std::int64_t>(indices[static_cast<std::size_t>(i)])) * inner + j)];
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("gather picks slices of every element size by int32 and int64 indices") {
  for (const std::int64_t inner : {1, 2, 3, 4, 8, 16, 50}) {
    check_gather<std::uint8_t, std::int32_t>(3, 10, inner, 7);
    check_gather<std::uint32_t, std::int64_t>(2, 5, inner, 12);
    check_gather<std::uint64_t, std::int32_t>(1, 5, inner, 1);
    check_gather<std::uint32_t, std::int32_t>(2, 1000, inner, 70000);
  }
  kernels::gather(4, nullptr, 2, 0, 3, int32, nullptr, 0, nullptr);
}

namespace {

template <class T>
void check_scatter_add(std::int64_t outer, std::int64_t n, std::int64_t inner, std::int64_t count) {
  CAPTURE(outer);
  CAPTURE(n);
  CAPTURE(inner);
  CAPTURE(name_of(dtype_of<T>));
  const KeepThreads keep;
  std::vector<T> x(static_cast<std::size_t>(outer * count * inner));
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<T>(static_cast<double>(i % 1013) / 7);
  std::vector<std::int64_t> indices;
  for (std::int64_t i = 0; i < count; ++i) indices.push_back(i * i % n);
  const std::vector<T> start(static_cast<std::size_t>(outer * n * inner), static_cast<T>(3));
  std::vector<T> expected = start;
  for (std::int64_t o = 0; o < outer; ++o) {
    for (std::int64_t i = 0; i < count; ++i) {
      for (std::int64_t j = 0; j < inner; ++j) {
        T& to = expected[static_cast<std::size_t>((o * n + indices[static_cast<std::size_t>(i)]) * inner + j)];
        to = static_cast<T>(to + x[static_cast<std::size_t>((o * count + i) * inner + j)]);
      }
    }
  }
  for (const int threads : {1, 2, 4}) {
    kernels::set_num_threads(threads);
    std::vector<T> y = start;
    kernels::scatter(kernels::Scatter::add, dtype_of<T>, x.data(), outer, n, inner, int64, indices.data(), count,
                     y.data());
    // The same order of additions, so the same bits.
    CHECK(std::memcmp(y.data(), expected.data(), y.size() * sizeof(T)) == 0);
  }
}

}  // namespace

TEST_CASE("scatter_add adds repeated indices in order, with any number of threads") {
  check_scatter_add<float>(1, 10, 3, 20);
  check_scatter_add<float>(1, 100, 1, 300000);
  check_scatter_add<float>(1, 100, 64, 5000);
  check_scatter_add<float>(1, 100, 500, 1000);
  check_scatter_add<float>(3, 50, 40, 3000);
  check_scatter_add<float>(9, 50, 40, 3000);
  check_scatter_add<double>(2, 7, 5, 40000);
  check_scatter_add<std::int32_t>(2, 7, 5, 400);
  check_scatter_add<std::int64_t>(2, 7, 5, 400);
  check_scatter_add<std::uint8_t>(2, 7, 5, 400);
  const std::int32_t top[] = {2147483647, 1}, indices[] = {0, 0};
  std::int32_t y = 0;
  kernels::scatter(kernels::Scatter::add, int32, top, 1, 1, 1, int32, indices, 2, &y);
  CHECK(y == -2147483647 - 1);
  kernels::scatter(kernels::Scatter::add, float32, nullptr, 1, 5, 2, int32, nullptr, 0, nullptr);
}

TEST_CASE("the first index outside its range is found") {
  const std::int32_t a[] = {4, 0, 5, -1};
  CHECK(kernels::first_invalid_index(int32, a, 4, 5) == 2);
  CHECK(kernels::first_invalid_index(int32, a, 4, 6) == 3);
  CHECK(kernels::first_invalid_index(int32, a, 3, 6) == -1);
  CHECK(kernels::first_invalid_index(int32, a, 4, 0) == 0);
  const std::int64_t b[] = {4, -9000000000};
  CHECK(kernels::first_invalid_index(int64, b, 2, 5) == 1);
  CHECK(kernels::first_invalid_index(int64, nullptr, 0, 5) == -1);
}

TEST_CASE("one_hot sets one place, and none for an index outside the depth") {
  const std::int32_t indices[] = {1, 0, -1, 3};
  const float on = 5, off = -1;
  std::vector<float> y(12);
  kernels::one_hot(int32, indices, 4, 3, 1, float32, &on, &off, y.data());
  CHECK(y == std::vector<float>{-1, 5, -1, 5, -1, -1, -1, -1, -1, -1, -1, -1});
  // The new axis first: (outer 1, depth 3, inner 4).
  kernels::one_hot(int32, indices, 1, 3, 4, float32, &on, &off, y.data());
  CHECK(y == std::vector<float>{-1, 5, -1, -1, 5, -1, -1, -1, -1, -1, -1, -1});

  const std::uint8_t bytes[] = {2, 255};
  const bool yes = true, no = false;
  bool flags[6];
  kernels::one_hot(uint8, bytes, 2, 3, 1, boolean, &yes, &no, flags);
  CHECK((!flags[0] && !flags[1] && flags[2] && !flags[3] && !flags[4] && !flags[5]));
  const std::int64_t wide[] = {std::int64_t{1} << 32, 1};
  double z[4];
  const double one = 1, zero = 0;
  kernels::one_hot(int64, wide, 2, 2, 1, float64, &one, &zero, z);
  CHECK((z[0] == 0 && z[1] == 0 && z[2] == 0 && z[3] == 1));
  kernels::one_hot(int32, nullptr, 0, 3, 1, float32, &on, &off, nullptr);
  kernels::one_hot(int32, indices, 4, 0, 1, float32, &on, &off, nullptr);
}

TEST_CASE("large moves are the same with any number of threads") {
  const KeepThreads keep;
  const std::int64_t rows = 900, columns = 1100;
  const std::vector<std::uint32_t> x = numbered<std::uint32_t>(rows * columns);
  const int perm[] = {1, 0};
  const std::int64_t reversed[] = {-columns, -1};
  std::vector<std::uint32_t> turned(x.size()), back(x.size()), flipped(x.size());
  for (const int threads : {1, 2, 4}) {
    kernels::set_num_threads(threads);
    kernels::transpose(4, x.data(), {rows, columns}, perm, turned.data());
    kernels::transpose(4, turned.data(), {columns, rows}, perm, back.data());
    CHECK(back == x);
    kernels::strided_read(4, x.data() + x.size() - 1, reversed, flipped.data(), {rows, columns});
    std::reverse(flipped.begin(), flipped.end());
    CHECK(flipped == x);
  }
}
