#pragma once

#include "callbacks/callback_list.h"
#include "training/progress_bar.h"
#include "training/step.h"

namespace gradtape::nn {

/// The loss and metrics over all batches, or the first `steps`; written to the logs under prefix + name. The bar may
/// be null.
void run_evaluation(Model& model, Compilation& compilation, BatchSource& batches, std::optional<std::int64_t> steps,
                    const CallbackList& callbacks, ProgressBar* bar, Logs& logs, const char* prefix, Where where);

/// Throws InvalidArgumentError for batches without end that no number of steps limits.
void require_end(const char* function, const BatchSource& batches, std::optional<std::int64_t> steps,
                 const char* option);

}  // namespace gradtape::nn
