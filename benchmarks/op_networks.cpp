// What networks are made of beside products: softmax and its losses, normalisation, attention, dropout.

#include "op_cases.h"

int main(int count, char** arguments) {
  using namespace op_cases;
  using Inputs = const std::vector<Tensor>&;
  const Runner run(count, arguments);
  const Tensor logits = values({8192, 1000}, 1), labels = indices(8192, 1000, 2);
  const Tensor targets = softmax(values({8192, 1000}, 3));
  run.both("op_softmax", {logits}, [](Inputs t) { return softmax(t[0]); });
  run.both("op_log_softmax", {logits}, [](Inputs t) { return log_softmax(t[0]); });
  run.both("op_softmax_columns", {logits}, [](Inputs t) { return softmax(t[0], 0); });
  run.both("op_sparse_cross_entropy", {logits, labels},
           [](Inputs t) { return sparse_softmax_cross_entropy_with_logits(t[1], t[0]); });
  run.both("op_cross_entropy", {logits}, [&](Inputs t) { return softmax_cross_entropy_with_logits(targets, t[0]); });
  run.both("op_sigmoid_cross_entropy", {logits},
           [&](Inputs t) { return sigmoid_cross_entropy_with_logits(targets, t[0]); });
  const Tensor scale = values({1024}, 4), offset = values({1024}, 5);
  run.both("op_layer_norm_1024", {values({8192, 1024}, 6), scale, offset},
           [](Inputs t) { return layer_normalization(t[0], t[1], t[2], {.epsilon = 1e-5}); });
  run.both("op_layer_norm_768", {values({32, 256, 768}, 7), values({768}, 8), values({768}, 9)},
           [](Inputs t) { return layer_normalization(t[0], t[1], t[2], {.epsilon = 1e-5}); });
  run.both("op_batch_norm", {values({64, 32, 32, 64}, 10), values({64}, 11), values({64}, 12)},
           [](Inputs t) { return fused_batch_norm(t[0], t[1], t[2], {.epsilon = 1e-5}).y; });
  run.both("op_attention", {values({8, 8, 256, 64}, 13), values({8, 8, 256, 64}, 14), values({8, 8, 256, 64}, 15)},
           [](Inputs t) { return scaled_dot_product_attention(t[0], t[1], t[2]); });
  run.both("op_dropout", {values({16'000'000}, 16)}, [](Inputs t) { return dropout(t[0], 0.5); });
}
