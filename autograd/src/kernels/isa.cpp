#include "isa.h"

#include <cstdlib>
#include <string_view>

namespace gradtape::kernels {

namespace detail {
constinit std::atomic<int> active_isa{-1};

Isa choose_isa() {
  Isa isa = best_isa();
  if (const char* text = std::getenv("GRADTAPE_ISA")) {
    const std::string_view wanted = text;
    if (wanted == "baseline") isa = Isa::baseline;
    if (wanted == "avx2" && isa > Isa::avx2) isa = Isa::avx2;
  }
  active_isa.store(static_cast<int>(isa), std::memory_order_relaxed);
  return isa;
}
}  // namespace detail

Isa best_isa() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma"))
    return Isa::avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return Isa::avx2;
#endif
  return Isa::baseline;
}

void set_active_isa(Isa isa) {
  const Isa best = best_isa();
  detail::active_isa.store(static_cast<int>(isa < best ? isa : best), std::memory_order_relaxed);
}

}  // namespace gradtape::kernels
