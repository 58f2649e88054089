#pragma once
// Model: a layer that can be trained, saved and loaded.

#include "gradtape/nn/history.h"
#include "gradtape/nn/layer.h"
#include "gradtape/nn/training_options.h"

namespace gradtape::nn {

struct ModelOptions {
  std::string name = {};
  bool trainable = true;
};

struct SummaryOptions {
  int line_length = 0;  ///< 0: 65, or 98 for a model of the functional API with branches
  /// Receives each line, without its end; by default they are printed.
  std::function<void(const std::string& line)> print_fn = {};
};

struct ModelAccess;
struct ModelCore;

/// tf.keras.Model. Derive from it and override call(), or make one of symbolic tensors. A handle, as every layer:
/// copies share weights, compilation and all.
class Model : public Layer {
 public:
  /// For a subclass.
  explicit Model(ModelOptions options = {});
  /// The functional API: the layers between these symbolic tensors, which nn::Input makes. Throws
  /// InvalidArgumentError where an output does not come from the inputs through layers alone.
  Model(const Tensors& inputs, const Tensors& outputs, ModelOptions options = {});

  /// Builds all layers by a call on zeros of this shape, its batch axis included; -1 stands for a length that is not
  /// known.
  void build(const Shape& input) override;
  /// The same for a model with several inputs.
  void build(const std::vector<Shape>& inputs);

  /// tf.keras.Model.compile. Throws InvalidArgumentError for a loss_weights of another length than there are losses.
  void compile(CompileOptions options);
  bool compiled() const;

  /// tf.keras.Model.fit. x and y: tensors with one sample for each index of their first axis. Throws, before anything
  /// has changed: FailedPreconditionError before compile, InvalidArgumentError for no samples, different numbers of
  /// them in x and y, a batch size or number of epochs below 1.
  History fit(const Tensors& x, const Tensors& y, const FitOptions& options = {}, Where where = Where::here());
  /// The batches of a dataset, in its order. Without end it needs steps_per_epoch, and then goes on from epoch to
  /// epoch; where the data run out, the training ends.
  History fit(const Batches& dataset, const FitOptions& options = {}, Where where = Where::here());

  /// tf.keras.Model.evaluate: the mean loss and the metrics, also by name: scores[0], scores["accuracy"].
  Scores evaluate(const Tensors& x, const Tensors& y, const EvaluateOptions& options = {},
                  Where where = Where::here());
  Scores evaluate(const Batches& dataset, const EvaluateOptions& options = {}, Where where = Where::here());

  /// tf.keras.Model.predict: the outputs for all samples, computed batch by batch and not recorded.
  Tensors predict(const Tensors& x, const PredictOptions& options = {}, Where where = Where::here());
  Tensors predict(const Batches& dataset, const PredictOptions& options = {}, Where where = Where::here());

  /// One update; the loss and metrics of this batch alone.
  Scores train_on_batch(const Tensors& x, const Tensors& y, Where where = Where::here());
  Scores test_on_batch(const Tensors& x, const Tensors& y, Where where = Where::here());
  Tensors predict_on_batch(const Tensors& x, Where where = Where::here());

  /// The one that compile was given. Throws FailedPreconditionError before compile.
  optim::Optimizer& optimizer();
  /// "loss", then the metrics.
  std::vector<std::string> metrics_names() const;

  /// Callbacks end the training after the current batch with set_stop_training(true).
  bool stop_training() const;
  void set_stop_training(bool stop);

  /// tf.keras.Model.summary: the table of layers. Throws FailedPreconditionError before the model is built.
  void summary(const SummaryOptions& options = {}) const;

  /// Writes the weights; ".safetensors" is the format there is. Throws UnimplementedError for another extension,
  /// PermissionDeniedError where the file cannot be written; the file is complete or not changed.
  void save_weights(const std::string& path) const;
  /// Reads weights into a built model of the same structure: by name where all names agree, else in their order.
  /// Throws NotFoundError, DataLossError for a damaged file, InvalidArgumentError for weights that do not fit; the
  /// model changes only when all is well.
  void load_weights(const std::string& path);
  /// As save_weights for ".safetensors"; whole models come with ".keras" and ".h5". Throws UnimplementedError.
  void save(const std::string& path) const;

 protected:
  Tensors call(const Tensors& inputs, bool training) override;
  std::shared_ptr<Layer> clone() const override;

 private:
  friend struct ModelAccess;
  std::shared_ptr<ModelCore> core_;
};

/// tf.keras.models.load_model. Throws UnimplementedError: whole models are not written yet.
Model load_model(const std::string& path);

}  // namespace gradtape::nn
