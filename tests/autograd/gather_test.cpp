// Gathering by tuples, along axes and by batches. Expected values are worked out by hand, or NumPy's where it says
// so.
#include <doctest/doctest.h>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"
#include "gradtape/autograd/gradcheck.h"

using namespace gradtape;
using doctest::Contains;

namespace {
using Ints = std::vector<std::int32_t>;
using Longs = std::vector<std::int64_t>;
using Floats = std::vector<float>;
using Doubles = std::vector<double>;
}  // namespace

TEST_CASE("gather: batch axes have indices of their own, and the axis comes after them") {
  const Tensor x = counting<std::int32_t>({2, 3, 2});
  const Tensor i = constant({{2, 0}, {1, 1}});
  const Tensor y = gather(x, i, {}, {.batch_dims = 1});
  CHECK(y.shape() == Shape{2, 2, 2});
  CHECK(values<std::int32_t>(y) == Ints{4, 5, 0, 1, 8, 9, 8, 9});
  CHECK(values<std::int32_t>(gather(x, i, 1, {.batch_dims = -1})) == values<std::int32_t>(y));
  const Tensor last = gather(x, constant({{1, 0, 1}, {0, 0, 1}}), 2, {.batch_dims = 1});
  CHECK(last.shape() == Shape{2, 3, 3});
  CHECK(values<std::int32_t>(last) == Ints{1, 0, 1, 3, 2, 3, 5, 4, 5, 6, 6, 7, 8, 8, 9, 10, 10, 11});
  CHECK(gather(x, constant({1, 0}), {}, {.batch_dims = 1}).shape() == Shape{2, 2});
  CHECK_THROWS_WITH_AS(gather(x, i, 0, {.batch_dims = 1}), Contains("the batch axes come first"),
                       InvalidArgumentError);
  CHECK_THROWS_WITH_AS(gather(x, constant({{0}, {0}, {0}}), {}, {.batch_dims = 1}),
                       Contains("batch axis 0 differs between shape (2, 3, 2) and indices (3, 1)"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(gather(x, i, {}, {.batch_dims = 3}), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(gather(x, constant({{0, 0}, {0, 3}}), {}, {.batch_dims = 1}),
                       Contains("index 3 at (1, 1) of the indices is outside [0, 3), axis 1 of shape (2, 3, 2)"),
                       OutOfRangeError);
}

TEST_CASE("gather: every integer dtype is an index") {
  const Tensor x = constant({10, 20, 30});
  for (const DType dtype : {int8, int16, int32, int64, uint8, uint16, uint32, uint64})
    CHECK(values<std::int32_t>(gather(x, cast(constant({2, 0}), dtype))) == Ints{30, 10});
  CHECK_THROWS_WITH_AS(gather(x, cast(constant({-1}), int8)), Contains("[gather] index -1 at (0,)"), OutOfRangeError);
  CHECK_THROWS_WITH_AS(gather(x, constant({true})), Contains("[gather] indices of an integer dtype are needed"),
                       InvalidArgumentError);
}

TEST_CASE("gather: empty indices of empty params give nothing, any index is outside") {
  CHECK(gather(zeros({0, 3}), zeros({0}, int32)).shape() == Shape{0, 3});
  CHECK(gather(zeros({0, 3}), zeros({2, 0}, int64), 1).shape() == Shape{0, 2, 0});
  CHECK_THROWS_AS(gather(zeros({0, 3}), constant({0})), OutOfRangeError);
  CHECK(gather_nd(zeros({0}), zeros({0, 1}, int32)).shape() == Shape{0});
  CHECK_THROWS_AS(gather_nd(zeros({0}), constant({{0}})), OutOfRangeError);
}

TEST_CASE("gather: texts are chosen like numbers") {
  CHECK(to_string(gather(constant({"a", "b", "c"}), constant({2, 0}))).find("b'c'") != std::string::npos);
}

TEST_CASE("gather_nd: tuples choose elements, rows, or everything") {
  const Tensor x = counting<std::int32_t>({2, 3, 2});
  CHECK(values<std::int32_t>(gather_nd(x, constant({{1, 2, 0}, {0, 0, 1}}))) == Ints{10, 1});
  CHECK(values<std::int32_t>(gather_nd(x, constant({{1, 2}, {0, 1}}))) == Ints{10, 11, 2, 3});
  CHECK(values<std::int32_t>(gather_nd(x, constant({1}))) == Ints{6, 7, 8, 9, 10, 11});
  CHECK(gather_nd(x, zeros({4, 0}, int32)).shape() == Shape{4, 2, 3, 2});
  CHECK(values<std::int32_t>(gather_nd(x, constant({{{0, 1}}, {{2, 0}}}), 1)) == Ints{1, 10});
  CHECK(gather_nd(x, constant({{{0, 1}}, {{2, 0}}}), 1).shape() == Shape{2, 1});
  CHECK_THROWS_WITH_AS(gather_nd(x, constant({{1, 2}, {0, 3}})),
                       Contains("[gather_nd] index 3 at (1, 1) of the indices is outside [0, 3), axis 1"),
                       OutOfRangeError);
  CHECK_THROWS_WITH_AS(gather_nd(x, constant({{-1, 0}})), Contains("index -1 at (0, 0)"), OutOfRangeError);
  CHECK_THROWS_WITH_AS(gather_nd(x, constant({0, 0, 0, 0})), Contains("more than shape (2, 3, 2) has axes"),
                       InvalidArgumentError);
  CHECK_THROWS_WITH_AS(gather_nd(x, constant(0)), Contains("the indices are a scalar"), InvalidArgumentError);
  CHECK_THROWS_AS(gather_nd(x, constant({{0}}), 2), InvalidArgumentError);
}

TEST_CASE("take_along_axis: NumPy's values, negative indices count from the end, other axes broadcast") {
  const Tensor x = constant({{10, 30, 20}, {60, 40, 50}});
  const Tensor order = constant({{0, 2, 1}, {1, 2, 0}});
  CHECK(values<std::int32_t>(take_along_axis(x, order, 1)) == Ints{10, 20, 30, 40, 50, 60});
  CHECK(values<std::int32_t>(take_along_axis(x, constant({{-1}, {-3}}), -1)) == Ints{20, 60});
  CHECK(values<std::int32_t>(take_along_axis(x, constant({{1, 0, 1}}), 0)) == Ints{60, 30, 50});
  CHECK(values<std::int32_t>(take_along_axis(x, constant({{1}}), 1)) == Ints{30, 40});
  CHECK(values<std::int32_t>(take_along_axis(x, constant({5, 0}), {})) == Ints{50, 10});
  CHECK(take_along_axis(zeros({2, 0}), zeros({2, 0}, int32), 1).shape() == Shape{2, 0});
  CHECK_THROWS_WITH_AS(take_along_axis(x, constant({{0}, {3}}), 1),
                       Contains("[take_along_axis] index 3 at (1, 0) of the indices is outside [-3, 3), axis 1"),
                       OutOfRangeError);
  CHECK_THROWS_AS(take_along_axis(x, constant({{-4}}), 1), OutOfRangeError);
  CHECK_THROWS_AS(take_along_axis(zeros({2, 0}), zeros({2, 1}, int32), 1), OutOfRangeError);
  CHECK_THROWS_WITH_AS(take_along_axis(x, constant({0}), 0), Contains("the same number of axes"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(take_along_axis(x, constant({{0}, {0}, {0}}), 1), InvalidArgumentError);
}

TEST_CASE("take_along_axis: repeated indices add their gradients up, for any number of threads") {
  const Tensor x = counting<double>({2, 3});
  GradientTape tape;
  tape.watch(x);
  const Tensor y = take_along_axis(x, constant({{2, 2, -1, 0}, {1, 0, 1, 1}}), 1);
  const Tensor weights = constant(std::vector<double>{1, 2, 4, 8, 16, 32, 64, 128}, {2, 4});
  CHECK(values<double>(tape.gradient(y * weights, x)) == Doubles{8, 0, 7, 32, 208, 0});
}

TEST_CASE("take_along_axis: large axes, inner and last, agree with their definition") {
  const Tensor x = random::uniform({3, 70, 90}, {.dtype = float64, .seed = 1});
  const Tensor i = random::uniform({3, 50, 90}, {.minval = -70, .maxval = 70, .dtype = int64, .seed = 2});
  const Tensor y = take_along_axis(x, i, 1);
  const auto from = x.data<double>(), to = y.data<double>();
  const auto index = i.data<std::int64_t>();
  std::size_t wrong = 0;
  for (std::size_t o = 0; o < 3; ++o)
    for (std::size_t j = 0; j < 50; ++j)
      for (std::size_t k = 0; k < 90; ++k) {
        const std::int64_t chosen = index[(o * 50 + j) * 90 + k];
        const auto row = static_cast<std::size_t>(chosen < 0 ? chosen + 70 : chosen);
        wrong += to[(o * 50 + j) * 90 + k] != from[(o * 70 + row) * 90 + k];
      }
  CHECK(wrong == 0);
}

TEST_CASE("take: modes of tf.experimental.numpy, which clips unless told otherwise") {
  const Tensor x = constant({{1, 2, 3}, {4, 5, 6}});
  CHECK(values<std::int32_t>(take(x, constant({{5, 9}, {0, -7}}))) == Ints{6, 6, 1, 1});
  CHECK(values<std::int32_t>(take(x, constant({-1, 3}), {.axis = 1, .mode = "wrap"})) == Ints{3, 1, 6, 4});
  CHECK(values<std::int32_t>(take(x, constant(-1), {.axis = 0, .mode = "raise"})) == Ints{4, 5, 6});
  CHECK_THROWS_AS(take(x, constant(2), {.axis = 0, .mode = "raise"}), OutOfRangeError);
  CHECK_THROWS_AS(take(x, constant(-3), {.axis = 0, .mode = "raise"}), OutOfRangeError);
  CHECK_THROWS_WITH_AS(take(x, constant(0), {.mode = "fold"}), Contains("[take] the mode \"fold\" is not known"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(take(zeros({0}), constant(0)), OutOfRangeError);
  CHECK(take(zeros({0}), zeros({0}, int32)).shape() == Shape{0});
}

TEST_CASE("embedding_lookup: rows, scaled down to max_norm where they are longer") {
  const Tensor table = constant({{3.f, 4.f}, {0.f, 0.f}, {0.6f, 0.8f}});
  CHECK(values<float>(embedding_lookup(table, constant({{2, 0}}))) == Floats{0.6f, 0.8f, 3, 4});
  const Tensor rows = embedding_lookup(table, constant({0, 1, 2}), {.max_norm = 2});
  CHECK(rows.data<float>()[0] == doctest::Approx(1.2));
  CHECK(rows.data<float>()[1] == doctest::Approx(1.6));
  CHECK(rows.data<float>()[2] == 0);
  CHECK(rows.data<float>()[5] == 0.8f);
  CHECK_THROWS_AS(embedding_lookup(table, constant({3})), OutOfRangeError);
  CHECK_THROWS_AS(embedding_lookup(table, constant({0}), {.max_norm = -1}), InvalidArgumentError);
}

TEST_CASE("embedding_lookup: a row of zeros has a finite gradient under max_norm") {
  const Tensor table = zeros({2, 3}, float64);
  GradientTape tape;
  tape.watch(table);
  const Tensor rows = embedding_lookup(table, constant({1}), {.max_norm = 1});
  CHECK(values<double>(tape.gradient(rows, table)) == Doubles{0, 0, 0, 1, 1, 1});
}

TEST_CASE("unravel_index and ravel_multi_index undo each other") {
  // numpy.unravel_index([22, 41, 37], (7, 6)) from NumPy's documentation.
  const Tensor tuples = unravel_index(constant({22, 41, 37}), {7, 6});
  CHECK(tuples.dtype() == int32);
  CHECK(tuples.shape() == Shape{2, 3});
  CHECK(values<std::int32_t>(tuples) == Ints{3, 6, 6, 4, 5, 1});
  CHECK(values<std::int64_t>(ravel_multi_index(tuples, {7, 6})) == Longs{22, 41, 37});
  CHECK(values<std::int64_t>(unravel_index(constant(1621, int64), {6, 7, 8, 9})) == Longs{3, 1, 4, 1});
  CHECK(ravel_multi_index(constant({3, 1, 4, 1}), {6, 7, 8, 9}).item<int>() == 1621);
  CHECK_THROWS_WITH_AS(unravel_index(constant({0, 42}), {7, 6}),
                       Contains("[unravel_index] index 42 at (1,) of the indices is outside [0, 42)"),
                       OutOfRangeError);
  CHECK_THROWS_AS(unravel_index(constant({-1}), {7, 6}), OutOfRangeError);
  CHECK_THROWS_AS(unravel_index(constant({0}), {7, -6}), InvalidArgumentError);
  CHECK_THROWS_AS(ravel_multi_index(constant({{6}, {6}}), {7, 6}), OutOfRangeError);
  CHECK_THROWS_AS(ravel_multi_index(constant({1, 2, 3}), {7, 6}), InvalidArgumentError);
}

TEST_CASE("argmax and argmin: output_type") {
  const Tensor x = constant({{1.f, 5.f}, {7.f, 0.f}});
  CHECK(argmax(x, 0, {.output_type = int32}).dtype() == int32);
  CHECK(values<std::int32_t>(argmin(x, 1, {.output_type = int32})) == Ints{0, 1});
  CHECK_THROWS_AS(argmax(x, 0, {.output_type = float32}), InvalidArgumentError);
}

TEST_CASE("gather and its gradient have the same bits for any number of threads") {
  const int before = num_threads();
  for (const Shape& shape : {Shape{1000, 3, 40}, Shape{20000, 9}, Shape{7, 20000}, Shape{300000}}) {
    const int axis = shape.rank() == 2 && shape[0] == 7 ? 1 : 0;
    const Tensor x = random::normal(shape, {.seed = 1});
    const Tensor i =
        random::uniform({30000}, {.maxval = static_cast<double>(shape[axis]), .dtype = int32, .seed = 2});
    std::vector<Floats> results;
    for (const int threads : {1, 2, 3}) {
      set_num_threads(threads);
      GradientTape tape;
      tape.watch(x);
      const Tensor y = gather(x, i, axis);
      results.push_back(values<float>(tape.gradient(y * y, x)));
    }
    CHECK(results[0] == results[1]);
    CHECK(results[0] == results[2]);
  }
  set_num_threads(before);
}
