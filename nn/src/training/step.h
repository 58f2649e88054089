#pragma once
// One batch: the loss, the update and the metrics.

#include "model_core.h"

namespace gradtape::nn {

/// The means over the batches so far, weighted with their sizes, and the metrics.
class Totals {
 public:
  Totals(Compilation& compilation, const Model& model);
  /// Starts again from nothing.
  void reset();
  void add(const Tensors& y, const Tensors& y_pred, double loss, const std::vector<double>& parts);
  void write(Logs& logs, const char* prefix = "") const;
  double last_loss() const { return last_loss_; }

 private:
  Compilation& compilation_;
  std::vector<std::string> part_names_;
  std::vector<double> part_sums_;  // of the outputs' own losses, where there are several
  double loss_sum_ = 0, samples_ = 0, last_loss_ = 0;
};

void train_batch(Model& model, Compilation& compilation, const Tensors& x, const Tensors& y, Totals& totals,
                 Where where);
void test_batch(Model& model, Compilation& compilation, const Tensors& x, const Tensors& y, Totals& totals,
                Where where);

}  // namespace gradtape::nn
