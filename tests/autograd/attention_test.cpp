#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "autograd/same_function.h"
#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;
using doctest::Contains;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

Tensor normal(const Shape& shape, DType dtype, std::uint64_t seed) {
  return random::normal(shape, {.dtype = dtype, .seed = seed});
}

/// The definition, element by element, for one head: allowed(i, j), and what is added to the scores.
template <class Allowed, class Added>
std::vector<double> by_definition(const Tensor& q, const Tensor& k, const Tensor& v, double scale,
                                  const Allowed& allowed, const Added& added) {
  const std::int64_t t = q.shape()[0], d = q.shape()[1], s = k.shape()[0], e = v.shape()[1];
  const auto a = values<double>(q), b = values<double>(k), c = values<double>(v);
  std::vector<double> result;
  for (std::int64_t i = 0; i < t; ++i) {
    std::vector<double> weights;
    double total = 0;
    for (std::int64_t j = 0; j < s; ++j) {
      double score = added(i, j);
      for (std::int64_t x = 0; x < d; ++x)
        score += scale * a[static_cast<std::size_t>(i * d + x)] * b[static_cast<std::size_t>(j * d + x)];
      weights.push_back(allowed(i, j) ? std::exp(score) : 0);
      total += weights.back();
    }
    for (std::int64_t x = 0; x < e; ++x) {
      double sum = 0;
      for (std::int64_t j = 0; j < s; ++j)
        sum += weights[static_cast<std::size_t>(j)] / total * c[static_cast<std::size_t>(j * e + x)];
      result.push_back(sum);
    }
  }
  return result;
}

void check_close(const Tensor& tensor, const std::vector<double>& expected, double tolerance = 1e-13) {
  const std::vector<double> got = values<double>(cast(tensor, float64));
  REQUIRE(got.size() == expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) CHECK(std::abs(got[i] - expected[i]) <= tolerance);
}

const auto everywhere = [](std::int64_t, std::int64_t) { return true; };
const auto nothing = [](std::int64_t, std::int64_t) { return 0.0; };
const auto not_ahead = [](std::int64_t i, std::int64_t j) { return j <= i; };

/// matmul, softmax, matmul.
Tensor composed(const std::vector<Tensor>& x, bool is_causal) {
  const double scale = 1 / std::sqrt(static_cast<double>(x[0].shape()[-1]));
  Tensor scores = matmul(x[0], x[1], {.transpose_b = true}) * scale;
  if (is_causal) {
    const Tensor rows = range(Operand(x[0].shape()[-2])), columns = range(Operand(x[1].shape()[-2]));
    scores = where(expand_dims(rows, -1) >= columns, scores, -1e9);
  }
  return matmul(softmax(scores), x[2]);
}

}  // namespace

TEST_CASE("scaled_dot_product_attention: as defined, causal, masked, scaled") {
  const Tensor q = normal({3, 4}, float64, 1), k = normal({5, 4}, float64, 2), v = normal({5, 2}, float64, 3);
  check_close(scaled_dot_product_attention(q, k, v), by_definition(q, k, v, 0.5, everywhere, nothing));
  check_close(scaled_dot_product_attention(q, k, v, {.scale = 2.0}), by_definition(q, k, v, 2, everywhere, nothing));
  check_close(scaled_dot_product_attention(q, k, v, {.is_causal = true}),
              by_definition(q, k, v, 0.5, not_ahead, nothing));
  const Tensor mask = constant(
      {{true, false, true, true, false}, {true, true, true, true, true}, {false, false, false, false, true}});
  const auto allowed = [&](std::int64_t i, std::int64_t j) { return mask[i][j].item<bool>(); };
  check_close(scaled_dot_product_attention(q, k, v, {.attn_mask = mask}),
              by_definition(q, k, v, 0.5, allowed, nothing));
  const Tensor bias = constant({0.5, -1.0, 2.0, -infinity, 0.0}, float64);
  const auto added = [&](std::int64_t, std::int64_t j) { return bias[j].item<double>(); };
  check_close(scaled_dot_product_attention(q, k, v, {.attn_mask = bias}),
              by_definition(q, k, v, 0.5, everywhere, added));
  check_close(scaled_dot_product_attention(q, k, v, {.attn_mask = bias, .is_causal = true}),
              by_definition(q, k, v, 0.5, not_ahead, added));
}

TEST_CASE("scaled_dot_product_attention: equals matmul, softmax, matmul, values and gradients of both orders") {
  for (const DType dtype : {float32, float64}) {
    const double tolerance = dtype == float32 ? 3e-5 : 1e-12;
    for (const bool is_causal : {false, true}) {
      const auto ours = [=](const std::vector<Tensor>& x) {
        return scaled_dot_product_attention(x[0], x[1], x[2], {.is_causal = is_causal});
      };
      const auto theirs = [=](const std::vector<Tensor>& x) { return composed(x, is_causal); };
      check_same_function(
          ours, theirs,
          {normal({2, 3, 7, 8}, dtype, 1), normal({2, 3, 5, 8}, dtype, 2), normal({2, 3, 5, 6}, dtype, 3)},
          tolerance);
      check_same_function(
          ours, theirs,
          {normal({2, 70, 16}, dtype, 1), normal({2, 130, 16}, dtype, 2), normal({2, 130, 16}, dtype, 3)}, tolerance);
    }
  }
}

TEST_CASE("scaled_dot_product_attention: leading axes broadcast") {
  const Tensor q = normal({2, 3, 4, 5}, float64, 1), k = normal({3, 6, 5}, float64, 2),
               v = normal({6, 2}, float64, 3);
  const Tensor y = scaled_dot_product_attention(q, k, v);
  CHECK(y.shape() == Shape{2, 3, 4, 2});
  CHECK(distance(y[1][2], scaled_dot_product_attention(q[1][2], k[2], v)) < 1e-14);
}

TEST_CASE("scaled_dot_product_attention: a fully masked row is the mean of the values, as in Keras") {
  for (const DType dtype : {float32, float64}) {
    const Tensor q = normal({2, 4}, dtype, 1), k = normal({3, 4}, dtype, 2), v = normal({3, 2}, dtype, 3);
    const Tensor mask = constant({{false, false, false}, {true, false, true}});
    GradientTape tape;
    for (const Tensor& t : {q, k, v}) tape.watch(t);
    const Tensor y = scaled_dot_product_attention(q, k, v, {.attn_mask = mask});
    CHECK(distance(y[0], reduce_mean(v, 0)) < 1e-6);
    const auto [dq, dk, dv] = tape.gradient(y[0], q, k, v);
    CHECK(distance(dq, zeros_like(q)) == 0);
    CHECK(distance(dk, zeros_like(k)) == 0);
    CHECK(distance(dv, full({3, 2}, 1.0 / 3, dtype)) < 1e-6);
  }
}

TEST_CASE("scaled_dot_product_attention: an added mask of nothing but -inf gives NaN") {
  const Tensor y =
      scaled_dot_product_attention(normal({2, 4}, float64, 1), normal({3, 4}, float64, 2), normal({3, 2}, float64, 3),
                                   {.attn_mask = full({1, 3}, -infinity, float64)});
  for (const double value : values<double>(y)) CHECK(std::isnan(value));
}

TEST_CASE("scaled_dot_product_attention: dropout on the weights") {
  const Tensor q = zeros({1000, 4}), k = zeros({10, 4}), v = ones({10, 1});
  const Tensor y = scaled_dot_product_attention(q, k, v, {.dropout_p = 0.3, .seed = 4});
  // Weights of 1/10, kept with probability 0.7 and divided by it.
  CHECK(std::abs(reduce_mean(y).item<float>() - 1) < 0.02);
  CHECK(reduce_max(abs(y - 1)).item<float>() > 0.1f);
  CHECK(values<float>(y) == values<float>(scaled_dot_product_attention(q, k, v, {.dropout_p = 0.3, .seed = 4})));
}

TEST_CASE("scaled_dot_product_attention: empty batches, and what it refuses") {
  CHECK(scaled_dot_product_attention(zeros({0, 2, 3}), zeros({0, 4, 3}), zeros({0, 4, 5})).shape() == Shape{0, 2, 5});
  CHECK(scaled_dot_product_attention(zeros({0, 3}), zeros({4, 3}), zeros({4, 5})).shape() == Shape{0, 5});
  const Tensor q = zeros({2, 3}), k = zeros({4, 3}), v = zeros({4, 5});
  CHECK_THROWS_WITH_AS(
      scaled_dot_product_attention(q, zeros({4, 2}), v),
      Contains("[scaled_dot_product_attention] query (2, 3), key (4, 2) and value (4, 5) do not fit"),
      InvalidArgumentError);
  CHECK_THROWS_AS(scaled_dot_product_attention(q, k, zeros({3, 5})), InvalidArgumentError);
  CHECK_THROWS_AS(scaled_dot_product_attention(zeros({3}), k, v), InvalidArgumentError);
  CHECK_THROWS_AS(scaled_dot_product_attention(constant(1.f), k, v), InvalidArgumentError);
  CHECK_THROWS_AS(scaled_dot_product_attention(zeros({2, 3}, int32), k, v), InvalidArgumentError);
  CHECK_THROWS_AS(scaled_dot_product_attention(q, k, zeros({4, 5}, float64)), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(scaled_dot_product_attention(q, k, v, {.attn_mask = zeros({2, 3})}),
                       Contains("does not broadcast to the scores of shape (2, 4)"), InvalidArgumentError);
  CHECK_THROWS_AS(scaled_dot_product_attention(q, k, v, {.attn_mask = zeros({2, 4}, int32)}), InvalidArgumentError);
  CHECK_THROWS_AS(scaled_dot_product_attention(q, k, v, {.dropout_p = 1}), InvalidArgumentError);
}
