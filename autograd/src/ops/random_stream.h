#pragma once
// Random streams, for ops that draw numbers themselves.

#include <cstdint>
#include <optional>

#include "kernels/random.h"

namespace gradtape::detail {

/// The process's next stream, or that of a seed.
kernels::PhiloxStream stream_for(const std::optional<std::uint64_t>& seed);

}  // namespace gradtape::detail
