#pragma once
// The walk from targets back to sources over a range of a log.

#include <cstdint>

#include "tape/log.h"
#include "tensor/pool_allocator.h"

namespace gradtape::detail {

struct BackwardRequest {
  std::uint64_t tape;
  std::size_t first;           // the tape's first entry
  PooledVector<Edge> targets;  // no_edge for a target that the tape does not know
  PooledVector<Tensor> seeds;  // one for each target
  PooledVector<Edge> sources;  // no_edge likewise
  bool free_as_it_goes;        // the tape will not be asked again
};

/// Writes the gradient for each source to `gradients`; an empty Tensor where there is none.
void backward(Log& log, const BackwardRequest& request, Tensor* gradients);

}  // namespace gradtape::detail
