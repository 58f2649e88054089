#pragma once
// The pool that tensors live in.

#include <cstdint>

namespace gradtape {

struct MemoryStatistics {
  std::uint64_t system_allocations;  ///< calls to the system's allocator for tensor memory since the start
  std::uint64_t bytes_in_use;        ///< held by living tensors, and by other threads' reserves of small blocks
  std::uint64_t peak_bytes_in_use;   ///< the highest value, with all reserves, since the start or the last reset
  std::uint64_t bytes_cached;        ///< held by the pool, ready for use
};

/// Counts over all threads.
MemoryStatistics memory_statistics();
/// Makes peak_bytes_in_use start again from bytes_in_use.
void reset_peak_memory();
/// Gives the pool's unused memory of this thread and of the shared part back to the system.
void release_cached_memory();

}  // namespace gradtape
