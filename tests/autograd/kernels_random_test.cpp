#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <numeric>
#include <set>
#include <vector>

#include "kernels/isa.h"
#include "kernels/parallel.h"
#include "kernels/random.h"

namespace {

using gradtape::DType;
using gradtape::dtype_of;
namespace kernels = gradtape::kernels;
using kernels::PhiloxStream;

using Block = std::array<std::uint32_t, 4>;

Block block(PhiloxStream stream, std::uint64_t index) {
  Block words;
  kernels::philox_block(stream, index, words.data());
  return words;
}

struct Restored {
  int threads = kernels::num_threads();
  kernels::Isa isa = kernels::active_isa();
  ~Restored() {
    kernels::set_num_threads(threads);
    kernels::set_active_isa(isa);
  }
};

template <class T>
using Generator = std::function<void(PhiloxStream, T*, std::int64_t)>;

template <class T>
std::vector<T> generated(const Generator<T>& generate, std::int64_t n, PhiloxStream stream = {7, 3}) {
  std::vector<T> y(static_cast<std::size_t>(n));
  generate(stream, y.data(), n);
  return y;
}

template <class T>
Generator<T> uniform(double low, double high) {
  return [=](PhiloxStream s, T* y, std::int64_t n) { kernels::random_uniform(s, dtype_of<T>, y, n, low, high); };
}
template <class T>
Generator<T> uniform_int(std::int64_t low, std::int64_t high) {
  return [=](PhiloxStream s, T* y, std::int64_t n) { kernels::random_uniform_int(s, dtype_of<T>, y, n, low, high); };
}
template <class T>
Generator<T> normal(double mean, double stddev) {
  return [=](PhiloxStream s, T* y, std::int64_t n) { kernels::random_normal(s, dtype_of<T>, y, n, mean, stddev); };
}
template <class T>
Generator<T> truncated(double mean, double stddev) {
  return [=](PhiloxStream s, T* y, std::int64_t n) {
    kernels::random_truncated_normal(s, dtype_of<T>, y, n, mean, stddev);
  };
}
template <class T>
Generator<T> mask(double keep, double scale) {
  return
      [=](PhiloxStream s, T* y, std::int64_t n) { kernels::random_dropout_mask(s, dtype_of<T>, y, n, keep, scale); };
}
Generator<std::int64_t> permutation() {
  return [](PhiloxStream s, std::int64_t* y, std::int64_t n) { kernels::random_permutation(s, y, n); };
}

// The mean of power(y) over an array.
template <class T>
double moment(const std::vector<T>& y, int power) {
  double sum = 0;
  for (const T x : y) sum += std::pow(static_cast<double>(x), power);
  return sum / static_cast<double>(y.size());
}

template <class T>
double chi_square(const std::vector<T>& counts, double expected) {
  double sum = 0;
  for (const T count : counts) {
    const double difference = static_cast<double>(count) - expected;
    sum += difference * difference / expected;
  }
  return sum;
}

// A chi-square value of that many degrees of freedom lies within five standard deviations of its mean.
void check_chi_square(double value, double degrees) { CHECK(std::abs(value - degrees) < 5 * std::sqrt(2 * degrees)); }

template <class T>
void check_same_for_threads_prefixes_and_isas(const Generator<T>& generate, bool prefixes = true) {
  const Restored restored;
  const std::int64_t n = 300007;
  kernels::set_num_threads(1);
  kernels::set_active_isa(kernels::Isa::baseline);
  const auto expected = generated(generate, n);
  for (const auto isa : {kernels::Isa::baseline, kernels::Isa::avx2, kernels::Isa::avx512}) {
    kernels::set_active_isa(isa);
    for (const int threads : {1, 2, 4}) {
      kernels::set_num_threads(threads);
      CHECK(generated(generate, n) == expected);
      if (!prefixes) continue;
      for (const std::int64_t length : {1, 2, 3, 31, 32, 33, 63, 64, 65, 1000, 65535, 65537, 131073}) {
        const auto y = generated(generate, length);
        CHECK(std::equal(y.begin(), y.end(), expected.begin()));
      }
    }
  }
  CHECK(generated(generate, 0).empty());
  CHECK(generated(generate, n, {7, 4}) != expected);
  CHECK(generated(generate, n, {8, 3}) != expected);
}

}  // namespace

TEST_CASE("random kernel: Philox4x32-10 gives the known answers of Random123") {
  CHECK(block({0, 0}, 0) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(block({~0ULL, ~0ULL}, ~0ULL) == Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(block({0x299f31d0a4093822ULL, 0x0370734413198a2eULL}, 0x85a308d3243f6a88ULL) ==
        Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("random kernel: arrays are made of the stream's blocks, 16 side by side") {
  const Restored restored;
  for (const auto isa : {kernels::Isa::baseline, kernels::Isa::avx2, kernels::Isa::avx512}) {
    kernels::set_active_isa(isa);
    const PhiloxStream stream{0x299f31d0a4093822ULL, 0xffffffff13198a2eULL};
    const auto floats = generated(uniform<float>(0, 1), 200, stream);
    const auto doubles = generated(uniform<double>(0, 1), 200, stream);
    const auto integers = generated(uniform_int<std::int64_t>(0, std::int64_t{1} << 62), 200, stream);
    const auto word = [&](std::size_t group, std::size_t w) { return block(stream, group * 16 + w % 16)[w / 16]; };
    for (std::size_t i = 0; i < 200; ++i) {
      CHECK(floats[i] == static_cast<float>(word(i / 64, i % 64) >> 8) * 0x1p-24F);
      const std::uint64_t both = std::uint64_t{word(i / 32, i % 32)} << 32 | word(i / 32, 32 + i % 32);
      CHECK(integers[i] == static_cast<std::int64_t>(both >> 2));
      // The upper 27 bits of one word, the upper 26 of the other.
      CHECK(doubles[i] == static_cast<double>((both >> 37 << 26) | ((both & 0xffffffffU) >> 6)) * 0x1p-53);
    }
  }
}

TEST_CASE("random kernel: same numbers for any number of threads, prefix and instruction set") {
  check_same_for_threads_prefixes_and_isas(uniform<float>(-1, 2));
  check_same_for_threads_prefixes_and_isas(uniform<double>(-1, 2));
  check_same_for_threads_prefixes_and_isas(uniform_int<std::int32_t>(-5, 1000));
  check_same_for_threads_prefixes_and_isas(uniform_int<std::int64_t>(-5, 1000));
  check_same_for_threads_prefixes_and_isas(normal<float>(1, 2));
  check_same_for_threads_prefixes_and_isas(normal<double>(1, 2));
  check_same_for_threads_prefixes_and_isas(truncated<float>(1, 2));
  check_same_for_threads_prefixes_and_isas(truncated<double>(1, 2));
  check_same_for_threads_prefixes_and_isas(mask<float>(0.75, 4));
  check_same_for_threads_prefixes_and_isas(mask<double>(0.75, 4));
  check_same_for_threads_prefixes_and_isas(permutation(), false);
}

TEST_CASE_TEMPLATE("random kernel: uniform numbers fill their range evenly", T, float, double) {
  const std::int64_t n = 1000000;
  const auto y = generated(uniform<T>(0, 1), n);
  std::vector<int> counts(1000);
  REQUIRE(std::all_of(y.begin(), y.end(), [](T x) { return x >= 0 && x < 1; }));
  for (const T x : y) {
    ++counts[static_cast<std::size_t>(x * 1000)];
  }
  check_chi_square(chi_square(counts, 1000), 999);
  const double sqrt_n = 1000;
  CHECK(std::abs(moment(y, 1) - 0.5) < 5 * std::sqrt(1.0 / 12) / sqrt_n);
  // The variance of x^2 is 1/5 - 1/9.
  CHECK(std::abs(moment(y, 2) - 1.0 / 3) < 5 * std::sqrt(4.0 / 45) / sqrt_n);
  // Neighbours do not correlate: the variance of x x' is 1/9 - 1/16.
  double sum = 0;
  for (std::size_t i = 0; i + 1 < y.size(); ++i) sum += static_cast<double>(y[i]) * static_cast<double>(y[i + 1]);
  CHECK(std::abs(sum / static_cast<double>(n - 1) - 0.25) <
        5 * std::sqrt(7.0 / 144 + 2 * (1.0 / 12 - 1.0 / 16)) / sqrt_n);
}

TEST_CASE_TEMPLATE("random kernel: uniform numbers never reach the upper bound", T, float, double) {
  // So narrow that low + u * (high - low) rounds up to high for half of all u.
  const T low = 1, high = std::nextafter(low, T{2});
  for (const T x : generated(uniform<T>(low, high), 1000)) CHECK(x == low);
  const T next = std::nextafter(high, T{2});
  std::set<T> seen;
  for (const T x : generated(uniform<T>(low, next), 1000)) seen.insert(x);
  CHECK(seen == std::set<T>{low, high});
  for (const T x : generated(uniform<T>(-3, -2), 10000)) CHECK((x >= -3 && x < -2));
  for (const T x : generated(uniform<T>(5, 5), 10)) CHECK(x == 5);
}

TEST_CASE_TEMPLATE("random kernel: uniform integers", T, std::int32_t, std::int64_t) {
  std::vector<int> counts(7);
  const auto y = generated(uniform_int<T>(-3, 4), 700000);
  REQUIRE(std::all_of(y.begin(), y.end(), [](T x) { return x >= -3 && x < 4; }));
  for (const T x : y) {
    ++counts[static_cast<std::size_t>(x + 3)];
  }
  check_chi_square(chi_square(counts, 100000), 6);
  for (const T x : generated(uniform_int<T>(9, 10), 100)) CHECK(x == 9);
  // The whole range but for the largest value: the sign is even, and no bit is stuck.
  T all_and = -1, all_or = 0;
  double negative = 0;
  const std::int64_t low = std::numeric_limits<T>::min(), high = std::numeric_limits<T>::max();
  for (const T x : generated(uniform_int<T>(low, high), 10000)) {
    all_and &= x;
    all_or |= x;
    negative += x < 0;
  }
  CHECK(all_and == 0);
  CHECK(all_or == -1);
  CHECK(std::abs(negative - 5000) < 5 * 50);
}

TEST_CASE_TEMPLATE("random kernel: normal numbers have the normal distribution's moments", T, float, double) {
  const std::int64_t n = 2000000;
  const auto y = generated(normal<T>(0, 1), n);
  const double sqrt_n = std::sqrt(static_cast<double>(n));
  // E x^2 = 1, x^4 = 3, x^6 = 15, x^8 = 105; the variance of x^p is E x^2p - (E x^p)^2.
  CHECK(std::abs(moment(y, 1)) < 5 / sqrt_n);
  CHECK(std::abs(moment(y, 2) - 1) < 5 * std::sqrt(2) / sqrt_n);
  CHECK(std::abs(moment(y, 3)) < 5 * std::sqrt(15) / sqrt_n);
  CHECK(std::abs(moment(y, 4) - 3) < 5 * std::sqrt(96) / sqrt_n);
  // The shares of Phi's quantiles: erf gives Phi.
  std::vector<double> shares(80);
  for (const T x : y) shares[static_cast<std::size_t>(std::clamp(static_cast<double>(x) * 10 + 40, 0.0, 79.0))] += 1;
  double statistic = 0;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const auto phi = [](double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; };
    const double from = i == 0 ? 0 : phi(static_cast<double>(i) / 10 - 4);
    const double to = i == 79 ? 1 : phi(static_cast<double>(i + 1) / 10 - 4);
    const double expected = (to - from) * static_cast<double>(n);
    statistic += (shares[i] - expected) * (shares[i] - expected) / expected;
  }
  check_chi_square(statistic, 79);
  const auto scaled = generated(normal<T>(3, 0.5), 1000);
  for (std::size_t i = 0; i < scaled.size(); ++i) CHECK(scaled[i] == T{3} + T{0.5} * y[i]);
}

TEST_CASE("random kernel: Box-Muller agrees with the formula in long double") {
  const PhiloxStream stream{11, 12};
  const auto word = [&](std::size_t group, std::size_t w) { return block(stream, group * 16 + w % 16)[w / 16]; };
  const long double turn = 2 * 3.14159265358979323846264338327950288L;
  const auto floats = generated(normal<float>(0, 1), 64 * 200, stream);
  const auto doubles = generated(normal<double>(0, 1), 32 * 200, stream);
  long double worst_float = 0, worst_double = 0;
  for (std::size_t g = 0; g < 200; ++g) {
    for (std::size_t i = 0; i < 32; ++i) {
      const long double u = static_cast<long double>(word(g, i) >> 1) * 0x1p-31L + 0x1p-32L;
      const long double angle = turn * static_cast<long double>(word(g, 32 + i)) * 0x1p-32L;
      // u itself is rounded to float32, which where it is close to 1 decides the radius.
      const long double radius = std::sqrt(-2 * std::log(static_cast<long double>(static_cast<float>(u))));
      worst_float = std::max({worst_float, std::abs(floats[g * 64 + i] - radius * std::cos(angle)),
                              std::abs(floats[g * 64 + 32 + i] - radius * std::sin(angle))});
    }
    for (std::size_t i = 0; i < 16; ++i) {
      const std::uint64_t a = std::uint64_t{word(g, i)} >> 5 << 26 | word(g, 16 + i) >> 6;
      const long double u = static_cast<long double>(a + 1) * 0x1p-53L;
      const long double angle = turn * (static_cast<long double>(word(g, 32 + i)) * 0x1p-32L +
                                        static_cast<long double>(word(g, 48 + i) >> 1) * 0x1p-63L);
      const long double radius = std::sqrt(-2 * std::log(u));
      worst_double = std::max({worst_double, std::abs(doubles[g * 32 + i] - radius * std::cos(angle)),
                               std::abs(doubles[g * 32 + 16 + i] - radius * std::sin(angle))});
    }
  }
  CHECK(worst_float < 1e-6L);
  CHECK(worst_double < 1e-14L);
}

TEST_CASE_TEMPLATE("random kernel: truncated normal numbers lie within two standard deviations", T, float, double) {
  const std::int64_t n = 1000000;
  const auto y = generated(truncated<T>(0, 1), n);
  REQUIRE(std::all_of(y.begin(), y.end(), [](T x) { return x >= -2 && x <= 2; }));
  // With phi(2) = 0.053990966513 and 2 Phi(2) - 1 = 0.954499736104: variance 1 - 4 phi / that = 0.773741303...,
  // fourth moment 3 * variance - 16 phi / that.
  const double weight = 0.05399096651318806 / 0.9544997361036416;
  const double variance = 1 - 4 * weight, fourth = 3 * variance - 16 * weight;
  CHECK(std::abs(moment(y, 1)) < 5 * std::sqrt(variance / static_cast<double>(n)));
  CHECK(std::abs(moment(y, 2) - variance) < 5 * std::sqrt((fourth - variance * variance) / static_cast<double>(n)));
  CHECK(*std::max_element(y.begin(), y.end()) > T{1.999});
  // Those that plain normal numbers already put within bounds stay.
  const auto plain = generated(normal<T>(0, 1), 10000);
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (std::abs(plain[i]) <= 2) CHECK(y[i] == plain[i]);
  }
  for (const T x : generated(truncated<T>(10, 0.25), 10000)) CHECK((x >= T{9.5} && x <= T{10.5}));
}

TEST_CASE("random kernel: a permutation holds every index once, all orders being as likely") {
  for (const std::int64_t n : {0, 1, 2, 3, 31, 32, 33, 64, 65, 10001}) {
    auto y = generated(permutation(), n);
    std::sort(y.begin(), y.end());
    std::vector<std::int64_t> all(static_cast<std::size_t>(n));
    std::iota(all.begin(), all.end(), std::int64_t{0});
    CHECK(y == all);
  }
  std::vector<int> counts(256);  // by the first four places; 24 of them occur
  const int draws = 48000;
  for (int i = 0; i < draws; ++i) {
    const auto y = generated(permutation(), 4, {5, static_cast<std::uint64_t>(i)});
    ++counts[static_cast<std::size_t>(y[0] * 64 + y[1] * 16 + y[2] * 4 + y[3])];
  }
  std::erase(counts, 0);
  REQUIRE(counts.size() == 24);
  check_chi_square(chi_square(counts, draws / 24.0), 23);
}

TEST_CASE_TEMPLATE("random kernel: a dropout mask keeps the share asked for", T, float, double) {
  const std::int64_t n = 1000000;
  for (const double keep : {0.1, 0.5, 0.8}) {
    const auto y = generated(mask<T>(keep, 1 / keep), n);
    const auto kept = static_cast<double>(std::count(y.begin(), y.end(), static_cast<T>(1 / keep)));
    CHECK(kept + static_cast<double>(std::count(y.begin(), y.end(), T{0})) == static_cast<double>(n));
    CHECK(std::abs(kept - keep * static_cast<double>(n)) < 5 * std::sqrt(keep * (1 - keep) * static_cast<double>(n)));
  }
  for (const T x : generated(mask<T>(1, 1), 1000)) CHECK(x == 1);
  for (const T x : generated(mask<T>(0, 3), 1000)) CHECK(x == 0);
}
