#pragma once
// What tests of kernels share: every instruction set, floats of all kinds, errors in units of the last place.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "kernels/isa.h"

/// Runs check once for each instruction set that this processor has.
template <class Check>
void for_each_isa(const Check& check) {
  using namespace gradtape::kernels;
  const Isa before = active_isa();
  for (int i = 0; i <= static_cast<int>(best_isa()); ++i) {
    CAPTURE(i);
    set_active_isa(static_cast<Isa>(i));
    check();
  }
  set_active_isa(before);
}

/// Floats of every sign, exponent and (sampled) significand; infinities, NaNs and denormals included.
inline std::vector<float> all_kinds_of_floats(std::uint64_t step) {
  constexpr float inf = std::numeric_limits<float>::infinity();
  std::vector<float> values = {0.0f, -0.0f, inf,    -inf,   std::numeric_limits<float>::quiet_NaN(),
                               1.0f, -1.0f, 1e-45f, -1e-45f};
  for (std::uint64_t bits = 0; bits < (1ull << 32); bits += step) {
    const auto word = static_cast<std::uint32_t>(bits);
    float x;
    std::memcpy(&x, &word, sizeof x);
    values.push_back(x);
  }
  return values;
}

/// |got - want| in units of the last place of want, where denormals have the unit of the smallest normal.
inline double ulps(float got, double want) {
  if (std::isnan(want)) return std::isnan(got) ? 0 : 1e9;
  const float rounded = static_cast<float>(want);
  if (std::isinf(rounded) || std::isinf(got)) return rounded == got ? 0 : 1e9;
  if (want == 0) return got == 0 && std::signbit(got) == std::signbit(want) ? 0 : 1e9;
  int exponent;
  std::frexp(want, &exponent);
  return std::abs(got - want) / std::ldexp(1.0, std::max(exponent, -125) - 24);
}
