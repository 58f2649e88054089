#pragma once
// Random words in groups of 64, which is what the loops that turn them into numbers work on.
//
// Word w (0 to 3) of block g * 16 + lane of a stream is word w * 16 + lane of its group g: 16 blocks are computed
// side by side in registers and stored without being shuffled into the blocks' order.

#include <algorithm>
#include <cstdint>

#include "isa.h"
#include "parallel.h"
#include "random.h"
#include "random_table.h"

namespace gradtape::kernels {

/// The 64 words of one group. Integers only: every instruction set gives the same.
inline GroupFunction philox_group() { return pick(baseline::philox_group, avx2::philox_group, avx512::philox_group); }

/// Calls fill(words, out) for each group of a stream; fill writes `per_group` elements, which become y[0], y[1], ...
template <int per_group, class T, class Fill>
void fill_groups(PhiloxStream stream, T* y, std::int64_t n, const Fill& fill) {
  constexpr std::int64_t groups_per_task = 65536 / per_group;
  const GroupFunction group_of = philox_group();
  parallel_for((n + per_group - 1) / per_group, groups_per_task, [&](std::int64_t begin, std::int64_t end) {
    alignas(64) std::uint32_t words[group_words];
    // Copied, so that the compiler sees that writing y does not change it.
    const Fill fill_one = fill;
    for (std::int64_t g = begin; g < end; ++g) {
      group_of(stream, static_cast<std::uint64_t>(g), words);
      const std::int64_t first = g * per_group;
      if (first + per_group <= n) {
        fill_one(words, y + first);
      } else {
        alignas(64) T last[per_group];
        fill_one(words, last);
        std::copy_n(last, n - first, y + first);
      }
    }
  });
}

}  // namespace gradtape::kernels
