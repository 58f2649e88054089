#include "gradtape/nn/callback.h"

#include <cmath>

#include "callbacks/callback_list.h"
#include "gradtape/autograd/error.h"
#include "gradtape/nn/history.h"
#include "gradtape/nn/model.h"
#include "training/progress_bar.h"

namespace gradtape::nn {

Model& Callback::model() const {
  if (model_ == nullptr)
    throw FailedPreconditionError("a callback has a model only while fit(), evaluate() or predict() runs");
  return *model_;
}

CallbackList::CallbackList(const std::vector<CallbackHandle>& callbacks, Model& model, const TrainingParams& params)
    : callbacks_(callbacks) {
  for (const CallbackHandle& callback : callbacks_) callback->set_model(&model);
  set_params(params);
}

CallbackList::~CallbackList() {
  for (const CallbackHandle& callback : callbacks_) callback->set_model(nullptr);
}

void CallbackList::set_params(const TrainingParams& params) {
  for (const CallbackHandle& callback : callbacks_) callback->set_params(params);
}

void LambdaCallback::on_epoch_begin(int epoch, Logs& logs) {
  if (options_.on_epoch_begin) options_.on_epoch_begin(epoch, logs);
}
void LambdaCallback::on_epoch_end(int epoch, Logs& logs) {
  if (options_.on_epoch_end) options_.on_epoch_end(epoch, logs);
}
void LambdaCallback::on_batch_begin(int batch, Logs& logs) {
  if (options_.on_batch_begin) options_.on_batch_begin(batch, logs);
}
void LambdaCallback::on_batch_end(int batch, Logs& logs) {
  if (options_.on_batch_end) options_.on_batch_end(batch, logs);
}
void LambdaCallback::on_train_begin(Logs& logs) {
  if (options_.on_train_begin) options_.on_train_begin(logs);
}
void LambdaCallback::on_train_end(Logs& logs) {
  if (options_.on_train_end) options_.on_train_end(logs);
}

void TerminateOnNaN::on_batch_end(int batch, Logs& logs) {
  const double* loss = logs.find("loss");
  if (loss == nullptr || std::isfinite(*loss)) return;
  print_line("Batch " + std::to_string(batch) + ": Invalid loss, terminating training (in epoch " +
             std::to_string(epoch_ + 1) + ")");
  model().set_stop_training(true);
}

const std::vector<double>* Series::find(std::string_view name) const {
  for (const Entry& entry : entries_)
    if (entry.first == name) return &entry.second;
  return nullptr;
}

const std::vector<double>& Series::at(std::string_view name) const {
  if (const std::vector<double>* found = find(name)) return *found;
  std::string names;
  for (const Entry& entry : entries_) names += (names.empty() ? "" : ", ") + entry.first;
  throw NotFoundError("the history has no " + std::string(name) + "; there are: " + names);
}

void Series::append(std::string_view name, double value) {
  for (Entry& entry : entries_)
    if (entry.first == name) return entry.second.push_back(value);
  entries_.emplace_back(name, std::vector<double>{value});
}

void History::on_train_begin(Logs&) {
  history.clear();
  epoch.clear();
}

void History::on_epoch_end(int number, Logs& logs) {
  epoch.push_back(number);
  for (const auto& [name, value] : logs) history.append(name, value);
}

}  // namespace gradtape::nn
