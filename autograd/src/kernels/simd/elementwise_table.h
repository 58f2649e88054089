#pragma once
// The loops of elementwise.h for one instruction set, on the calling thread. A null pointer: not supported.

#include <cstdint>

#include "../elementwise.h"

namespace gradtape::kernels {

inline constexpr int comparison_count = 6;
inline constexpr int logical_count = 3;

/// Which operands of a loop advance; the others are one element that serves throughout.
enum class Operands : std::uint8_t { both, left, right };

using UnaryLoop = void (*)(const void* x, void* y, std::int64_t n);
using BinaryLoop = void (*)(Operands advance, const void* a, const void* b, void* y, std::int64_t n);
/// Bit i of `advance`: operand i (condition, a, b) advances.
using SelectLoop = void (*)(unsigned advance, const void* condition, const void* a, const void* b, void* y,
                            std::int64_t n);
/// y[i] = *x
using FillLoop = void (*)(const void* x, void* y, std::int64_t n);

struct UnaryTable {
  UnaryLoop of[dtype_count][unary_count];
};
/// float32 and float64.
struct FunctionTable {
  UnaryLoop of[2][function_count];
};
struct ActivationTable {
  UnaryLoop of[2][activation_count];
  BinaryLoop gradient[2][activation_count];
};
struct BinaryTable {
  BinaryLoop of[dtype_count][binary_count];
};
struct ComparisonTable {
  BinaryLoop of[dtype_count][comparison_count];
};
struct LogicalTable {
  BinaryLoop of[logical_count];
  UnaryLoop logical_not;
};
struct CastTable {
  UnaryLoop of[dtype_count][dtype_count];  // [from][to]
};
/// By the bytes of an element: 1, 2, 4, 8 at places 0 to 3.
struct CopyTable {
  SelectLoop select[4];
  FillLoop fill[4];
};

#define GRADTAPE_ELEMENTWISE_TABLES(isa)         \
  namespace isa {                                \
  extern const UnaryTable unary_table;           \
  extern const FunctionTable function_table;     \
  extern const ActivationTable activation_table; \
  extern const BinaryTable binary_table;         \
  extern const ComparisonTable comparison_table; \
  extern const LogicalTable logical_table;       \
  extern const CastTable cast_table;             \
  extern const CopyTable copy_table;             \
  }
GRADTAPE_ELEMENTWISE_TABLES(baseline)
GRADTAPE_ELEMENTWISE_TABLES(avx2)
GRADTAPE_ELEMENTWISE_TABLES(avx512)
#undef GRADTAPE_ELEMENTWISE_TABLES

}  // namespace gradtape::kernels
