#include <doctest/doctest.h>

#include "gradtape/autograd/autograd.h"

using namespace gradtape;
using doctest::Contains;

TEST_CASE("shapes print as Python's tuples") {
  CHECK(to_string(Shape{}) == "()");
  CHECK(to_string(Shape{3}) == "(3,)");
  CHECK(to_string(Shape{2, 3}) == "(2, 3)");
  CHECK(to_string(Shape{-1, 28}) == "(None, 28)");
}

TEST_CASE("a shape has up to eight axes") {
  Shape shape{1, 2, 3, 4, 5, 6, 7, 8};
  CHECK(shape.rank() == 8);
  CHECK(shape.num_elements() == 40320);
  CHECK_THROWS_AS(shape.push_back(9), InvalidArgumentError);
  CHECK_THROWS_AS((Shape{1, 1, 1, 1, 1, 1, 1, 1, 1}), InvalidArgumentError);
  CHECK(shape[-1] == 8);
  CHECK(shape.front() == 1);
  CHECK(shape.sub(1, 3) == Shape{2, 3});
  CHECK(Shape{}.num_elements() == 1);
  CHECK(Shape{4, 0}.num_elements() == 0);
  CHECK(Shape{2} != Shape{2, 1});
}

TEST_CASE("shapes broadcast by NumPy's rule") {
  CHECK(broadcast_shapes({3, 1}, {1, 4}) == Shape{3, 4});
  CHECK(broadcast_shapes({}, {2, 3}) == Shape{2, 3});
  CHECK(broadcast_shapes({8, 1, 6, 1}, {7, 1, 5}) == Shape{8, 7, 6, 5});
  CHECK(broadcast_shapes({1, 3}, {0, 3}) == Shape{0, 3});
  CHECK(broadcast_shapes({0}, {1}) == Shape{0});
  CHECK_THROWS_WITH_AS(broadcast_shapes({2, 3}, {2, 4}), Contains("(2, 3)"), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(broadcast_shapes({2, 3}, {2, 4}), Contains("(2, 4)"), InvalidArgumentError);
  CHECK_THROWS_AS(broadcast_shapes({0}, {2}), InvalidArgumentError);
}

TEST_CASE("axes count from either end") {
  CHECK(normalize_axis(-1, 3) == 2);
  CHECK(normalize_axis(0, 1) == 0);
  CHECK_THROWS_AS(normalize_axis(3, 3), InvalidArgumentError);
  CHECK_THROWS_AS(normalize_axis(-4, 3), InvalidArgumentError);
  CHECK_THROWS_AS(normalize_axis(0, 0), InvalidArgumentError);
}

TEST_CASE("a choice of axes is a mask; nothing given means all") {
  CHECK(Axes{}.mask(3) == 0b111u);
  CHECK(Axes{1}.mask(3) == 0b010u);
  CHECK(Axes{0, -1}.mask(3) == 0b101u);
  CHECK(Axes::none().mask(3) == 0u);
  CHECK(Axes{}.mask(0) == 0u);
  CHECK_THROWS_AS((Axes{0, -3}.mask(3)), InvalidArgumentError);
  CHECK_THROWS_AS(Axes{3}.mask(3), InvalidArgumentError);
}

TEST_CASE("reduced shapes drop their axes or keep them with length 1") {
  CHECK(reduced_shape({2, 3, 4}, 0b010u, false) == Shape{2, 4});
  CHECK(reduced_shape({2, 3, 4}, 0b101u, true) == Shape{1, 3, 1});
  CHECK(reduced_shape({2, 3}, 0b11u, false) == Shape{});
}
