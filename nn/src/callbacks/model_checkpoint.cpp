#include "gradtape/nn/model_checkpoint.h"

#include <fmt/args.h>
#include <fmt/format.h>

#include "callbacks/monitor.h"
#include "gradtape/autograd/error.h"
#include "gradtape/nn/model.h"
#include "saving/formats.h"
#include "training/progress_bar.h"

namespace gradtape::nn {
namespace {

std::string filled_in(const std::string& path, int epoch, const Logs& logs) {
  fmt::dynamic_format_arg_store<fmt::format_context> arguments;
  arguments.push_back(fmt::arg("epoch", epoch + 1));
  for (const auto& [name, value] : logs) arguments.push_back(fmt::arg(name.c_str(), value));
  try {
    return fmt::vformat(path, arguments);
  } catch (const fmt::format_error& error) {
    throw InvalidArgumentError("ModelCheckpoint: the path \"" + path + "\" cannot be filled in (" + error.what() +
                               "); there are: epoch, " + logs.names());
  }
}

}  // namespace

ModelCheckpoint::ModelCheckpoint(std::string filepath, ModelCheckpointOptions options)
    : filepath_(std::move(filepath)),
      options_(std::move(options)),
      greater_(larger_is_better("ModelCheckpoint", options_.mode, options_.monitor)),
      best_(options_.initial_value_threshold.value_or(worst(greater_))) {}

void ModelCheckpoint::on_train_begin(Logs&) { require_weights_format(filepath_); }

void ModelCheckpoint::on_epoch_end(int epoch, Logs& logs) {
  if (!options_.save_best_only) return save(epoch, logs, "");
  const double* current = logs.find(options_.monitor);
  if (current == nullptr) return warn_unavailable("Can save best model only", options_.monitor, logs);
  if (greater_ ? *current > best_ : *current < best_) {
    save(epoch, logs, fmt::format("{} improved from {:.5f} to {:.5f}, ", options_.monitor, best_, *current));
    best_ = *current;
  } else if (options_.verbose > 0) {
    print_line(fmt::format("\nEpoch {}: {} did not improve from {:.5f}", epoch + 1, options_.monitor, best_));
  }
}

void ModelCheckpoint::save(int epoch, const Logs& logs, const std::string& reason) {
  const std::string path = filled_in(filepath_, epoch, logs);
  if (options_.verbose > 0)
    print_line("\nEpoch " + std::to_string(epoch + 1) + ": " + (reason + "saving model to ") + path);
  if (options_.save_weights_only)
    model().save_weights(path);
  else
    model().save(path);
}

}  // namespace gradtape::nn
