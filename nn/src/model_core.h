#pragma once
// What the copies of a model share beside its layer's state.

#include <memory>
#include <optional>
#include <vector>

#include "gradtape/nn/model.h"
#include "graph.h"

namespace gradtape::nn {

struct Compilation {
  optim::Optimizer optimizer;
  std::vector<Loss> losses;
  std::vector<double> loss_weights;
  std::vector<Metric> metrics;
  std::vector<std::string> metric_names;  // unique
};

struct ModelCore {
  std::unique_ptr<const Graph> graph;  // of the functional API

  std::vector<LayerHandle> sequence;
  Tensors head, tail;  // zeros for the first layer and what the last one gives; empty while they are not known

  std::optional<Compilation> compilation;
  bool stop_training = false;
};

struct ModelAccess {
  static ModelCore& core(const Model& model) { return *model.core_; }
};

/// Throws FailedPreconditionError before compile, and for a compile without a loss.
Compilation& compilation_for(const Model& model, const char* function);

/// Throws InvalidArgumentError when two of the model's layers have one name.
void check_unique_names(const Layer& model);

}  // namespace gradtape::nn
