#pragma once
// Elementwise loops for the dtypes that are there for storage: int8, int16, uint16, uint32, uint64, and for string.
// Compiled once, not for each instruction set. A null pointer: not supported.

#include "simd/elementwise_table.h"

namespace gradtape::kernels {

/// negative, abs, sign, square, relu and the roundings, of integers.
UnaryLoop more_unary_loop(Unary function, DType dtype);
/// Arithmetic of integers that wraps around: add, subtract, multiply, maximum, minimum, squared_difference.
BinaryLoop more_binary_loop(Binary function, DType dtype);
/// Strings compare by their bytes.
BinaryLoop more_comparison_loop(Comparison comparison, DType dtype);
/// Between any two numeric dtypes, to bool and from bool, where one is a storage dtype.
UnaryLoop more_cast_loop(DType from, DType to);

}  // namespace gradtape::kernels
