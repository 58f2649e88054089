#include <doctest/doctest.h>

#include <iostream>
#include <sstream>

#include "gradtape/autograd/autograd.h"
#include "gradtape/optim/optim.h"

using namespace gradtape;

namespace {

std::vector<float> values_of(const Tensor& tensor) {
  const auto data = tensor.data<float>();
  return {data.begin(), data.end()};
}

/// What std::cerr receives while it lives.
class CapturedErrors {
 public:
  CapturedErrors() : old_(std::cerr.rdbuf(text_.rdbuf())) {}
  ~CapturedErrors() { std::cerr.rdbuf(old_); }
  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::streambuf* old_;
};

/// Moves against the sign of the gradient and counts its updates in a slot.
struct SignRule : optim::UpdateRule {
  std::string name() const override { return "SignRule"; }
  std::vector<optim::Slot> slots() const override { return {{.name = "count", .initial_value = 3}}; }
  void update(Variable& variable, const Tensor& gradient, std::span<Variable> slots,
              const optim::UpdateStep& step) override {
    variable.assign_sub(step.learning_rate * sign(gradient));
    slots[0].assign_add(1);
  }
};

template <class F>
std::string message_of(const F& f) {
  try {
    f();
  } catch (const InvalidArgumentError& error) {
    return error.what();
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a recorded value stays as it was through apply_gradients") {
  optim::SGD optimizer({.learning_rate = 0.5});
  Variable w(constant({1.f, 2.f, 3.f}));
  GradientTape tape({.persistent = true});
  const Tensor loss = reduce_sum(w * w);
  const Tensor first = tape.gradient(loss, w);
  optimizer.apply_gradients({first}, {w});
  CHECK(values_of(w) == std::vector<float>{0, 0, 0});
  CHECK(values_of(tape.gradient(loss, w)) == std::vector<float>{2, 4, 6});
}

TEST_CASE("a tensor that the user took from a variable stays as it was") {
  for (optim::Optimizer optimizer :
       {optim::Optimizer(optim::SGD({.learning_rate = 1})), optim::Optimizer(optim::SGD({.momentum = 0.5})),
        optim::Optimizer(optim::Adam({.amsgrad = true}))}) {
    Variable w(constant({1.f, 2.f}));
    optimizer.apply_gradients({constant({1.f, 1.f})}, {w});
    const Tensor kept = w.value(), row = w.value()[0];
    const std::vector<float> before = values_of(kept);
    std::vector<Tensor> kept_slots;
    std::vector<std::vector<float>> slots_before;
    for (const Variable& slot : optimizer.variables()) {
      kept_slots.push_back(slot.value());
      slots_before.push_back(values_of(slot));
    }
    optimizer.apply_gradients({constant({1.f, 1.f})}, {w});
    CHECK(values_of(kept) == before);
    CHECK(row.item<float>() == before[0]);
    CHECK(values_of(w) != before);
    for (std::size_t i = 0; i < kept_slots.size(); ++i) CHECK(values_of(kept_slots[i]) == slots_before[i]);
  }
}

TEST_CASE("a training loop updates in place and asks the system for no memory") {
  optim::Adam optimizer;
  Variable w(ones({64, 8})), b(zeros({8}));
  const Tensor x = ones({16, 64});
  const void* data = nullptr;
  [[maybe_unused]] std::uint64_t allocations = 0;
  for (int step = 0; step < 20; ++step) {
    GradientTape tape;
    const Tensor loss = reduce_mean(square(matmul(x, w) + b));
    optimizer.apply_gradients(tape.gradient(loss, w, b), {w, b});
    if (step == 5) {
      data = w.value().data<float>().data();
      allocations = memory_statistics().system_allocations;
    }
  }
  CHECK(w.value().data<float>().data() == data);
#ifndef __SANITIZE_ADDRESS__  // which switches the pool off
  CHECK(memory_statistics().system_allocations == allocations);
#endif
}

TEST_CASE("variables keep their slots when the list changes") {
  optim::SGD optimizer({.learning_rate = 1, .momentum = 0.5});
  Variable a(0.f, {.name = "a"}), b(0.f, {.name = "b"});
  const Tensor one = constant(1.f);
  optimizer.apply_gradients({one, one}, {a, b});  // velocities -1, -1
  optimizer.apply_gradients({one}, {b});          // -1.5
  optimizer.apply_gradients({one, one}, {b, a});  // -1.75 and -1.5
  CHECK(a.value().item<float>() == doctest::Approx(-2.5));
  CHECK(b.value().item<float>() == doctest::Approx(-4.25));
  CHECK(optimizer.iterations() == 3);
  REQUIRE(optimizer.variables().size() == 2);
  CHECK(optimizer.variables()[0].name() == "a/momentum");
  CHECK_FALSE(optimizer.variables()[0].trainable());
}

TEST_CASE("copies of an optimizer share its state") {
  optim::Optimizer optimizer = optim::SGD({.learning_rate = 1});
  optim::Optimizer copy = optimizer;
  Variable w(0.f);
  copy.apply_gradients({constant(1.f)}, {w});
  CHECK(optimizer.iterations() == 1);
  optimizer.set_learning_rate(0.25);
  CHECK(copy.learning_rate() == 0.25);
}

TEST_CASE("pairs of gradient and variable are the same as two lists") {
  optim::SGD optimizer({.learning_rate = 1});
  Variable a(0.f), b(0.f);
  optimizer.apply_gradients({{constant(1.f), a}, {constant(2.f), b}});
  CHECK(a.value().item<float>() == -1);
  CHECK(b.value().item<float>() == -2);
}

TEST_CASE("a schedule gives the learning rate by the number of updates made") {
  optim::SGD optimizer({.learning_rate = [](std::int64_t step) { return 1.0 / static_cast<double>(1 + step); }});
  Variable w(0.f);
  for (int step = 0; step < 3; ++step) optimizer.apply_gradients({constant(1.f)}, {w});
  CHECK(w.value().item<double>() == doctest::Approx(-(1 + 1.0 / 2 + 1.0 / 3)));
  CHECK(optimizer.has_schedule());
  CHECK(optimizer.learning_rate() == 0.25);
  optimizer.set_learning_rate(0.1);
  CHECK_FALSE(optimizer.has_schedule());
  CHECK_THROWS_AS(optimizer.set_learning_rate(-1), InvalidArgumentError);
  CHECK(optimizer.learning_rate() == 0.1);
}

TEST_CASE("a user's own rule gets its slots and the step") {
  optim::Optimizer optimizer(SignRule(), 0.5);
  Variable w(constant({1.f, 2.f}));
  optimizer.apply_gradients({constant({-3.f, 4.f})}, {w});
  optimizer.apply_gradients({constant({-3.f, 0.f})}, {w});
  CHECK(values_of(w) == std::vector<float>{2, 1.5f});
  CHECK(values_of(optimizer.variables()[0]) == std::vector<float>{5, 5});
  CHECK(optimizer.name() == "SignRule");
}

TEST_CASE("a variable without a gradient stays as it is, with one warning") {
  optim::SGD optimizer({.learning_rate = 1});
  Variable used(1.f, {.name = "used"}), unused(1.f, {.name = "unused"});
  CapturedErrors errors;
  for (int step = 0; step < 2; ++step) {
    GradientTape tape;
    const Tensor loss = 2 * used;
    optimizer.apply_gradients(tape.gradient(loss, used, unused), {used, unused});
  }
  CHECK(used.value().item<float>() == -3);
  CHECK(unused.value().item<float>() == 1);
  CHECK(contains(errors.text(), "unused"));
  CHECK(errors.text().find('\n') == errors.text().size() - 1);
}

TEST_CASE("no gradient at all is an error that says why") {
  optim::SGD optimizer;
  Variable w(1.f, {.name = "kernel"});
  GradientTape tape;
  const Tensor gradient = tape.gradient(constant(1.f), w);
  const std::string message = message_of([&] { optimizer.apply_gradients({gradient}, {w}); });
  CHECK(contains(message, "kernel"));
  CHECK(contains(message, gradient.why_empty()));
  CHECK(optimizer.iterations() == 0);
}

TEST_CASE("gradients that do not fit are refused before anything changes") {
  optim::SGD optimizer({.learning_rate = 1});
  Variable a(constant({1.f, 1.f})), b(constant({1.f, 1.f}), {.name = "b"});
  const Tensor good = constant({1.f, 1.f});
  const std::string shapes = message_of([&] { optimizer.apply_gradients({good, constant({1.f})}, {a, b}); });
  CHECK(contains(shapes, "(1,)"));
  CHECK(contains(shapes, "(2,)"));
  const std::string dtypes = message_of([&] { optimizer.apply_gradients({good, cast(good, float64)}, {a, b}); });
  CHECK(contains(dtypes, "float64"));
  CHECK_THROWS_AS(optimizer.apply_gradients({good}, {a, b}), InvalidArgumentError);
  Variable counter(constant({1, 2}));
  CHECK_THROWS_AS(optimizer.apply_gradients({constant({1, 2})}, {counter}), InvalidArgumentError);
  CHECK(values_of(a) == std::vector<float>{1, 1});
  CHECK(optimizer.iterations() == 0);
}

TEST_CASE("an optimizer is known by its name") {
  CHECK(optim::Optimizer("sgd").name() == "SGD");
  CHECK(optim::Optimizer(std::string("Adam")).name() == "Adam");
  CHECK(optim::Optimizer("SGD").learning_rate() == 0.01);
  CHECK(optim::Optimizer("adam").learning_rate() == 0.001);
  const std::string message = message_of([] { optim::Optimizer("sdg"); });
  CHECK(contains(message, "'sdg'"));
  CHECK(contains(message, "'sgd'"));
  CHECK(contains(message, "'adam'"));
  CHECK_FALSE(optim::Optimizer());
  CHECK_THROWS_AS(optim::Optimizer().iterations(), FailedPreconditionError);
}
