// A model whose depth depends on its input: it learns log2(x) by halving x until x is small.
//
// call() is plain C++, so the loop is a while loop, and the tape records as many turns as it takes. What one turn
// adds is a weight. Trained on numbers up to 1,000, the model has to find that each halving adds one; then it is
// right for numbers of any size.

#include <gradtape/autograd/gradcheck.h>
#include <gradtape/gradtape.h>

#include <cmath>
#include <cstdio>

using namespace gradtape;

namespace {

// Halves the elements above 2, and adds a learned amount to the totals of these.
class Halve : public nn::Layer {
 public:
  explicit Halve(DType dtype) : nn::Layer({.dtype = dtype}) {}
  void build(const Shape&) override { amount_.build({1}); }
  Tensor amount() const { return amount_; }

 protected:
  Tensors call(const Tensors& inputs, bool) override {
    const Tensor &x = inputs[0], &total = inputs[1];
    const Tensor large = x > 2;
    return {where(large, x / 2, x), where(large, total + amount_, total)};
  }

 private:
  Variable amount_ = add_weight("amount", {.initializer = "zeros"});
};

class Log2 : public nn::Model {
 public:
  explicit Log2(DType dtype = float32)
      : halve(dtype), hidden(16, {.activation = "tanh", .dtype = dtype}), output(1, {.dtype = dtype}) {}

  Halve halve;
  nn::Dense hidden, output;
  int turns = 0;  // of the last call

 protected:
  Tensors call(const Tensors& inputs, bool) override {
    Tensor x = inputs, total = zeros_like(x);
    turns = 0;
    do {
      const Tensors next = halve({x, total});
      x = next[0];
      total = next[1];
      ++turns;
    } while (reduce_max(x).item<double>() > 2);
    return total + output(hidden(x));
  }
};

// Columns of numbers in [1, 2^octaves), evenly spread on a logarithmic scale.
Tensor draw(std::int64_t count, double octaves, DType dtype = float32) {
  return exp(random::uniform({count, 1}, {.maxval = octaves * std::log(2.0), .dtype = dtype}));
}

Tensor exact_log2(const Tensor& x) { return log(x) / std::log(2.0); }

}  // namespace

int main() try {
  set_seed(7);
  Log2 model;
  optim::Adam optimizer({.learning_rate = 0.01});
  for (int step = 1; step <= 2000; ++step) {
    if (step == 1501) optimizer.set_learning_rate(0.001);
    const Tensor x = draw(64, 10);
    GradientTape tape;
    const Tensor loss = reduce_mean(square(model(x) - exact_log2(x)));
    optimizer.apply_gradients(tape.gradient(loss, model.trainable_variables()), model.trainable_variables());
    if (step == 1 || step % 250 == 0)
      std::printf("step %4d  loss %9.6f  one halving adds %.4f\n", step, loss.item<double>(),
                  model.halve.amount().item<double>());
  }

  std::printf("\n%14s %6s %10s %10s\n", "x", "turns", "model", "log2(x)");
  for (const double x : {1.5, 6.0, 100.0, 1000.0, 1e6, 1e12}) {
    const Tensor y = model(full({1, 1}, x));
    std::printf("%14.6g %6d %10.4f %10.4f\n", x, model.turns, y.item<double>(), std::log2(x));
  }

  // The gradients through the loop, against central differences, in float64 and with respect to every weight.
  Log2 exact(float64);
  exact(ones({1, 1}, float64));
  const std::vector<Tensor> trained = model.get_weights();
  std::vector<Tensor> weights;
  for (const Tensor& weight : trained) weights.push_back(cast(weight, float64));
  exact.set_weights(weights);
  const Tensor x = draw(4, 10, float64);
  std::vector<Source> sources;
  for (const Variable& weight : exact.trainable_variables()) sources.emplace_back(weight);
  const GradcheckReport report = gradcheck([&] { return Tensor(exact(x)); }, sources);
  std::printf("\ngradcheck: %s\n", report.message.c_str());
  return report ? 0 : 1;
} catch (const Error& error) {
  std::fprintf(stderr, "dynamic_model: %s\n", error.what());
  return 1;
}
