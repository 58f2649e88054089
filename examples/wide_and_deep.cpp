// One network, written twice: with the functional API and as a subclass. With the same weights both give the same
// numbers, before training and after.
//
// Wide and deep (Cheng et al., 2016): some inputs go straight to the output, others through hidden layers.

#include <gradtape/gradtape.h>

#include <cstdio>

using namespace gradtape;

namespace {

class WideAndDeep : public nn::Model {
  nn::Dense hidden1{30, {.activation = "relu"}}, hidden2{30, {.activation = "relu"}}, output{1};

  Tensors call(const Tensors& inputs, bool) override {
    const Tensor deep = hidden2(hidden1(inputs[1]));
    return output(concat({inputs[0], deep}, -1));
  }
};

nn::Model functional_wide_and_deep() {
  const Tensor wide = nn::Input({3}, {.name = "wide"});
  const Tensor deep = nn::Input({5}, {.name = "deep"});
  const auto hidden1 = nn::Dense(30, {.activation = "relu"})(deep);
  const auto hidden2 = nn::Dense(30, {.activation = "relu"})(hidden1);
  return nn::Model({wide, deep}, {nn::Dense(1)(nn::Concatenate()({wide, hidden2}))});
}

double largest_difference(const Tensor& a, const Tensor& b) { return reduce_max(abs(a - b)).item<double>(); }

}  // namespace

int main() try {
  set_seed(5);
  const Tensor wide = random::normal({1000, 3}), deep = random::normal({1000, 5});
  const Tensor y = reduce_sum(wide, 1, {.keepdims = true}) + sin(reduce_sum(deep, 1, {.keepdims = true}));

  nn::Model functional = functional_wide_and_deep();
  functional.summary();

  WideAndDeep subclassed;
  subclassed({wide.slice({0, 0}, {1, -1}), deep.slice({0, 0}, {1, -1})});  // the first call makes the weights
  subclassed.set_weights(functional.get_weights());
  std::printf("\nbefore training, the predictions differ by at most %g\n",
              largest_difference(functional.predict({wide, deep}), subclassed.predict({wide, deep})));

  // In the given order, for both to see the same batches.
  const nn::FitOptions options = {.epochs = 10, .verbose = 0, .validation_split = 0.1, .shuffle = false};
  const auto train = [&](nn::Model& model) {
    model.compile({.optimizer = optim::Adam({.learning_rate = 0.01}), .loss = "mse"});
    return model.fit({wide, deep}, y, options);
  };
  const nn::History a = train(functional), b = train(subclassed);

  std::printf("\n%5s %12s %12s %12s %12s\n", "epoch", "functional", "subclassed", "val", "val");
  for (std::size_t epoch = 0; epoch < a["loss"].size(); ++epoch)
    std::printf("%5zu %12.8f %12.8f %12.8f %12.8f\n", epoch + 1, a["loss"][epoch], b["loss"][epoch],
                a["val_loss"][epoch], b["val_loss"][epoch]);
  const double difference = largest_difference(functional.predict({wide, deep}), subclassed.predict({wide, deep}));
  std::printf("\nafter training, the predictions differ by at most %g\n", difference);
  return difference == 0 ? 0 : 1;
} catch (const Error& error) {
  std::fprintf(stderr, "wide_and_deep: %s\n", error.what());
  return 1;
}
