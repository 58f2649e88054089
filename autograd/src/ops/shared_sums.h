#pragma once
// Sums that the gradient of a normalisation finds on its way, kept for the op that hands them out.

#include <cstdint>
#include <memory>

#include "tensor/impl.h"

namespace gradtape::detail {

struct SharedSums {
  std::uint64_t of = 0;  // the id of the gradient that they were found in; another one has others
  Tensor sums;

  /// Room for the sums of this gradient.
  void* make(const Tensor& dy, const Shape& shape) {
    of = impl_of(dy)->id;
    sums = uninitialized(impl_of(dy)->dtype, shape);
    return mutable_data(sums);
  }
  bool are_of(const Tensor& dy) const { return of == impl_of(dy)->id; }
};
using Sums = std::shared_ptr<SharedSums>;

}  // namespace gradtape::detail
