#pragma once
// The walk from targets back to sources over a range of a log.

#include <cstdint>
#include <vector>

#include "tape/log.h"

namespace gradtape::detail {

struct BackwardRequest {
  std::uint64_t tape;
  std::size_t first;               // the tape's first entry
  std::vector<Edge> targets;       // no_edge for a target that the tape does not know
  std::vector<Tensor> seeds;       // one for each target
  std::vector<Edge> sources;       // no_edge likewise
  bool free_as_it_goes;            // the tape will not be asked again
};

/// The gradient for each source, an empty Tensor where there is none.
std::vector<Tensor> backward(Log& log, const BackwardRequest& request);

}  // namespace gradtape::detail
