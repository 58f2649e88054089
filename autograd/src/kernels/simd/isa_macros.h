#pragma once
// For the files in simd/, which are compiled once per instruction set (GRADTAPE_ISA = baseline, avx2, avx512).
// Everything in them lives in namespace gradtape::kernels::GRADTAPE_ISA, and no inline function or template from
// outside that namespace may be called: the linker keeps one copy of those, possibly one with foreign instructions.

#ifndef GRADTAPE_ISA
#error "compile the files in simd/ with -DGRADTAPE_ISA=baseline, avx2 or avx512"
#endif

/// Before a loop whose iterations are independent: an output may be the same buffer as an input.
#if defined(__clang__)
#pragma clang diagnostic ignored "-Wpass-failed"  // loops that call libm
#define GRADTAPE_VECTORIZE _Pragma("clang loop vectorize(assume_safety) interleave(enable)")
#else
#define GRADTAPE_VECTORIZE _Pragma("GCC ivdep")
#endif

/// For the small functions that loops consist of.
#define GRADTAPE_INLINE [[gnu::always_inline]] static inline
