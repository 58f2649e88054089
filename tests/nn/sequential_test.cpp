#include <doctest/doctest.h>

#include "autograd/tensor_values.h"
#include "gradtape/gradtape.h"
#include "nn/error_text.h"

using namespace gradtape;

TEST_CASE("a Sequential whose first layer has an input_shape is built at once") {
  nn::Sequential model({
      nn::Flatten({.input_shape = {28, 28}}),
      nn::Dense(300, {.activation = "relu"}),
      nn::Dense(100, {.activation = "relu"}),
      nn::Dense(10, {.activation = "softmax"}),
  });
  CHECK(model.built());
  CHECK(model.layers().size() == 4);
  // 784 * 300 + 300 + 300 * 100 + 100 + 100 * 10 + 10
  CHECK(model.count_params() == 266610);
  const Tensor y = model(zeros({5, 28, 28}));
  CHECK(y.shape() == Shape{5, 10});
  CHECK(values<float>(y)[0] == doctest::Approx(0.1));
}

TEST_CASE("a Sequential without an input_shape is built by its first call, or by build") {
  nn::Sequential called({nn::Dense(2), nn::Dense(3)}), built({nn::Dense(2), nn::Dense(3)});
  CHECK_FALSE(called.built());
  CHECK(called.trainable_variables().empty());
  CHECK_THROWS_AS(called.count_params(), FailedPreconditionError);
  called(zeros({1, 4}));
  CHECK(called.count_params() == 4 * 2 + 2 + 2 * 3 + 3);
  built.build({-1, 4});
  CHECK(built.count_params() == called.count_params());
}

TEST_CASE("layers are added and taken away one by one") {
  nn::Sequential model;
  model.add(nn::InputLayer({.input_shape = {6}}));
  model.add(nn::Dense(4));
  CHECK(model.layers().size() == 1);
  CHECK(model.count_params() == 28);
  model.add(nn::Dropout(0.5));
  model.add(nn::Dense(1));
  CHECK(model.count_params() == 28 + 5);
  model.pop();
  CHECK(model.count_params() == 28);
  CHECK(model(zeros({2, 6})).single().shape() == Shape{2, 4});
  model.pop();
  model.pop();
  CHECK_THROWS_AS(model.pop(), FailedPreconditionError);
}

TEST_CASE("two layers of a Sequential may not have one name, and nothing changes then") {
  nn::Sequential model({nn::Dense(2, {.input_shape = {3}, .name = "same"})});
  check_contains(error_of([&] { model.add(nn::Dense(2, {.name = "same"})); }), "same");
  CHECK(model.layers().size() == 1);
  CHECK(model(zeros({1, 3})).single().shape() == Shape{1, 2});
}

TEST_CASE("layers of one model can be put into another, and are shared") {
  nn::Sequential a({nn::Dense(4, {.input_shape = {3}}), nn::Dense(4), nn::Dense(1)});
  const std::vector<nn::LayerHandle> layers = a.layers();
  nn::Sequential b(std::vector<nn::LayerHandle>(layers.begin(), layers.end() - 1));
  b.add(nn::Dense(2));
  CHECK(b.weights()[0].is_same(a.weights()[0]));
  for (const nn::LayerHandle& layer : layers) layer->set_trainable(false);
  CHECK(b.trainable_variables().size() == 2);
  CHECK(a.trainable_variables().empty());
}

TEST_CASE("a Sequential is a layer of another one") {
  nn::Sequential encoder({nn::Dense(4, {.activation = "relu", .input_shape = {8}}), nn::Dense(2)},
                         {.name = "encoder"});
  nn::Sequential decoder({nn::Dense(4, {.input_shape = {2}}), nn::Dense(8)});
  nn::Sequential autoencoder({encoder, decoder});
  CHECK(autoencoder.built());
  CHECK(autoencoder.count_params() == encoder.count_params() + decoder.count_params());
  CHECK(autoencoder.layers()[0]->name() == "encoder");
  const Tensor x = random::normal({3, 8});
  CHECK(values<float>(Tensor(autoencoder(x))) == values<float>(Tensor(decoder(encoder(x)))));
}

TEST_CASE("a wrong input names the layer, its path and the line") {
  nn::Sequential model({nn::Dense(4, {.input_shape = {3}, .name = "first"}), nn::Dense(2)}, {.name = "net"});
  const std::string text = error_of([&] { model(zeros({2, 5})); });
  check_contains(text, "[first]");
  check_contains(text, "net/first");
  check_contains(text, "length 3");
  check_contains(text, "(2, 5)");
  check_contains(text, "sequential_test.cpp:");
}

TEST_CASE("copies of a Sequential share everything") {
  nn::Sequential model({nn::Dense(1, {.kernel_initializer = "ones", .input_shape = {2}})});
  nn::Sequential copy = model;
  copy.set_weights({constant({{2.f}, {3.f}}), constant({1.f})});
  CHECK(values<float>(Tensor(model(ones({1, 2})))) == std::vector<float>{6.f});
}
