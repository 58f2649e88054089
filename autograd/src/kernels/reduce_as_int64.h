#pragma once
// Reductions of the integers that are there for storage (int8, int16, uint16, uint32, uint64), by way of int64.

#include <memory>

#include "reduce.h"

namespace gradtape::kernels {

constexpr bool is_reduced_as_int64(DType dtype) { return dtype >= DType::int8 && dtype <= DType::uint64; }

/// As reduce(), over at least one element.
void reduce_as_int64(Reduction reduction, DType dtype, const void* x, const Shape& shape, unsigned mask, void* y);
/// Integers in the order of x's elements.
std::unique_ptr<std::int64_t[]> in_order_of(DType dtype, const void* x, std::int64_t count);

}  // namespace gradtape::kernels
