// Reductions of 16 million floats over each axis, scans and orders.

#include "op_cases.h"

int main(int count, char** arguments) {
  using namespace op_cases;
  using Inputs = const std::vector<Tensor>&;
  const Runner run(count, arguments);
  const Tensor matrix = values({4000, 4000}, 1), cube = values({250, 256, 250}, 2), small = values({1000, 1000}, 3);
  run.both("op_sum", {matrix}, [](Inputs t) { return t[0].sum(); });
  run.both("op_sum_rows", {matrix}, [](Inputs t) { return t[0].sum(1); });
  run.both("op_sum_columns", {matrix}, [](Inputs t) { return t[0].sum(0); });
  run.both("op_sum_middle", {cube}, [](Inputs t) { return t[0].sum(1); });
  run.both("op_mean_outer", {cube}, [](Inputs t) { return at::mean(t[0], at::IntArrayRef({0, 2})); });
  run.both("op_max_rows", {matrix}, [](Inputs t) { return at::amax(t[0], 1); });
  run.both("op_max_columns", {matrix}, [](Inputs t) { return at::amax(t[0], 0); });
  run.both("op_prod_rows", {matrix}, [](Inputs t) { return t[0].prod(1); });
  run.both("op_std_rows", {matrix}, [](Inputs t) { return at::std(t[0], 1, false); });
  run.both("op_logsumexp_rows", {matrix}, [](Inputs t) { return at::logsumexp(t[0], 1); });
  run.forward("op_argmax_rows", {matrix}, [](Inputs t) { return at::argmax(t[0], 1); });
  run.forward("op_argmax_columns", {matrix}, [](Inputs t) { return at::argmax(t[0], 0); });
  run.both("op_cumsum_rows", {matrix}, [](Inputs t) { return at::cumsum(t[0], 1); });
  run.both("op_cumsum_columns", {matrix}, [](Inputs t) { return at::cumsum(t[0], 0); });
  run.both("op_sort_rows", {small}, [](Inputs t) { return std::get<0>(at::sort(t[0], -1)); });
  run.both("op_top_k", {small}, [](Inputs t) { return std::get<0>(at::topk(t[0], 10)); });
}
