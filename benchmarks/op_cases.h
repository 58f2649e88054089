#pragma once
// Single ops, forward, and forward with the gradients of every floating-point input. libtorch/op_cases.h is its twin.

#include <gradtape/gradtape.h>

#include <string>
#include <vector>

#include "synthetic_data.h"
#include "timing.h"

namespace op_cases {

using namespace gradtape;

/// float32 in [-1, 1), the same for both libraries.
inline Tensor values(const Shape& shape, std::uint64_t seed) {
  std::vector<float> numbers = synthetic::uniform(static_cast<std::size_t>(shape.num_elements()), seed);
  for (float& number : numbers) number = 2 * number - 1;
  return constant(numbers, shape);
}

/// int64 in [0, limit).
inline Tensor indices(std::int64_t count, std::int64_t limit, std::uint64_t seed) {
  synthetic::Generator generator(seed);
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(count));
  for (std::int64_t& number : numbers)
    number = static_cast<std::int64_t>(generator.bits() % static_cast<std::uint64_t>(limit));
  return constant(numbers);
}

class Runner {
 public:
  Runner(int count, char** arguments) : threads_(timing::thread_argument(count, arguments)) {
    set_num_threads(threads_);
  }

  /// `op` takes the list of inputs and gives a float32 tensor.
  template <class Op>
  void forward(const std::string& name, const std::vector<Tensor>& inputs, Op op) const {
    Tensor y;
    const timing::Timing timing = timing::measure(3, 0.15, [&] { y = op(inputs); });
    timing::report(name, threads_, "ms", 1e3, timing, mean(y));
  }

  template <class Op>
  void both(const std::string& name, const std::vector<Tensor>& inputs, Op op) const {
    forward(name, inputs, op);
    const Tensor upstream = values(op(inputs).shape(), 99);
    std::vector<Tensor> gradients;
    const timing::Timing timing = timing::measure(3, 0.15, [&] {
      gradients.clear();
      GradientTape tape;
      std::vector<Tensor> watched;
      for (const Tensor& input : inputs)
        if (is_floating(input.dtype())) watched.push_back(input);
      tape.watch(watched);
      const Tensor y = op(inputs);
      gradients = tape.gradient(y, Sources(watched), {.output_gradients = {upstream}});
    });
    timing::report(name + "_gradient", threads_, "ms", 1e3, timing, mean(gradients[0]));
  }

 private:
  static double mean(const Tensor& x) { return reduce_mean(abs(cast(x, float32))).item<double>(); }
  int threads_;
};

}  // namespace op_cases
