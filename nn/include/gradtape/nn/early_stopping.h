#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gradtape/autograd/tensor.h"
#include "gradtape/nn/callback.h"

namespace gradtape::nn {

struct EarlyStoppingOptions {
  std::string monitor = "val_loss";
  double min_delta = 0;
  int patience = 0;
  int verbose = 0;
  std::string mode = "auto";  ///< "min", "max"; "auto": "max" for names that end in acc, accuracy or auc
  std::optional<double> baseline = {};
  bool restore_best_weights = false;
  int start_from_epoch = 0;
};

/// tf.keras.callbacks.EarlyStopping: ends the training when the monitored number has not improved by more than
/// min_delta for `patience` epochs. Where the number does not exist, it warns on std::cerr and does nothing. Throws
/// InvalidArgumentError for an unknown mode.
class EarlyStopping : public Callback {
 public:
  explicit EarlyStopping(EarlyStoppingOptions options = {});
  void on_train_begin(Logs& logs) override;
  void on_epoch_end(int epoch, Logs& logs) override;
  void on_train_end(Logs& logs) override;

  double best() const { return best_; }
  int best_epoch() const { return best_epoch_; }
  int wait() const { return wait_; }
  /// The epoch at which it ended the training; 0 when it did not.
  int stopped_epoch() const { return stopped_epoch_; }

 private:
  bool improves(double value, double reference) const;
  EarlyStoppingOptions options_;
  bool greater_;
  double best_ = 0;
  int best_epoch_ = 0, wait_ = 0, stopped_epoch_ = 0;
  std::vector<Tensor> best_weights_;
};

}  // namespace gradtape::nn
