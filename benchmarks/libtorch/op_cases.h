#pragma once
// Single ops, forward, and forward with the gradients of every floating-point input. ../op_cases.h is its twin.

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>

#include <string>
#include <vector>

#include "../synthetic_data.h"
#include "../timing.h"

namespace op_cases {

using torch::Tensor;
using Shape = std::vector<std::int64_t>;

inline Tensor values(const Shape& shape, std::uint64_t seed) {
  std::int64_t count = 1;
  for (const std::int64_t length : shape) count *= length;
  std::vector<float> numbers = synthetic::uniform(static_cast<std::size_t>(count), seed);
  for (float& number : numbers) number = 2 * number - 1;
  return torch::from_blob(numbers.data(), shape).clone();
}

inline Tensor indices(std::int64_t count, std::int64_t limit, std::uint64_t seed) {
  synthetic::Generator generator(seed);
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(count));
  for (std::int64_t& number : numbers)
    number = static_cast<std::int64_t>(generator.bits() % static_cast<std::uint64_t>(limit));
  return torch::from_blob(numbers.data(), {count}, torch::kInt64).clone();
}

class Runner {
 public:
  Runner(int count, char** arguments) : threads_(timing::thread_argument(count, arguments)) {
    at::set_num_threads(threads_);
  }

  template <class Op>
  void forward(const std::string& name, const std::vector<Tensor>& inputs, Op op) const {
    Tensor y;
    timing::Timing timing{};
    {
      const c10::InferenceMode inference;
      std::vector<Tensor> plain;
      for (const Tensor& input : inputs) plain.push_back(input.clone());
      timing = timing::measure(3, 0.15, [&] { y = op(plain); });
      timing::report(name, threads_, "ms", 1e3, timing, mean(y));
    }
  }

  template <class Op>
  void both(const std::string& name, const std::vector<Tensor>& inputs, Op op) const {
    forward(name, inputs, op);
    std::vector<Tensor> all, watched;
    for (const Tensor& input : inputs) {
      all.push_back(input.is_floating_point() ? input.detach().clone().requires_grad_() : input);
      if (input.is_floating_point()) watched.push_back(all.back());
    }
    const Tensor upstream = values(op(all).sizes().vec(), 99);
    std::vector<Tensor> gradients;
    const timing::Timing timing = timing::measure(3, 0.15, [&] {
      gradients.clear();
      const Tensor y = op(all);
      gradients = torch::autograd::grad({y}, watched, {upstream});
    });
    timing::report(name + "_gradient", threads_, "ms", 1e3, timing, mean(gradients[0]));
  }

 private:
  static double mean(const Tensor& x) { return x.to(torch::kFloat32).abs().mean().item<double>(); }
  int threads_;
};

}  // namespace op_cases
