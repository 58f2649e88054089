#include "gradtape/nn/activation.h"

#include <doctest/doctest.h>

#include <cmath>

#include "gradtape/autograd/autograd.h"

using namespace gradtape;

TEST_CASE("named activations have their textbook values") {
  const std::vector<double> x = {-2, -0.5, 0, 1, 3};
  const auto check = [&](const char* name, double (*expected)(double)) {
    CAPTURE(name);
    const nn::Activation activation(name);
    const Tensor y = activation(constant(x));
    for (std::size_t i = 0; i < x.size(); ++i) CHECK(y.data<double>()[i] == doctest::Approx(expected(x[i])));
    CHECK(activation.name() == name);
  };
  check("linear", [](double v) { return v; });
  check("relu", [](double v) { return v > 0 ? v : 0; });
  check("sigmoid", [](double v) { return 1 / (1 + std::exp(-v)); });
  check("tanh", [](double v) { return std::tanh(v); });
  check("softplus", [](double v) { return std::log(1 + std::exp(v)); });
  check("exponential", [](double v) { return std::exp(v); });
}

TEST_CASE("softmax is taken along the last axis") {
  const Tensor y = nn::Activation("softmax")(constant(std::vector<double>{0, std::log(3.0), 1, 1}, {2, 2}));
  const std::vector<double> expected = {0.25, 0.75, 0.5, 0.5};
  for (std::size_t i = 0; i < 4; ++i) CHECK(y.data<double>()[i] == doctest::Approx(expected[i]));
}

TEST_CASE("any function is an activation") {
  const nn::Activation from_lambda = [](const Tensor& x) { return 2.0 * x; };
  CHECK(from_lambda(constant(3.f)).item<float>() == 6);
  const nn::Activation from_op = softplus;
  CHECK(from_op(constant(0.f)).item<float>() == doctest::Approx(std::log(2.0)));
  CHECK(nn::Activation(from_lambda).name() == "custom");
}

TEST_CASE("the default activation is linear and gives the tensor itself") {
  const Tensor x = constant({1.f, 2.f});
  CHECK(nn::Activation()(x).id() == x.id());
  CHECK(nn::Activation().is_linear());
  CHECK(nn::Activation("linear").is_linear());
  CHECK_FALSE(nn::Activation("relu").is_linear());
}

TEST_CASE("an unknown activation is an error that lists the known ones") {
  std::string message;
  try {
    nn::Activation("rulu");
  } catch (const InvalidArgumentError& error) {
    message = error.what();
  }
  CHECK(message.find("'rulu'") != std::string::npos);
  CHECK(message.find("'relu'") != std::string::npos);
  CHECK(message.find("'softmax'") != std::string::npos);
}
