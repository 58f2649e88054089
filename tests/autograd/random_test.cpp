// The distributions are tested by kernels_random_test.cpp. The pinned numbers come from philox_reference.py.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;
using doctest::Approx;
using doctest::Contains;
using Floats = std::vector<float>;

TEST_CASE("random: the first numbers of a seed are Philox's") {
  const float unit = 0x1p-24f;
  CHECK(values<float>(random::uniform({4}, {.seed = 42})) ==
        Floats{10283760 * unit, 16571169 * unit, 13855746 * unit, 12240644 * unit});
  CHECK(values<double>(random::uniform({3}, {.dtype = float64, .seed = 42})) ==
        std::vector<double>{0.6129598772021512, 0.9877186530374448, 0.8258668303694126});
  CHECK(values<std::int32_t>(random::uniform({6}, {.maxval = 10, .dtype = int32, .seed = 42})) ==
        std::vector<std::int32_t>{6, 9, 8, 7, 3, 3});
  CHECK(values<std::int64_t>(random::permutation(8, {.seed = 42})) ==
        std::vector<std::int64_t>{5, 2, 0, 1, 3, 7, 6, 4});
  // Box-Muller of the same words, in Python's math.
  const Tensor normal = random::normal({3}, {.dtype = float64, .seed = 42});
  CHECK(normal.data<double>()[0] == Approx(0.8864975074403767).epsilon(1e-14));
  CHECK(normal.data<double>()[1] == Approx(-0.1566096182232888).epsilon(1e-14));
  CHECK(normal.data<double>()[2] == Approx(-0.4941005070606713).epsilon(1e-14));
}

TEST_CASE("random: set_seed starts the sequence again, and each call takes the next stream") {
  const float unit = 0x1p-24f;
  for (int run = 0; run < 2; ++run) {
    set_seed(42);
    CHECK(values<float>(random::uniform({3})) == Floats{168759 * unit, 2162577 * unit, 3569984 * unit});
    CHECK(values<float>(random::uniform({3})) == Floats{6684272 * unit, 9430543 * unit, 12233942 * unit});
  }
  random::set_seed(43);
  CHECK(values<float>(random::uniform({3})) != Floats{168759 * unit, 2162577 * unit, 3569984 * unit});
}

TEST_CASE("random: a call with a seed gives the same each time, and takes no stream") {
  set_seed(1);
  const Floats expected = values<float>(random::normal({5}));
  set_seed(1);
  const Floats seeded = values<float>(random::normal({5}, {.seed = 9}));
  CHECK(values<float>(random::normal({5}, {.seed = 9})) == seeded);
  CHECK(values<float>(random::normal({5}, {.seed = 10})) != seeded);
  CHECK(values<float>(random::normal({5})) == expected);
}

TEST_CASE("random: the shape says only how many") {
  CHECK(values<float>(random::normal({2, 3}, {.seed = 1})) == values<float>(random::normal({6}, {.seed = 1})));
  CHECK(random::normal({}, {.seed = 1}).shape() == Shape{});
  CHECK(random::uniform({0, 4}).num_elements() == 0);
  CHECK(random::truncated_normal({2}).dtype() == float32);
}

TEST_CASE("random: mean and standard deviation scale, bounds bound") {
  const Tensor plain = random::normal({100}, {.dtype = float64, .seed = 3});
  const Tensor scaled = random::normal({100}, {.mean = 5, .stddev = 0.5, .dtype = float64, .seed = 3});
  for (std::size_t i = 0; i < 100; ++i)
    CHECK(scaled.data<double>()[i] == Approx(5 + 0.5 * plain.data<double>()[i]).epsilon(1e-14));
  CHECK(values<float>(random::normal({3}, {.mean = 2, .stddev = 0})) == Floats{2, 2, 2});
  for (const float x : values<float>(random::uniform({1000}, {.minval = -3, .maxval = -1, .seed = 1}))) {
    CHECK(x >= -3);
    CHECK(x < -1);
  }
}

TEST_CASE("random: shuffle moves whole rows") {
  const Tensor x = counting<std::int32_t>({5, 2});
  const Tensor y = random::shuffle(x, {.seed = 4});
  CHECK(y.shape() == x.shape());
  std::vector<std::int32_t> firsts;
  for (int i = 0; i < 5; ++i) {
    CHECK(y[i][1].item<int>() == y[i][0].item<int>() + 1);
    firsts.push_back(y[i][0].item<std::int32_t>());
  }
  std::sort(firsts.begin(), firsts.end());
  CHECK(firsts == std::vector<std::int32_t>{0, 2, 4, 6, 8});
  CHECK_THROWS_AS(random::shuffle(constant(1.f)), InvalidArgumentError);
}

TEST_CASE("random: what cannot be drawn is refused before a stream is taken") {
  set_seed(5);
  const Floats expected = values<float>(random::uniform({3}));
  set_seed(5);
  CHECK_THROWS_WITH_AS(random::normal({2}, {.dtype = int32}), Contains("[random.normal] the dtype int32"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(random::normal({2}, {.stddev = -1}), InvalidArgumentError);
  CHECK_THROWS_AS(random::normal({2}, {.stddev = std::nan("")}), InvalidArgumentError);
  CHECK_THROWS_AS(random::truncated_normal({2}, {.dtype = boolean}), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(random::uniform({2}, {.minval = 1, .maxval = 1}), Contains("is not below"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(random::uniform({2}, {.dtype = uint8}), InvalidArgumentError);
  CHECK_THROWS_AS(random::uniform({-2}), InvalidArgumentError);
  CHECK_THROWS_AS(random::permutation(-1), InvalidArgumentError);
  CHECK(values<float>(random::uniform({3})) == expected);
}
