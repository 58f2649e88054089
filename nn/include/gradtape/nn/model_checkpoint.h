#pragma once

#include <optional>
#include <string>

#include "gradtape/nn/callback.h"

namespace gradtape::nn {

struct ModelCheckpointOptions {
  std::string monitor = "val_loss";
  int verbose = 0;
  bool save_best_only = false;
  bool save_weights_only = false;
  std::string mode = "auto";  ///< as EarlyStopping's
  std::optional<double> initial_value_threshold = {};
};

/// tf.keras.callbacks.ModelCheckpoint: saves the model at the end of each epoch, or of those in which the monitored
/// number is the best so far. The path may contain {epoch:02d} and the logs' names, {val_loss:.2f}. Throws
/// InvalidArgumentError for an unknown mode and a name that the logs do not have; when the training begins,
/// UnimplementedError for a format that cannot be written.
class ModelCheckpoint : public Callback {
 public:
  explicit ModelCheckpoint(std::string filepath, ModelCheckpointOptions options = {});
  void on_train_begin(Logs& logs) override;
  void on_epoch_end(int epoch, Logs& logs) override;
  double best() const { return best_; }

 private:
  void save(int epoch, const Logs& logs, const std::string& reason);
  std::string filepath_;
  ModelCheckpointOptions options_;
  bool greater_;
  double best_;
};

}  // namespace gradtape::nn
