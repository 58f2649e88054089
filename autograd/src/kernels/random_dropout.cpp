#include <algorithm>
#include <cmath>

#include "dispatch.h"
#include "random.h"
#include "random_words.h"
#include "streaming.h"

namespace gradtape::kernels {
namespace {

/// Multiplies first and chooses then, which needs no branch.
template <std::int64_t n, class T>
void choose(const std::uint32_t* words, std::uint32_t limit, bool all, const T* x, T scale, T* y) {
  for (std::int64_t i = 0; i < n; ++i) y[i] = x[i] * scale;
  if (all) return;
  for (std::int64_t i = 0; i < n; ++i) y[i] = words[i] < limit ? y[i] : T{0};
}

template <class T>
void dropout(PhiloxStream stream, const T* x, T* y, std::int64_t n, double keep_probability, T scale) {
  const double threshold = std::round(keep_probability * 0x1p32);
  // At a threshold of 2^32 every element is kept.
  const bool all = threshold >= 0x1p32;
  const std::uint32_t limit = all ? 0 : static_cast<std::uint32_t>(std::max(threshold, 0.0));
  const GroupFunction group_of = philox_group();
  constexpr std::int64_t block = 64, groups_per_task = 1024;
  const bool past_caches = x != y && n * static_cast<std::int64_t>(sizeof(T)) >= streaming_bytes;
  parallel_for((n + block - 1) / block, groups_per_task, [&](std::int64_t begin, std::int64_t end) {
    alignas(64) std::uint32_t words[group_words];
    alignas(64) T result[block];
    for (std::int64_t g = begin; g < end; ++g) {
      group_of(stream, static_cast<std::uint64_t>(g), words);
      const T* from = x + g * block;
      const std::int64_t count = std::min(block, n - g * block);
      if (count == block) {
        choose<block>(words, limit, all, from, scale, result);
      } else {
        alignas(64) T last[block] = {};
        std::copy_n(from, count, last);
        choose<block>(words, limit, all, last, scale, result);
      }
      if (past_caches)
        kernels::stream(result, y + g * block, static_cast<std::size_t>(count) * sizeof(T));
      else
        std::copy_n(result, count, y + g * block);
    }
    if (past_caches) finish_streaming();
  });
}

}  // namespace

void random_dropout(PhiloxStream stream, DType dtype, const void* x, void* y, std::int64_t n, double keep_probability,
                    double scale) {
  with_floating_type(dtype, [&](auto zero) {
    using T = decltype(zero);
    dropout(stream, static_cast<const T*>(x), static_cast<T*>(y), n, keep_probability, static_cast<T>(scale));
  });
}

}  // namespace gradtape::kernels
