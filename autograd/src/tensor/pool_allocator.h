#pragma once
// The pool as an allocator, for the short-lived vectors of the tape.

#include <vector>

#include "tensor/pool.h"

namespace gradtape::detail {

template <class T>
struct PoolAllocator {
  using value_type = T;
  PoolAllocator() = default;
  template <class Other>
  PoolAllocator(const PoolAllocator<Other>&) {}
  T* allocate(std::size_t count) { return static_cast<T*>(allocate_block(count * sizeof(T)).memory); }
  void deallocate(T* memory, std::size_t count) {
    free_block(memory, static_cast<std::uint8_t>(class_for(count * sizeof(T))));
  }
  friend bool operator==(const PoolAllocator&, const PoolAllocator&) { return true; }
};

template <class T>
using PooledVector = std::vector<T, PoolAllocator<T>>;

}  // namespace gradtape::detail
