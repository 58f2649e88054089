#pragma once
// What the kernels that follow indices share.

#include <atomic>
#include <cstdint>

#include "gradtape/autograd/dtype.h"

namespace gradtape::kernels {

/// Calls f with the indices, which are int32 or int64, as a typed pointer.
template <class F>
void with_indices(DType dtype, const void* indices, const F& f) {
  if (dtype == DType::int32)
    f(static_cast<const std::int32_t*>(indices));
  else
    f(static_cast<const std::int64_t*>(indices));
}

/// The smallest of the places that several threads report, or -1.
class FirstPlace {
 public:
  void report(std::int64_t place) {
    std::int64_t first = first_.load(std::memory_order_relaxed);
    while ((first < 0 || place < first) && !first_.compare_exchange_weak(first, place, std::memory_order_relaxed)) {
    }
  }
  std::int64_t get() const { return first_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> first_{-1};
};

}  // namespace gradtape::kernels
