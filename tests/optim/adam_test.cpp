#include <algorithm>

#include "trajectory.h"

using namespace gradtape;
using trajectory::compare;
using trajectory::gradient;
using trajectory::length;
using trajectory::start;

namespace {

struct Estimates {
  std::vector<double> w, m, v, largest;
  Estimates() : m(length), v(length), largest(length) {
    for (int i = 0; i < length; ++i) w.push_back(start(i));
  }
  /// Kingma and Ba's algorithm 1 with the two corrections drawn into the learning rate, and epsilon outside of them.
  double step(int i, int t, double rate, double beta_1, double beta_2, double epsilon, bool amsgrad) {
    const double g = gradient(i, t);
    m[i] = beta_1 * m[i] + (1 - beta_1) * g;
    v[i] = beta_2 * v[i] + (1 - beta_2) * g * g;
    largest[i] = std::max(largest[i], v[i]);
    const double corrected = rate * std::sqrt(1 - std::pow(beta_2, t)) / (1 - std::pow(beta_1, t));
    return w[i] -= corrected * m[i] / (std::sqrt(amsgrad ? largest[i] : v[i]) + epsilon);
  }
};

}  // namespace

TEST_CASE("Adam follows its recurrence") {
  for (const DType dtype : {float64, float32}) {
    Estimates p;
    compare(optim::Adam(), dtype, [&](int i, int t) { return p.step(i, t, 0.001, 0.9, 0.999, 1e-7, false); });
  }
}

TEST_CASE("Adam takes its hyperparameters") {
  Estimates p;
  compare(optim::Adam({.learning_rate = 0.02, .beta_1 = 0.8, .beta_2 = 0.9, .epsilon = 1e-3}), float64,
          [&](int i, int t) { return p.step(i, t, 0.02, 0.8, 0.9, 1e-3, false); });
}

TEST_CASE("amsgrad divides by the largest second moment so far") {
  // beta_2 = 0.5 forgets quickly, so that the largest is often not the newest.
  for (const DType dtype : {float64, float32}) {
    Estimates p;
    compare(optim::Adam({.learning_rate = 0.01, .beta_2 = 0.5, .amsgrad = true}), dtype,
            [&](int i, int t) { return p.step(i, t, 0.01, 0.9, 0.5, 1e-7, true); });
  }
}

TEST_CASE("Adam's first step has the length of the learning rate, as in Keras's documentation") {
  optim::Adam optimizer({.learning_rate = 0.1});
  Variable w(10.0f);
  GradientTape tape;
  const Tensor loss = square(w) / 2;
  optimizer.apply_gradients({tape.gradient(loss, w)}, {w});
  CHECK(w.value().item<double>() == doctest::Approx(9.9).epsilon(1e-6));
}

TEST_CASE("Adam refuses hyperparameters outside their ranges") {
  CHECK_THROWS_AS(optim::Adam({.beta_1 = 1.0}), InvalidArgumentError);
  CHECK_THROWS_AS(optim::Adam({.beta_2 = -0.5}), InvalidArgumentError);
  CHECK_THROWS_AS(optim::Adam({.epsilon = -1e-7}), InvalidArgumentError);
  CHECK_THROWS_AS(optim::Adam({.learning_rate = -1}), InvalidArgumentError);
}
