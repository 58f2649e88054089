#pragma once
// Blocks of memory by size class. A training loop asks for the same sizes again and again: after the first step it is
// served from here without a call to the system and without page faults, which otherwise cost as much as the
// arithmetic.
//
// Small blocks are kept by the thread that frees them, up to a bound; larger ones, and what exceeds the bound, by a
// part that all threads share. What would exceed the shared part's bound goes back to the system.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <new>

namespace gradtape::detail {

inline constexpr std::size_t block_alignment = 64;

// Four size classes for each power of two from 256 bytes on: at most a fifth of a block is unused.
inline constexpr std::size_t smallest_block = 256;
inline constexpr int size_class_count = 4 * 47;

constexpr std::size_t class_bytes(int size_class) {
  const int octave = size_class / 4, quarter = size_class % 4;
  return (smallest_block << octave) / 4 * static_cast<std::size_t>(4 + quarter);
}

constexpr int class_for(std::size_t bytes) {
  if (bytes <= smallest_block) return 0;
  const int octave = std::bit_width((bytes - 1) / smallest_block) - 1;
  const std::size_t step = (smallest_block << octave) / 4;
  return 4 * octave + static_cast<int>((bytes - 1 - (smallest_block << octave)) / step) + 1;
}

// What a thread keeps: blocks of up to 64 KiB, up to 256 KiB of each class.
inline constexpr int thread_class_count = class_for(64 * 1024) + 1;
inline constexpr auto thread_class_limits = [] {
  std::array<std::uint32_t, thread_class_count> limits{};
  for (int i = 0; i < thread_class_count; ++i)
    limits[static_cast<std::size_t>(i)] = static_cast<std::uint32_t>(256 * 1024 / class_bytes(i));
  return limits;
}();

struct FreeBlock {
  FreeBlock* next;
};

struct ThreadPool {
  std::array<FreeBlock*, thread_class_count> lists{};
  std::array<std::uint32_t, thread_class_count> counts{};
};

/// Null before the thread's first block, after its end, and where pooling is off.
extern constinit thread_local ThreadPool* thread_pool [[gnu::tls_model("initial-exec")]];

void* allocate_slowly(int size_class, std::size_t bytes);
void free_slowly(void* memory, int size_class);

struct Block {
  void* memory;
  std::uint8_t size_class;
};

/// At least `bytes`, aligned to 64. Throws ResourceExhaustedError that names the size.
inline Block allocate_block(std::size_t bytes) {
  if (bytes <= 64 * 1024 && thread_pool != nullptr) {
    const int size_class = class_for(bytes);
    FreeBlock*& list = thread_pool->lists[static_cast<std::size_t>(size_class)];
    if (list != nullptr) {
      void* memory = list;
      list = list->next;
      // The next tensor's description and first elements: by then they have come from the second-level cache.
      for (int line = 0; line < 3; ++line) __builtin_prefetch(reinterpret_cast<const char*>(list) + 64 * line, 1);
      --thread_pool->counts[static_cast<std::size_t>(size_class)];
      return {memory, static_cast<std::uint8_t>(size_class)};
    }
  }
  const int size_class = bytes <= std::size_t{1} << 50 ? class_for(bytes) : size_class_count;
  return {allocate_slowly(size_class, bytes), static_cast<std::uint8_t>(size_class)};
}

inline void free_block(void* memory, std::uint8_t size_class) {
  if (size_class < thread_class_count && thread_pool != nullptr &&
      thread_pool->counts[size_class] < thread_class_limits[size_class]) {
    FreeBlock*& list = thread_pool->lists[size_class];
    list = ::new (memory) FreeBlock{list};
    ++thread_pool->counts[size_class];
    return;
  }
  free_slowly(memory, size_class);
}

}  // namespace gradtape::detail
