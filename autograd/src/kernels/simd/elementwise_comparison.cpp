// Loops that give bool: comparisons and logical functions. bool is one byte, 0 or 1.

#include "elementwise_table.h"
#include "isa_macros.h"

namespace gradtape::kernels::GRADTAPE_ISA {
namespace {

using Byte = std::uint8_t;

template <class T, class F>
void loop(Operands advance, const void* a, const void* b, void* y, std::int64_t n) {
  const T* left = static_cast<const T*>(a);
  const T* right = static_cast<const T*>(b);
  Byte* out = static_cast<Byte*>(y);
  if (advance == Operands::both) {
    GRADTAPE_VECTORIZE
    for (std::int64_t i = 0; i < n; ++i) out[i] = F::apply(left[i], right[i]);
  } else if (advance == Operands::left) {
    const T scalar = *right;
    GRADTAPE_VECTORIZE
    for (std::int64_t i = 0; i < n; ++i) out[i] = F::apply(left[i], scalar);
  } else {
    const T scalar = *left;
    GRADTAPE_VECTORIZE
    for (std::int64_t i = 0; i < n; ++i) out[i] = F::apply(scalar, right[i]);
  }
}

#define GRADTAPE_COMPARISON(Name, op)      \
  struct Name {                            \
    template <class T>                     \
    GRADTAPE_INLINE Byte apply(T a, T b) { \
      return a op b ? 1 : 0;               \
    }                                      \
  };
GRADTAPE_COMPARISON(Equal, ==)
GRADTAPE_COMPARISON(NotEqual, !=)
GRADTAPE_COMPARISON(Less, <)
GRADTAPE_COMPARISON(LessEqual, <=)
GRADTAPE_COMPARISON(Greater, >)
GRADTAPE_COMPARISON(GreaterEqual, >=)

struct And {
  GRADTAPE_INLINE Byte apply(Byte a, Byte b) { return a & b; }
};
struct Or {
  GRADTAPE_INLINE Byte apply(Byte a, Byte b) { return a | b; }
};
struct Xor {
  GRADTAPE_INLINE Byte apply(Byte a, Byte b) { return a ^ b; }
};

void logical_not_loop(const void* x, void* y, std::int64_t n) {
  const Byte* in = static_cast<const Byte*>(x);
  Byte* out = static_cast<Byte*>(y);
  GRADTAPE_VECTORIZE
  for (std::int64_t i = 0; i < n; ++i) out[i] = in[i] ^ 1;
}

#define GRADTAPE_COMPARISONS(T) \
  { loop<T, Equal>, loop<T, NotEqual>, loop<T, Less>, loop<T, LessEqual>, loop<T, Greater>, loop<T, GreaterEqual> }

}  // namespace

extern const ComparisonTable comparison_table = {{
    GRADTAPE_COMPARISONS(float),
    GRADTAPE_COMPARISONS(double),
    GRADTAPE_COMPARISONS(std::int32_t),
    GRADTAPE_COMPARISONS(std::int64_t),
    GRADTAPE_COMPARISONS(Byte),
    GRADTAPE_COMPARISONS(Byte),
}};

extern const LogicalTable logical_table = {{loop<Byte, And>, loop<Byte, Or>, loop<Byte, Xor>}, logical_not_loop};

}  // namespace gradtape::kernels::GRADTAPE_ISA
