#pragma once
// Division of integers that gives floating-point numbers.

#include "ops/binary.h"
#include "ops/composite.h"

namespace gradtape::detail {

/// Whether an operand is a tensor of integers, or both are C++ numbers.
bool divides_integers(const Operand& x, const Operand& y);

/// Two integer operands as floating-point numbers: float32 for integers of at most 16 bits, else float64.
struct DividedPair {
  DividedPair(const Operand& x, const Operand& y);
  Tensor a, b;
};

template <Op O>
Tensor record_division(const O& op, const Operand& x, const Operand& y) {
  if (!divides_integers(x, y)) return record_binary(op, x, y);
  return in_function(O::name, where_of(x, y), [&] {
    const DividedPair pair(x, y);
    return record(op, {pair.a, pair.b}, where_of(x, y));
  });
}

}  // namespace gradtape::detail
