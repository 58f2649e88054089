#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <map>
#include <random>
#include <string>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"
#include "gradtape/autograd/gradcheck.h"

using namespace gradtape;

namespace {

using Doubles = std::vector<double>;

Tensor small_integers(const Shape& shape, std::mt19937& engine) {
  Doubles elements;
  for (std::int64_t i = 0; i < shape.num_elements(); ++i) elements.push_back(static_cast<int>(engine() % 7) - 3);
  return constant(elements, shape);
}

using Indices = std::map<char, std::int64_t>;

double element(const Tensor& x, const std::string& labels, const Indices& index) {
  std::int64_t place = 0;
  for (std::size_t axis = 0; axis < labels.size(); ++axis)
    place = place * x.shape()[static_cast<int>(axis)] + index.at(labels[axis]);
  return x.data<double>()[static_cast<std::size_t>(place)];
}

/// Einstein's convention, word for word: for each choice of indices, the product is added to the result's element.
Doubles by_definition(const std::vector<std::string>& terms, const std::string& output, const Indices& lengths,
                      const std::vector<Tensor>& x) {
  std::int64_t size = 1;
  for (const char label : output) size *= lengths.at(label);
  Doubles result(static_cast<std::size_t>(size), 0.0);
  std::int64_t all = 1;
  for (const auto& [label, length] : lengths) all *= length;
  for (std::int64_t i = 0; i < all; ++i) {
    Indices index;
    std::int64_t rest = i;
    for (const auto& [label, length] : lengths) {
      index[label] = rest % length;
      rest /= length;
    }
    double term = 1;
    for (std::size_t k = 0; k < x.size(); ++k) term *= element(x[k], terms[k], index);
    std::int64_t place = 0;
    for (const char label : output) place = place * lengths.at(label) + index.at(label);
    result[static_cast<std::size_t>(place)] += term;
  }
  return result;
}

template <class F>
std::string message_of(F f) {
  try {
    f();
  } catch (const InvalidArgumentError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE("einsum: random equations over whole numbers give what the definition gives") {
  std::mt19937 engine(11);
  const auto up_to = [&](unsigned n) { return static_cast<unsigned>(engine() % (n + 1)); };
  const std::string letters = "abcijXY";
  const Indices all_lengths = {{'a', 2}, {'b', 3}, {'c', 1}, {'i', 4}, {'j', 2}, {'X', 3}, {'Y', 2}};
  for (int round = 0; round < 400; ++round) {
    std::vector<std::string> terms(1 + up_to(3));
    std::vector<Tensor> x;
    std::string equation, used;
    Indices lengths;
    for (std::string& term : terms) {
      const unsigned rank = up_to(4);
      Shape shape;
      while (term.size() < rank) {
        const char label = letters[up_to(6)];
        term += label;
        shape.push_back(all_lengths.at(label));
        lengths[label] = all_lengths.at(label);
        if (used.find(label) == std::string::npos) used += label;
      }
      x.push_back(small_integers(shape, engine));
    }
    for (std::size_t k = 0; k < terms.size(); ++k) equation += (k == 0 ? "" : ", ") + terms[k];
    std::string output;
    for (const char label : used)
      if (up_to(1) == 1) output.insert(up_to(static_cast<unsigned>(output.size())), 1, label);
    equation += " -> " + output;
    INFO(equation);
    const Tensor y = einsum(equation, Tensors(x));
    REQUIRE(y.rank() == static_cast<int>(output.size()));
    CHECK(values<double>(y) == by_definition(terms, output, lengths, x));
  }
}

TEST_CASE("einsum: what has a name of its own") {
  const Tensor a = counting<double>({2, 3}), b = counting<double>({3, 2}) - 2, v = counting<double>({3});
  CHECK(values<double>(einsum("ij,jk->ik", a, b)) == values<double>(matmul(a, b)));
  CHECK(values<double>(einsum("ij,kj", a, a)) == values<double>(matmul(a, a, {.transpose_b = true})));
  CHECK(values<double>(einsum("ji", a)) == values<double>(transpose(a)));
  CHECK(values<double>(einsum("ij->", a)) == Doubles{15});
  CHECK(values<double>(einsum("ij,j->i", a, v)) == values<double>(linalg::matvec(a, v)));
  CHECK(values<double>(einsum("i,i", v, v)) == Doubles{5});
  CHECK(values<double>(einsum("i,j->ij", v, v)) == values<double>(outer(v, v)));
  CHECK(values<double>(einsum("ii", counting<double>({3, 3}))) == Doubles{12});
  CHECK(values<double>(einsum("ii->i", counting<double>({3, 3}))) == Doubles{0, 4, 8});
  CHECK(values<double>(einsum("ij->ij", a)) == values<double>(a));
  CHECK(values<double>(einsum(",", constant(3.0, float64), constant(4.0, float64))) == Doubles{12});
  CHECK(values<std::int32_t>(einsum("ij,jk->ik", constant({{1, 2}, {3, 4}}), constant({{5, 6}, {7, 8}}))) ==
        std::vector<std::int32_t>{19, 22, 43, 50});
}

TEST_CASE("einsum: without an arrow the result is in alphabetical order, capitals first") {
  const Tensor x = counting<double>({2, 3, 4});
  CHECK(einsum("cba", x).shape() == Shape{4, 3, 2});
  CHECK(einsum("bAa", x).shape() == Shape{3, 4, 2});
  CHECK(einsum("ijk,jik", x, zeros({3, 2, 4}, float64)).shape() == Shape{});
  CHECK(einsum("...ba", x).shape() == Shape{2, 4, 3});
}

TEST_CASE("einsum: the ellipsis stands for any axes, and broadcasts from the right") {
  const Tensor a = counting<double>({2, 1, 3, 4}), b = counting<double>({5, 4, 2});
  const Tensor y = einsum("...ij,...jk->...ik", a, b);
  CHECK(y.shape() == Shape{2, 5, 3, 2});
  CHECK(values<double>(y) == values<double>(matmul(a, b)));
  CHECK(einsum("i...->...i", a).shape() == Shape{1, 3, 4, 2});
  CHECK(einsum("i...j->j...", a).shape() == Shape{4, 1, 3});
  CHECK(values<double>(einsum("i...->i", a)) == values<double>(reduce_sum(a, {1, 2, 3})));
  CHECK(values<double>(einsum("...,...->...", constant({1.0, 2.0}, float64), constant({{3.0}, {4.0}}, float64))) ==
        Doubles{3, 6, 4, 8});
  CHECK(einsum("...i,...i->...", zeros({0, 3}), zeros({1, 3})).shape() == Shape{0});
}

TEST_CASE("einsum: attention, batched over positions that are not the leading axes") {
  std::mt19937 engine(5);
  const Tensor q = small_integers({2, 3, 2, 4}, engine), k = small_integers({2, 5, 2, 4}, engine);
  const Tensor scores = einsum("bqhd,bkhd->bhqk", q, k);
  const Tensor expected = matmul(transpose(q, {0, 2, 1, 3}), transpose(k, {0, 2, 1, 3}), {.transpose_b = true});
  CHECK(scores.shape() == Shape{2, 2, 3, 5});
  CHECK(values<double>(scores) == values<double>(expected));
}

TEST_CASE("einsum: a chain is multiplied so that nothing large arises") {
  // From the left it would take 10^14 operations and 800 MB.
  const Tensor column = ones({10000, 1}), row = ones({1, 10000});
  const Tensor y = einsum("ij,jk,kl,lm->im", row, column, row, column);
  CHECK(values<float>(y) == std::vector<float>{1e8F});
}

TEST_CASE("einsum: empty axes") {
  CHECK(values<float>(einsum("ij,jk->ik", zeros({2, 0}), zeros({0, 2}))) == std::vector<float>(4, 0.F));
  CHECK(einsum("ij,jk->ik", zeros({0, 2}), zeros({2, 3})).shape() == Shape{0, 3});
  CHECK(values<float>(einsum("ii->", zeros({0, 0}))) == std::vector<float>{0});
}

TEST_CASE("einsum: the errors name the label, the lengths and the operands") {
  const Tensor a = zeros({2, 3}), b = zeros({4, 5});
  CHECK(message_of([&] {
          einsum("ij,jk->ik", a, b);
        }).find("[einsum] equation \"ij,jk->ik\" gives 'j' different lengths: 3 in operand 0, 4 in operand 1") == 0);
  CHECK(message_of([&] { einsum("ij,jk->ik", a); }).find("has 2 terms, but there are 1 operands") !=
        std::string::npos);
  CHECK(message_of([&] { einsum("ijk->i", a); }).find("names 3 axes in \"ijk\", but operand 0 has shape (2, 3)") !=
        std::string::npos);
  CHECK(message_of([&] { einsum("i->i", a); }).find("names 1 axes in \"i\"") != std::string::npos);
  CHECK(message_of([&] { einsum("ij->ik", a); }).find("has 'k' in its result, but in no operand") !=
        std::string::npos);
  CHECK(message_of([&] { einsum("ij->ii", a); }).find("has 'i' twice in its result") != std::string::npos);
  CHECK(message_of([&] { einsum("i1->i", a); }).find("holds '1'") != std::string::npos);
  CHECK(message_of([&] { einsum("ij->i->j", a); }).find("holds '-'") != std::string::npos);
  CHECK(message_of([&] { einsum("......->", a); }).find("holds '.'") != std::string::npos);
  CHECK(message_of([&] { einsum("ii->i", a); }).find("gives 'i' different lengths") != std::string::npos);
  CHECK(message_of([&] { einsum("...,...", a, b); }).find("do not broadcast: 2 in operand 0, 4 in operand 1") !=
        std::string::npos);
  CHECK_THROWS_AS(einsum("i,i", zeros({2}), zeros({2}, float64)), InvalidArgumentError);
  CHECK_THROWS_AS(einsum("i->", zeros({2}, boolean)), InvalidArgumentError);
  CHECK_THROWS_AS(einsum("i->", Tensor()), FailedPreconditionError);
  CHECK_THROWS_AS(einsum("", Tensors()), InvalidArgumentError);
  // One letter, of length 1 in one operand: only "..." broadcasts.
  CHECK_THROWS_AS(einsum("ij,jk->ik", zeros({2, 1}), zeros({3, 2})), InvalidArgumentError);
  CHECK(message_of([&] { einsum("ij,jk->ik", a, b); }).find("einsum_test.cpp:") != std::string::npos);
}

TEST_CASE("einsum: gradients through an ellipsis, a diagonal and three operands") {
  std::mt19937 engine(3);
  const auto some = [&](const Shape& shape) { return random::normal(shape, {.dtype = float64, .seed = engine()}); };
  CHECK_GRADIENTS([](const Tensor& x, const Tensor& y) { return einsum("...ij,jk->ik...", x, y); }, some({2, 3, 2}),
                  some({2, 3}));
  CHECK_GRADIENTS([](const Tensor& x, const Tensor& y) { return einsum("iij,...jk->...ik", x, y); }, some({2, 2, 3}),
                  some({2, 3, 2}));
  CHECK_GRADIENTS([](const Tensor& x, const Tensor& y, const Tensor& z) { return einsum("bi,bj,bij->b", x, y, z); },
                  some({2, 3}), some({2, 2}), some({2, 3, 2}));
}

TEST_CASE("tensordot: a number of axes, pairs of axes, the outer product") {
  const Tensor a = counting<double>({2, 3}), b = counting<double>({3, 2});
  CHECK(values<double>(tensordot(a, b, 1)) == values<double>(matmul(a, b)));
  CHECK(values<double>(tensordot(a, a, 2)) == Doubles{55});
  CHECK(values<double>(tensordot(a, b, {{0, 1}, {1, 0}})) == values<double>(linalg::trace(matmul(a, b))));
  CHECK(values<double>(tensordot(a, a, {1, 1})) == values<double>(matmul(a, a, {.transpose_b = true})));
  CHECK(values<double>(tensordot(a, b, {-2, -1})) ==
        values<double>(matmul(a, b, {.transpose_a = true, .transpose_b = true})));
  const Tensor product = tensordot(a, b, 0);
  CHECK(product.shape() == Shape{2, 3, 3, 2});
  CHECK(values<double>(reshape(product, {6, 6})) == values<double>(outer(a, b)));
  CHECK(tensordot(zeros({2, 3, 4}), zeros({5, 4, 2}), {{2, 0}, {1, 2}}).shape() == Shape{3, 5});
}

TEST_CASE("tensordot: axes that do not fit are refused") {
  const Tensor a = zeros({2, 3}), b = zeros({4, 2});
  CHECK(message_of([&] { tensordot(a, b, 1); })
            .find("[tensordot] axis 1 of shape (2, 3) and axis 0 of shape (4, 2) are summed together, but their "
                  "lengths differ") == 0);
  CHECK(message_of([&] { tensordot(a, b, 3); }).find("sums over 3 axes, but the operands have 2 and 2") !=
        std::string::npos);
  CHECK_THROWS_AS(tensordot(a, b, -1), InvalidArgumentError);
  CHECK_THROWS_AS(tensordot(a, b, {{0, 1}, {1}}), InvalidArgumentError);
  CHECK_THROWS_AS(tensordot(a, b, {{2}, {1}}), InvalidArgumentError);
  CHECK_THROWS_AS(tensordot(a, a, {{0, 0}, {0, 0}}), InvalidArgumentError);
  CHECK_THROWS_AS(tensordot(a, zeros({3}, float64), 1), InvalidArgumentError);
  CHECK_THROWS_AS(tensordot(Tensor(), b, 1), FailedPreconditionError);
}

// The expected values are NumPy's.
TEST_CASE("kron and outer: products of all pairs") {
  CHECK(values<std::int32_t>(kron(constant({{1, 2}, {3, 4}}), constant({{0, 5}, {6, 7}}))) ==
        std::vector<std::int32_t>{0, 5, 0, 10, 6, 7, 12, 14, 0, 15, 0, 20, 18, 21, 24, 28});
  CHECK(values<std::int32_t>(kron(constant({1, 10}), constant({{1, 2}}))) == std::vector<std::int32_t>{1, 2, 10, 20});
  CHECK(kron(zeros({2, 3}), zeros({4, 1, 2})).shape() == Shape{4, 2, 6});
  CHECK(values<std::int32_t>(outer(constant({{1, 2}}), constant({3, 4}))) == std::vector<std::int32_t>{3, 4, 6, 8});
  CHECK_THROWS_AS(kron(zeros({1, 1, 1, 1, 1}), zeros({1})), InvalidArgumentError);
}
