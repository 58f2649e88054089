// Jacobians taken many rows at a time are those taken row by row.
#include <doctest/doctest.h>

#include <algorithm>

#include <cmath>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"
#include "ops/sample.h"
#include "tape/vector_space.h"

using namespace gradtape;
using detail::OpRow;
using detail::Sample;
using doctest::Approx;
using Doubles = std::vector<double>;
using Floats = std::vector<float>;

namespace {

/// A Jacobian that cannot be taken many rows at a time throws here, instead of being computed in another way.
struct Strict {
  Strict() { detail::rows_are_strict = true; }
  ~Strict() { detail::rows_are_strict = false; }
};

std::string describe(const OpRow& row, const Sample& sample) {
  std::string text(row.name);
  for (const Tensor& input : sample.inputs) text += " " + to_string(input.shape());
  return text;
}

bool are_close(const Tensor& a, const Tensor& b) {
  if (static_cast<bool>(a) != static_cast<bool>(b)) return false;
  if (!a) return true;
  if (a.shape() != b.shape() || a.dtype() != b.dtype()) return false;
  const Tensor x = cast(a, float64), y = cast(b, float64);
  const auto left = x.data<double>(), right = y.data<double>();
  for (std::size_t i = 0; i < left.size(); ++i)
    if (!(std::abs(left[i] - right[i]) <= 1e-10 * (1 + std::abs(right[i])))) return false;
  return true;
}

std::vector<Tensor> jacobians_of(const Sample& sample, bool vectorize) {
  GradientTape tape({.watch_accessed_variables = false});
  for (const Tensor& input : sample.inputs) tape.watch(input);
  const Tensor y = sample.call(sample.inputs);
  return tape.jacobian(y, Sources(sample.inputs), {.vectorize = vectorize});
}

/// The gradients of a weighted sum over the Jacobians.
std::vector<Tensor> second_order(const Sample& sample, bool vectorize) {
  GradientTape outer({.watch_accessed_variables = false});
  for (const Tensor& input : sample.inputs) outer.watch(input);
  Tensor total = zeros({}, float64);
  for (const Tensor& jacobian : jacobians_of(sample, vectorize)) {
    if (!jacobian || jacobian.dtype() != float64) continue;
    total =
        total + reduce_sum(jacobian * random::uniform(jacobian.shape(),
                                                      {.minval = 0.5, .maxval = 1.5, .dtype = float64, .seed = 5}));
  }
  return outer.gradient(total, Sources(sample.inputs));
}

/// A Jacobian has the axes of both tensors, of which there may be eight.
bool has_jacobian(const OpRow& row, const Sample& sample) {
  const Tensor y = sample.call(sample.inputs);
  const auto fits = [&](const Tensor& input) { return y.rank() + input.rank() <= Shape::max_rank; };
  return row.gradient_order > 0 && is_floating(y.dtype()) &&
         std::all_of(sample.inputs.begin(), sample.inputs.end(), fits);
}

Tensor mlp(const Tensor& x, const std::vector<Tensor>& weights) {
  Tensor y = x;
  for (const Tensor& w : weights) y = tanh(matmul(y, w));
  return y;
}

}  // namespace

TEST_CASE("op table: a Jacobian taken many rows at a time is that of the single rows") {
  const Strict strict;
  for (const OpRow& row : detail::op_table()) {
    for (const Sample& sample : row.samples()) {
      if (!has_jacobian(row, sample)) continue;
      INFO(describe(row, sample));
      std::vector<Tensor> together;
      CHECK_NOTHROW(together = jacobians_of(sample, true));
      const std::vector<Tensor> single = jacobians_of(sample, false);
      CHECK(together.size() == single.size());
      if (together.size() != single.size()) continue;
      for (std::size_t i = 0; i < single.size(); ++i) CHECK(are_close(together[i], single[i]));
    }
  }
}

TEST_CASE("op table: a Jacobian taken many rows at a time can be differentiated again") {
  const Strict strict;
  for (const OpRow& row : detail::op_table()) {
    for (const Sample& sample : row.samples()) {
      if (!has_jacobian(row, sample)) continue;
      INFO(describe(row, sample));
      std::vector<Tensor> together;
      CHECK_NOTHROW(together = second_order(sample, true));
      const std::vector<Tensor> single = second_order(sample, false);
      CHECK(together.size() == single.size());
      if (together.size() != single.size()) continue;
      for (std::size_t i = 0; i < single.size(); ++i) CHECK(are_close(together[i], single[i]));
    }
  }
}

TEST_CASE("jacobian: of several sources at once") {
  const Strict strict;
  const Tensor x = constant({1.0, 2.0}, float64), a = constant({{3.0, 4.0}, {5.0, 6.0}}, float64);
  GradientTape tape;
  tape.watch({x, a});
  const Tensor y = reshape(matmul(a, reshape(x, {2, 1})), {2});
  const std::vector<Tensor> both = tape.jacobian(y, {x, a});
  CHECK(values<double>(both[0]) == Doubles{3, 4, 5, 6});
  CHECK(both[1].shape() == Shape{2, 2, 2});
  CHECK(values<double>(both[1]) == Doubles{1, 2, 0, 0, 0, 0, 1, 2});
}

TEST_CASE("jacobian: one source of several that the target does not depend on") {
  const Tensor x = constant({1.f, 2.f}), other = constant({3.f});
  GradientTape tape({.persistent = true});
  tape.watch({x, other});
  const Tensor y = x * x;
  const std::vector<Tensor> jacobians = tape.jacobian(y, {other, x});
  CHECK_FALSE(jacobians[0]);
  CHECK(jacobians[0].why_empty().find("was not used") != std::string::npos);
  CHECK(values<float>(jacobians[1]) == Floats{2, 0, 0, 4});
  const std::vector<Tensor> zero =
      tape.jacobian(y, {other, x}, {.unconnected_gradients = UnconnectedGradients::zero});
  CHECK(values<float>(zero[0]) == Floats{0, 0});
}

TEST_CASE("jacobian: more rows than one block has") {
  // 1,200 rows of 1,200 elements are taken in two blocks.
  const Strict strict;
  const Tensor x = random::uniform({1200}, {.minval = 0.5, .maxval = 2, .dtype = float64, .seed = 2});
  GradientTape tape;
  tape.watch(x);
  const Tensor jacobian = tape.jacobian(log(x), x);
  REQUIRE(jacobian.shape() == Shape{1200, 1200});
  const auto j = jacobian.data<double>(), v = x.data<double>();
  std::int64_t wrong = 0;
  for (std::size_t r = 0; r < 1200; ++r)
    for (std::size_t c = 0; c < 1200; ++c) wrong += j[r * 1200 + c] != (r == c ? 1 / v[c] : 0);
  CHECK(wrong == 0);
}

TEST_CASE("jacobian: control flow, indexing in a loop, and pieces that are joined") {
  const Strict strict;
  const Tensor x = random::normal({6, 2}, {.dtype = float64, .seed = 3});
  const auto f = [](const Tensor& t) {
    Tensor state = zeros({2}, float64);
    for (int i = 0; i < 6; ++i) state = tanh(state * 0.5 + t[i] * (i % 2 == 0 ? 1.0 : -2.0));
    return concat({state, t.slice({2, 0}, {1, 2})[0]}, 0);
  };
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor y = f(x);
  CHECK(are_close(tape.jacobian(y, x), tape.jacobian(y, x, {.vectorize = false})));
}

TEST_CASE("jacobian: a persistent tape is asked for a gradient of a Jacobian") {
  const Strict strict;
  const Tensor x = constant({1.0, 2.0}, float64);
  GradientTape outer;
  outer.watch(x);
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor y = x * x * x;
  const Tensor j = tape.jacobian(y, x);
  CHECK(values<double>(j) == Doubles{3, 0, 0, 12});
  CHECK(values<double>(outer.gradient(j, x)) == Doubles{6, 12});
}

TEST_CASE("jacobian: a custom gradient made of ops is taken many rows at a time") {
  const Strict strict;
  const auto cube = custom_gradient(
      [](const Tensor& x) { return with_gradient(x * x * x, [=](const Tensor& dy) { return 3 * dy * x * x; }); });
  const Tensor x = constant({1.0, 2.0}, float64);
  GradientTape tape;
  tape.watch(x);
  CHECK(values<double>(tape.jacobian(cube(x), x)) == Doubles{3, 0, 0, 12});
}

TEST_CASE("jacobian: a custom gradient that reads values is taken row by row") {
  const auto halves = custom_gradient([](const Tensor& x) {
    return with_gradient(0.5 * x, [](const Tensor& dy) {
      std::vector<double> half;
      for (const double value : dy.data<double>()) half.push_back(value / 2);
      return constant(half);
    });
  });
  const Tensor x = constant({1.0, 2.0, 3.0}, float64);
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor y = halves(x);
  CHECK(values<double>(tape.jacobian(y, x)) == Doubles{0.5, 0, 0, 0, 0.5, 0, 0, 0, 0.5});
  const Strict strict;
  CHECK_THROWS_WITH_AS(tape.jacobian(y, x), doctest::Contains("pass it {.vectorize = false}"),
                       FailedPreconditionError);
}

TEST_CASE("jacobian: an error in a gradient is the error of the row") {
  const auto failing = custom_gradient([](const Tensor& x) {
    return with_gradient(x * 1.f, [](const Tensor&) -> Tensor { throw NotFoundError("the gradient's own"); });
  });
  const Tensor x = constant({1.f, 2.f});
  GradientTape tape;
  tape.watch(x);
  const Tensor y = failing(x);
  CHECK_THROWS_WITH_AS(tape.jacobian(y, x), doctest::Contains("the gradient's own"), NotFoundError);
}

TEST_CASE("jacobian: with eight axes there is no room for that of the rows") {
  const Tensor x = random::normal({1, 2, 1, 1}, {.dtype = float64, .seed = 3});
  GradientTape tape;
  tape.watch(x);
  const Tensor y = reshape(broadcast_to(reshape(x, {1, 1, 1, 1, 1, 2, 1, 1}), {1, 1, 1, 1, 1, 2, 1, 2}), {4});
  CHECK(values<double>(tape.jacobian(y, x)) == Doubles{1, 0, 1, 0, 0, 1, 0, 1});
}

TEST_CASE("batch_jacobian: many rows at a time, of a network") {
  const Strict strict;
  const Tensor x = random::normal({5, 4}, {.dtype = float64, .seed = 1});
  const std::vector<Tensor> weights = {random::normal({4, 7}, {.dtype = float64, .seed = 2}),
                                       random::normal({7, 3}, {.dtype = float64, .seed = 3})};
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor y = mlp(x, weights);
  const Tensor blocks = tape.batch_jacobian(y, x), full = tape.jacobian(y, x);
  CHECK(are_close(blocks, tape.batch_jacobian(y, x, {.vectorize = false})));
  REQUIRE(blocks.shape() == Shape{5, 3, 4});
  for (int i = 0; i < 5; ++i)
    for (int j = 0; j < 3; ++j)
      for (int k = 0; k < 4; ++k)
        CHECK(blocks[i][j][k].item<double>() == Approx(full[i][j][i][k].item<double>()).epsilon(1e-12));
}

TEST_CASE("jacobian: float32, and a source that is a Variable") {
  const Strict strict;
  const Variable w(constant({{1.f, 2.f}, {3.f, 4.f}}));
  const Tensor x = constant({{1.f, -1.f}});
  GradientTape tape;
  const Tensor j = tape.jacobian(matmul(x, w), w);
  CHECK(j.shape() == Shape{1, 2, 2, 2});
  CHECK(values<float>(j) == Floats{1, 0, -1, 0, 0, 1, 0, -1});
}

TEST_CASE("jacobian: the same bits for any number of threads") {
  const int before = num_threads();
  const Tensor x = random::normal({40, 30}, {.seed = 1}), w = random::normal({30, 50}, {.seed = 2});
  const auto compute = [&] {
    GradientTape tape;
    tape.watch(x);
    return tape.batch_jacobian(softmax(matmul(x, w)), x);
  };
  set_num_threads(1);
  const Floats one = values<float>(compute());
  set_num_threads(2);
  CHECK(values<float>(compute()) == one);
  set_num_threads(before);
}
