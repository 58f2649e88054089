#pragma once
// Blocks of memory by size class. A training loop asks for the same sizes again and again: after the first step it is
// served from here without a call to the system and without page faults, which otherwise cost as much as the arithmetic.
//
// Small blocks are kept by the thread that frees them, up to a bound; larger ones, and what exceeds the bound, by a
// part that all threads share. What would exceed the shared part's bound goes back to the system.

#include <cstddef>
#include <cstdint>

namespace gradtape::detail {

inline constexpr std::size_t block_alignment = 64;

struct Block {
  void* memory;
  std::uint8_t size_class;
};

/// At least `bytes`, aligned to 64. Throws ResourceExhaustedError that names the size.
Block allocate_block(std::size_t bytes);
void free_block(void* memory, std::uint8_t size_class);

}  // namespace gradtape::detail
