// What networks are made of beside products: softmax and its losses, normalisation, attention, dropout. LibTorch 1.13
// has no public op for attention without weights of its own: it is written as its documentation writes it.

#include <cmath>

#include "op_cases.h"

int main(int count, char** arguments) {
  using namespace op_cases;
  using Inputs = const std::vector<Tensor>&;
  const Runner run(count, arguments);
  const Tensor logits = values({8192, 1000}, 1), labels = indices(8192, 1000, 2);
  const Tensor targets = at::softmax(values({8192, 1000}, 3), -1);
  run.both("op_softmax", {logits}, [](Inputs t) { return at::softmax(t[0], -1); });
  run.both("op_log_softmax", {logits}, [](Inputs t) { return at::log_softmax(t[0], -1); });
  run.both("op_softmax_columns", {logits}, [](Inputs t) { return at::softmax(t[0], 0); });
  run.both("op_sparse_cross_entropy", {logits, labels},
           [](Inputs t) { return at::cross_entropy_loss(t[0], t[1], {}, at::Reduction::None); });
  run.both("op_cross_entropy", {logits},
           [&](Inputs t) { return at::cross_entropy_loss(t[0], targets, {}, at::Reduction::None); });
  run.both("op_sigmoid_cross_entropy", {logits}, [&](Inputs t) {
    return at::binary_cross_entropy_with_logits(t[0], targets, {}, {}, at::Reduction::None);
  });
  const Tensor scale = values({1024}, 4), offset = values({1024}, 5);
  run.both("op_layer_norm_1024", {values({8192, 1024}, 6), scale, offset},
           [](Inputs t) { return at::layer_norm(t[0], {1024}, t[1], t[2]); });
  run.both("op_layer_norm_768", {values({32, 256, 768}, 7), values({768}, 8), values({768}, 9)},
           [](Inputs t) { return at::layer_norm(t[0], {768}, t[1], t[2]); });
  run.both("op_batch_norm",
           {values({64, 32, 32, 64}, 10).permute({0, 3, 1, 2}).contiguous(), values({64}, 11), values({64}, 12)},
           [](Inputs t) { return at::batch_norm(t[0], t[1], t[2], {}, {}, true, 0.1, 1e-5, false); });
  run.both("op_attention", {values({8, 8, 256, 64}, 13), values({8, 8, 256, 64}, 14), values({8, 8, 256, 64}, 15)},
           [](Inputs t) {
             const Tensor scores = at::matmul(t[0], t[1].transpose(-2, -1)) / std::sqrt(64.0);
             return at::matmul(at::softmax(scores, -1), t[2]);
           });
  run.both("op_dropout", {values({16'000'000}, 16)}, [](Inputs t) { return at::dropout(t[0], 0.5, true); });
}
