#pragma once
// Philox for the sixteen blocks of a group at once, compiled once per instruction set.

#include <cstdint>

#include "random.h"

namespace gradtape::kernels {

inline constexpr int group_lanes = 16;
inline constexpr int group_words = 4 * group_lanes;

/// Philox's multipliers, and what is added to its key after each round.
inline constexpr std::uint32_t philox_multipliers[2] = {0xD2511F53U, 0xCD9E8D57U};
inline constexpr std::uint32_t philox_increments[2] = {0x9E3779B9U, 0xBB67AE85U};
inline constexpr int philox_rounds = 10;

using GroupFunction = void (*)(PhiloxStream stream, std::uint64_t group, std::uint32_t* words);

namespace baseline {
extern const GroupFunction philox_group;
}
namespace avx2 {
extern const GroupFunction philox_group;
}
namespace avx512 {
extern const GroupFunction philox_group;
}

}  // namespace gradtape::kernels
