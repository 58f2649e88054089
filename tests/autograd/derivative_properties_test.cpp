// What must hold between the derivatives of every op of the table.
#include <doctest/doctest.h>

#include <cmath>

#include "gradtape/autograd/autograd.h"
#include "ops/sample.h"

using namespace gradtape;
using detail::OpRow;
using detail::Sample;

namespace {

std::string describe(const OpRow& row, const Sample& sample) {
  std::string text(row.name);
  for (const Tensor& input : sample.inputs) text += " " + to_string(input.shape());
  return text;
}

Tensor noise(const Shape& shape, std::uint64_t seed) {
  return random::uniform(shape, {.minval = -1, .maxval = 1, .dtype = float64, .seed = seed});
}

double dot(const Tensor& a, const Tensor& b) { return a && b ? reduce_sum(a * b).item<double>() : 0; }

double largest(const Tensor& x) { return x.num_elements() == 0 ? 0 : reduce_max(abs(x)).item<double>(); }

bool is_close(double a, double b, double tolerance, double scale) {
  return std::abs(a - b) <= tolerance * (1 + scale);
}

/// The samples of all differentiable ops whose results are float64.
template <class Check>
void for_each_sample(Check check) {
  for (const OpRow& row : detail::op_table()) {
    if (row.gradient_order == 0) continue;
    for (const Sample& sample : row.samples()) {
      const Tensor y = sample.call(sample.inputs);
      if (y.dtype() != float64) continue;
      INFO(describe(row, sample));
      check(row, sample, y.shape());
    }
  }
}

std::vector<Tensor> floating(const std::vector<Tensor>& inputs) {
  std::vector<Tensor> some;
  for (const Tensor& input : inputs)
    if (input.dtype() == float64) some.push_back(input);
  return some;
}

std::vector<Tensor> directions_for(const std::vector<Tensor>& primals) {
  std::vector<Tensor> directions;
  for (const Tensor& primal : primals) directions.push_back(noise(primal.shape(), 100 + directions.size()));
  return directions;
}

}  // namespace

TEST_CASE("op table: a gradient is linear in what arrives from above") {
  for_each_sample([](const OpRow&, const Sample& sample, const Shape& shape) {
    const std::vector<Tensor> inputs = floating(sample.inputs);
    GradientTape tape({.persistent = true, .watch_accessed_variables = false});
    for (const Tensor& input : inputs) tape.watch(input);
    const Tensor y = sample.call(sample.inputs);
    const auto pause = tape.stop_recording();
    const auto vjp_of = [&](const Tensor& u) { return tape.gradient(y, Sources(inputs), {.output_gradients = {u}}); };
    const Tensor u = noise(shape, 1), v = noise(shape, 2);
    const auto of_u = vjp_of(u), of_v = vjp_of(v), of_both = vjp_of(2.0 * u - 3.0 * v);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!of_both[i]) continue;
      const Tensor expected = 2.0 * of_u[i] - 3.0 * of_v[i];
      CHECK(largest(of_both[i] - expected) <= 1e-11 * (1 + largest(of_u[i]) + largest(of_v[i])));
    }
  });
}

TEST_CASE("op table: forward and reverse mode agree, <jvp(v), u> = <v, vjp(u)>") {
  for_each_sample([](const OpRow&, const Sample& sample, const Shape& shape) {
    const std::vector<Tensor> inputs = floating(sample.inputs), v = directions_for(inputs);
    if (inputs.empty()) return;
    ForwardAccumulator forward{Sources(inputs), Tensors(v)};
    GradientTape tape({.watch_accessed_variables = false});
    for (const Tensor& input : inputs) tape.watch(input);
    const Tensor y = sample.call(sample.inputs), u = noise(shape, 1);
    const Tensor tangent = forward.jvp(y);
    const auto gradients = tape.gradient(y, Sources(inputs), {.output_gradients = {u}});
    double there = 0, scale = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      there += dot(gradients[i], v[i]);
      if (gradients[i]) scale += largest(gradients[i]);
    }
    CHECK(is_close(dot(tangent, u), there, 1e-10, scale));
  });
}

TEST_CASE("op table: forward mode agrees with numeric differences") {
  constexpr double step = 1e-6;
  for_each_sample([](const OpRow&, const Sample& sample, const Shape&) {
    const std::vector<Tensor> inputs = floating(sample.inputs), v = directions_for(inputs);
    if (inputs.empty()) return;
    const auto moved = [&](double by) {
      std::vector<Tensor> arguments = sample.inputs;
      std::size_t next = 0;
      for (Tensor& argument : arguments)
        if (argument.dtype() == float64) argument = argument + by * v[next++];
      return sample.call(arguments);
    };
    ForwardAccumulator forward{Sources(inputs), Tensors(v)};
    const Tensor y = sample.call(sample.inputs);
    const Tensor tangent = forward.jvp(y, {.unconnected_gradients = UnconnectedGradients::zero});
    const Tensor numeric = (moved(step) - moved(-step)) / (2 * step);
    CHECK(largest(tangent - numeric) <= 1e-5 * (1 + largest(tangent)));
  });
}

TEST_CASE("op table: float32 gives what float64 gives, and so do its gradients") {
  const auto in_float32 = [](const std::vector<Tensor>& inputs) {
    std::vector<Tensor> single;
    for (const Tensor& input : inputs) single.push_back(input.dtype() == float64 ? cast(input, float32) : input);
    return single;
  };
  const auto results_of = [](const Sample& sample, const std::vector<Tensor>& inputs) {
    GradientTape tape({.watch_accessed_variables = false});
    for (const Tensor& input : inputs) tape.watch(input);
    std::vector<Tensor> results{sample.call(inputs)};
    for (const Tensor& gradient : tape.gradient(results[0], Sources(inputs))) results.push_back(gradient);
    return results;
  };
  int compared = 0;
  for (const OpRow& row : detail::op_table()) {
    for (const Sample& sample : row.samples()) {
      INFO(describe(row, sample));
      const std::vector<Tensor> exact = results_of(sample, sample.inputs);
      if (!is_floating(exact[0].dtype())) continue;
      std::vector<Tensor> single;
      try {
        single = results_of(sample, in_float32(sample.inputs));
      } catch (const InvalidArgumentError&) {
        continue;  // the sample has a float64 tensor of its own beside its inputs
      }
      for (std::size_t i = 0; i < exact.size(); ++i) {
        CHECK(static_cast<bool>(exact[i]) == static_cast<bool>(single[i]));
        if (!exact[i] || !single[i] || !is_floating(exact[i].dtype())) continue;
        REQUIRE(exact[i].shape() == single[i].shape());
        CHECK(largest(cast(single[i], float64) - cast(exact[i], float64)) <=
              1e-4 * (1e-2 + largest(cast(exact[i], float64))));
        ++compared;
      }
    }
  }
  CHECK(compared > 300);
}
