#pragma once
// Why a gradient does not exist, in a sentence.

#include <string>

#include "gradtape/autograd/tape.h"
#include "tape/log.h"

namespace gradtape::detail {

struct ExplainRequest {
  const Log& log;
  std::uint64_t tape;
  std::size_t first;
  bool watches_variables;
};

/// "" when the gradient exists.
std::string explain(const ExplainRequest& request, const Tensor& target, const Source& source);

}  // namespace gradtape::detail
