#pragma once
// What the callbacks that watch one number have in common.

#include <limits>
#include <string>

#include "gradtape/nn/logs.h"

namespace gradtape::nn {

/// Whether larger is better. Throws InvalidArgumentError for another mode than "auto", "min" and "max".
bool larger_is_better(const char* callback, const std::string& mode, const std::string& monitor);
inline double worst(bool greater) {
  return greater ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
}
/// "Early stopping conditioned on ..." on std::cerr, when a monitored number does not exist.
void warn_unavailable(const char* what, const std::string& monitor, const Logs& logs);

}  // namespace gradtape::nn
