// Clipping, with TensorFlow's gradients: clip_by_value has those of a minimum and a maximum.
#include "gradtape/autograd/ops/clipping.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;
using doctest::Contains;
using Floats = std::vector<float>;

namespace {

const float inf = std::numeric_limits<float>::infinity(), not_a_number = std::numeric_limits<float>::quiet_NaN();

}  // namespace

TEST_CASE("clip_by_value of every number dtype, NaN stays") {
  CHECK(values<std::int64_t>(clip_by_value(constant({-5, 3, 9}, int64), 0, 6)) == std::vector<std::int64_t>{0, 3, 6});
  CHECK(values<std::uint8_t>(clip_by_value(constant({1, 3, 9}, uint8), 2, 6)) == std::vector<std::uint8_t>{2, 3, 6});
  CHECK(values<float>(clip_by_value(constant({-inf, inf}), -1, 1)) == Floats{-1, 1});
  CHECK(std::isnan(clip_by_value(constant(not_a_number), -1, 1).item<float>()));
  // With limits that contradict each other the lower one wins.
  CHECK(clip_by_value(constant(5.f), 3.f, 1.f).item<float>() == 3);
  CHECK(clip_by_value(zeros({0, 3}), 0, 1).shape() == Shape{0, 3});
}

TEST_CASE(
    "gradient convention: clip_by_value gives the gradient to t within the limits and at them, else to the limit") {
  const Tensor t = constant({-2.f, -1.f, 0.f, 1.f, 2.f}), low = constant(-1.f),
               high = constant({1.f, 1.f, 1.f, 1.f, 1.f});
  GradientTape tape;
  tape.watch({t, low, high});
  const Tensor y = clip_by_value(t, low, high);
  const auto [dt, dlow, dhigh] = tape.gradient(y, t, low, high);
  CHECK(values<float>(dt) == Floats{0, 1, 1, 1, 0});
  CHECK(values<float>(dlow) == Floats{1});
  CHECK(values<float>(dhigh) == Floats{0, 0, 0, 0, 1});
}

TEST_CASE("clip_by_value refuses limits that would broadcast t, and names the shapes") {
  CHECK_THROWS_WITH_AS(clip_by_value(constant({1.f, 2.f}), zeros({3, 2}), 1.f), Contains("(3, 2)"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(clip_by_value(constant(1.f), zeros({2}), 1.f), InvalidArgumentError);
  CHECK_THROWS_AS(clip_by_value(constant({1, 2}), 0.5, 2), InvalidArgumentError);
  CHECK_THROWS_AS(clip_by_value(constant({1, 2}), constant(0.f), 2), InvalidArgumentError);
  CHECK_THROWS_AS(clip_by_value(constant({true}), false, true), InvalidArgumentError);
}

TEST_CASE("clip_by_norm scales what is too long and nothing else") {
  CHECK(values<float>(clip_by_norm(constant({3.f, 4.f}), 1.f)) == Floats{0.6f, 0.8f});
  CHECK(values<float>(clip_by_norm(constant({3.f, 4.f}), 10.f)) == Floats{3, 4});
  const Tensor rows = clip_by_norm(constant({{3.f, 4.f}, {0.3f, 0.4f}}), 1.f, 1);
  CHECK(values<float>(rows) == Floats{0.6f, 0.8f, 0.3f, 0.4f});
  CHECK(clip_by_norm(constant(-8.f), 2.f).item<float>() == -2);
}

TEST_CASE("gradient convention: clip_by_norm of zeros has a gradient without NaN") {
  const Tensor x = zeros({3});
  GradientTape tape;
  tape.watch(x);
  const Tensor y = clip_by_norm(x, 2.f);
  CHECK(values<float>(y) == Floats{0, 0, 0});
  CHECK(values<float>(tape.gradient(y, x)) == Floats{1, 1, 1});
}

TEST_CASE("clip_by_norm refuses integers, axes that are not there, and limits that would broadcast t") {
  CHECK_THROWS_WITH_AS(clip_by_norm(constant({3, 4}), 1), Contains("[clip_by_norm] a floating-point dtype"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(clip_by_norm(constant({3.f, 4.f}), 1, 1), InvalidArgumentError);
  CHECK_THROWS_AS(clip_by_norm(constant({3.f, 4.f}), zeros({2, 1}), 0), InvalidArgumentError);
}

TEST_CASE("global_norm and clip_by_global_norm treat a list as one vector") {
  const std::vector<Tensor> list = {constant({{1.f, 2.f}}), Tensor(), constant(2.f)};
  CHECK(global_norm(list).item<float>() == 3);
  const auto [tensors, norm] = clip_by_global_norm(list, 1.5f);
  CHECK(norm.item<float>() == 3);
  CHECK(values<float>(tensors[0]) == Floats{0.5f, 1});
  CHECK_FALSE(tensors[1]);
  CHECK(tensors[2].item<float>() == 1);
  CHECK(values<float>(clip_by_global_norm(list, 6.f).tensors[0]) == Floats{1, 2});
  CHECK(values<float>(clip_by_global_norm(list, 1.f, constant(2.f)).tensors[0]) == Floats{0.5f, 1});
}

TEST_CASE("clip_by_global_norm of zeros is zeros, and of an infinite norm NaN") {
  CHECK(values<float>(clip_by_global_norm({zeros({2})}, 1.f).tensors[0]) == Floats{0, 0});
  CHECK(std::isnan(clip_by_global_norm({constant({inf, 1.f})}, 1.f).tensors[0].data<float>()[1]));
}

TEST_CASE("global_norm refuses a list without a tensor") {
  CHECK_THROWS_WITH_AS(global_norm({}), Contains("[global_norm] there are no tensors"), InvalidArgumentError);
  CHECK_THROWS_AS(global_norm({Tensor(), Tensor()}), InvalidArgumentError);
  CHECK_THROWS_AS(global_norm({constant({1, 2})}), InvalidArgumentError);
}
