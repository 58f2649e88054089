// A layer and a callback of one's own in a model that fit() trains.
//
// The columns of the inputs differ in size by a factor of 1,000. Scale multiplies each by a factor that it learns.

#include <gradtape/gradtape.h>

#include <cstdio>
#include <vector>

using namespace gradtape;

namespace {

class Scale : public nn::Layer {
 public:
  void build(const Shape& input) override { factor_.build({input.back()}); }

 protected:
  Tensors call(const Tensors& inputs, bool) override { return inputs * factor_; }

 private:
  Variable factor_ = add_weight("factor", {.initializer = "ones"});
};

// Keeps the loss of every batch, and halves the learning rate after epochs without progress.
struct LossHistory : nn::Callback {
  std::vector<double> batch_losses;
  double best = 1e30;

  void on_batch_end(int, nn::Logs& logs) override { batch_losses.push_back(logs["loss"]); }
  void on_epoch_end(int epoch, nn::Logs& logs) override {
    const double loss = logs["val_loss"];
    std::printf("epoch %2d  loss %.5f  val_loss %.5f\n", epoch + 1, logs["loss"], loss);
    if (loss < best) {
      best = loss;
      return;
    }
    optim::Optimizer& optimizer = model().optimizer();
    optimizer.set_learning_rate(optimizer.learning_rate() / 2);
    std::printf("          the learning rate is now %g\n", optimizer.learning_rate());
  }
};

}  // namespace

int main() try {
  set_seed(3);
  const Tensor sizes = constant({0.1f, 1.f, 10.f, 100.f});
  const Tensor x = random::normal({2000, 4}) * sizes;
  const Tensor y = reduce_sum(x / sizes, 1, {.keepdims = true}) + random::normal({2000, 1}, {.stddev = 0.1});

  Scale scale;
  nn::Sequential model({scale, nn::Dense(16, {.activation = "tanh"}), nn::Dense(1)});
  model.build({-1, 4});
  model.summary();
  model.compile({.optimizer = optim::Adam({.learning_rate = 0.02}), .loss = "mse"});

  LossHistory history;
  model.fit(x, y, {.batch_size = 50, .epochs = 20, .verbose = 0, .callbacks = {history}, .validation_split = 0.2});

  std::printf("\n%zu batches; the first had loss %.4f, the last %.4f\n", history.batch_losses.size(),
              history.batch_losses.front(), history.batch_losses.back());
  std::printf("the factors: %s\n", values_to_string(scale.get_weights()[0]).c_str());
} catch (const Error& error) {
  std::fprintf(stderr, "custom_layer: %s\n", error.what());
  return 1;
}
