#include <doctest/doctest.h>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/gradcheck.h"
#include "gradtape/gradtape.h"
#include "nn/error_text.h"

using namespace gradtape;

namespace {

class Scale : public nn::Layer {
 public:
  Variable factor = add_weight("factor", {.initializer = "ones"});
  void build(const Shape& input) override { factor.build({input.back()}); }

 private:
  Tensors call(const Tensors& inputs, bool) override { return inputs * factor; }
};

// Calls its members in another order than it declares them.
class TwoLayers : public nn::Layer {
 public:
  nn::Dense declared_first{2, {.name = "declared_first"}}, called_first{3, {.name = "called_first"}};
  TwoLayers() = default;
  explicit TwoLayers(bool tracked) {
    if (tracked) track(declared_first, called_first);
  }

 private:
  Tensors call(const Tensors& inputs, bool) override { return declared_first(called_first(inputs)); }
};

class HTTPServer2 : public nn::Layer {
  Tensors call(const Tensors& inputs, bool) override { return inputs; }
};

class InTraining : public nn::Layer {
 public:
  bool seen = false;

 private:
  Tensors call(const Tensors& inputs, bool training) override {
    seen = training;
    return inputs;
  }
};

class Outer : public nn::Layer {
 public:
  InTraining inner;
  std::optional<bool> given;

 private:
  Tensors call(const Tensors& inputs, bool) override { return inner(inputs, {.training = given}); }
};

std::vector<std::string> names(const std::vector<nn::LayerHandle>& layers) {
  std::vector<std::string> result;
  for (const nn::LayerHandle& layer : layers) result.push_back(layer->name());
  return result;
}

}  // namespace

TEST_CASE("Dense computes activation(x kernel + bias)") {
  nn::Dense dense(3, {.activation = "relu"});
  const Tensor x = constant({{1.f, 2.f}});
  dense(x);
  dense.set_weights({constant({{1.f, 2.f, 3.f}, {4.f, 5.f, 6.f}}), constant({0.5f, -20.f, 0.f})});
  const Tensor y = dense(x);
  CHECK(y.shape() == Shape{1, 3});
  CHECK(values<float>(y) == std::vector<float>{9.5f, 0.f, 15.f});
}

TEST_CASE("Dense acts on the last axis of any rank, and casts integers") {
  nn::Dense dense(5, {.use_bias = false, .kernel_initializer = "ones"});
  const Tensor y = dense(ones({2, 3, 4}));
  CHECK(y.shape() == Shape{2, 3, 5});
  CHECK(values<float>(y) == std::vector<float>(30, 4.f));
  CHECK(dense.weights().size() == 1);
  CHECK(values<float>(Tensor(dense(constant({{1, 2, 3, 4}})))) == std::vector<float>(5, 10.f));
}

TEST_CASE("a layer's first weights have Keras's defaults") {
  set_seed(1);
  nn::Dense dense(100);
  dense(zeros({1, 200}));
  const std::vector<Tensor> weights = dense.get_weights();
  REQUIRE(weights.size() == 2);
  CHECK(values<float>(weights[1]) == std::vector<float>(100, 0.f));
  // Glorot's uniform distribution on [-limit, limit], limit = sqrt(6 / (200 + 100)).
  const double limit = 0.1414214;
  CHECK(reduce_max(abs(weights[0])).item<double>() <= limit);
  CHECK(reduce_max(abs(weights[0])).item<double>() > 0.99 * limit);
  CHECK(reduce_mean(weights[0]).item<double>() == doctest::Approx(0).epsilon(0.003));
  CHECK(dense.count_params() == 200 * 100 + 100);
}

TEST_CASE("Dense names itself, what it expected and what it got") {
  nn::Dense dense(2, {.name = "encoder"});
  dense(zeros({4, 3}));
  const std::string text = error_of([&] { dense(zeros({4, 5})); });
  check_contains(text, "[encoder]");
  check_contains(text, "length 3");
  check_contains(text, "(4, 5)");
  check_contains(text, "layer_test.cpp:");
  check_contains(error_of([] { nn::Dense(2)(zeros({3})); }), "(3,)");
  CHECK_THROWS_AS(nn::Dense(0), InvalidArgumentError);
  CHECK_THROWS_AS(nn::Dropout(1.0), InvalidArgumentError);
  CHECK_THROWS_AS(nn::Dense(1, {.activation = "rellu"}), InvalidArgumentError);
}

TEST_CASE("an error inside nested layers says the path and the user's line") {
  class Broken : public nn::Layer {
    nn::Dense inner{2, {.name = "inner"}};
    Tensors call(const Tensors& inputs, bool) override { return matmul(inner(inputs), zeros({3, 3})); }
  };
  Broken broken;
  const std::string text = error_of([&] { broken(zeros({1, 4})); });
  check_contains(text, "[matmul]");
  check_contains(text, "broken");
  check_contains(text, "layer_test.cpp:");
}

TEST_CASE("copies of a layer share its weights, also copies made before it is built") {
  Scale scale;
  Scale copy = scale;
  scale(ones({1, 2}));
  REQUIRE(copy.factor.is_built());
  copy.factor.assign(constant({2.f, 3.f}));
  CHECK(values<float>(Tensor(scale(ones({1, 2})))) == std::vector<float>{2.f, 3.f});
  CHECK(copy.weights()[0].is_same(scale.factor));

  nn::Dense dense(2);
  nn::Dense other = dense;
  dense(ones({1, 3}));
  CHECK(other.kernel().is_same(dense.kernel()));
  CHECK(other.built());
  CHECK(other.name() == dense.name());
}

TEST_CASE("a layer gets a name in snake case and a number") {
  class OnlyHere : public nn::Layer {
    Tensors call(const Tensors& inputs, bool) override { return inputs; }
  } first, second;
  CHECK(second.name() == "only_here");  // a name is given when it is first asked for
  CHECK(first.name() == "only_here_1");
  CHECK(second.name() == "only_here");
  CHECK(first.type_name() == "OnlyHere");
  HTTPServer2 server;
  CHECK(server.name() == "http_server2");
  nn::Dense named(1, {.name = "output"});
  CHECK(named.name() == "output");
  named(ones({1, 1}));
  CHECK(named.weights()[0].name() == "output/kernel");
}

TEST_CASE("a layer adopts the layers that it calls, in the order of their calls") {
  TwoLayers layer;
  CHECK(layer.layers().empty());
  layer(ones({1, 4}));
  layer(ones({1, 4}));
  CHECK(names(layer.layers()) == std::vector<std::string>{"called_first", "declared_first"});
  const std::vector<Variable> variables = layer.trainable_variables();
  REQUIRE(variables.size() == 4);
  CHECK(variables[0].is_same(layer.called_first.kernel()));
  CHECK(variables[1].is_same(layer.called_first.bias()));
  CHECK(variables[2].is_same(layer.declared_first.kernel()));
  CHECK(layer.count_params() == 4 * 3 + 3 + 3 * 2 + 2);
}

TEST_CASE("track states the order of a layer's layers") {
  TwoLayers layer(true);
  layer(ones({1, 4}));
  CHECK(names(layer.layers()) == std::vector<std::string>{"declared_first", "called_first"});
}

TEST_CASE("an adopted layer can be called from its handle") {
  TwoLayers layer;
  layer(ones({1, 4}));
  const nn::LayerHandle handle = layer.layers()[0];
  CHECK(values<float>(Tensor(handle(ones({1, 4})))) == values<float>(Tensor(layer.called_first(ones({1, 4})))));

  Outer outer;
  outer(ones({1, 1}));
  REQUIRE(outer.layers().size() == 1);
  CHECK(outer.layers()[0]->type_name() == "InTraining");
  CHECK_THROWS_AS(outer.layers()[0](ones({1, 1})), FailedPreconditionError);
}

TEST_CASE("training reaches the layers inside, unless they are given their own") {
  Outer outer;
  outer(ones({1, 1}), {.training = true});
  CHECK(outer.inner.seen);
  outer(ones({1, 1}));
  CHECK_FALSE(outer.inner.seen);
  outer.given = false;
  outer(ones({1, 1}), {.training = true});
  CHECK_FALSE(outer.inner.seen);
}

TEST_CASE("a frozen layer has no trainable variables, and neither have the layers in it") {
  TwoLayers layer;
  layer(ones({1, 4}));
  layer.layers()[0]->set_trainable(false);
  CHECK_FALSE(layer.called_first.trainable());
  CHECK(layer.trainable_variables().size() == 2);
  CHECK(layer.non_trainable_variables().size() == 2);
  CHECK(layer.weights().size() == 4);
  layer.set_trainable(false);
  CHECK(layer.trainable_variables().empty());
  layer.set_trainable(true);
  layer.called_first.set_trainable(true);
  CHECK(layer.trainable_variables().size() == 4);
}

TEST_CASE("floating-point inputs are cast to the layer's dtype") {
  Scale scale;
  CHECK(scale(ones({1, 2}, float64)).single().dtype() == float32);
  nn::Dense dense(2, {.dtype = float64});
  CHECK(dense(ones({1, 2})).single().dtype() == float64);
  CHECK(nn::Flatten()(ones({1, 2}, int32)).single().dtype() == int32);
}

TEST_CASE("get_weights is a snapshot") {
  nn::Dense dense(1, {.kernel_initializer = "ones"});
  dense(ones({1, 1}));
  const std::vector<Tensor> before = dense.get_weights();
  Variable(dense.kernel()).assign_add(constant({{1.f}}));
  CHECK(values<float>(before[0]) == std::vector<float>{1.f});
  CHECK(values<float>(dense.kernel().value()) == std::vector<float>{2.f});
}

TEST_CASE("set_weights changes everything or nothing") {
  nn::Dense dense(2, {.kernel_initializer = "ones", .name = "probe"});
  CHECK_THROWS_AS(dense.set_weights({ones({3, 2}), ones({2})}), InvalidArgumentError);
  dense(ones({1, 3}));
  CHECK_THROWS_AS(dense.set_weights({zeros({3, 2})}), InvalidArgumentError);
  const std::string text = error_of([&] { dense.set_weights({zeros({3, 2}), zeros({3})}); });
  check_contains(text, "probe/bias");
  check_contains(text, "(2,)");
  check_contains(text, "(3,)");
  CHECK(values<float>(dense.kernel().value()) == std::vector<float>(6, 1.f));
  dense.set_weights({zeros({3, 2}, float64), ones({2})});
  CHECK(values<float>(dense.kernel().value()) == std::vector<float>(6, 0.f));
}

TEST_CASE("Flatten joins all axes but the first") {
  nn::Flatten flatten;
  CHECK(flatten(zeros({4, 28, 28})).single().shape() == Shape{4, 784});
  CHECK(flatten(zeros({4})).single().shape() == Shape{4, 1});
  CHECK(flatten(zeros({4, 3})).single().shape() == Shape{4, 3});
  CHECK(flatten(zeros({0, 3, 2})).single().shape() == Shape{0, 6});
}

TEST_CASE("Dropout drops in training only, and keeps the mean") {
  nn::Dropout dropout(0.25, {.seed = 3});
  const Tensor x = ones({100, 100});
  CHECK(reduce_all(equal(dropout(x), x)).item<bool>());
  const Tensor y = dropout(x, {.training = true});
  const std::vector<float> elements = values<float>(y);
  std::int64_t dropped = 0;
  for (const float element : elements) {
    const bool valid = element == 0.f || element == 1.f / 0.75f;
    CHECK_MESSAGE(valid, element);
    dropped += element == 0.f;
  }
  // 10,000 draws: the standard deviation of the number of drops is sqrt(10000 * 0.25 * 0.75) = 43.
  CHECK(dropped == doctest::Approx(2500).epsilon(0.09));

  nn::Dropout same(0.25, {.seed = 3});
  CHECK(values<float>(Tensor(same(x, {.training = true}))) == elements);
  CHECK(values<float>(Tensor(same(x, {.training = true}))) != elements);
}

TEST_CASE("Activation and Concatenate as layers") {
  nn::LayerHandle layer = nn::Activation("relu");
  CHECK(values<float>(Tensor(layer(constant({{-1.f, 2.f}})))) == std::vector<float>{0.f, 2.f});
  CHECK(layer->type_name() == "Activation");
  const Tensor joined = nn::Concatenate({.axis = 0})({constant({{1.f}}), constant({{2.f}, {3.f}})});
  CHECK(values<float>(joined) == std::vector<float>{1.f, 2.f, 3.f});
  CHECK_THROWS_AS(nn::Concatenate()(ones({1, 1})), InvalidArgumentError);
}

TEST_CASE("the options of a layer can be read and written by name") {
  struct Collect : nn::OptionVisitor {
    std::string text;
    void add(const char* name, const std::string& value) { text += std::string(name) + "=" + value + ";"; }
    void operator()(const char* name, bool& value) override { add(name, value ? "true" : "false"); }
    void operator()(const char* name, std::int64_t& value) override { add(name, std::to_string(value)); }
    void operator()(const char* name, double& value) override { add(name, std::to_string(value)); }
    void operator()(const char* name, std::string& value) override { add(name, value); }
    void operator()(const char* name, DType& value) override { add(name, std::string(name_of(value))); }
    void operator()(const char* name, nn::InputShape& value) override {
      add(name, value ? to_string(value.shape()) : "none");
    }
    void operator()(const char* name, nn::Activation& value) override { add(name, value.name()); }
    void operator()(const char* name, nn::Initializer& value) override { add(name, value.name()); }
    void operator()(const char* name, std::optional<std::uint64_t>& value) override {
      add(name, value ? std::to_string(*value) : "none");
    }
  } collect;
  nn::Dense dense(7, {.activation = "tanh", .input_shape = {5}, .name = "d"});
  static_cast<nn::Layer&>(dense).describe(collect);
  CHECK(collect.text ==
        "units=7;activation=tanh;use_bias=true;kernel_initializer=glorot_uniform;bias_initializer=zeros;"
        "input_shape=(5,);name=d;trainable=true;dtype=float32;");
}

TEST_CASE("layers pass the numerical check of their gradients") {
  const Tensor x = random::normal({3, 4}, {.dtype = float64, .seed = 1});
  for (const char* activation : {"linear", "tanh", "softmax", "sigmoid"}) {
    CAPTURE(activation);
    nn::Dense dense(2, {.activation = activation, .dtype = float64});
    dense(x);
    const GradcheckReport report = gradcheck([&](const Tensor& input) { return Tensor(dense(input)); },
                                             {x, dense.kernel(), dense.bias()}, {.second_order = true});
    CHECK_MESSAGE(report, report.message);
  }
}
