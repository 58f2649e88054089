#pragma once
// Results that are larger than the caches are written past them: an ordinary store first reads the line that it
// overwrites, a third of the traffic of an elementwise loop.

#include <cstddef>
#include <cstdint>

namespace gradtape::kernels {

/// Results of fewer bytes than this are likely to be read again from a cache.
inline constexpr std::int64_t streaming_bytes = 8 << 20;
/// A loop works on so many bytes of its result at a time, in a buffer that stays in the first-level cache.
inline constexpr std::int64_t streaming_block = 1 << 10;

/// Copies at most streaming_block bytes from a buffer that is aligned to 64 to `to`, past the caches.
void stream(const void* buffer, void* to, std::size_t bytes);
/// After the last stream() of a thread, before another thread may read.
void finish_streaming();

/// Runs loop(offset, target, count) over [0, n) by blocks into a buffer, and streams each to y. `step`: bytes an
/// element.
template <class Loop>
void run_streaming(std::int64_t n, std::int64_t step, void* y, const Loop& loop) {
  alignas(64) char buffer[streaming_block];
  const std::int64_t block = streaming_block / step;
  for (std::int64_t i = 0; i < n; i += block) {
    const std::int64_t count = n - i < block ? n - i : block;
    loop(i, static_cast<void*>(buffer), count);
    stream(buffer, static_cast<char*>(y) + i * step, static_cast<std::size_t>(count * step));
  }
  finish_streaming();
}

}  // namespace gradtape::kernels
