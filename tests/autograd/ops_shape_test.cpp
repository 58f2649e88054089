#include <doctest/doctest.h>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;

namespace {
using Ints = std::vector<std::int32_t>;
}

TEST_CASE("reshape: shares memory, and works out one length") {
  const Tensor x = counting<std::int32_t>({2, 6});
  const Tensor y = reshape(x, {3, -1});
  CHECK(y.shape() == Shape{3, 4});
  CHECK(y.data<std::int32_t>().data() == x.data<std::int32_t>().data());
  CHECK(reshape(x, {-1}).shape() == Shape{12});
  CHECK(reshape(constant(5), {1, 1}).shape() == Shape{1, 1});
  CHECK(reshape(constant({5}), {}).shape() == Shape{});
  CHECK(reshape(zeros({0, 3}), {-1, 3}).shape() == Shape{0, 3});
}

TEST_CASE("reshape: refuses what does not fit") {
  const Tensor x = zeros({2, 3});
  CHECK_THROWS_WITH_AS(reshape(x, {4, 2}),
                       doctest::Contains("[reshape] shape (2, 3), 6 elements, cannot become (4, 2), which has 8"),
                       InvalidArgumentError);
  CHECK_THROWS_WITH_AS(reshape(x, {4, -1}), doctest::Contains("cannot become (4, -1): 4 does not divide them"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(reshape(x, {-1, -1}), InvalidArgumentError);
  CHECK_THROWS_AS(reshape(x, {-2, -3}), InvalidArgumentError);
  CHECK_THROWS_AS(reshape(zeros({0}), {0, -1}), InvalidArgumentError);
  const std::int64_t huge = std::int64_t{1} << 62;
  CHECK_THROWS_AS(reshape(x, {huge, huge}), InvalidArgumentError);
}

TEST_CASE("expand_dims and squeeze: axes of length 1 come and go") {
  const Tensor x = counting<std::int32_t>({2, 3});
  CHECK(expand_dims(x, 0).shape() == Shape{1, 2, 3});
  CHECK(expand_dims(x, 1).shape() == Shape{2, 1, 3});
  CHECK(expand_dims(x, -1).shape() == Shape{2, 3, 1});
  CHECK(expand_dims(x, -3).shape() == Shape{1, 2, 3});
  CHECK(expand_dims(constant(1), 0).shape() == Shape{1});
  CHECK_THROWS_AS(expand_dims(x, 3), InvalidArgumentError);

  const Tensor y = reshape(x, {1, 2, 1, 3});
  CHECK(squeeze(y).shape() == Shape{2, 3});
  CHECK(squeeze(y, 2).shape() == Shape{1, 2, 3});
  CHECK(squeeze(y, {0, -2}).shape() == Shape{2, 3});
  CHECK(squeeze(y).data<std::int32_t>().data() == x.data<std::int32_t>().data());
  CHECK_THROWS_WITH_AS(squeeze(y, 1), doctest::Contains("[squeeze] axis 1 of shape (1, 2, 1, 3) has length 2"),
                       InvalidArgumentError);
}

TEST_CASE("transpose: reverses the axes, or permutes them") {
  const Tensor x = counting<std::int32_t>({2, 3});
  CHECK(transpose(x).shape() == Shape{3, 2});
  CHECK(values<std::int32_t>(transpose(x)) == Ints{0, 3, 1, 4, 2, 5});
  const Tensor cube = counting<std::int32_t>({2, 3, 4});
  const Tensor moved = transpose(cube, {2, 0, -2});
  CHECK(moved.shape() == Shape{4, 2, 3});
  for (std::int64_t i = 0; i < 4; ++i)
    for (std::int64_t j = 0; j < 2; ++j)
      for (std::int64_t k = 0; k < 3; ++k) CHECK(moved[i][j][k].item<int>() == cube[j][k][i].item<int>());
  CHECK(transpose(constant(3)).item<int>() == 3);
  CHECK(transpose(zeros({0, 3})).shape() == Shape{3, 0});
}

TEST_CASE("transpose: moving axes of length 1 alone shares memory") {
  const Tensor x = counting<std::int32_t>({3, 1, 2});
  const Tensor y = transpose(x, {1, 0, 2});
  CHECK(y.shape() == Shape{1, 3, 2});
  CHECK(values<std::int32_t>(y) == Ints{0, 1, 2, 3, 4, 5});
  CHECK(y.data<std::int32_t>().data() == x.data<std::int32_t>().data());
}

TEST_CASE("transpose: refuses what is no permutation") {
  const Tensor x = zeros({2, 3});
  CHECK_THROWS_WITH_AS(transpose(x, {0}), doctest::Contains("[transpose] perm names 1 axes, shape (2, 3) has 2"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(transpose(x, {0, 0}), InvalidArgumentError);
  CHECK_THROWS_AS(transpose(x, {0, 2}), InvalidArgumentError);
}

TEST_CASE("concat: joins along any axis") {
  const Tensor a = constant({{1, 2}, {3, 4}}), b = constant({{5}, {6}});
  CHECK(values<std::int32_t>(concat({a, b}, 1)) == Ints{1, 2, 5, 3, 4, 6});
  CHECK(concat({a, b, a}, -1).shape() == Shape{2, 5});
  CHECK(values<std::int32_t>(concat({a, a}, 0)) == Ints{1, 2, 3, 4, 1, 2, 3, 4});
  CHECK(values<std::int32_t>(concat({a, zeros({0, 2}, int32)}, 0)) == Ints{1, 2, 3, 4});
  std::vector<Tensor> many(40, b);
  CHECK(concat(many, 1).shape() == Shape{2, 40});
}

TEST_CASE("concat: refuses what does not join") {
  const Tensor a = zeros({2, 2});
  CHECK_THROWS_WITH_AS(
      concat({a, zeros({3, 1})}, 1),
      doctest::Contains("[concat] shapes (2, 2) and (3, 1) (tensor 1) must agree on all axes but axis 1"),
      InvalidArgumentError);
  CHECK_THROWS_AS(concat(Tensors(), 0), InvalidArgumentError);
  CHECK_THROWS_AS(concat({a, zeros({2})}, 0), InvalidArgumentError);
  CHECK_THROWS_AS(concat({a, zeros({2, 2}, int32)}, 0), InvalidArgumentError);
  CHECK_THROWS_AS(concat({a}, 2), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(concat({constant(1.f)}, 0), doctest::Contains("stack"), InvalidArgumentError);
  CHECK_THROWS_AS(concat({a, Tensor()}, 0), FailedPreconditionError);
}

TEST_CASE("stack: joins along a new axis") {
  const Tensor a = constant({1, 2, 3}), b = constant({4, 5, 6});
  CHECK(values<std::int32_t>(stack({a, b})) == Ints{1, 2, 3, 4, 5, 6});
  CHECK(stack({a, b}, 1).shape() == Shape{3, 2});
  CHECK(values<std::int32_t>(stack({a, b}, -1)) == Ints{1, 4, 2, 5, 3, 6});
  CHECK(stack({constant(1), constant(2)}).shape() == Shape{2});
  CHECK_THROWS_WITH_AS(stack({a, constant({1})}), doctest::Contains("[stack] shapes (3,) and (1,)"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(stack(Tensors()), InvalidArgumentError);
  CHECK_THROWS_AS(stack({a}, 2), InvalidArgumentError);
}

TEST_CASE("broadcast_to: stretches axes of length 1 and adds axes in front") {
  CHECK(values<std::int32_t>(broadcast_to(constant({{1}, {2}}), {2, 2, 3})) ==
        Ints{1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2});
  CHECK(values<std::int32_t>(broadcast_to(constant(7), {2})) == Ints{7, 7});
  CHECK(broadcast_to(constant({{1}}), {0, 3}).num_elements() == 0);
  CHECK_THROWS_WITH_AS(broadcast_to(zeros({2, 3}), {2, 1}),
                       doctest::Contains("[broadcast_to] shape (2, 3) does not broadcast to (2, 1)"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(broadcast_to(zeros({2, 3}), {3}), InvalidArgumentError);
  CHECK_THROWS_AS(broadcast_to(constant(1.f), {-1}), InvalidArgumentError);
}

TEST_CASE("slice: a block, and views where the elements lie together") {
  const Tensor x = counting<std::int32_t>({3, 4});
  CHECK(values<std::int32_t>(slice(x, {1, 1}, {2, 2})) == Ints{5, 6, 9, 10});
  CHECK(values<std::int32_t>(x.slice({0, 2}, {-1, -1})) == Ints{2, 3, 6, 7, 10, 11});
  const std::int32_t* elements = x.data<std::int32_t>().data();
  CHECK(slice(x, {1, 0}, {2, 4}).data<std::int32_t>().data() == elements + 4);
  CHECK(slice(x, {2, 1}, {1, 2}).data<std::int32_t>().data() == elements + 9);
  CHECK(slice(x, {3, 0}, {0, 4}).shape() == Shape{0, 4});
  CHECK(slice(constant(4), {}, {}).item<int>() == 4);
  const Tensor cube = counting<std::int32_t>({2, 3, 2});
  CHECK(values<std::int32_t>(slice(cube, {0, 1, 0}, {2, 2, 1})) == Ints{2, 4, 8, 10});
}

TEST_CASE("slice: refuses what lies outside") {
  const Tensor x = zeros({3, 4});
  CHECK_THROWS_WITH_AS(slice(x, {2, 0}, {2, 4}),
                       doctest::Contains("[slice] axis 0 of shape (3, 4) has no 2 elements from 2"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(slice(x, {-1, 0}, {1, 1}), InvalidArgumentError);
  CHECK_THROWS_AS(slice(x, {4, 0}, {-1, 1}), InvalidArgumentError);
  CHECK_THROWS_AS(slice(x, {0, 0}, {-2, 1}), InvalidArgumentError);
  CHECK_THROWS_AS(slice(x, {0}, {1}), InvalidArgumentError);
}

TEST_CASE("an index takes a part of the first axis and shares its memory") {
  const Tensor x = counting<std::int32_t>({3, 2});
  CHECK(values<std::int32_t>(x[1]) == Ints{2, 3});
  CHECK(values<std::int32_t>(x[-1]) == Ints{4, 5});
  CHECK(x[2][1].item<int>() == 5);
  CHECK(x[1].data<std::int32_t>().data() == x.data<std::int32_t>().data() + 2);
  CHECK_THROWS_WITH_AS(x[3], doctest::Contains("[at] index 3 is outside [-3, 3), the first axis of shape (3, 2)"),
                       OutOfRangeError);
  CHECK_THROWS_AS(x[-4], OutOfRangeError);
  CHECK_THROWS_AS(constant(1)[0], InvalidArgumentError);
  CHECK_THROWS_AS(zeros({0})[0], OutOfRangeError);
}

TEST_CASE("a view of a Variable's value stays what it was when the Variable is assigned") {
  Variable w(constant({{1.f, 2.f}, {3.f, 4.f}}));
  const Tensor row = w.value()[1], flat = reshape(w.value(), {-1});
  w.assign_add(constant({{10.f, 10.f}, {10.f, 10.f}}));
  CHECK(values<float>(row) == std::vector<float>{3, 4});
  CHECK(values<float>(flat) == std::vector<float>{1, 2, 3, 4});
  CHECK(values<float>(w.value()) == std::vector<float>{11, 12, 13, 14});
}
