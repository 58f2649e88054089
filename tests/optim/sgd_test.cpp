#include "trajectory.h"

using namespace gradtape;
using trajectory::compare;
using trajectory::gradient;
using trajectory::length;
using trajectory::start;

namespace {

struct Particle {
  std::vector<double> w, v = std::vector<double>(length, 0.0);
  Particle() {
    for (int i = 0; i < length; ++i) w.push_back(start(i));
  }
};

}  // namespace

TEST_CASE("SGD subtracts the learning rate times the gradient") {
  for (const DType dtype : {float64, float32}) {
    Particle p;
    compare(optim::SGD({.learning_rate = 0.05}), dtype,
            [&](int i, int step) { return p.w[i] -= 0.05 * gradient(i, step); });
  }
}

TEST_CASE("SGD with momentum follows Keras's recurrence") {
  for (const DType dtype : {float64, float32}) {
    Particle p;
    compare(optim::SGD({.learning_rate = 0.05, .momentum = 0.9}), dtype, [&](int i, int step) {
      p.v[i] = 0.9 * p.v[i] - 0.05 * gradient(i, step);
      return p.w[i] += p.v[i];
    });
  }
}

TEST_CASE("SGD with Nesterov momentum looks ahead") {
  for (const DType dtype : {float64, float32}) {
    Particle p;
    compare(optim::SGD({.learning_rate = 0.05, .momentum = 0.9, .nesterov = true}), dtype, [&](int i, int step) {
      p.v[i] = 0.9 * p.v[i] - 0.05 * gradient(i, step);
      return p.w[i] += 0.9 * p.v[i] - 0.05 * gradient(i, step);
    });
  }
}

TEST_CASE("the first two steps of momentum on w^2 / 2 are those of Keras's documentation") {
  // From w = 1 with learning rate 0.1 and momentum 0.9: the steps are 0.1 and 0.18.
  optim::SGD optimizer({.learning_rate = 0.1, .momentum = 0.9});
  Variable w(1.0f);
  double before = 1;
  for (const double step : {0.1, 0.18}) {
    GradientTape tape;
    const Tensor loss = square(w) / 2;
    optimizer.apply_gradients({tape.gradient(loss, w)}, {w});
    CHECK(before - w.value().item<double>() == doctest::Approx(step).epsilon(1e-6));
    before = w.value().item<double>();
  }
}

TEST_CASE("SGD refuses a momentum outside [0, 1] and a negative learning rate") {
  CHECK_THROWS_AS(optim::SGD({.momentum = 1.5}), InvalidArgumentError);
  CHECK_THROWS_AS(optim::SGD({.momentum = -0.1}), InvalidArgumentError);
  CHECK_THROWS_AS(optim::SGD({.learning_rate = -0.1}), InvalidArgumentError);
  CHECK_THROWS_AS(optim::SGD({.learning_rate = std::nan("")}), InvalidArgumentError);
  CHECK_NOTHROW(optim::SGD({.learning_rate = 0, .momentum = 1}));
}
