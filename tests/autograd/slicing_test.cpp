// x[...] and x(...), strided_slice. Expected values are NumPy's rules worked out by hand on counting tensors, where
// the element at (i, j) of shape (m, n) is i * n + j.
#include <doctest/doctest.h>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"
#include "gradtape/autograd/gradcheck.h"
#include "gradtape/autograd/memory.h"

using namespace gradtape;

namespace {

using Ints = std::vector<std::int32_t>;

/// Python's slice, element by element.
Ints python_slice(std::int64_t n, OptionalInteger start, OptionalInteger stop, std::int64_t step) {
  Ints picked;
  std::int64_t i = start.is_none ? (step > 0 ? 0 : n - 1) : start.value < 0 ? start.value + n : start.value;
  std::int64_t end = stop.is_none ? (step > 0 ? n : -1) : stop.value < 0 ? stop.value + n : stop.value;
  if (step > 0 && i < 0) i = 0;
  if (step < 0 && i > n - 1) i = n - 1;
  if (step < 0 && end < -1) end = -1;
  for (; step > 0 ? i < end && i < n : i > end && i >= 0; i += step) picked.push_back(static_cast<std::int32_t>(i));
  return picked;
}

}  // namespace

TEST_CASE("slicing: every start, stop and step gives what Python gives") {
  for (std::int64_t n : {0, 1, 5}) {
    const Tensor x = counting<std::int32_t>({n});
    std::vector<OptionalInteger> ends{none};
    for (int end = -7; end <= 7; ++end) ends.emplace_back(end);
    for (const OptionalInteger& start : ends)
      for (const OptionalInteger& stop : ends)
        for (int step : {-7, -3, -2, -1, 1, 2, 3, 7}) {
          INFO(n << ": " << start.is_none << start.value << " " << stop.is_none << stop.value << " " << step);
          CHECK(values<std::int32_t>(x(Slice(start, stop, step))) == python_slice(n, start, stop, step));
        }
  }
  const Tensor x = counting<std::int32_t>({4});
  const std::int64_t lowest = INT64_MIN, highest = INT64_MAX;
  CHECK(values<std::int32_t>(x(Slice(lowest, highest))) == Ints{0, 1, 2, 3});
  CHECK(values<std::int32_t>(x(Slice(highest, lowest, lowest))) == Ints{3});
  CHECK(values<std::int32_t>(x(Slice(none, none, highest))) == Ints{0});
}

TEST_CASE("slicing: integers, slices, all, ellipsis and newaxis") {
  const Tensor x = counting<std::int32_t>({2, 3, 4});
  CHECK(x(1, 2, 3).item<int>() == 23);
  CHECK(values<std::int32_t>(x(-1, 0)) == Ints{12, 13, 14, 15});
  CHECK(values<std::int32_t>(x(0, all, 1)) == Ints{1, 5, 9});
  CHECK(values<std::int32_t>(x(ellipsis, -1)) == Ints{3, 7, 11, 15, 19, 23});
  CHECK(values<std::int32_t>(x(1, Slice(0, 2), Slice(none, none, -2))) == Ints{15, 13, 19, 17});
  CHECK(x(newaxis, ellipsis, newaxis, 0).shape() == Shape{1, 2, 3, 1});
  CHECK(x(ellipsis).shape() == x.shape());
  CHECK(x(0, ellipsis, 1, 2).shape() == Shape{});
  CHECK(x(0, 1, 2, ellipsis).item<int>() == 6);  // an ellipsis may stand for no axis
  CHECK(x(all, Slice(2, 1)).shape() == Shape{2, 0, 4});
  CHECK(x[Slice(1, none)].shape() == Shape{1, 3, 4});
  CHECK(x[newaxis].shape() == Shape{1, 2, 3, 4});
  CHECK(constant(5)(newaxis).shape() == Shape{1});
  CHECK(constant(5)(ellipsis).item<int>() == 5);
}

TEST_CASE("slicing: what lies together shares memory") {
  const Tensor x = counting<std::int32_t>({3, 4, 2});
  const std::int32_t* elements = x.data<std::int32_t>().data();
  CHECK(x(1, all).data<std::int32_t>().data() == elements + 8);
  CHECK(x(2, Slice(1, 3)).data<std::int32_t>().data() == elements + 18);
  CHECK(x(Slice(1, none), all, newaxis).data<std::int32_t>().data() == elements + 8);
  CHECK(x(0, 1, 1).data<std::int32_t>().data() == elements + 3);
}

TEST_CASE("slicing: a tensor of integers gathers along its axis") {
  const Tensor x = counting<std::int32_t>({2, 6});
  CHECK(values<std::int32_t>(x(all, range(0, 5))) == Ints{0, 1, 2, 3, 4, 6, 7, 8, 9, 10});
  CHECK(values<std::int32_t>(x(0, constant({5, -1, 0}, int64))) == Ints{5, 5, 0});
  CHECK(values<std::int32_t>(x[constant({1, 0})]) == Ints{6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5});
  CHECK(x(all, constant({{0, 1, 2}, {3, 4, 5}})).shape() == Shape{2, 2, 3});
  CHECK(values<std::int32_t>(x(constant(-1), Slice(0, 2))) == Ints{6, 7});
  CHECK(values<std::int32_t>(x(0, constant(std::vector<std::uint8_t>{3, 1}))) == Ints{3, 1});
  CHECK_THROWS_AS(x(all, range(0, 7)), OutOfRangeError);
  CHECK_THROWS_AS(x(all, constant({-7})), OutOfRangeError);
  CHECK_THROWS_AS(x(constant(2)), OutOfRangeError);
  CHECK_THROWS_AS(x(constant({0}), constant({0})), InvalidArgumentError);
  CHECK_THROWS_AS(x(constant({0.5f})), InvalidArgumentError);
}

TEST_CASE("slicing: a mask keeps what is true") {
  const Tensor x = counting<std::int32_t>({2, 3});
  CHECK(values<std::int32_t>(x[x > 2]) == Ints{3, 4, 5});
  CHECK(values<std::int32_t>(x(all, constant({true, false, true}))) == Ints{0, 2, 3, 5});
  CHECK(x(constant({false, false})).shape() == Shape{0, 3});
  CHECK_THROWS_WITH_AS(x(constant({true, false, true})),
                       doctest::Contains("the mask has shape (3,), the axes it stands for (2,)"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(x(constant(true)), InvalidArgumentError);
}

TEST_CASE("slicing: refuses what does not fit, and says where") {
  const Tensor x = zeros({2, 3});
  CHECK_THROWS_WITH_AS(x(0, 3),
                       doctest::Contains("[strided_slice] index 3 is outside [-3, 3), axis 1 of shape (2, 3)"),
                       OutOfRangeError);
  CHECK_THROWS_WITH_AS(x(0, 3), doctest::Contains("slicing_test.cpp:"), OutOfRangeError);
  CHECK_THROWS_AS(x(-3, 0), OutOfRangeError);
  CHECK_THROWS_WITH_AS(x(all, all, all), doctest::Contains("there are parts for 3 axes, the shape (2, 3) has 2"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(x(ellipsis, 0, ellipsis), InvalidArgumentError);
  CHECK_THROWS_AS(x(Slice(0, 1, 0)), InvalidArgumentError);
  CHECK_THROWS_AS(constant(1)(0, 0), InvalidArgumentError);
  CHECK_THROWS_AS(zeros({1, 1, 1, 1, 1, 1, 1, 1})(newaxis), InvalidArgumentError);
  CHECK_THROWS_AS(Tensor()(0, 1), FailedPreconditionError);
  CHECK_THROWS_AS(x(Tensor()), FailedPreconditionError);
}

TEST_CASE("slicing: every dtype") {
  for (DType dtype : {float32, float64, int32, int64, uint8, boolean, int8, int16, uint16, uint32, uint64}) {
    const Tensor x = cast(constant({{0, 1, 1}, {1, 0, 0}}), dtype);
    const Tensor y = cast(x(all, Slice(none, none, -2)), int32);
    CHECK(values<std::int32_t>(y) == Ints{1, 0, 0, 1});
  }
}

TEST_CASE("slicing: a Variable takes the same parts, and its gradient") {
  Variable v(constant({{1.f, 2.f}, {3.f, 4.f}}));
  GradientTape tape;
  const Tensor y = v[1] * v(0, Slice(none, none, -1));
  const Tensor gradient = tape.gradient(reduce_sum(y), v);
  CHECK(values<float>(gradient) == std::vector<float>{4, 3, 2, 1});
}

TEST_CASE("strided_slice: masks mean what TensorFlow's mean") {
  const Tensor x = counting<std::int32_t>({3, 2, 3});
  // The three examples of TensorFlow's documentation, on the shape of its input.
  CHECK(values<std::int32_t>(strided_slice(x, {1, 0, 0}, {2, 1, 3}, {1, 1, 1})) == Ints{6, 7, 8});
  CHECK(values<std::int32_t>(strided_slice(x, {1, 0, 0}, {2, 2, 3}, {1, 1, 1})) == Ints{6, 7, 8, 9, 10, 11});
  CHECK(values<std::int32_t>(strided_slice(x, {1, -1, 0}, {2, -3, 3}, {1, -1, 1})) == Ints{9, 10, 11, 6, 7, 8});

  CHECK(strided_slice(x, {1}, {3}).shape() == Shape{2, 2, 3});
  CHECK(strided_slice(x, {5, 5}, {1, 1}, {}, {.begin_mask = 3}).shape() == Shape{1, 1, 3});
  CHECK(strided_slice(x, {1, 1}, {0, 0}, {}, {.end_mask = 3}).shape() == Shape{2, 1, 3});
  CHECK(strided_slice(x, {0, 9, 1}, {0, 9, 2}, {}, {.ellipsis_mask = 2, .shrink_axis_mask = 1}).shape() ==
        Shape{2, 1});
  CHECK(strided_slice(x, {0, 0, -1}, {0, 0, 0}, {1, 1, 1}, {.new_axis_mask = 1, .shrink_axis_mask = 4}).shape() ==
        Shape{1, 0, 3});
  CHECK(strided_slice(x, {}, {}).shape() == x.shape());
}

TEST_CASE("strided_slice: refuses what does not fit") {
  const Tensor x = zeros({3, 2});
  CHECK_THROWS_AS(strided_slice(x, {0}, {1, 1}), InvalidArgumentError);
  CHECK_THROWS_AS(strided_slice(x, {0}, {1}, {1, 1}), InvalidArgumentError);
  CHECK_THROWS_AS(strided_slice(x, {0}, {1}, {0}), InvalidArgumentError);
  CHECK_THROWS_AS(strided_slice(x, {0, 0}, {1, 1}, {1, 1}, {.ellipsis_mask = 3}), InvalidArgumentError);
  CHECK_THROWS_AS(strided_slice(x, {0, 0, 0}, {1, 1, 1}), InvalidArgumentError);
  CHECK_THROWS_AS(strided_slice(x, {3}, {4}, {1}, {.shrink_axis_mask = 1}), OutOfRangeError);
  CHECK_THROWS_AS(strided_slice(x, {0}, {1}, {-1}, {.shrink_axis_mask = 1}), InvalidArgumentError);
}

TEST_CASE("slicing: parts that overlap add their gradients up") {
  const Tensor x = constant({1.0, 2.0, 3.0, 4.0, 5.0}, float64);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = reduce_sum(x(Slice(none, none, 2)) * 10) + reduce_sum(x(Slice(3, 0, -1))) + x(-1) * 100;
  CHECK(values_to_string(tape.gradient(y, x)) == "[ 10.   1.  11.   1. 110.]");
}

TEST_CASE("slicing: second order through steps, masks and indices") {
  CHECK_GRADIENTS(
      [](const Tensor& x) {
        return x(Slice(none, none, -1), 0) * x(all, 1) * x(Slice(0, none, 2), range(1, 3))[0][1] +
               reduce_sum(square(x(constant({true, false, true}))));
      },
      constant({{0.5, -1.5, 1.0}, {2.0, 3.0, -0.5}, {0.25, 0.75, 2.5}}, float64));
}

// The bytes at the peak count what is made: a gradient of the size of x, into which the parts are added. Were one
// made for each part, two would be alive at a time.
TEST_CASE("slicing: taking a tensor apart step by step costs a part a step, forwards and backwards") {
  const std::int64_t steps = 10'000, width = 512;
  const Tensor x = ones({steps, width});
  const std::uint64_t whole = static_cast<std::uint64_t>(steps * width) * sizeof(float);
  for (int way = 0; way < 5; ++way) {
    CAPTURE(way);
    reset_peak_memory();
    const std::uint64_t before = memory_statistics().bytes_in_use;
    GradientTape tape;
    tape.watch(x);
    Tensor sum = zeros({width});
    const std::vector<Tensor> rows = way == 4 ? unstack(x) : std::vector<Tensor>();
    for (std::int64_t t = 0; t < steps; ++t) {
      if (way == 0) sum = sum + x[t];
      if (way == 1) sum = sum + x(t, all);
      if (way == 2) sum = sum + squeeze(x(Slice(t, t + 1)), 0);
      if (way == 3) sum = sum + x(t, Slice(none, none, -1));
      if (way == 4) sum = sum + rows[static_cast<std::size_t>(t)];
    }
    const Tensor gradient = tape.gradient(sum, x);
    CHECK(reduce_sum(gradient).item<float>() == static_cast<float>(steps * width));
    const double wholes =
        static_cast<double>(memory_statistics().peak_bytes_in_use - before) / static_cast<double>(whole);
    CHECK(wholes < 1.9);
  }
}
