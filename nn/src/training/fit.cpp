#include <cmath>
#include <iostream>

#include "callbacks/callback_list.h"
#include "gradtape/autograd/error.h"
#include "training/evaluation.h"
#include "training/progress_bar.h"
#include "training/step.h"
#include "training/tensor_batches.h"

namespace gradtape::nn {
namespace {

struct Validation {
  std::shared_ptr<BatchSource> batches;  // null: none
  std::optional<std::int64_t> steps;
};

void check_options(const FitOptions& options) {
  const auto require = [](bool holds, const char* sentence, auto got) {
    if (!holds) throw InvalidArgumentError(std::string("fit: ") + sentence + ", got " + std::to_string(got));
  };
  require(options.epochs > 0, "there must be at least one epoch", options.epochs);
  require(options.initial_epoch >= 0, "the initial epoch counts from 0", options.initial_epoch);
  require(options.validation_split >= 0 && options.validation_split < 1, "validation_split is a share in [0, 1)",
          options.validation_split);
  require(options.validation_freq > 0, "validation_freq is at least 1", options.validation_freq);
  if (options.steps_per_epoch)
    require(*options.steps_per_epoch > 0, "steps_per_epoch is at least 1", *options.steps_per_epoch);
}

Validation validation_of(const FitOptions& options) {
  Validation validation{nullptr, options.validation_steps};
  const ValidationData& data = options.validation_data;
  if (data.source() != nullptr) {
    validation.batches = data.source();
    require_end("fit, validation_data", *validation.batches, options.validation_steps, "validation_steps");
  } else if (data) {
    const std::int64_t batch_size = options.validation_batch_size.value_or(options.batch_size);
    check_samples("fit, validation_data", data.x(), &data.y(), batch_size);
    validation.batches = std::make_shared<TensorBatches>(data.x(), data.y(), batch_size, false);
  }
  return validation;
}

// The first NaN of a training is named, unless a callback looks for it.
class NanWatch {
 public:
  explicit NanWatch(bool active) : active_(active) {}
  void look(double loss, int epoch, std::int64_t batch) {
    if (!active_ || !std::isnan(loss)) return;
    active_ = false;
    std::cerr << "WARNING: the loss is NaN from epoch " + std::to_string(epoch + 1) + ", batch " +
                     std::to_string(batch) + " on (nn::TerminateOnNaN ends the training there)\n";
  }

 private:
  bool active_;
};

class Fit {
 public:
  Fit(Model& model, Compilation& compilation, BatchSource& batches, Validation validation, const FitOptions& options,
      Where where)
      : model_(model),
        compilation_(compilation),
        batches_(batches),
        validation_(std::move(validation)),
        options_(options),
        where_(where),
        history_(std::make_shared<History>()),
        steps_(options.steps_per_epoch.value_or(batches.batches())),
        callbacks_(with_history(), model, params()),
        bar_(options.verbose, progress_output()),
        nan_watch_(!callbacks_.has<TerminateOnNaN>()) {}

  History run() {
    Totals totals(compilation_, model_);
    model_.set_stop_training(false);
    Logs logs;
    callbacks_.notify(&Callback::on_train_begin, logs);
    batches_.restart();
    for (int epoch = options_.initial_epoch; epoch < options_.epochs && !model_.stop_training(); ++epoch) {
      if (!options_.steps_per_epoch && epoch > options_.initial_epoch) batches_.restart();
      run_epoch(epoch, totals, logs);
    }
    callbacks_.notify(&Callback::on_train_end, logs);
    History result = *history_;
    result.set_model(nullptr);
    return result;
  }

 private:
  TrainingParams params() const { return {options_.verbose, options_.epochs, steps_}; }
  std::vector<CallbackHandle> with_history() const {
    std::vector<CallbackHandle> callbacks = options_.callbacks;
    callbacks.emplace_back(history_);
    return callbacks;
  }

  void run_epoch(int epoch, Totals& totals, Logs& logs) {
    logs.clear();
    bar_.print_epoch(epoch, options_.epochs);
    bar_.begin(steps_);
    callbacks_.notify(&Callback::on_epoch_begin, epoch, logs);
    totals.reset();
    const std::int64_t step = run_batches(epoch, totals, logs);
    if (step == 0) return;
    if (steps_ < 0) {
      steps_ = step;
      callbacks_.set_params(params());
    }
    if (validation_.batches != nullptr && (epoch + 1) % options_.validation_freq == 0)
      run_evaluation(model_, compilation_, *validation_.batches, validation_.steps, callbacks_, nullptr, logs, "val_",
                     where_);
    callbacks_.notify(&Callback::on_epoch_end, epoch, logs);
    bar_.finish(logs);
  }

  std::int64_t run_batches(int epoch, Totals& totals, Logs& logs) {
    Tensors x, y;
    std::int64_t step = 0;
    while (!options_.steps_per_epoch || step < *options_.steps_per_epoch) {
      if (!batches_.next(x, y)) {
        if (options_.steps_per_epoch) stop_for_lack_of_data(epoch, step);
        break;
      }
      const int batch = static_cast<int>(step);
      callbacks_.notify(&Callback::on_train_batch_begin, batch, logs);
      train_batch(model_, compilation_, x, y, totals, where_);
      nan_watch_.look(totals.last_loss(), epoch, step);
      totals.write(logs);
      callbacks_.notify(&Callback::on_train_batch_end, batch, logs);
      bar_.update(++step, logs);
      if (model_.stop_training()) break;
    }
    if (step == 0 && !options_.steps_per_epoch) throw InvalidArgumentError("fit: the dataset has no batches");
    return step;
  }

  void stop_for_lack_of_data(int epoch, std::int64_t step) {
    std::cerr << "WARNING: the data ran out in epoch " + std::to_string(epoch + 1) + " after " +
                     std::to_string(step) +
                     " steps, and the training ends; it needs steps_per_epoch * epochs batches: use repeat()\n";
    model_.set_stop_training(true);
  }

  Model& model_;
  Compilation& compilation_;
  BatchSource& batches_;
  Validation validation_;
  const FitOptions& options_;
  Where where_;
  std::shared_ptr<History> history_;
  std::int64_t steps_;
  CallbackList callbacks_;
  ProgressBar bar_;
  NanWatch nan_watch_;
};

}  // namespace

History Model::fit(const Tensors& x, const Tensors& y, const FitOptions& options, Where where) {
  Compilation& compilation = compilation_for(*this, "fit");
  check_options(options);
  const std::int64_t count = check_samples("fit", x, &y, options.batch_size);
  Validation validation = validation_of(options);
  std::int64_t train_count = count;
  if (options.validation_split > 0 && validation.batches == nullptr) {
    train_count = static_cast<std::int64_t>(std::floor(static_cast<double>(count) * (1 - options.validation_split)));
    if (train_count == 0 || train_count == count)
      throw InvalidArgumentError("fit: a validation_split of " + std::to_string(options.validation_split) + " of " +
                                 std::to_string(count) + " samples leaves none on one side");
    const std::int64_t batch_size = options.validation_batch_size.value_or(options.batch_size);
    validation.batches =
        std::make_shared<TensorBatches>(samples(x, train_count, count - train_count),
                                        samples(y, train_count, count - train_count), batch_size, false);
  }
  const bool all = train_count == count;
  TensorBatches batches(all ? x : samples(x, 0, train_count), all ? y : samples(y, 0, train_count),
                        options.batch_size, options.shuffle);
  return Fit(*this, compilation, batches, std::move(validation), options, where).run();
}

History Model::fit(const Batches& dataset, const FitOptions& options, Where where) {
  Compilation& compilation = compilation_for(*this, "fit");
  check_options(options);
  if (options.validation_split > 0)
    throw InvalidArgumentError("fit: validation_split needs tensors; split a dataset with take() and skip()");
  require_end("fit", *dataset, options.steps_per_epoch, "steps_per_epoch");
  return Fit(*this, compilation, *dataset, validation_of(options), options, where).run();
}

}  // namespace gradtape::nn
