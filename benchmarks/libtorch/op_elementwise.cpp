// Elementwise ops on 16 million floats.

#include "op_cases.h"

int main(int count, char** arguments) {
  using namespace op_cases;
  using Inputs = const std::vector<Tensor>&;
  const Runner run(count, arguments);
  const Tensor x = values({16'000'000}, 1), y = values({16'000'000}, 2), positive = abs(x) + 0.1;
  run.both("op_add", {x, y}, [](Inputs t) { return t[0] + t[1]; });
  run.both("op_multiply", {x, y}, [](Inputs t) { return t[0] * t[1]; });
  run.both("op_divide", {x, positive}, [](Inputs t) { return t[0] / t[1]; });
  run.both("op_maximum", {x, y}, [](Inputs t) { return at::maximum(t[0], t[1]); });
  run.both("op_exp", {x}, [](Inputs t) { return at::exp(t[0]); });
  run.both("op_log", {positive}, [](Inputs t) { return at::log(t[0]); });
  run.both("op_sqrt", {positive}, [](Inputs t) { return at::sqrt(t[0]); });
  run.both("op_pow", {positive}, [](Inputs t) { return at::pow(t[0], 1.7); });
  run.both("op_sin", {x}, [](Inputs t) { return at::sin(t[0]); });
  run.both("op_tanh", {x}, [](Inputs t) { return at::tanh(t[0]); });
  run.both("op_sigmoid", {x}, [](Inputs t) { return at::sigmoid(t[0]); });
  run.both("op_relu", {x}, [](Inputs t) { return at::relu(t[0]); });
  run.both("op_gelu", {x}, [](Inputs t) { return at::gelu(t[0]); });
  run.both("op_erf", {x}, [](Inputs t) { return at::erf(t[0]); });
  run.both("op_softplus", {x}, [](Inputs t) { return at::softplus(t[0]); });
  run.both("op_where", {x, y}, [](Inputs t) { return at::where(t[0] > 0, t[0], t[1]); });
  run.both("op_chain", {x, y}, [](Inputs t) { return at::tanh(t[0] * t[1] + t[0]) * (1 - t[1]); });
  const Tensor matrix = values({4000, 4000}, 3), row = values({4000}, 4), column = values({4000, 1}, 5);
  run.both("op_add_row", {matrix, row}, [](Inputs t) { return t[0] + t[1]; });
  run.both("op_multiply_column", {matrix, column}, [](Inputs t) { return t[0] * t[1]; });
}
