#include "gradtape/nn/early_stopping.h"

#include <cmath>

#include "callbacks/monitor.h"
#include "gradtape/nn/model.h"
#include "training/progress_bar.h"

namespace gradtape::nn {

EarlyStopping::EarlyStopping(EarlyStoppingOptions options)
    : options_(std::move(options)), greater_(larger_is_better("EarlyStopping", options_.mode, options_.monitor)) {}

bool EarlyStopping::improves(double value, double reference) const {
  const double margin = std::abs(options_.min_delta);
  return greater_ ? value - margin > reference : value + margin < reference;
}

void EarlyStopping::on_train_begin(Logs&) {
  best_ = worst(greater_);
  best_epoch_ = wait_ = stopped_epoch_ = 0;
  best_weights_.clear();
}

void EarlyStopping::on_epoch_end(int epoch, Logs& logs) {
  const double* found = logs.find(options_.monitor);
  if (found == nullptr) return warn_unavailable("Early stopping", options_.monitor, logs);
  if (epoch < options_.start_from_epoch) return;
  const double current = *found;
  // Should no epoch be an improvement, the first one's weights are the best there are.
  if (options_.restore_best_weights && best_weights_.empty()) best_weights_ = model().get_weights();
  ++wait_;
  if (improves(current, best_)) {
    best_ = current;
    best_epoch_ = epoch;
    if (options_.restore_best_weights) best_weights_ = model().get_weights();
    if (!options_.baseline || improves(current, *options_.baseline)) {
      wait_ = 0;
      return;
    }
  }
  if (wait_ < options_.patience || epoch == 0) return;
  stopped_epoch_ = epoch;
  model().set_stop_training(true);
  if (!options_.restore_best_weights) return;
  if (options_.verbose > 0)
    print_line("Restoring model weights from the end of the best epoch: " + std::to_string(best_epoch_ + 1) + ".");
  model().set_weights(best_weights_);
}

void EarlyStopping::on_train_end(Logs&) {
  if (stopped_epoch_ > 0 && options_.verbose > 0)
    print_line("Epoch " + std::to_string(stopped_epoch_ + 1) + ": early stopping");
}

}  // namespace gradtape::nn
