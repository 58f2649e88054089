#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;

namespace {

void check_close(const Tensor& tensor, const std::vector<double>& expected, double tolerance = 1e-13) {
  const std::vector<double> got = values<double>(cast(tensor, float64));
  REQUIRE(got.size() == expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    CAPTURE(i);
    CHECK(std::abs(got[i] - expected[i]) <= tolerance * std::max(1.0, std::abs(expected[i])));
  }
}

Tensor three_rows() { return constant({{2.0, -1.0, 0.5}, {0.0, 0.0, 0.0}, {-3.0, 4.0, 1.0}}, float64); }
constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

}  // namespace

// The expected values of this file are NumPy's, from the definitions.
TEST_CASE("softmax: along the last axis and another") {
  const Tensor logits = three_rows();
  check_close(softmax(logits), {0.78559703458927588, 0.039112573270687449, 0.17529039214003669, 1. / 3, 1. / 3,
                                1. / 3, 0.00086788129488960539, 0.95174740555576831, 0.047384713149342166});
  check_close(softmax(logits, 0),
              {0.8756005950630877, 0.00657326318530908, 0.3071958857184984, 0.11849965453500959, 0.0178679818703045,
               0.18632372322584762, 0.00589975040190278, 0.9755587549443865, 0.506480391055654});
  const Tensor cube = reshape(concat({logits, logits * 2}, 0), {2, 3, 3});
  check_close(softmax(cube, 1)[0], values<double>(softmax(logits, 0)));
  check_close(softmax(cube, -2)[1], values<double>(softmax(logits * 2, 0)));
}

TEST_CASE("log_softmax: the logarithm, safe where softmax is 0") {
  const Tensor logits = three_rows();
  check_close(log_softmax(logits), {-0.24131129665715706, -3.241311296657157, -1.7413112966571571,
                                    -1.0986122886681098, -1.0986122886681098, -1.0986122886681098, -7.049455609695645,
                                    -0.04945560969564577, -3.0494556096956456});
  check_close(log_softmax(constant({1000.f, 0.f})), {0, -1000});
  check_close(softmax(constant({1000.f, 0.f})), {1, 0});
}

TEST_CASE("softmax: empty axes, one class, and what it refuses") {
  CHECK(softmax(zeros({0, 3})).shape() == Shape{0, 3});
  CHECK(softmax(zeros({3, 0})).shape() == Shape{3, 0});
  CHECK(values<float>(softmax(constant({{5.f}, {-5.f}}))) == std::vector<float>{1, 1});
  CHECK_THROWS_AS(softmax(constant(1.f)), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(softmax(zeros({2, 2}), 2), doctest::Contains("[softmax] axis 2 is outside [-2, 2)"),
                       InvalidArgumentError);
  CHECK_THROWS_WITH_AS(log_softmax(constant({1, 2})), doctest::Contains("[log_softmax] a floating-point dtype"),
                       InvalidArgumentError);
}

TEST_CASE("softmax_cross_entropy_with_logits: the loss of each row") {
  const Tensor logits = three_rows();
  const Tensor labels = constant({{0.2, 0.3, 0.5}, {1.0, 0.0, 0.0}, {0.1, 0.6, 0.3}}, float64);
  const Tensor loss = softmax_cross_entropy_with_logits(labels, logits);
  CHECK(loss.shape() == Shape{3});
  check_close(loss, {1.891311296657157, 1.0986122886681098, 1.6494556096956456});
  CHECK_THROWS_WITH_AS(softmax_cross_entropy_with_logits(zeros({2, 3}), zeros({2, 4})),
                       doctest::Contains("shapes (2, 3) and (2, 4) do not broadcast"), InvalidArgumentError);
  CHECK_THROWS_AS(softmax_cross_entropy_with_logits(constant(1.f), constant(1.f)), InvalidArgumentError);
}

TEST_CASE("sparse_softmax_cross_entropy_with_logits: the loss of each row, for every dtype of labels") {
  const Tensor logits = three_rows();
  for (const DType dtype : {int32, int64, uint8}) {
    const Tensor loss = sparse_softmax_cross_entropy_with_logits(constant({2, 0, 1}, dtype), logits);
    CHECK(loss.dtype() == float64);
    check_close(loss, {1.7413112966571571, 1.0986122886681098, 0.04945560969564577});
  }
  check_close(sparse_softmax_cross_entropy_with_logits(constant(2), logits[0]), {1.7413112966571571});
  CHECK(sparse_softmax_cross_entropy_with_logits(zeros({2, 1}, int32), zeros({2, 1, 4})).shape() == Shape{2, 1});
}

TEST_CASE("sparse_softmax_cross_entropy_with_logits: labels are checked before anything is computed") {
  CHECK_THROWS_WITH_AS(
      sparse_softmax_cross_entropy_with_logits(constant({{0, 1}, {3, 2}}), zeros({2, 2, 3})),
      doctest::Contains("[sparse_softmax_cross_entropy_with_logits] label 3 at (1, 0) is outside [0, "
                        "3), the classes of logits of shape (2, 2, 3)"),
      OutOfRangeError);
  CHECK_THROWS_AS(sparse_softmax_cross_entropy_with_logits(constant({-1}), zeros({1, 3})), OutOfRangeError);
  CHECK_THROWS_WITH_AS(sparse_softmax_cross_entropy_with_logits(zeros({2, 1}, int32), zeros({2, 3})),
                       doctest::Contains("labels of shape (2, 1) and logits of shape (2, 3)"), InvalidArgumentError);
  CHECK_THROWS_AS(sparse_softmax_cross_entropy_with_logits(zeros({2}), zeros({2, 3})), InvalidArgumentError);
  CHECK_THROWS_AS(sparse_softmax_cross_entropy_with_logits(zeros({2}, int32), zeros({2, 3}, int32)),
                  InvalidArgumentError);
}

TEST_CASE("the cross-entropy's gradient is the softmax less the label") {
  const Tensor logits = three_rows();
  const Tensor labels = constant({2, 0, 1});
  GradientTape tape({.persistent = true});
  tape.watch(logits);
  const Tensor sparse = sparse_softmax_cross_entropy_with_logits(labels, logits);
  const Tensor dense = softmax_cross_entropy_with_logits(one_hot(labels, 3, {.dtype = float64}), logits);
  const std::vector<double> expected = {
      0.78559703458927588,    0.039112573270687449,    0.17529039214003669 - 1, 1. / 3 - 1, 1. / 3, 1. / 3,
      0.00086788129488960539, 0.95174740555576831 - 1, 0.047384713149342166};
  check_close(tape.gradient(sparse, logits), expected);
  check_close(tape.gradient(dense, logits), expected);
}

TEST_CASE("NaN and infinity in the logits flow through") {
  const Tensor bad = constant({{not_a_number, 0.f}, {0.f, infinity}, {1.f, 1.f}});
  const Tensor loss = sparse_softmax_cross_entropy_with_logits(constant({0, 0, 0}), bad);
  CHECK(std::isnan(loss[0].item<float>()));
  CHECK_FALSE(std::isfinite(loss[1].item<float>()));
  CHECK(loss[2].item<float>() == doctest::Approx(std::log(2.0)).epsilon(1e-6));
  CHECK(std::isnan(sigmoid_cross_entropy_with_logits(constant(1.f), constant(not_a_number)).item<float>()));
  CHECK(sigmoid_cross_entropy_with_logits(constant(0.f), constant(infinity)).item<float>() != 0);
}

TEST_CASE("sigmoid_cross_entropy_with_logits: exact where the loss is tiny") {
  const Tensor x = constant({-2.0, 0.0, 0.5, 30.0, -40.0}, float64);
  const Tensor z = constant({0.0, 1.0, 0.25, 1.0, 1.0}, float64);
  const Tensor loss = sigmoid_cross_entropy_with_logits(z, x);
  check_close(loss, {0.1269280110429725, 0.6931471805599453, 0.8490769841801067, 9.357622968839737e-14, 40}, 1e-14);
  CHECK(std::abs(loss[3].item<double>() / 9.357622968839737e-14 - 1) < 1e-12);
  CHECK_THROWS_AS(sigmoid_cross_entropy_with_logits(zeros({2}), zeros({3})), InvalidArgumentError);
  CHECK_THROWS_AS(sigmoid_cross_entropy_with_logits(constant({1}), constant({1})), InvalidArgumentError);
}

TEST_CASE("bias_add: along the last axis; the bias's gradient is the sum over the others") {
  const Tensor value = counting<float>({2, 2, 3}), bias = constant({10.f, 20.f, 30.f});
  GradientTape tape;
  tape.watch(bias);
  const Tensor y = bias_add(value, bias);
  CHECK(values<float>(y) == std::vector<float>{10, 21, 32, 13, 24, 35, 16, 27, 38, 19, 30, 41});
  CHECK(values<float>(tape.gradient(y, bias)) == std::vector<float>{4, 4, 4});
  CHECK_THROWS_WITH_AS(bias_add(value, zeros({2})), doctest::Contains("[bias_add] value (2, 2, 3) and bias (2,)"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(bias_add(value, zeros({1, 3})), InvalidArgumentError);
  CHECK_THROWS_AS(bias_add(constant(1.f), bias), InvalidArgumentError);
}
