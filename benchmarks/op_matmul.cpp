// Products of square matrices, of batches of small ones, and of a matrix and a vector.

#include "op_cases.h"

int main(int count, char** arguments) {
  using namespace op_cases;
  using Inputs = const std::vector<Tensor>&;
  const Runner run(count, arguments);
  const auto product = [](Inputs t) { return matmul(t[0], t[1]); };
  for (const int n : {64, 128, 256, 512, 1024, 2048})
    run.both("op_matmul_" + std::to_string(n), {values({n, n}, 1), values({n, n}, 2)}, product);
  run.both("op_matmul_batch", {values({256, 64, 64}, 3), values({256, 64, 64}, 4)}, product);
  run.both("op_matvec", {values({2048, 2048}, 5), values({2048, 1}, 6)}, product);
}
