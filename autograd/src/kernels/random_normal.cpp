// CMake compiles random*.cpp with -ffp-contract=off: a fused multiply-add would change bits from machine to machine.
#include <cmath>

#include "random_math.h"
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
