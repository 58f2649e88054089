// Reductions of 16 million floats over each axis, scans and orders.

#include "op_cases.h"

int main(int count, char** arguments) {
  using namespace op_cases;
  using Inputs = const std::vector<Tensor>&;
  const Runner run(count, arguments);
  const Tensor matrix = values({4000, 4000}, 1), cube = values({250, 256, 250}, 2), small = values({1000, 1000}, 3);
  run.both("op_sum", {matrix}, [](Inputs t) { return reduce_sum(t[0]); });
  run.both("op_sum_rows", {matrix}, [](Inputs t) { return reduce_sum(t[0], 1); });
  run.both("op_sum_columns", {matrix}, [](Inputs t) { return reduce_sum(t[0], 0); });
  run.both("op_sum_middle", {cube}, [](Inputs t) { return reduce_sum(t[0], 1); });
  run.both("op_mean_outer", {cube}, [](Inputs t) { return reduce_mean(t[0], {0, 2}); });
  run.both("op_max_rows", {matrix}, [](Inputs t) { return reduce_max(t[0], 1); });
  run.both("op_max_columns", {matrix}, [](Inputs t) { return reduce_max(t[0], 0); });
  run.both("op_prod_rows", {matrix}, [](Inputs t) { return reduce_prod(t[0], 1); });
  run.both("op_std_rows", {matrix}, [](Inputs t) { return reduce_std(t[0], 1); });
  run.both("op_logsumexp_rows", {matrix}, [](Inputs t) { return reduce_logsumexp(t[0], 1); });
  run.forward("op_argmax_rows", {matrix}, [](Inputs t) { return argmax(t[0], 1); });
  run.forward("op_argmax_columns", {matrix}, [](Inputs t) { return argmax(t[0], 0); });
  run.both("op_cumsum_rows", {matrix}, [](Inputs t) { return cumsum(t[0], 1); });
  run.both("op_cumsum_columns", {matrix}, [](Inputs t) { return cumsum(t[0], 0); });
  run.both("op_sort_rows", {small}, [](Inputs t) { return sort(t[0], -1); });
  run.both("op_top_k", {small}, [](Inputs t) { return top_k(t[0], 10).values; });
}
