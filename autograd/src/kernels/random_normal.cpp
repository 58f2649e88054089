// CMake compiles random*.cpp with -ffp-contract=off: a fused multiply-add would change bits from machine to machine.
// For the same reason log, sine and cosine are sums written out here. Only sqrt is the machine's: IEEE 754 fixes it.
#include <bit>
#include <cmath>

#include "random_words.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace gradtape::kernels {
namespace {

// std::sqrt may set errno, which keeps compilers from vectorising it.
template <int count>
void square_roots(float* x) {
#if defined(__SSE2__)
  for (int i = 0; i < count; i += 4) _mm_storeu_ps(x + i, _mm_sqrt_ps(_mm_loadu_ps(x + i)));
#else
  for (int i = 0; i < count; ++i) x[i] = std::sqrt(x[i]);
#endif
}

template <int count>
void square_roots(double* x) {
#if defined(__SSE2__)
  for (int i = 0; i < count; i += 2) _mm_storeu_pd(x + i, _mm_sqrt_pd(_mm_loadu_pd(x + i)));
#else
  for (int i = 0; i < count; ++i) x[i] = std::sqrt(x[i]);
#endif
}

// A positive x = 2^exponent * (1 + s) / (1 - s) with sqrt(1/2) <= x / 2^exponent < sqrt(2), so |s| <= 0.172, and
// log((1 + s) / (1 - s)) = 2 (s + s^3 / 3 + s^5 / 5 + ...). The terms left out are below half a unit of roundoff.
inline float logarithm(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  const std::int32_t exponent = static_cast<std::int32_t>(bits - 0x3F3504F3U) >> 23;
  const float m = std::bit_cast<float>(bits - (static_cast<std::uint32_t>(exponent) << 23));
  const float s = (m - 1) / (m + 1), z = s * s;
  const float series = ((z * (1.0F / 9) + 1.0F / 7) * z + 1.0F / 5) * z + 1.0F / 3;
  const float two_s = s + s;
  return static_cast<float>(exponent) * 0.69314718F + (two_s + two_s * (z * series));
}

inline double logarithm(double x) {
  const auto bits = std::bit_cast<std::uint64_t>(x);
  const auto exponent =
      static_cast<std::int32_t>(static_cast<std::uint32_t>((bits - 0x3FE6A09E667F3BCDULL) >> 32)) >> 20;
  const double m =
      std::bit_cast<double>(bits - (static_cast<std::uint64_t>(static_cast<std::int64_t>(exponent)) << 52));
  const double s = (m - 1) / (m + 1), z = s * s;
  double series = 1.0 / 21;
  series = series * z + 1.0 / 19;
  series = series * z + 1.0 / 17;
  series = series * z + 1.0 / 15;
  series = series * z + 1.0 / 13;
  series = series * z + 1.0 / 11;
  series = series * z + 1.0 / 9;
  series = series * z + 1.0 / 7;
  series = series * z + 1.0 / 5;
  series = series * z + 1.0 / 3;
  const double two_s = s + s;
  return exponent * 0.693147180559945309 + (two_s + two_s * (z * series));
}

// Taylor's series on [-pi/4, pi/4].
inline float sine(float x) {
  const float z = x * x;
  const float series = ((z * (1.0F / 362880) - 1.0F / 5040) * z + 1.0F / 120) * z - 1.0F / 6;
  return x + x * (z * series);
}
inline float cosine(float x) {
  const float z = x * x;
  const float series = (((z * (-1.0F / 3628800) + 1.0F / 40320) * z - 1.0F / 720) * z + 1.0F / 24) * z - 0.5F;
  return 1 + z * series;
}

inline double sine(double x) {
  const double z = x * x;
  double series = z * (1.0 / 355687428096000) - 1.0 / 1307674368000;
  series = series * z + 1.0 / 6227020800;
  series = series * z - 1.0 / 39916800;
  series = series * z + 1.0 / 362880;
  series = series * z - 1.0 / 5040;
  series = series * z + 1.0 / 120;
  series = series * z - 1.0 / 6;
  return x + x * (z * series);
}
inline double cosine(double x) {
  const double z = x * x;
  double series = z * (-1.0 / 6402373705728000) + 1.0 / 20922789888000;
  series = series * z - 1.0 / 87178291200;
  series = series * z + 1.0 / 479001600;
  series = series * z - 1.0 / 3628800;
  series = series * z + 1.0 / 40320;
  series = series * z - 1.0 / 720;
  series = series * z + 1.0 / 24;
  series = series * z - 0.5;
  return 1 + z * series;
}

// What Box-Muller takes: u in (0, 1], and an angle of quarter + rest / (pi / 2) quarter turns.
template <class T>
struct Draw {
  T u;
  std::uint32_t quarter;  // its low two bits count
  T rest;
};

inline Draw<float> drawn(std::uint32_t a, std::uint32_t b) {
  // Not below 2^-32, so that normal values reach 6.6.
  const float u = static_cast<float>(static_cast<std::int32_t>(a >> 1)) * 0x1p-31F + 0x1p-32F;
  const std::uint32_t quarter = (b + (1U << 29)) >> 30;
  const auto rest = static_cast<float>(static_cast<std::int32_t>(b - (quarter << 30)));
  return {u, quarter, rest * (6.2831853F * 0x1p-32F)};
}

inline Draw<double> drawn(std::uint32_t a_high, std::uint32_t a_low, std::uint32_t b_high, std::uint32_t b_low) {
  const double u = static_cast<double>(static_cast<std::int32_t>(a_high >> 5)) * 0x1p-27 +
                   static_cast<double>(static_cast<std::int32_t>(a_low >> 6)) * 0x1p-53 + 0x1p-53;
  const std::uint32_t quarter = (b_high + (1U << 29)) >> 30;
  const double rest = static_cast<double>(static_cast<std::int32_t>(b_high - (quarter << 30))) +
                      static_cast<double>(static_cast<std::int32_t>(b_low >> 1)) * 0x1p-31;
  return {u, quarter, rest * (6.283185307179586477 * 0x1p-32)};
}

template <class T>
inline T direction_cosine(const Draw<T>& draw, T sine_of_rest, T cosine_of_rest) {
  const T value = (draw.quarter & 1) != 0 ? sine_of_rest : cosine_of_rest;
  return ((draw.quarter + 1) & 2) != 0 ? -value : value;
}
template <class T>
inline T direction_sine(const Draw<T>& draw, T sine_of_rest, T cosine_of_rest) {
  const T value = (draw.quarter & 1) != 0 ? cosine_of_rest : sine_of_rest;
  return (draw.quarter & 2) != 0 ? -value : value;
}

// out[i] and out[pairs + i] become normal values, made of draw_of(i).
template <int pairs, class T, class DrawOf>
inline void normal_pairs(T* out, const DrawOf& draw_of) {
  T radius[pairs];
  for (int i = 0; i < pairs; ++i) {
    const auto draw = draw_of(i);
    const T s = sine(draw.rest), c = cosine(draw.rest);
    radius[i] = -2 * logarithm(draw.u);
    out[i] = direction_cosine(draw, s, c);
    out[pairs + i] = direction_sine(draw, s, c);
  }
  square_roots<pairs>(radius);
  for (int i = 0; i < pairs; ++i) {
    out[i] *= radius[i];
    out[pairs + i] *= radius[i];
  }
}

template <class T>
constexpr int per_group = sizeof(T) == 4 ? 64 : 32;

inline void standard_group(const std::uint32_t* words, float* out) {
  normal_pairs<32>(out, [=](int i) { return drawn(words[i], words[32 + i]); });
}
inline void standard_group(const std::uint32_t* words, double* out) {
  normal_pairs<16>(out, [=](int i) { return drawn(words[i], words[16 + i], words[32 + i], words[48 + i]); });
}

// The normal values of a single block: four, or two of float64.
inline int standard_block(const std::uint32_t* words, float* out) {
  for (int half = 0; half < 2; ++half) {
    const Draw<float> draw = drawn(words[2 * half], words[2 * half + 1]);
    const float s = sine(draw.rest), c = cosine(draw.rest), radius = std::sqrt(-2 * logarithm(draw.u));
    out[2 * half] = radius * direction_cosine(draw, s, c);
    out[2 * half + 1] = radius * direction_sine(draw, s, c);
  }
  return 4;
}
inline int standard_block(const std::uint32_t* words, double* out) {
  const Draw<double> draw = drawn(words[0], words[1], words[2], words[3]);
  const double s = sine(draw.rest), c = cosine(draw.rest), radius = std::sqrt(-2 * logarithm(draw.u));
  out[0] = radius * direction_cosine(draw, s, c);
  out[1] = radius * direction_sine(draw, s, c);
  return 2;
}

template <class T>
void normal(PhiloxStream stream, T* y, std::int64_t n, T mean, T stddev) {
  fill_groups<per_group<T>>(stream, y, n, [=](const std::uint32_t* words, T* out) {
    standard_group(words, out);
    for (int i = 0; i < per_group<T>; ++i) out[i] = mean + stddev * out[i];
  });
}

// Element i's further values come from blocks (attempt << 48) + i; attempt 0 is what the groups are made of.
template <class T>
T redrawn(PhiloxStream stream, std::int64_t i) {
  for (std::uint64_t attempt = 1; attempt < 1U << 16; ++attempt) {
    std::uint32_t words[4];
    philox_block(stream, (attempt << 48) + static_cast<std::uint64_t>(i), words);
    T values[4];
    const int count = standard_block(words, values);
    for (int j = 0; j < count; ++j) {
      if (values[j] >= -2 && values[j] <= 2) return values[j];
    }
  }
  return 0;
}

template <class T>
void truncated_normal(PhiloxStream stream, T* y, std::int64_t n, T mean, T stddev) {
  normal(stream, y, n, T{0}, T{1});
  parallel_for(n, std::int64_t{1} << 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const T value = y[i] >= -2 && y[i] <= 2 ? y[i] : redrawn<T>(stream, i);
      y[i] = mean + stddev * value;
    }
  });
}

}  // namespace

void random_normal(PhiloxStream stream, DType dtype, void* y, std::int64_t n, double mean, double stddev) {
  if (dtype == DType::float32) {
    normal(stream, static_cast<float*>(y), n, static_cast<float>(mean), static_cast<float>(stddev));
  } else if (dtype == DType::float64) {
    normal(stream, static_cast<double*>(y), n, mean, stddev);
  }
}

void random_truncated_normal(PhiloxStream stream, DType dtype, void* y, std::int64_t n, double mean, double stddev) {
  if (dtype == DType::float32) {
    truncated_normal(stream, static_cast<float*>(y), n, static_cast<float>(mean), static_cast<float>(stddev));
  } else if (dtype == DType::float64) {
    truncated_normal(stream, static_cast<double*>(y), n, mean, stddev);
  }
}

}  // namespace gradtape::kernels
