#include "streaming.h"

#include <cstring>

#include "isa.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace gradtape::kernels {

#if defined(__x86_64__)

namespace {

void stream_sse2(const char* from, char* to, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; i += 16)
    _mm_stream_si128(reinterpret_cast<__m128i*>(to + i), _mm_load_si128(reinterpret_cast<const __m128i*>(from + i)));
}

[[gnu::target("avx2")]] void stream_avx2(const char* from, char* to, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; i += 32)
    _mm256_stream_si256(reinterpret_cast<__m256i*>(to + i),
                        _mm256_load_si256(reinterpret_cast<const __m256i*>(from + i)));
}

[[gnu::target("avx512f")]] void stream_avx512(const char* from, char* to, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; i += 64)
    _mm512_stream_si512(reinterpret_cast<__m512i*>(to + i), _mm512_load_si512(from + i));
}

}  // namespace

void stream(const void* buffer, void* to, std::size_t bytes) {
  const auto* from = static_cast<const char*>(buffer);
  auto* target = static_cast<char*>(to);
  const std::size_t whole = reinterpret_cast<std::uintptr_t>(to) % 64 == 0 ? bytes / 64 * 64 : 0;
  pick(stream_sse2, stream_avx2, stream_avx512)(from, target, whole);
  if (whole < bytes) std::memcpy(target + whole, from + whole, bytes - whole);
}

void finish_streaming() { _mm_sfence(); }

#else

void stream(const void* buffer, void* to, std::size_t bytes) { std::memcpy(to, buffer, bytes); }
void finish_streaming() {}

#endif

}  // namespace gradtape::kernels
