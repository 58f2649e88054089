#pragma once
// Memory that a kernel needs while it runs: uninitialised, aligned to 64 bytes, from the pool of the tensors.

#include <cstdint>

#include "tensor/pool.h"

namespace gradtape::kernels {

template <class T>
class Scratch {
 public:
  explicit Scratch(std::int64_t count)
      : block_(gradtape::detail::allocate_block(static_cast<std::size_t>(count) * sizeof(T) + 1)) {}
  ~Scratch() { gradtape::detail::free_block(block_.memory, block_.size_class); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  T* data() const { return static_cast<T*>(block_.memory); }
  T& operator[](std::int64_t i) const { return data()[i]; }

 private:
  gradtape::detail::Block block_;
};

}  // namespace gradtape::kernels
