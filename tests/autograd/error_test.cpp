#include <doctest/doctest.h>

#include <string>

#include "gradtape/autograd/autograd.h"

using namespace gradtape;
using doctest::Contains;

namespace {

std::string at_line(int line) { return ", at error_test.cpp:" + std::to_string(line); }

// The text of what f throws.
template <class E, class F>
std::string text_of(F f) {
  try {
    f();
  } catch (const E& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE("every error is an Error and a std::exception") {
  CHECK_THROWS_AS(zeros({-1}), Error);
  CHECK_THROWS_AS(zeros({-1}), std::exception);
}

TEST_CASE("the context is added once: the innermost knows best") {
  InvalidArgumentError error("the sentence");
  error.add_context("inner", "model/dense", {"some/where/train.cpp", 41});
  error.add_context("outer", "", {"other.cpp", 1});
  CHECK(std::string(error.what()) == "[inner] the sentence, in model/dense, at train.cpp:41");
}

TEST_CASE("a sentence that ends in a question is not followed by a comma") {
  InvalidArgumentError error("did you mean transpose_b?");
  error.add_context("matmul", "wide/dense_2", {"train.cpp", 41});
  CHECK(std::string(error.what()) == "[matmul] did you mean transpose_b? in wide/dense_2, at train.cpp:41");
}

TEST_CASE("operators name the op, both shapes and the user's line") {
  const Tensor a = zeros({2, 3}), b = zeros({2, 4});
  const int line = __LINE__ + 1;
  const std::string text = text_of<InvalidArgumentError>([&] { a + b; });
  CHECK(text.starts_with("[add] "));
  CHECK(text.find("(2, 3)") != std::string::npos);
  CHECK(text.find("(2, 4)") != std::string::npos);
  CHECK(text.ends_with(at_line(line)));
}

TEST_CASE("matmul names both shapes, asks about the transpose and names the line") {
  const Tensor a = zeros({32, 784}), b = zeros({300, 784});
  const int line = __LINE__ + 1;
  const std::string text = text_of<InvalidArgumentError>([&] { matmul(a, b); });
  CHECK(
      text.starts_with("[matmul] (32, 784) x (300, 784): inner dimensions 784 and 300 differ; did you mean "
                       "transpose_b?"));
  CHECK(text.ends_with("at error_test.cpp:" + std::to_string(line)));
}

TEST_CASE("dtypes that differ are both named") {
  const Tensor a = zeros({2}), b = zeros({2}, int32);
  const int line = __LINE__ + 1;
  const std::string text = text_of<InvalidArgumentError>([&] { a* b; });
  CHECK(text == "[multiply] operands of dtypes float32 and int32; cast one of them" + at_line(line));
}

TEST_CASE("a number that the dtype cannot hold is named, with the line") {
  const Tensor a = zeros({2}, int32);
  const int line = __LINE__ + 1;
  const std::string text = text_of<InvalidArgumentError>([&] { 2.5 * a; });
  CHECK(text.starts_with("[multiply] the number 2.5"));
  CHECK(text.find("int32") != std::string::npos);
  CHECK(text.ends_with(at_line(line)));
}

TEST_CASE("a name scope is in the error's path") {
  const Tensor a = zeros({2, 3}), b = zeros({2, 4});
  const NameScope outer("model");
  const NameScope inner("dense_1");
  CHECK(current_scope() == "model/dense_1");
  CHECK(text_of<InvalidArgumentError>([&] { a + b; }).find(", in model/dense_1, at error_test.cpp:") !=
        std::string::npos);
}

TEST_CASE("an op that throws inside a gradient is reported at the forward op's line") {
  const Tensor x = constant({1.f, 2.f});
  const auto bad = custom_gradient(
      [](const Tensor& v) { return with_gradient(v * 1.f, [](const Tensor& dy) { return dy + zeros({3}); }); });
  GradientTape tape;
  tape.watch(x);
  const int line = __LINE__ + 1;
  const Tensor y = exp(bad(x));
  (void)line;
  const std::string text = text_of<InvalidArgumentError>([&] { tape.gradient(y, x); });
  CHECK(text.starts_with("[add] "));
  CHECK(text.find("error_test.cpp:") != std::string::npos);
}

TEST_CASE("an error leaves the operands and the tape as they were") {
  const Tensor x = constant({1.f, 2.f});
  GradientTape tape;
  tape.watch(x);
  const Tensor y = x * x;
  CHECK_THROWS_AS(y + zeros({3}), InvalidArgumentError);
  CHECK(tape.gradient(y, x).data<float>()[1] == 4);
}
