#include <doctest/doctest.h>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;

namespace {
using Doubles = std::vector<double>;
}

TEST_CASE("matmul: two matrices, each transposed or not") {
  const Tensor a = constant({{1.f, 2.f, 3.f}, {4.f, 5.f, 6.f}}), b = constant({{1.f, 0.f}, {0.f, 1.f}, {2.f, -1.f}});
  const std::vector<float> product = {7, -1, 16, -1};
  CHECK(values<float>(matmul(a, b)) == product);
  CHECK(values<float>(matmul(transpose(a), b, {.transpose_a = true})) == product);
  CHECK(values<float>(matmul(a, transpose(b), {.transpose_b = true})) == product);
  CHECK(values<float>(matmul(transpose(a), transpose(b), {.transpose_a = true, .transpose_b = true})) == product);
  CHECK(values<std::int32_t>(matmul(constant({{1, 2}, {3, 4}}), constant({{5, 6}, {7, 8}}))) ==
        std::vector<std::int32_t>{19, 22, 43, 50});
}

// The expected values are NumPy's.
TEST_CASE("matmul: leading axes are batches, and broadcast") {
  const Tensor b = counting<double>({3, 2}) - 2;
  CHECK(values<double>(matmul(counting<double>({2, 2, 3}), b)) == Doubles{4, 7, 4, 16, 4, 25, 4, 34});
  const Tensor batch = counting<double>({3, 2, 2});
  CHECK(values<double>(matmul(constant({{1.0, 2.0}, {3.0, 4.0}}, float64), batch)) ==
        Doubles{4, 7, 8, 15, 16, 19, 36, 43, 28, 31, 64, 71});
  const Tensor both = matmul(counting<double>({2, 1, 2, 2}), batch);
  CHECK(both.shape() == Shape{2, 3, 2, 2});
  CHECK(values<double>(both) ==
        Doubles{2, 3, 6, 11, 6, 7, 26, 31, 10, 11, 46, 51, 10, 19, 14, 27, 46, 55, 66, 79, 82, 91, 118, 131});
}

TEST_CASE("matmul: batches agree with one product after another, for every transposition") {
  for (const bool ta : {false, true})
    for (const bool tb : {false, true}) {
      const MatmulOptions options{.transpose_a = ta, .transpose_b = tb};
      const Tensor a = counting<double>(ta ? Shape{3, 4, 2} : Shape{3, 2, 4});
      const Tensor b = counting<double>(tb ? Shape{5, 4} : Shape{4, 5});
      const Tensor c = matmul(a, b, options), d = matmul(a, stack({b, b, b}), options);
      for (int i = 0; i < 3; ++i) {
        CHECK(values<double>(c[i]) == values<double>(matmul(a[i], b, options)));
        CHECK(values<double>(d[i]) == values<double>(c[i]));
      }
    }
}

TEST_CASE("matmul: empty products") {
  CHECK(values<float>(matmul(zeros({2, 0}), zeros({0, 2}))) == std::vector<float>{0, 0, 0, 0});
  CHECK(matmul(zeros({0, 3}), zeros({3, 2})).shape() == Shape{0, 2});
  CHECK(matmul(zeros({0, 2, 3}), zeros({3, 2})).shape() == Shape{0, 2, 2});
  CHECK(matmul(zeros({0, 2, 3}), zeros({1, 3, 2})).shape() == Shape{0, 2, 2});
  const Tensor w = zeros({3, 2});
  GradientTape tape;
  tape.watch(w);
  CHECK(values<float>(tape.gradient(matmul(zeros({0, 2, 3}), w), w)) == std::vector<float>(6, 0.f));
}

TEST_CASE("matmul: the errors say what to do") {
  CHECK_THROWS_WITH_AS(matmul(zeros({32, 784}), zeros({300, 784})),
                       doctest::Contains("[matmul] (32, 784) x (300, 784): inner dimensions 784 and 300 differ; did "
                                         "you mean transpose_b?"),
                       InvalidArgumentError);
  CHECK_THROWS_WITH_AS(matmul(zeros({4, 2}), zeros({4, 3})), doctest::Contains("did you mean transpose_a?"),
                       InvalidArgumentError);
  std::string text;
  try {
    matmul(zeros({4, 2}), zeros({5, 3}));
  } catch (const InvalidArgumentError& error) {
    text = error.what();
  }
  CHECK(text.find("inner dimensions 2 and 5 differ") != std::string::npos);
  CHECK(text.find("transpose") == std::string::npos);
  CHECK_THROWS_WITH_AS(matmul(zeros({3}), zeros({3, 2})),
                       doctest::Contains("[matmul] (3,) x (3, 2): both need at least two axes"),
                       InvalidArgumentError);
  CHECK_THROWS_WITH_AS(matmul(zeros({2, 2, 3}), zeros({3, 3, 2})),
                       doctest::Contains("the leading axes (2,) and (3,) do not broadcast"), InvalidArgumentError);
  CHECK_THROWS_AS(matmul(zeros({2, 2}), zeros({2, 2}, float64)), InvalidArgumentError);
  CHECK_THROWS_AS(matmul(zeros({2, 2}, uint8), zeros({2, 2}, uint8)), InvalidArgumentError);
  CHECK_THROWS_AS(matmul(zeros({2, 2}), Tensor()), FailedPreconditionError);
}

TEST_CASE("matmul: the gradient of a matrix that all of a batch shares is the sum over the batch") {
  const Tensor a = counting<double>({3, 2, 4});
  for (const bool tb : {false, true}) {
    const Tensor b = counting<double>(tb ? Shape{5, 4} : Shape{4, 5});
    const Tensor weights = counting<double>({3, 2, 5});
    GradientTape tape;
    tape.watch(b);
    const Tensor gradient = tape.gradient(matmul(a, b, {.transpose_b = tb}) * weights, b);
    // By definition: sum over batch and row of a[n][i][k] * weights[n][i][j].
    REQUIRE(gradient.shape() == b.shape());
    for (int k = 0; k < 4; ++k)
      for (int j = 0; j < 5; ++j) {
        double sum = 0;
        for (int row = 0; row < 6; ++row) sum += (row * 4 + k) * (row * 5 + j);
        CHECK((tb ? gradient[j][k] : gradient[k][j]).item<double>() == sum);
      }
  }
}
