#include <doctest/doctest.h>

#include "autograd/tensor_values.h"
#include "gradtape/gradtape.h"
#include "nn/error_text.h"

using namespace gradtape;

namespace {

class Double : public nn::Layer {
  Tensors call(const Tensors& inputs, bool) override { return 2.0 * inputs.single(); }
};

}  // namespace

TEST_CASE("wide and deep: the functional model computes what its layers compute one by one") {
  auto in = nn::Input({8});
  auto deep = nn::Dense(30, {.activation = "relu"})(nn::Dense(30, {.activation = "relu"})(in));
  nn::Model model({in}, {nn::Dense(1)(nn::Concatenate()({in, deep}))});
  CHECK(model.built());
  CHECK(model.count_params() == 8 * 30 + 30 + 30 * 30 + 30 + 38 + 1);

  const Tensor x = random::normal({5, 8}, {.seed = 4});
  const std::vector<Tensor> w = model.get_weights();
  REQUIRE(w.size() == 6);
  const Tensor h = relu(matmul(relu(matmul(x, w[0]) + w[1]), w[2]) + w[3]);
  const Tensor expected = matmul(concat({x, h}, 1), w[4]) + w[5];
  const Tensor y = model(x);
  REQUIRE(y.shape() == Shape{5, 1});
  for (int i = 0; i < 5; ++i)
    CHECK(y.data<float>()[static_cast<std::size_t>(i)] ==
          doctest::Approx(expected.data<float>()[static_cast<std::size_t>(i)]).epsilon(1e-5));
}

TEST_CASE("an activation applied to a symbolic tensor is a layer of the model") {
  auto in = nn::Input({3});
  nn::Model model({in}, {nn::Activation("relu")(in)});
  const Tensor y = model(constant({{-1.0f, 0.0f, 2.0f}}));
  CHECK(y.data<float>()[0] == 0);
  CHECK(y.data<float>()[2] == 2);
  CHECK(model.layers().size() == 2);
}

TEST_CASE("several inputs and outputs") {
  auto wide = nn::Input({5}, {.name = "wide_input"}), deep = nn::Input({6}, {.name = "deep_input"});
  auto hidden = nn::Dense(3, {.activation = "tanh"})(deep);
  auto main = nn::Dense(1, {.name = "main"})(nn::Concatenate()({wide, hidden}));
  auto aux = nn::Dense(2, {.name = "aux"})(hidden);
  nn::Model model({wide, deep}, {main, aux}, {.name = "two_headed"});
  const Tensors y = model({zeros({4, 5}), zeros({4, 6})});
  REQUIRE(y.size() == 2);
  CHECK(y[0].shape() == Shape{4, 1});
  CHECK(y[1].shape() == Shape{4, 2});
  check_contains(error_of([&] { model(zeros({4, 5})); }), "2 inputs");
  const std::string text = error_of([&] { model({zeros({4, 6}), zeros({4, 6})}); });
  check_contains(text, "wide_input");
  check_contains(text, "(None, 5)");
  check_contains(text, "(4, 6)");

  model.compile({.optimizer = optim::SGD({.learning_rate = 0}), .loss = {"mse", "mae"}, .loss_weights = {0.9, 0.1}});
  const nn::Scores scores =
      model.evaluate({ones({4, 5}), ones({4, 6})}, {full({4, 1}, 3), full({4, 2}, -2)}, {.verbose = 0});
  REQUIRE(scores.size() == 3);
  CHECK(scores["loss"] == doctest::Approx(0.9 * scores["main_loss"] + 0.1 * scores["aux_loss"]));
  const Tensors p = model.predict({ones({4, 5}), ones({4, 6})});
  CHECK(scores["main_loss"] == doctest::Approx(reduce_mean(square(p[0] - 3)).item<double>()));
  CHECK(scores["aux_loss"] == doctest::Approx(reduce_mean(abs(p[1] + 2)).item<double>()));
}

TEST_CASE("a layer called twice shares its weights") {
  auto a = nn::Input({3}), b = nn::Input({3});
  nn::Dense shared(2);
  nn::Model model({a, b}, {nn::Concatenate()({shared(a), shared(b)})});
  CHECK(model.trainable_variables().size() == 2);
  const Tensor x = random::normal({1, 3});
  const Tensor y = model({x, x});
  CHECK(y.data<float>()[0] == y.data<float>()[2]);
  CHECK(shared.kernel().is_same(model.trainable_variables()[0]));
}

TEST_CASE("an input with a length that is not known takes any") {
  auto in = nn::Input({-1, 4});
  nn::Model model({in}, {nn::Dense(2)(in)});
  CHECK(model(zeros({3, 7, 4})).single().shape() == Shape{3, 7, 2});
}

TEST_CASE("a model takes integers for a floating-point input") {
  auto in = nn::Input({2});
  nn::Model model({in}, {nn::Activation("relu").is_linear() ? Tensors(in) : nn::Flatten()(in)});
  CHECK(model(constant({{1, 2}})).single().dtype() == float32);
}

TEST_CASE("an op on a symbolic tensor, an input that is not given, a layer that cannot be kept: clear errors") {
  auto in = nn::Input({4}), other = nn::Input({4});
  check_contains(error_of([&] { nn::Model({in}, {concat({in, in}, 1)}); }), "not symbolic");
  check_contains(error_of([&] { nn::Concatenate()({in, Tensor(2.0 * in)}); }), "only layers");
  check_contains(error_of([&] { nn::Model({in}, {nn::Dense(1)(other)}); }), "not among the model's inputs");
  check_contains(error_of([&] { nn::Model({in, in}, {nn::Dense(1)(in)}); }), "twice");
  check_contains(error_of([&] { Double()(in); }), "nn::layer(Double(...))");
  nn::Model model({in}, {nn::layer(Double())(in)});
  CHECK(values<float>(Tensor(model(ones({1, 4})))) == std::vector<float>(4, 2.f));
}

TEST_CASE("a symbolic call is recorded on no tape") {
  GradientTape tape({.persistent = true});
  nn::Dense dense(2);
  auto in = nn::Input({3});
  auto out = dense(in);
  CHECK(tape.watched().empty());
}

TEST_CASE("a functional model is a layer of another one") {
  auto in = nn::Input({4});
  nn::Model inner({in}, {nn::Dense(2)(in)});
  auto outer_in = nn::Input({4});
  nn::Model outer({outer_in}, {nn::Dense(1)(inner(outer_in))});
  CHECK(outer.trainable_variables().size() == 4);
  CHECK(outer.trainable_variables()[0].is_same(inner.trainable_variables()[0]));
}
