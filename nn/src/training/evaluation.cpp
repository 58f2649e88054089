#include "training/evaluation.h"

#include <algorithm>

#include "gradtape/autograd/detail_annotation.h"
#include "gradtape/autograd/error.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "training/tensor_batches.h"

namespace gradtape::nn {
namespace {

std::int64_t expected_steps(const BatchSource& batches, std::optional<std::int64_t> limit) {
  const std::int64_t all = batches.batches();
  if (!limit) return all;
  return all < 0 ? *limit : std::min(all, *limit);
}

Scores evaluate_batches(Model& model, BatchSource& batches, const EvaluateOptions& options, Where where) {
  Compilation& compilation = compilation_for(model, "evaluate");
  require_end("evaluate", batches, options.steps, "steps");
  const std::int64_t steps = expected_steps(batches, options.steps);
  const CallbackList callbacks(options.callbacks, model, {options.verbose, 1, steps});
  ProgressBar bar(options.verbose, progress_output());
  bar.begin(steps);
  Logs logs;
  run_evaluation(model, compilation, batches, options.steps, callbacks, &bar, logs, "", where);
  bar.finish(logs);
  return logs;
}

// All outputs, joined batch by batch.
class Outputs {
 public:
  void add(const Tensors& outputs) {
    if (parts_.empty()) parts_.resize(outputs.size());
    for (std::size_t i = 0; i < outputs.size(); ++i) parts_[i].push_back(outputs[i]);
  }
  Tensors joined() {
    std::vector<Tensor> result;
    for (std::vector<Tensor>& parts : parts_)
      result.push_back(parts.size() == 1 ? parts[0] : concat(Tensors(std::move(parts)), 0));
    return result;
  }

 private:
  std::vector<std::vector<Tensor>> parts_;
};

Tensors predict_batches(Model& model, BatchSource& batches, const PredictOptions& options, Where where) {
  require_end("predict", batches, options.steps, "steps");
  const gradtape::detail::NoRecording no_recording;
  const std::int64_t steps = expected_steps(batches, options.steps);
  const CallbackList callbacks(options.callbacks, model, {options.verbose, 1, steps});
  ProgressBar bar(options.verbose, progress_output());
  bar.begin(steps);
  Logs logs;
  Outputs outputs;
  callbacks.notify(&Callback::on_predict_begin, logs);
  batches.restart();
  Tensors x, y;
  std::int64_t step = 0;
  while ((!options.steps || step < *options.steps) && batches.next(x, y)) {
    callbacks.notify(&Callback::on_predict_batch_begin, static_cast<int>(step), logs);
    outputs.add(model(x, {.training = false}, where));
    callbacks.notify(&Callback::on_predict_batch_end, static_cast<int>(step), logs);
    bar.update(++step, logs);
  }
  if (step == 0) throw InvalidArgumentError("predict: the dataset has no batches");
  callbacks.notify(&Callback::on_predict_end, logs);
  bar.finish(logs);
  return outputs.joined();
}

}  // namespace

void require_end(const char* function, const BatchSource& batches, std::optional<std::int64_t> steps,
                 const char* option) {
  if (batches.endless() && !steps)
    throw InvalidArgumentError(std::string(function) + ": the dataset has no end; say with ." + option +
                               " how many batches to take");
}

void run_evaluation(Model& model, Compilation& compilation, BatchSource& batches, std::optional<std::int64_t> steps,
                    const CallbackList& callbacks, ProgressBar* bar, Logs& logs, const char* prefix, Where where) {
  Totals totals(compilation, model);
  Logs own;
  callbacks.notify(&Callback::on_test_begin, own);
  batches.restart();
  Tensors x, y;
  std::int64_t step = 0;
  while ((!steps || step < *steps) && batches.next(x, y)) {
    callbacks.notify(&Callback::on_test_batch_begin, static_cast<int>(step), own);
    test_batch(model, compilation, x, y, totals, where);
    totals.write(own);
    callbacks.notify(&Callback::on_test_batch_end, static_cast<int>(step), own);
    ++step;
    if (bar != nullptr) bar->update(step, own);
  }
  if (step == 0) throw InvalidArgumentError("evaluate: the dataset has no batches");
  callbacks.notify(&Callback::on_test_end, own);
  totals.write(logs, prefix);
}

Scores Model::evaluate(const Tensors& x, const Tensors& y, const EvaluateOptions& options, Where where) {
  compilation_for(*this, "evaluate");
  check_samples("evaluate", x, &y, options.batch_size);
  TensorBatches batches(x, y, options.batch_size, false);
  return evaluate_batches(*this, batches, options, where);
}

Scores Model::evaluate(const Batches& dataset, const EvaluateOptions& options, Where where) {
  return evaluate_batches(*this, *dataset, options, where);
}

Tensors Model::predict(const Tensors& x, const PredictOptions& options, Where where) {
  const std::int64_t count = check_samples("predict", x, nullptr, options.batch_size);
  if (count <= options.batch_size && options.callbacks.empty() && options.verbose == 0 && !options.steps)
    return predict_on_batch(x, where);
  TensorBatches batches(x, {}, options.batch_size, false);
  return predict_batches(*this, batches, options, where);
}

Tensors Model::predict(const Batches& dataset, const PredictOptions& options, Where where) {
  return predict_batches(*this, *dataset, options, where);
}

Scores Model::train_on_batch(const Tensors& x, const Tensors& y, Where where) {
  Compilation& compilation = compilation_for(*this, "train_on_batch");
  check_samples("train_on_batch", x, &y, 1);
  Totals totals(compilation, *this);
  train_batch(*this, compilation, x, y, totals, where);
  Scores scores;
  totals.write(scores);
  return scores;
}

Scores Model::test_on_batch(const Tensors& x, const Tensors& y, Where where) {
  Compilation& compilation = compilation_for(*this, "test_on_batch");
  check_samples("test_on_batch", x, &y, 1);
  Totals totals(compilation, *this);
  test_batch(*this, compilation, x, y, totals, where);
  Scores scores;
  totals.write(scores);
  return scores;
}

Tensors Model::predict_on_batch(const Tensors& x, Where where) {
  const gradtape::detail::NoRecording no_recording;
  return (*this)(x, {.training = false}, where);
}

}  // namespace gradtape::nn
