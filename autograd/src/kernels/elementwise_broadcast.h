#pragma once
// Walks the elements of a broadcast elementwise call. Axes along which all operands move alike are merged. Where the
// innermost axis that remains is long, it runs as a loop with strides 0 and 1; where it is short, the operands that
// are not laid out as the output are first expanded, a block at a time, into a buffer in the cache.

#include <cstddef>
#include <cstdint>

#include "gradtape/autograd/shape.h"
#include "parallel.h"

namespace gradtape::kernels {

struct Operand {
  const void* data;
  const Shape* shape;
  std::size_t size;  // bytes of an element
};

inline constexpr int max_operands = 3;

/// Computes n elements of the output from `operands`; bit i of `advance` tells that operand i moves, else its one
/// element serves for all.
using ElementLoop = FunctionRef<void(const void* const* operands, unsigned advance, void* y, std::int64_t n)>;

/// Runs `loop` over all of y, in parallel above `grain` elements. n = y_shape's elements, more than 0.
void broadcast_loop(const Operand* operands, int count, void* y, const Shape& y_shape, std::size_t y_size,
                    std::int64_t n, std::int64_t grain, ElementLoop loop);

}  // namespace gradtape::kernels
