// The losses and dropout that ops_neural_test.cpp does not have; figures by NumPy from the definitions.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "autograd/same_function.h"
#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;
using doctest::Contains;
using Floats = std::vector<float>;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

Tensor normal(const Shape& shape, DType dtype, std::uint64_t seed) {
  return random::normal(shape, {.mean = 0.2, .dtype = dtype, .seed = seed});
}

void check_close(const Tensor& tensor, const std::vector<double>& expected, double tolerance = 1e-13) {
  const std::vector<double> got = values<double>(cast(tensor, float64));
  REQUIRE(got.size() == expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    CAPTURE(i);
    CHECK(std::abs(got[i] - expected[i]) <= tolerance * std::max(1.0, std::abs(expected[i])));
  }
}

}  // namespace

TEST_CASE("softmax along any axis equals softmax along the last one of a transpose, in both orders") {
  for (const DType dtype : {float32, float64}) {
    const double tolerance = dtype == float32 ? 1e-5 : 1e-12;
    for (const Shape& shape : {Shape{5, 300}, Shape{2, 70, 33}, Shape{3, 4, 2}, Shape{1, 2, 513}}) {
      const Tensor x = normal(shape, dtype, 1) * 3;
      const Axes swap = shape.rank() == 2 ? Axes{1, 0} : Axes{0, 2, 1};
      check_same_function(
          [](const std::vector<Tensor>& t) { return softmax(t[0], -2); },
          [&](const std::vector<Tensor>& t) { return transpose(softmax(transpose(t[0], swap)), swap); }, {x},
          tolerance);
      check_same_function(
          [](const std::vector<Tensor>& t) { return log_softmax(t[0], -2); },
          [&](const std::vector<Tensor>& t) { return transpose(log_softmax(transpose(t[0], swap)), swap); }, {x},
          tolerance);
    }
  }
}

TEST_CASE("softmax of huge and -inf logits, and of a row of nothing but -inf, along both kinds of axes") {
  const Tensor rows = constant({{3e38f, -3e38f, 0.f}, {-infinity, 1.f, 1.f}, {-infinity, -infinity, -infinity}});
  // Along an axis with 16 elements behind it, which has loops of its own.
  const Tensor columns = broadcast_to(expand_dims(transpose(rows), -1), {3, 3, 16});
  const Tensor logs = log_softmax(rows);
  const Tensor one_column = reshape(softmax(columns, 0).slice({0, 0, 5}, {3, 3, 1}), {3, 3});
  for (const Tensor& y : {softmax(rows), transpose(one_column)}) {
    CHECK(values<float>(y[0]) == Floats{1, 0, 0});
    CHECK(values<float>(y[1]) == Floats{0, 0.5f, 0.5f});
    for (const float v : values<float>(y[2])) CHECK(std::isnan(v));
  }
  CHECK(logs[1][0].item<float>() == -infinity);
  CHECK(std::isnan(logs[2][0].item<float>()));
}

TEST_CASE("softmax_cross_entropy_with_logits: fused equals composed for labels that sum to one") {
  for (const DType dtype : {float32, float64}) {
    const Tensor labels = softmax(normal({6, 50}, dtype, 1)), logits = normal({6, 50}, dtype, 2) * 3;
    check_same_function([&](const std::vector<Tensor>& x) { return softmax_cross_entropy_with_logits(labels, x[0]); },
                        [&](const std::vector<Tensor>& x) { return -reduce_sum(labels * log_softmax(x[0]), -1); },
                        {logits}, dtype == float32 ? 1e-5 : 1e-12);
    const Tensor t = constant({3, 0, 49, 7, 7, 1});
    check_same_function(
        [&](const std::vector<Tensor>& x) { return sparse_softmax_cross_entropy_with_logits(t, x[0]); },
        [&](const std::vector<Tensor>& x) {
          return -reduce_sum(one_hot(t, 50, {.dtype = dtype}) * log_softmax(x[0]), -1);
        },
        {logits}, dtype == float32 ? 1e-5 : 1e-12);
  }
}

TEST_CASE("softmax_cross_entropy_with_logits: labels that do not sum to one have TensorFlow's gradient") {
  const Tensor labels = constant({{2.0, 0.0, 1.0}}, float64), logits = constant({{0.5, -1.0, 2.0}}, float64);
  GradientTape tape;
  tape.watch(labels);
  tape.watch(logits);
  const Tensor loss = softmax_cross_entropy_with_logits(labels, logits);
  CHECK(distance(loss, -reduce_sum(labels * log_softmax(logits), -1)) < 1e-14);
  const auto [dlabels, dlogits] = tape.gradient(loss, labels, logits);
  CHECK(distance(dlogits, softmax(logits) - labels) < 1e-14);
  CHECK(distance(dlabels, -log_softmax(logits)) < 1e-14);
}

TEST_CASE("softmax_cross_entropy_with_logits: along another axis, and labels that broadcast") {
  const Tensor labels = normal({2, 3, 4}, float64, 1), logits = normal({2, 3, 4}, float64, 2);
  CHECK(distance(softmax_cross_entropy_with_logits(labels, logits, 1),
                 -reduce_sum(labels * log_softmax(logits, 1), 1)) < 1e-13);
  CHECK(softmax_cross_entropy_with_logits(labels, logits, 0).shape() == Shape{3, 4});
  CHECK(distance(softmax_cross_entropy_with_logits(labels[0], logits),
                 -reduce_sum(labels[0] * log_softmax(logits), -1)) < 1e-13);
  CHECK_THROWS_WITH_AS(softmax_cross_entropy_with_logits(labels, logits, 3),
                       Contains("[softmax_cross_entropy_with_logits] axis 3"), InvalidArgumentError);
}

TEST_CASE("sigmoid_cross_entropy_with_logits: the gradient at the saturated ends is exact") {
  const Tensor logits = constant({-1000.f, 1000.f, -1000.f, 1000.f, 0.f}),
               labels = constant({0.f, 1.f, 1.f, 0.f, 0.25f});
  GradientTape tape;
  tape.watch(logits);
  const Tensor loss = sigmoid_cross_entropy_with_logits(labels, logits);
  CHECK(values<float>(loss).at(0) == 0);
  CHECK(values<float>(loss).at(2) == 1000);
  CHECK(values<float>(tape.gradient(loss, logits)) == Floats{0, 0, -1, 1, 0.25f});
}

TEST_CASE("weighted_cross_entropy_with_logits: the definition, with a number and a tensor as the weight") {
  const Tensor z = constant({0.0, 1.0, 0.25, 1.0}, float64), x = constant({1.5, -2.0, 0.75, 40.0}, float64);
  // -(w z log(sigmoid(x)) + (1 - z) log(1 - sigmoid(x)))
  check_close(weighted_cross_entropy_with_logits(z, x, 3),
              {1.7014132779827524, 6.3807840331289185, 1.1428065091723498, 3 * std::log1p(std::exp(-40))});
  const Tensor weight = constant({1.0, 2.0, 1.0, 0.5}, float64);
  check_close(weighted_cross_entropy_with_logits(z, x, ones({}, float64)),
              values<double>(sigmoid_cross_entropy_with_logits(z, x)));
  CHECK(distance(weighted_cross_entropy_with_logits(z, x, weight)[1], 2 * softplus(constant(2.0, float64))) < 1e-14);
  CHECK_THROWS_WITH_AS(weighted_cross_entropy_with_logits(z, zeros({2}, float64), 1),
                       Contains("labels and logits of shapes (4,) and (2,)"), InvalidArgumentError);
  CHECK_THROWS_AS(weighted_cross_entropy_with_logits(z, x, zeros({2, 4}, float64)), InvalidArgumentError);
  CHECK_THROWS_AS(weighted_cross_entropy_with_logits(z, x, zeros({4})), InvalidArgumentError);
  CHECK_THROWS_AS(weighted_cross_entropy_with_logits(zeros({2}, int32), zeros({2}, int32), 1), InvalidArgumentError);
}

TEST_CASE("log_poisson_loss: with Stirling's approximation for targets above 1 only") {
  const Tensor targets = constant({0.0, 1.0, 2.0, 5.0}, float64), x = constant({0.5, -1.0, 0.0, 2.0}, float64);
  const std::vector<double> loss = {std::exp(0.5), std::exp(-1.0) + 1, 1, std::exp(2.0) - 10};
  check_close(log_poisson_loss(targets, x), loss);
  const auto stirling = [](double t) { return t * std::log(t) - t + 0.5 * std::log(2 * 3.141592653589793 * t); };
  check_close(log_poisson_loss(targets, x, {.compute_full_loss = true}),
              {loss[0], loss[1], loss[2] + stirling(2), loss[3] + stirling(5)});
  CHECK_THROWS_AS(log_poisson_loss(targets, zeros({3}, float64)), InvalidArgumentError);
}

TEST_CASE("l2_loss: half the sum of squares; its gradient is the tensor") {
  const Tensor x = constant({{1.f, -2.f}, {3.f, 0.f}});
  GradientTape tape;
  tape.watch(x);
  const Tensor y = l2_loss(x);
  CHECK(y.item<float>() == 7);
  CHECK(values<float>(tape.gradient(y, x)) == values<float>(x));
  CHECK(l2_loss(zeros({0})).item<float>() == 0);
  CHECK_THROWS_WITH_AS(l2_loss(constant({1, 2})), Contains("[l2_loss]"), InvalidArgumentError);
}

TEST_CASE("bias_add: along the second axis") {
  const Tensor value = counting<float>({2, 2, 3}), bias = constant({10.f, 20.f});
  GradientTape tape;
  tape.watch(bias);
  const Tensor y = bias_add(value, bias, {.data_format = "NC..."});
  CHECK(values<float>(y) == Floats{10, 11, 12, 23, 24, 25, 16, 17, 18, 29, 30, 31});
  CHECK(values<float>(tape.gradient(y, bias)) == Floats{6, 6});
  CHECK(values<float>(bias_add(value, bias, {.data_format = "NCW"})) == values<float>(y));
  CHECK(values<std::int32_t>(bias_add(constant({{1, 2}}), constant({3, 4}), {.data_format = "NHWC"})) ==
        std::vector<std::int32_t>{4, 6});
  CHECK_THROWS_WITH_AS(bias_add(value, zeros({3}), {.data_format = "NCHW"}),
                       Contains("as long as the second one of value"), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(bias_add(value, bias, {.data_format = "HWC"}), Contains("the data_format is \"HWC\""),
                       InvalidArgumentError);
}

TEST_CASE("dropout: what is kept is scaled, what is dropped has no gradient, and a seed decides which") {
  const Tensor x = full({100, 1000}, 3.f);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = dropout(x, 0.25, {.seed = 1});
  std::int64_t kept = 0;
  for (const float v : values<float>(y)) {
    REQUIRE((v == 0 || v == 4));
    kept += v == 4;
  }
  // 75,000 plus or minus five standard deviations.
  CHECK(std::abs(static_cast<double>(kept) - 75000) < 5 * std::sqrt(100000 * 0.75 * 0.25));
  CHECK(distance(tape.gradient(y, x), y / 3) < 1e-7);
  CHECK(values<float>(dropout(x, 0.25, {.seed = 1})) == values<float>(y));
  CHECK(values<float>(dropout(x, 0.25, {.seed = 2})) != values<float>(y));
  CHECK(values<float>(dropout(x, 0.25)) != values<float>(dropout(x, 0.25)));
  set_seed(3);
  const Tensor first = dropout(x, 0.25);
  set_seed(3);
  CHECK(values<float>(dropout(x, 0.25)) == values<float>(first));
}

TEST_CASE("dropout: the same elements for every number of threads, and for large tensors past the caches") {
  const int before = num_threads();
  const Tensor x = normal({3 << 20}, float32, 1);
  set_num_threads(1);
  const Tensor one = dropout(x, 0.5, {.seed = 1});
  set_num_threads(4);
  const Tensor four = dropout(x, 0.5, {.seed = 1});
  set_num_threads(before);
  CHECK(values<float>(one) == values<float>(four));
  const Tensor mask = detail::dropout_mask(x.shape(), float32, 0.5, 2, 1);
  CHECK(values<float>(one) == values<float>(x * mask));
}

TEST_CASE("dropout: a rate of 0, a noise shape, and a dropped NaN") {
  const Tensor x = counting<float>({4, 3});
  CHECK(values<float>(dropout(x, 0)) == values<float>(x));
  const Tensor ones_like_x = ones({40, 30});
  const Tensor rows = dropout(ones_like_x, 0.5, {.noise_shape = Shape{-1, 1}, .seed = 1});
  bool some_dropped = false;
  for (int i = 0; i < 40; ++i) {
    const Floats row = values<float>(rows[i]);
    CHECK(row == Floats(30, row[0]));
    some_dropped = some_dropped || row[0] == 0;
  }
  CHECK(some_dropped);
  for (const Shape& noise : {Shape{40, 30}, Shape{40, 1}})
    for (const float v : values<float>(dropout(full({40, 30}, not_a_number), 0.5, {.noise_shape = noise, .seed = 1})))
      CHECK((v == 0 || std::isnan(v)));
  CHECK(dropout(zeros({0, 3}), 0.5).shape() == Shape{0, 3});
}

TEST_CASE("dropout: what it refuses") {
  const Tensor x = zeros({2, 3});
  for (const double rate : {-0.1, 1.0, 2.0, std::nan("")})
    CHECK_THROWS_WITH_AS(dropout(x, rate), Contains("it must be in [0, 1)"), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(dropout(x, 0.5, {.noise_shape = Shape{2, 2}}), Contains("[dropout] "), InvalidArgumentError);
  CHECK_THROWS_AS(dropout(x, 0.5, {.noise_shape = Shape{1, 2, 3}}), InvalidArgumentError);
  CHECK_THROWS_AS(dropout(x, 0.5, {.noise_shape = Shape{-2, 3}}), InvalidArgumentError);
  CHECK_THROWS_AS(dropout(zeros({2}, int32), 0.5), InvalidArgumentError);
  CHECK_THROWS_AS(dropout(Tensor(), 0.5), FailedPreconditionError);
}

TEST_CASE("stateless_dropout: a function of its seed") {
  const Tensor x = ones({50});
  const Floats first = values<float>(stateless_dropout(x, 0.5, constant({1, 2})));
  CHECK(values<float>(stateless_dropout(x, 0.5, constant({1, 2}, int64))) == first);
  CHECK(values<float>(stateless_dropout(x, 0.5, constant({2, 1}))) != first);
  CHECK_THROWS_WITH_AS(stateless_dropout(x, 0.5, constant(1)), Contains("it must be two integers"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(stateless_dropout(x, 0.5, constant({1.f, 2.f})), InvalidArgumentError);
}
