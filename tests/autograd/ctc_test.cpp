#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "autograd/same_function.h"
#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"
#include "gradtape/autograd/gradcheck.h"

using namespace gradtape;
using doctest::Contains;
using Labels = std::vector<std::int64_t>;

namespace {

/// A path without repetitions and blanks.
Labels collapsed(const Labels& path, std::int64_t blank) {
  Labels labels;
  std::int64_t last = -1;
  for (const std::int64_t label : path) {
    if (label != last && label != blank) labels.push_back(label);
    last = label;
  }
  return labels;
}

/// The definition: the probabilities of all paths that collapse to the labels, added up. logits: (frames, classes).
double by_enumeration(const Tensor& logits, const Labels& labels, std::int64_t blank) {
  const std::int64_t frames = logits.shape()[0], classes = logits.shape()[1];
  const std::vector<double> logs = values<double>(log_softmax(logits));
  double total = 0;
  Labels path(static_cast<std::size_t>(frames), 0);
  while (true) {
    if (collapsed(path, blank) == labels) {
      double log = 0;
      for (std::int64_t t = 0; t < frames; ++t)
        log += logs[static_cast<std::size_t>(t * classes + path[static_cast<std::size_t>(t)])];
      total += std::exp(log);
    }
    std::size_t t = 0;
    while (t < path.size() && ++path[t] == classes) path[t++] = 0;
    if (t == path.size()) break;
  }
  return -std::log(total);
}

Tensor normal(const Shape& shape, std::uint64_t seed) {
  return random::normal(shape, {.dtype = float64, .seed = seed});
}

double loss_of(const Tensor& logits, const Labels& labels, int blank = 0) {
  const auto count = static_cast<std::int64_t>(labels.size());
  return ctc_loss(constant(labels, {1, count}), expand_dims(logits, 1), constant({static_cast<int>(count)}),
                  constant({static_cast<int>(logits.shape()[0])}), {.blank_index = blank})
      .item<double>();
}

}  // namespace

TEST_CASE("ctc_loss: the sum over all alignments, repeated labels among them") {
  const Tensor logits = normal({5, 3}, 1);
  for (const Labels& labels :
       {Labels{1}, Labels{1, 2}, Labels{2, 2}, Labels{1, 2, 1}, Labels{1, 1, 2}, Labels{2, 2, 2}})
    CHECK(std::abs(loss_of(logits, labels) - by_enumeration(logits, labels, 0)) < 1e-12);
  for (const Labels& labels : {Labels{0, 1}, Labels{0, 0}}) {
    CHECK(std::abs(loss_of(logits, labels, 2) - by_enumeration(logits, labels, 2)) < 1e-12);
    CHECK(loss_of(logits, labels, 2) == loss_of(logits, labels, -1));
  }
}

TEST_CASE("ctc_loss: examples of different lengths; what does not count has no influence and no gradient") {
  const Tensor logits = normal({5, 2, 3}, 2);
  const Tensor labels = constant({{1, 99}, {2, 1}}), label_length = constant({1, 2}, int64),
               logit_length = constant({3, 5});
  GradientTape tape;
  tape.watch(logits);
  const Tensor loss = ctc_loss(labels, logits, label_length, logit_length);
  CHECK(std::abs(loss[0].item<double>() -
                 by_enumeration(reshape(logits.slice({0, 0, 0}, {3, 1, 3}), {3, 3}), {1}, 0)) < 1e-12);
  CHECK(std::abs(loss[1].item<double>() -
                 by_enumeration(reshape(logits.slice({0, 1, 0}, {5, 1, 3}), {5, 3}), {2, 1}, 0)) < 1e-12);
  const Tensor gradient = tape.gradient(loss, logits);
  for (const double v : values<double>(gradient.slice({3, 0, 0}, {2, 1, 3}))) CHECK(v == 0);
  // Softmax less a distribution: each frame's gradient sums to 0.
  for (const double v : values<double>(reduce_sum(gradient, -1))) CHECK(std::abs(v) < 1e-14);
}

TEST_CASE("ctc_loss: an empty label is all blanks") {
  const Tensor logits = normal({4, 1, 3}, 3);
  const Tensor expected = -reduce_sum(log_softmax(logits).slice({0, 0, 0}, {-1, -1, 1}));
  CHECK(std::abs(ctc_loss(zeros({1, 0}, int32), logits, constant({0}), constant({4})).item<double>() -
                 expected.item<double>()) < 1e-13);
  CHECK(std::abs(ctc_loss(constant({{1, 1}}), logits, constant({0}), constant({4})).item<double>() -
                 expected.item<double>()) < 1e-13);
  CHECK(ctc_loss(constant({{1, 1}}), logits, constant({0}), constant({0})).item<double>() == 0);
}

TEST_CASE("ctc_loss: a label longer than the frames allow has a loss of inf, and the softmax as its gradient") {
  const Tensor logits = normal({2, 1, 3}, 4);
  for (const Tensor& labels : {constant({{1, 2, 1}}), constant({{1, 1, 0}})}) {
    const Tensor length = constant({labels[0][2].item<int>() == 0 ? 2 : 3});
    GradientTape tape;
    tape.watch(logits);
    const Tensor loss = ctc_loss(labels, logits, length, constant({2}));
    CHECK(loss.item<double>() == std::numeric_limits<double>::infinity());
    CHECK(distance(tape.gradient(loss, logits), softmax(logits)) < 1e-14);
  }
}

TEST_CASE("ctc_loss: probabilities that underflow") {
  // Two frames, whose classes 1 and 2 have the probability exp(-1000): the only path to (1, 2) takes one of each.
  const Tensor logits = reshape(constant({1000.f, 0.f, -2000.f, 1000.f, -2000.f, 0.f}), {2, 1, 3});
  CHECK(ctc_loss(constant({{1, 2}}), logits, constant({2}), constant({2})).item<float>() == 2000);
}

TEST_CASE("ctc_loss: the batch may come first") {
  const Tensor logits = normal({3, 2, 4}, 5), labels = constant({{1, 2}, {3, 3}}), two = constant({2, 1}),
               three = constant({3, 3});
  const Tensor expected = ctc_loss(labels, logits, two, three);
  CHECK(values<double>(ctc_loss(labels, transpose(logits, {1, 0, 2}), two, three, {.logits_time_major = false})) ==
        values<double>(expected));
  CHECK(ctc_loss(zeros({0, 2}, int32), zeros({3, 0, 4}), zeros({0}, int32), zeros({0}, int32)).shape() == Shape{0});
}

TEST_CASE("ctc_loss: gradients of two orders with a blank elsewhere and unused frames") {
  const auto f = [](const Tensor& logits) {
    return ctc_loss(constant({{0, 2, 2}, {3, 0, 0}}), logits, constant({3, 1}), constant({5, 4}), {.blank_index = 1});
  };
  CHECK_GRADIENTS(f, normal({5, 2, 4}, 6));
  const GradcheckReport report = gradcheck(f, {normal({5, 2, 4}, 7)}, {.second_order = true});
  CHECK_MESSAGE(report.passed, report.message);
}

TEST_CASE("ctc_loss: what it refuses") {
  const Tensor labels = constant({{1, 2}}), logits = zeros({3, 1, 3}), two = constant({2}), three = constant({3});
  CHECK_THROWS_WITH_AS(ctc_loss(constant({{1, 3}}), logits, two, three),
                       Contains("[ctc_loss] label 3 at (0, 1) is outside [0, 3)"), OutOfRangeError);
  CHECK_THROWS_WITH_AS(ctc_loss(labels, logits, constant({3}), three),
                       Contains("label_length[0] is 3, outside [0, 2]"), OutOfRangeError);
  CHECK_THROWS_WITH_AS(ctc_loss(labels, logits, two, constant({-1})),
                       Contains("logit_length[0] is -1, outside [0, 3]"), OutOfRangeError);
  CHECK_THROWS_WITH_AS(ctc_loss(labels, logits, two, three, {.blank_index = 3}),
                       Contains("a blank_index of 3 for 3 classes"), InvalidArgumentError);
  CHECK_THROWS_AS(ctc_loss(labels, zeros({3, 3}), two, three), InvalidArgumentError);
  CHECK_THROWS_AS(ctc_loss(labels, constant(1.f), two, three), InvalidArgumentError);
  CHECK_THROWS_AS(ctc_loss(labels, zeros({3, 2, 3}), two, three), InvalidArgumentError);
  CHECK_THROWS_AS(ctc_loss(zeros({1, 2}), logits, two, three), InvalidArgumentError);
  CHECK_THROWS_AS(ctc_loss(labels, logits, constant(2), three), InvalidArgumentError);
  CHECK_THROWS_AS(ctc_loss(labels, zeros({3, 1, 3}, int32), two, three), InvalidArgumentError);
}

TEST_CASE("ctc_greedy_decoder: merges, drops blanks, and adds up the best logits") {
  // The best classes: 0 0 3 0 0 1, where 3 is the blank; and 1 1 3 1.
  const Tensor best = constant({{0, 1}, {0, 1}, {3, 3}, {0, 1}, {0, 0}, {1, 0}});
  const Tensor inputs = one_hot(best, 4, {.dtype = float32}) * 2.f;
  const CtcDecoded result = ctc_greedy_decoder(inputs, constant({6, 4}));
  CHECK(values<std::int64_t>(result.decoded) == Labels{0, 0, 1, 1, 1, -1});
  CHECK(result.decoded.shape() == Shape{2, 3});
  CHECK(values<std::int64_t>(result.lengths) == Labels{3, 2});
  CHECK(values<float>(result.neg_sum_logits) == std::vector<float>{-12, -8});
  CHECK(values<std::int64_t>(ctc_greedy_decoder(inputs, constant({2, 1}), {.merge_repeated = false}).decoded) ==
        Labels{0, 0, 1, -1});
  CHECK_THROWS_AS(ctc_greedy_decoder(zeros({2, 3}), constant({1})), InvalidArgumentError);
  CHECK_THROWS_AS(ctc_greedy_decoder(inputs, constant({7, 4})), OutOfRangeError);
}
