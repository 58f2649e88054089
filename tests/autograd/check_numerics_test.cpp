#include "gradtape/autograd/check_numerics.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <thread>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;
using doctest::Contains;
using Floats = std::vector<float>;

namespace {

const float inf = std::numeric_limits<float>::infinity(), not_a_number = std::numeric_limits<float>::quiet_NaN();

struct Checking {
  Checking() { set_check_numerics(true); }
  ~Checking() { set_check_numerics(false); }
};

std::string error_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const InvalidArgumentError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("check_numerics: the first op that makes an Inf is named, with the place and the line") {
  const Checking checking;
  const Tensor x = constant({{1.f, 2.f}, {0.f, 3.f}});
  const std::string text = error_of([&] { exp(log(x) * 2.f); });
  CHECK(text.starts_with("[log] the result has -Inf at (1, 0) of shape (2, 2), float32; all inputs were finite"));
  CHECK(text.find("check_numerics_test.cpp:") != std::string::npos);
}

TEST_CASE("check_numerics: NaN, and an input that had it already") {
  const Checking checking;
  CHECK(error_of([] {
          sqrt(constant({1.f, -1.f}));
        }).starts_with("[sqrt] the result has NaN at (1,) of shape (2,), float32; all inputs were finite"));
  const std::string text = error_of([] { add(constant({1.f, inf}), constant({1.f, 2.f})); });
  CHECK(text.find("[add] the result has Inf at (1,)") != std::string::npos);
  CHECK(text.find("so had input 0: Inf at (1,)") != std::string::npos);
}

TEST_CASE("check_numerics: overflow in float64, and in a long tensor") {
  const Checking checking;
  CHECK(error_of([] { exp(constant(1000.0, float64)); }).find("Inf at () of shape (), float64") != std::string::npos);
  std::vector<float> values(5000, 1.f);
  values[4321] = 0;
  CHECK(error_of([&] { reciprocal(constant(values)); }).find("Inf at (4321,)") != std::string::npos);
}

TEST_CASE("check_numerics: in the backward pass the op is named whose gradient it is") {
  const Tensor x = constant({4.f, 0.f});
  const Checking checking;
  GradientTape tape;
  tape.watch(x);
  const Tensor y = sqrt(x);  // whose gradient at 0 is infinite
  const int line = __LINE__ - 1;
  const std::string text = error_of([&] { tape.gradient(y, x); });
  CHECK(text.find("it is part of the gradient of sqrt") != std::string::npos);
  CHECK(text.find("check_numerics_test.cpp:" + std::to_string(line)) != std::string::npos);
}

TEST_CASE("check_numerics: gradients that are added up are looked at too") {
  const Tensor x = constant({1.f, 2.f}), up = constant({3e38f, 1.f});
  const Checking checking;
  GradientTape tape;
  tape.watch(x);
  const Tensor y = identity(x), z = identity(y);
  CHECK(error_of([&] {
          tape.gradient({z, y}, x, {.output_gradients = {up, up}});
        }).find("[add] the result has Inf at (0,)") != std::string::npos);
}

TEST_CASE("check_numerics: integer results are not looked at, and finite ones pass") {
  const Checking checking;
  CHECK(argmax(constant({1.f, 2.f}), 0).item<int>() == 1);
  CHECK(values<float>(constant({1e38f, -1e38f}) * 2.f) == Floats{2e38f, -2e38f});
  CHECK((zeros({0, 3}) * 2.f).num_elements() == 0);
}

TEST_CASE("check_numerics: off again, and off on other threads") {
  CHECK_FALSE(check_numerics_is_on());
  {
    const Checking checking;
    CHECK(check_numerics_is_on());
    std::thread([] { CHECK(std::isnan(sqrt(constant(-1.f)).item<float>())); }).join();
  }
  CHECK(std::isnan(sqrt(constant(-1.f)).item<float>()));
}

TEST_CASE("check_numerics: the tape goes on after the error") {
  const Tensor x = constant(2.f);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = x * x;
  {
    const Checking checking;
    CHECK_THROWS_AS(log(y - 4.f), InvalidArgumentError);
  }
  CHECK(tape.gradient(y, x).item<float>() == 4);
}

TEST_CASE("check_numerics: the op passes a finite tensor on, with its gradient") {
  const Tensor x = constant({1.f, 2.f});
  GradientTape tape;
  tape.watch(x);
  const Tensor y = check_numerics(x, "weights");
  CHECK(values<float>(y) == Floats{1, 2});
  CHECK(values<float>(tape.gradient(y * 3.f, x)) == Floats{3, 3});
}

TEST_CASE("check_numerics: the op throws its message, for values and for gradients") {
  CHECK_THROWS_WITH_AS(check_numerics(constant({1.f, not_a_number}), "my weights"),
                       Contains("[check_numerics] my weights: the tensor has NaN at (1,) of shape (2,), float32"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(check_numerics(constant({-inf}), "m"), InvalidArgumentError);
  CHECK_THROWS_WITH_AS(check_numerics(constant({1, 2}), "m"), Contains("a floating-point dtype is needed"),
                       InvalidArgumentError);
  const Tensor x = constant(0.f);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = sqrt(check_numerics(x, "my input"));
  CHECK_THROWS_WITH_AS(tape.gradient(y, x), Contains("my input (in the gradient): the tensor has Inf"),
                       InvalidArgumentError);
}
