#pragma once
// The maths of random numbers, for random*.cpp only, which CMake compiles with -ffp-contract=off: a fused
// multiply-add would change bits from machine to machine. For the same reason log, exp, sine and cosine are sums
// written out here. Only sqrt and floor are the machine's: IEEE 754 fixes them.

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "random.h"

namespace gradtape::kernels {

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

// x = k log(2) + r with |r| <= log(2) / 2, and Taylor's series of exp(r).
inline double exponential(double x) {
  if (!(x > -746)) return 0;
  if (x > 709.78) return std::numeric_limits<double>::infinity();
  const double k = std::floor(x * 1.4426950408889634 + 0.5);
  // log(2) in two parts: k times the first is exact.
  const double r = (x - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10;
  double series = 1.0 / 6227020800;
  for (const double divisor :
       {479001600.0, 39916800.0, 3628800.0, 362880.0, 40320.0, 5040.0, 720.0, 120.0, 24.0, 6.0, 2.0, 1.0, 1.0})
    series = series * r + 1 / divisor;
  // In two steps: the power of two alone may be too small for a double.
  const auto exponent = static_cast<std::int64_t>(k), half = exponent / 2;
  const auto power = [](std::int64_t e) { return std::bit_cast<double>(static_cast<std::uint64_t>(1023 + e) << 52); };
  return series * power(half) * power(exponent - half);
}

// log(k!) for a whole k >= 0: Stirling's series, whose first term left out is below 1e-12 from 10 on.
inline double log_factorial(double k) {
  if (k < 10) {
    double product = 1;
    for (double i = 2; i <= k; ++i) product *= i;
    return logarithm(product);
  }
  const double x = k + 1, z = 1 / (x * x);
  const double series = (((z * (-1.0 / 1680) + 1.0 / 1260) * z - 1.0 / 360) * z + 1.0 / 12) / x;
  return (x - 0.5) * logarithm(x) - x + 0.918938533204672742 + series;
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

/// The numbers of one element, which a loop that rejects some draws as it needs: block `i` of a stream, then the
/// blocks (1 << 48) + i, (2 << 48) + i, ...
class ElementStream {
 public:
  ElementStream(PhiloxStream stream, std::int64_t i) : stream_(stream), element_(static_cast<std::uint64_t>(i)) {}

  /// Draws left before the blocks of other elements would begin; a loop that comes so far has parameters that it was
  /// not made for.
  bool is_exhausted() const { return block_ >= (1U << 16) - 2; }
  /// In (0, 1), 52 random bits.
  double unit() {
    if (has_second_) {
      has_second_ = false;
      return second_;
    }
    std::uint32_t words[4];
    next(words);
    has_second_ = true;
    second_ = open_unit(words[2], words[3]);
    return open_unit(words[0], words[1]);
  }
  double normal() {
    std::uint32_t words[4];
    next(words);
    double values[2];
    standard_block(words, values);
    return values[0];
  }

 private:
  static double open_unit(std::uint32_t high, std::uint32_t low) {
    return static_cast<double>(static_cast<std::int32_t>(high >> 6)) * 0x1p-26 +
           (static_cast<double>(static_cast<std::int32_t>(low >> 6)) + 0.5) * 0x1p-52;
  }
  void next(std::uint32_t words[4]) { philox_block(stream_, (block_++ << 48) + element_, words); }

  PhiloxStream stream_;
  std::uint64_t element_, block_ = 0;
  double second_ = 0;
  bool has_second_ = false;
};

}  // namespace gradtape::kernels
