#include <doctest/doctest.h>

#include <xtensor/xmath.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"
#include "gradtape/autograd/xtensor.h"

using namespace gradtape;
using Floats = std::vector<float>;

TEST_CASE("xtensor: a tensor is an expression without a copy") {
  const Tensor x = constant({{1.f, 2.f, 3.f}, {4.f, 5.f, 6.f}});
  const auto e = as_xtensor<float>(x);
  CHECK(e.data() == x.data<float>().data());
  CHECK(e.dimension() == 2);
  CHECK(e.shape()[0] == 2);
  CHECK(e(1, 2) == 6);
  CHECK(xt::sum(e)() == 21);
  CHECK(xt::view(e, 1, xt::all())(0) == 4);
  CHECK(xt::xarray<float>(xt::sum(e, {0})) == xt::xarray<float>{5, 7, 9});
}

TEST_CASE("xtensor: the expression keeps the elements alive") {
  auto make = [] {
    const Tensor x = counting<double>({3, 4});
    return as_xtensor<double>(x);
  };
  const auto e = make();
  const Tensor other = full({3, 4}, -1, float64);
  CHECK(e(2, 3) == 11);
  const auto copy = e;
  CHECK(copy(1, 1) == 5);
  CHECK(copy.data() == e.data());
}

TEST_CASE("xtensor: scalars, rows and tensors without elements") {
  CHECK(as_xtensor<std::int32_t>(constant(7))() == 7);
  CHECK(as_xtensor<float>(constant({{1.f, 2.f}, {3.f, 4.f}})[1])(1) == 4);
  CHECK(as_xtensor<float>(zeros({0, 3})).size() == 0);
  CHECK(as_xtensor<bool>(constant({true, false}))(0));
}

TEST_CASE("xtensor: another type than the tensor's is refused") {
  CHECK_THROWS_AS(as_xtensor<double>(constant({1.f})), InvalidArgumentError);
  CHECK_THROWS_AS(as_xtensor<float>(Tensor()), FailedPreconditionError);
}

TEST_CASE("xtensor: expressions become tensors of their dtype") {
  const xt::xtensor<double, 2> a = {{1, 2}, {3, 4}};
  const Tensor t = from_xtensor(a);
  CHECK(t.dtype() == float64);
  CHECK(t.shape() == Shape{2, 2});
  CHECK(values<double>(t) == std::vector<double>{1, 2, 3, 4});
  CHECK(values<double>(from_xtensor(xt::transpose(a) * 2.0)) == std::vector<double>{2, 6, 4, 8});
  CHECK(from_xtensor(a > 2.0).dtype() == boolean);
  CHECK(from_xtensor(xt::xarray<std::int64_t>{1, 2}).dtype() == int64);
  CHECK(from_xtensor(xt::xarray<float>(5.f)).shape() == Shape{});
  CHECK(from_xtensor(xt::xarray<float>::from_shape({2, 0})).shape() == Shape{2, 0});
}

TEST_CASE("xtensor: column-major arrays keep their meaning") {
  const xt::xarray<int, xt::layout_type::column_major> a = {{1, 2, 3}, {4, 5, 6}};
  CHECK(values<std::int32_t>(from_xtensor(a)) == std::vector<std::int32_t>{1, 2, 3, 4, 5, 6});
}

TEST_CASE("xtensor: eight axes at most") {
  const auto eight = xt::xarray<float>::from_shape({1, 1, 1, 1, 1, 1, 1, 2});
  CHECK(from_xtensor(eight).rank() == 8);
  const auto nine = xt::xarray<float>::from_shape({1, 1, 1, 1, 1, 1, 1, 1, 1});
  CHECK_THROWS_AS(from_xtensor(nine), InvalidArgumentError);
}

TEST_CASE("xtensor: there and back") {
  const Tensor x = random::normal({3, 1, 4}, {.seed = 2});
  CHECK(values<float>(from_xtensor(as_xtensor<float>(x))) == values<float>(x));
  CHECK(values<float>(from_xtensor(xt::exp(0.f * as_xtensor<float>(x)))) == Floats(12, 1.f));
}
