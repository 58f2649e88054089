#include "callbacks/monitor.h"

#include <iostream>

#include "gradtape/autograd/error.h"

namespace gradtape::nn {

bool larger_is_better(const char* callback, const std::string& mode, const std::string& monitor) {
  if (mode == "min") return false;
  if (mode == "max") return true;
  if (mode != "auto")
    throw InvalidArgumentError(std::string(callback) + ": unknown mode \"" + mode +
                               "\"; there are \"auto\", \"min\" and \"max\"");
  return monitor.ends_with("acc") || monitor.ends_with("accuracy") || monitor.ends_with("auc");
}

void warn_unavailable(const char* what, const std::string& monitor, const Logs& logs) {
  std::cerr << "WARNING: " + std::string(what) + " conditioned on metric `" + monitor +
                   "` which is not available. Available metrics are: " + logs.names() + "\n";
}

}  // namespace gradtape::nn
