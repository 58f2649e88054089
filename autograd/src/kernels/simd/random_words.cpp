// Compiled once per instruction set, see isa.h.
#include <cstring>

#include "../random_table.h"
#include "isa_macros.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace gradtape::kernels::GRADTAPE_ISA {
namespace {

#if defined(__AVX512F__)
constexpr int vector_bytes = 64;
#elif defined(__AVX2__)
constexpr int vector_bytes = 32;
#else
constexpr int vector_bytes = 16;
#endif
constexpr int lanes = vector_bytes / 8;

// One 32-bit word in the low half of each 64-bit lane. The high half is anything: nothing reads it.
typedef std::uint64_t Words __attribute__((vector_size(vector_bytes)));
typedef std::uint32_t Halves __attribute__((vector_size(vector_bytes / 2)));

// The products of the low halves. Compilers do not find the instruction by themselves.
GRADTAPE_INLINE void multiply(std::uint32_t factor, const Words& x, Words& product) {
#if defined(__AVX512F__)
  // The unmasked form makes g++ 12 warn of an uninitialised variable of its own header.
  product =
      reinterpret_cast<Words>(_mm512_maskz_mul_epu32(0xFF, _mm512_set1_epi64(factor), reinterpret_cast<__m512i>(x)));
#elif defined(__AVX2__)
  product = reinterpret_cast<Words>(_mm256_mul_epu32(_mm256_set1_epi64x(factor), reinterpret_cast<__m256i>(x)));
#elif defined(__SSE2__)
  product = reinterpret_cast<Words>(_mm_mul_epu32(_mm_set1_epi64x(factor), reinterpret_cast<__m128i>(x)));
#else
  product = (x & 0xFFFFFFFFU) * std::uint64_t{factor};
#endif
}

GRADTAPE_INLINE void store(const Words& x, std::uint32_t* words) {
  const Halves low = __builtin_convertvector(x, Halves);
  std::memcpy(words, &low, sizeof low);
}

void group_of(PhiloxStream stream, std::uint64_t group, std::uint32_t* words) {
  Words keys[philox_rounds][2];
  auto k0 = static_cast<std::uint32_t>(stream.key), k1 = static_cast<std::uint32_t>(stream.key >> 32);
  for (auto& key : keys) {
    key[0] = Words{} + std::uint64_t{k0};
    key[1] = Words{} + std::uint64_t{k1};
    k0 += philox_increments[0];
    k1 += philox_increments[1];
  }
  Words lane_numbers;
  for (int lane = 0; lane < lanes; ++lane) lane_numbers[lane] = static_cast<std::uint64_t>(lane);
  for (int first_lane = 0; first_lane < group_lanes; first_lane += lanes) {
    // A group's blocks differ in the low four bits of their index only: nothing carries over.
    const std::uint64_t index = group * group_lanes + static_cast<std::uint64_t>(first_lane);
    Words c0 = lane_numbers + index, c1 = Words{} + (index >> 32);
    Words c2 = Words{} + stream.stream, c3 = Words{} + (stream.stream >> 32);
    for (const auto& key : keys) {
      Words first, second;
      multiply(philox_multipliers[0], c0, first);
      multiply(philox_multipliers[1], c2, second);
      c0 = (second >> 32) ^ c1 ^ key[0];
      c1 = second;
      c2 = (first >> 32) ^ c3 ^ key[1];
      c3 = first;
    }
    store(c0, words + first_lane);
    store(c1, words + group_lanes + first_lane);
    store(c2, words + 2 * group_lanes + first_lane);
    store(c3, words + 3 * group_lanes + first_lane);
  }
}

}  // namespace

extern const GroupFunction philox_group;
const GroupFunction philox_group = group_of;

}  // namespace gradtape::kernels::GRADTAPE_ISA
