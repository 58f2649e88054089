#pragma once
// The instruction set that the kernels run with, chosen at run time. Every simd/*.cpp is compiled once per Isa into
// the namespace of that name and exports a table of function pointers; the code that uses one picks it here.

#include <atomic>

namespace gradtape::kernels {

enum class Isa : int { baseline, avx2, avx512 };
inline constexpr int isa_count = 3;

/// The best that this processor has.
Isa best_isa();

namespace detail {
extern std::atomic<int> active_isa;  // -1 until first asked for
Isa choose_isa();
}  // namespace detail

/// best_isa(), or less where the GRADTAPE_ISA environment variable (baseline, avx2 or avx512) says so.
inline Isa active_isa() {
  const int isa = detail::active_isa.load(std::memory_order_relaxed);
  return isa >= 0 ? static_cast<Isa>(isa) : detail::choose_isa();
}

/// For tests: what active_isa() gives from now on, limited to best_isa().
void set_active_isa(Isa isa);

/// The argument that belongs to active_isa(); call it at each use, it costs a load and a compare.
template <class T>
const T& pick(const T& baseline, const T& avx2, const T& avx512) {
  switch (active_isa()) {
    case Isa::avx512:
      return avx512;
    case Isa::avx2:
      return avx2;
    default:
      return baseline;
  }
}

}  // namespace gradtape::kernels
