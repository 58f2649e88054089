#pragma once
// Callback: what is told how the training goes.

#include <concepts>
#include <functional>
#include <memory>
#include <type_traits>

#include "gradtape/nn/logs.h"

namespace gradtape::nn {

class Model;

/// What fit() was asked for.
struct TrainingParams {
  int verbose = 1;
  int epochs = 1;
  std::int64_t steps = -1;  ///< batches in an epoch; -1 while they are not known
};

/// tf.keras.callbacks.Callback. Epochs and batches count from 0. The logs of a batch hold the means over the epoch so
/// far; those of an epoch's end also hold the validation's, as "val_loss". What a callback adds to the logs of an
/// epoch's end is seen by the callbacks after it and by the History.
class Callback {
 public:
  virtual ~Callback() = default;

  virtual void on_train_begin(Logs&) {}
  virtual void on_train_end(Logs&) {}
  virtual void on_epoch_begin(int /*epoch*/, Logs&) {}
  virtual void on_epoch_end(int /*epoch*/, Logs&) {}
  virtual void on_train_batch_begin(int batch, Logs& logs) { on_batch_begin(batch, logs); }
  virtual void on_train_batch_end(int batch, Logs& logs) { on_batch_end(batch, logs); }
  virtual void on_batch_begin(int /*batch*/, Logs&) {}
  virtual void on_batch_end(int /*batch*/, Logs&) {}
  virtual void on_test_begin(Logs&) {}
  virtual void on_test_end(Logs&) {}
  virtual void on_test_batch_begin(int /*batch*/, Logs&) {}
  virtual void on_test_batch_end(int /*batch*/, Logs&) {}
  virtual void on_predict_begin(Logs&) {}
  virtual void on_predict_end(Logs&) {}
  virtual void on_predict_batch_begin(int /*batch*/, Logs&) {}
  virtual void on_predict_batch_end(int /*batch*/, Logs&) {}

  /// The model in training. Throws FailedPreconditionError outside of fit, evaluate and predict.
  Model& model() const;
  void set_model(Model* model) { model_ = model; }
  const TrainingParams& params() const { return params_; }
  void set_params(const TrainingParams& params) { params_ = params; }

 private:
  Model* model_ = nullptr;
  TrainingParams params_;
};

/// A callback in a list: a temporary is kept, a variable is referred to, so that it can be looked at after the
/// training; it must outlive it.
class CallbackHandle {
 public:
  template <class C>
  requires std::derived_from<std::remove_cvref_t<C>, Callback> CallbackHandle(C&& callback) {
    if constexpr (std::is_lvalue_reference_v<C>)
      callback_ = std::shared_ptr<Callback>(std::shared_ptr<void>(), &callback);
    else
      callback_ = std::make_shared<C>(std::move(callback));
  }
  template <std::derived_from<Callback> C>
  CallbackHandle(std::shared_ptr<C> callback) : callback_(std::move(callback)) {}

  Callback* operator->() const { return callback_.get(); }
  Callback& operator*() const { return *callback_; }

 private:
  std::shared_ptr<Callback> callback_;
};

struct LambdaCallbackOptions {
  std::function<void(int epoch, Logs& logs)> on_epoch_begin = {};
  std::function<void(int epoch, Logs& logs)> on_epoch_end = {};
  std::function<void(int batch, Logs& logs)> on_batch_begin = {};
  std::function<void(int batch, Logs& logs)> on_batch_end = {};
  std::function<void(Logs& logs)> on_train_begin = {};
  std::function<void(Logs& logs)> on_train_end = {};
};

/// tf.keras.callbacks.LambdaCallback.
class LambdaCallback : public Callback {
 public:
  explicit LambdaCallback(LambdaCallbackOptions options) : options_(std::move(options)) {}
  void on_epoch_begin(int epoch, Logs& logs) override;
  void on_epoch_end(int epoch, Logs& logs) override;
  void on_batch_begin(int batch, Logs& logs) override;
  void on_batch_end(int batch, Logs& logs) override;
  void on_train_begin(Logs& logs) override;
  void on_train_end(Logs& logs) override;

 private:
  LambdaCallbackOptions options_;
};

/// tf.keras.callbacks.TerminateOnNaN: ends the training when the loss is NaN or infinite.
class TerminateOnNaN : public Callback {
 public:
  void on_epoch_begin(int epoch, Logs&) override { epoch_ = epoch; }
  void on_batch_end(int batch, Logs& logs) override;

 private:
  int epoch_ = 0;
};

}  // namespace gradtape::nn
