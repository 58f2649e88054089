#pragma once
// What the two networks have in common on LibTorch's side.

#include <torch/nn.h>
#include <torch/optim.h>
#include <torch/types.h>

#include "../synthetic_data.h"

namespace classifier {

/// A dense layer with Keras's initial weights.
inline torch::nn::Linear dense(int inputs, int outputs) {
  torch::nn::Linear layer(inputs, outputs);
  torch::nn::init::xavier_uniform_(layer->weight);
  torch::nn::init::zeros_(layer->bias);
  return layer;
}

inline torch::nn::Sequential network(int hidden1, int hidden2) {
  using namespace torch::nn;
  return Sequential(dense(synthetic::Images::pixels, hidden1), ReLU(), dense(hidden1, hidden2), ReLU(),
                    dense(hidden2, synthetic::Images::classes));
}

/// One epoch over shuffled batches; the mean loss. The batches are gathered with index_select: LibTorch's DataLoader
/// would stack them from single samples.
inline double train_epoch(torch::nn::Sequential& model, torch::optim::Optimizer& optimizer, const torch::Tensor& x,
                          const torch::Tensor& y, int batch_size) {
  const torch::Tensor order = torch::randperm(y.size(0), torch::kInt64);
  std::vector<torch::Tensor> parameters = model->parameters();
  double total = 0;
  for (const torch::Tensor& indices : order.split(batch_size)) {
    const torch::Tensor images = x.index_select(0, indices), labels = y.index_select(0, indices);
    for (torch::Tensor& parameter : parameters) parameter.mutable_grad().reset();  // faster than zero_grad()
    const torch::Tensor loss = torch::nn::functional::cross_entropy(model->forward(images), labels);
    loss.backward();
    optimizer.step();
    total += loss.item<double>() * static_cast<double>(labels.size(0));
  }
  return total / static_cast<double>(y.size(0));
}

}  // namespace classifier
