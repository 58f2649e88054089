// Ops that move 16 million floats.

#include "op_cases.h"

int main(int count, char** arguments) {
  using namespace op_cases;
  using Inputs = const std::vector<Tensor>&;
  const Runner run(count, arguments);
  const Tensor matrix = values({4000, 4000}, 1), batch = values({64, 500, 500}, 2), half = values({4000, 2000}, 3),
               other = values({4000, 2000}, 8);
  const Tensor table = values({100'000, 128}, 4), rows = indices(125'000, 100'000, 5),
               columns = indices(4000, 4000, 6);
  run.both("op_transpose", {matrix}, [](Inputs t) { return transpose(t[0]); });
  run.both("op_transpose_batch", {batch}, [](Inputs t) { return transpose(t[0], {0, 2, 1}); });
  run.both("op_transpose_outer", {batch}, [](Inputs t) { return transpose(t[0], {1, 0, 2}); });
  run.both("op_concat_rows", {half, other}, [](Inputs t) { return concat({t[0], t[1]}, 0); });
  run.both("op_concat_columns", {half, other}, [](Inputs t) { return concat({t[0], t[1]}, 1); });
  run.both("op_slice_columns", {matrix}, [](Inputs t) { return slice(t[0], {0, 1000}, {4000, 2000}); });
  run.both("op_tile", {half}, [](Inputs t) { return tile(t[0], {1, 2}); });
  run.both("op_pad", {matrix}, [](Inputs t) { return pad(t[0], {{1, 1}, {1, 1}}); });
  run.both("op_reverse_columns", {matrix}, [](Inputs t) { return reverse(t[0], {1}); });
  run.both("op_gather_rows", {table, rows}, [](Inputs t) { return gather(t[0], t[1]); });
  run.both("op_gather_columns", {matrix, columns}, [](Inputs t) { return gather(t[0], t[1], 1); });
  const Tensor updates = values({125'000, 128}, 7), places = expand_dims(rows, 1);
  run.both("op_scatter_add", {table, places, updates},
           [](Inputs t) { return tensor_scatter_nd_add(t[0], t[1], t[2]); });
}
