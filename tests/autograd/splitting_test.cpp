#include <doctest/doctest.h>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;

namespace {
using Ints = std::vector<std::int32_t>;
}

TEST_CASE("unstack: the parts along an axis") {
  const Tensor x = counting<std::int32_t>({2, 3});
  const std::vector<Tensor> rows = unstack(x), columns = unstack(x, none, 1);
  REQUIRE(rows.size() == 2);
  CHECK(values<std::int32_t>(rows[1]) == Ints{3, 4, 5});
  CHECK(rows[1].data<std::int32_t>().data() == x.data<std::int32_t>().data() + 3);
  REQUIRE(columns.size() == 3);
  CHECK(values<std::int32_t>(columns[2]) == Ints{2, 5});
  CHECK(unstack(x, 3, -1).size() == 3);
  CHECK(unstack(zeros({0, 2})).empty());
  CHECK(unstack(zeros({0, 2}), 2, 1)[1].shape() == Shape{0});
  CHECK_THROWS_WITH_AS(unstack(x, 3), doctest::Contains("[unstack] axis 0 of shape (2, 3) has length 2, num is 3"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(unstack(x, none, 2), InvalidArgumentError);
  CHECK_THROWS_AS(unstack(constant(1)), InvalidArgumentError);
  CHECK_THROWS_AS(unstack(Tensor()), FailedPreconditionError);
}

TEST_CASE("split: into equal parts, and into parts of given lengths") {
  const Tensor x = counting<std::int32_t>({2, 6});
  const std::vector<Tensor> halves = split(x, 2, 1);
  REQUIRE(halves.size() == 2);
  CHECK(values<std::int32_t>(halves[1]) == Ints{3, 4, 5, 9, 10, 11});
  const std::vector<Tensor> parts = split(x, {1, -1, 2}, -1);
  REQUIRE(parts.size() == 3);
  CHECK(values<std::int32_t>(parts[0]) == Ints{0, 6});
  CHECK(parts[1].shape() == Shape{2, 3});
  CHECK(values<std::int32_t>(parts[2]) == Ints{4, 5, 10, 11});
  CHECK(split(x, {2})[0].shape() == Shape{2, 6});  // a list of one length, not two parts
  CHECK(split(x, constant({2, 4}), 1)[1].shape() == Shape{2, 4});
  CHECK(split(x, constant(3), 1).size() == 3);
  CHECK(split(x, {0, 2, 0})[2].shape() == Shape{0, 6});
  CHECK(split(x, 2)[1].data<std::int32_t>().data() == x.data<std::int32_t>().data() + 6);
}

TEST_CASE("split: refuses lengths that do not add up") {
  const Tensor x = zeros({2, 6});
  CHECK_THROWS_WITH_AS(split(x, 4, 1),
                       doctest::Contains("an axis of length 6 of shape (2, 6) cannot be split into 4"),
                       InvalidArgumentError);
  CHECK_THROWS_WITH_AS(
      split(x, {2, 3}, 1),
      doctest::Contains("[split] parts of lengths [2, 3] of an axis of length 6 of shape (2, 6): they "
                        "add up to less"),
      InvalidArgumentError);
  CHECK_THROWS_AS(split(x, {4, 3}, 1), InvalidArgumentError);
  CHECK_THROWS_AS(split(x, {-1, 7}, 1), InvalidArgumentError);
  CHECK_THROWS_AS(split(x, {-1, -1}, 1), InvalidArgumentError);
  CHECK_THROWS_AS(split(x, {-2, 8}, 1), InvalidArgumentError);
  CHECK_THROWS_AS(split(x, {INT64_MAX, INT64_MAX}, 1), InvalidArgumentError);
  CHECK_THROWS_AS(split(x, 0, 1), InvalidArgumentError);
  CHECK_THROWS_AS(split(x, -2, 1), InvalidArgumentError);
  CHECK_THROWS_AS(split(x, 2.5, 1), InvalidArgumentError);
  CHECK_THROWS_AS(split(x, 2, 2), InvalidArgumentError);
  CHECK_THROWS_AS(split(zeros({0}), std::int64_t{1} << 60), ResourceExhaustedError);
  CHECK_THROWS_AS(split(Tensor(), 2), FailedPreconditionError);
}

TEST_CASE("split and unstack: the gradient of a part that is not used is zero") {
  const Tensor x = constant({{1.f, 2.f, 3.f}, {4.f, 5.f, 6.f}});
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor y = square(split(x, {1, 2}, 1)[1]), z = 3 * unstack(x, none, 1)[1];
  CHECK(values<float>(tape.gradient(y, x)) == std::vector<float>{0, 4, 6, 0, 10, 12});
  CHECK(values<float>(tape.gradient(z, x)) == std::vector<float>{0, 3, 0, 0, 3, 0});
}

TEST_CASE("stack undoes unstack, and concat undoes split, along every axis and for every dtype") {
  for (DType dtype : {float32, float64, int32, int64, uint8, boolean, int8, int16, uint16, uint32, uint64}) {
    const Tensor x = cast(counting<std::int32_t>({2, 4, 6}), dtype);
    for (int axis = -3; axis < 3; ++axis) {
      CHECK(reduce_all(equal(stack(unstack(x, none, axis), axis), x)).item<bool>());
      CHECK(reduce_all(equal(concat(split(x, 2, axis), axis), x)).item<bool>());
    }
  }
}

TEST_CASE("tile: copies side by side") {
  const Tensor x = constant({{1, 2}, {3, 4}});
  CHECK(values<std::int32_t>(tile(x, {2, 2})) == Ints{1, 2, 1, 2, 3, 4, 3, 4, 1, 2, 1, 2, 3, 4, 3, 4});
  CHECK(values<std::int32_t>(tile(x, {1, 1})) == Ints{1, 2, 3, 4});
  CHECK(tile(x, {0, 2}).shape() == Shape{0, 4});
  CHECK(tile(constant(3), {}).item<int>() == 3);
  CHECK(values<std::int32_t>(tile(constant({{1}, {2}}), {1, 3})) == Ints{1, 1, 1, 2, 2, 2});
  const Tensor eight = tile(counting<std::int32_t>({2, 2, 2, 2, 2, 2, 2, 2}), {2, 2, 2, 2, 2, 2, 2, 2});
  CHECK(eight.num_elements() == 65536);
  CHECK(eight(0, 1, 2, 3, 0, 1, 2, 3).item<int>() == 0b01010101);
  for (DType dtype : {float64, uint8, boolean})
    CHECK(values<std::int32_t>(cast(tile(cast(constant({0, 1, 1}), dtype), {2}), int32)) == Ints{0, 1, 1, 0, 1, 1});
}

TEST_CASE("tile: eight axes have a gradient") {
  const Tensor x = ones({1, 2, 1, 2, 1, 2, 1, 2}, float64);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = tile(x, {2, 2, 2, 2, 2, 2, 2, 2});
  const Tensor gradient = tape.gradient(y, x);
  CHECK(gradient.shape() == x.shape());
  CHECK(values<double>(gradient) == std::vector<double>(16, 256));
}

TEST_CASE("tile: refuses what does not fit") {
  const Tensor x = zeros({2, 3});
  CHECK_THROWS_AS(tile(x, {2}), InvalidArgumentError);
  CHECK_THROWS_AS(tile(x, {2, -1}), InvalidArgumentError);
  CHECK_THROWS_AS(tile(x, {INT64_MAX, 1}), ResourceExhaustedError);
  CHECK_THROWS_AS(tile(x, {std::int64_t{1} << 40, std::int64_t{1} << 40}), ResourceExhaustedError);
}

TEST_CASE("repeat: each element in a row") {
  const Tensor x = constant({{1, 2}, {3, 4}});
  CHECK(values<std::int32_t>(repeat(x, 2)) == Ints{1, 1, 2, 2, 3, 3, 4, 4});
  CHECK(values<std::int32_t>(repeat(x, 2, 0)) == Ints{1, 2, 1, 2, 3, 4, 3, 4});
  CHECK(values<std::int32_t>(repeat(x, 3, -1)) == Ints{1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4});
  // numpy.repeat's examples.
  CHECK(values<std::int32_t>(repeat(x, {1, 2}, 0)) == Ints{1, 2, 3, 4, 3, 4});
  CHECK(values<std::int32_t>(repeat(x, constant({0, 2}, int64), 1)) == Ints{2, 2, 4, 4});
  CHECK(values<std::int32_t>(repeat(x, {2}, 1)) == Ints{1, 1, 2, 2, 3, 3, 4, 4});
  CHECK(values<std::int32_t>(repeat(x, {1, 0, 0, 2})) == Ints{1, 4, 4});
  CHECK(repeat(constant(3), 4).shape() == Shape{4});
  CHECK(repeat(x, 0, 0).shape() == Shape{0, 2});
  CHECK(repeat(zeros({0, 2}), 2, 1).shape() == Shape{0, 4});
  CHECK_THROWS_AS(repeat(x, {1, 2, 3}, 0), InvalidArgumentError);
  CHECK_THROWS_AS(repeat(x, -1, 0), InvalidArgumentError);
  CHECK_THROWS_AS(repeat(x, {1, -1}, 0), InvalidArgumentError);
  CHECK_THROWS_AS(repeat(x, 1.5, 0), InvalidArgumentError);
  CHECK_THROWS_AS(repeat(x, 2, 2), InvalidArgumentError);
  CHECK_THROWS_AS(repeat(x, INT64_MAX, 0), ResourceExhaustedError);
  CHECK_THROWS_AS(repeat(x, {INT64_MAX, INT64_MAX}, 0), ResourceExhaustedError);
}

TEST_CASE("meshgrid: the first two axes change places unless indexing is ij") {
  const Tensor x = constant({1, 2, 3}), y = constant({4, 5});
  const std::vector<Tensor> xy = meshgrid({x, y}), ij = meshgrid({x, y}, {.indexing = "ij"});
  // The example of tf.meshgrid.
  CHECK(values<std::int32_t>(xy[0]) == Ints{1, 2, 3, 1, 2, 3});
  CHECK(values<std::int32_t>(xy[1]) == Ints{4, 4, 4, 5, 5, 5});
  CHECK(ij[0].shape() == Shape{3, 2});
  CHECK(values<std::int32_t>(ij[1]) == Ints{4, 5, 4, 5, 4, 5});
  CHECK(meshgrid({x, y, constant(7)})[2].shape() == Shape{2, 3, 1});
  CHECK(meshgrid({x, zeros({0}, int32)})[0].shape() == Shape{0, 3});
  CHECK_THROWS_AS(meshgrid({x, y}, {.indexing = "yx"}), InvalidArgumentError);
  CHECK_THROWS_AS(meshgrid(std::vector<Tensor>(9, x)), InvalidArgumentError);
}

TEST_CASE("swapaxes and moveaxis permute axes as NumPy's") {
  const Tensor x = counting<std::int32_t>({2, 3, 4, 5});
  CHECK(swapaxes(x, 0, -1).shape() == Shape{5, 3, 4, 2});
  CHECK(moveaxis(x, 0, -1).shape() == Shape{3, 4, 5, 2});
  CHECK(moveaxis(x, -1, 0).shape() == Shape{5, 2, 3, 4});
  CHECK(moveaxis(x, {0, 1}, {-1, -2}).shape() == Shape{4, 5, 3, 2});
  CHECK(moveaxis(x, {3, 1}, {0, 2}).shape() == Shape{5, 2, 3, 4});
  CHECK(swapaxes(x, 2, 3)(1, 2, 4, 3).item<int>() == x(1, 2, 3, 4).item<int>());
  CHECK_THROWS_AS(swapaxes(x, 0, 4), InvalidArgumentError);
  CHECK_THROWS_AS(moveaxis(x, {0, 0}, {1, 2}), InvalidArgumentError);
  CHECK_THROWS_AS(moveaxis(x, {0, 1}, 2), InvalidArgumentError);
}

TEST_CASE("shape, size and rank are tensors") {
  const Tensor x = zeros({2, 0, 3});
  CHECK(values<std::int32_t>(shape(x)) == Ints{2, 0, 3});
  CHECK(shape(x, int64).dtype() == int64);
  CHECK(shape(constant(1)).shape() == Shape{0});
  CHECK(size(x).item<int>() == 0);
  CHECK(size(zeros({2, 3}), int64).dtype() == int64);
  CHECK(rank(x).item<int>() == 3);
  const std::vector<Tensor> shapes = shape_n({x, constant({1, 2})});
  CHECK(values<std::int32_t>(shapes[1]) == Ints{2});
  CHECK_THROWS_AS(shape(x, float32), InvalidArgumentError);
  CHECK_THROWS_AS(shape(zeros({std::int64_t{1} << 40, 0})), InvalidArgumentError);
  CHECK(values<std::int32_t>(broadcast_dynamic_shape(constant({2, 1, 3}), constant({4, 3}))) == Ints{2, 4, 3});
  CHECK_THROWS_AS(broadcast_dynamic_shape(constant({2}), constant({3})), InvalidArgumentError);
  CHECK_THROWS_AS(broadcast_dynamic_shape(constant({{2}}), constant({3})), InvalidArgumentError);
  CHECK(broadcast_static_shape({2, 1}, {3}) == Shape{2, 3});
  CHECK(zeros_like(constant({1, 2}), float64).dtype() == float64);
  CHECK(ones_like(constant({1.f}), boolean).item<bool>());
}

TEST_CASE("ensure_shape: passes what fits") {
  const Tensor x = zeros({2, 3});
  CHECK(ensure_shape(x, {-1, 3}).shape() == Shape{2, 3});
  CHECK_THROWS_WITH_AS(ensure_shape(x, {-1, 4}),
                       doctest::Contains("[ensure_shape] the tensor has shape (2, 3), not (None, 4)"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(ensure_shape(x, {-1}), InvalidArgumentError);
}

TEST_CASE("concat: parts with no elements, and lengths that cannot be added up") {
  const Tensor none_long = zeros({INT64_MAX, 0});
  CHECK_THROWS_AS(concat({none_long, none_long}, 0), ResourceExhaustedError);
  CHECK(concat({zeros({0, 2}), zeros({0, 2})}, 0).shape() == Shape{0, 2});
  CHECK(concat({zeros({2, 0}), zeros({2, 3})}, -1).shape() == Shape{2, 3});
}
