// CMake compiles random*.cpp with -ffp-contract=off: a fused multiply-add would change bits from machine to machine.
#include "random.h"

#include <cmath>
#include <limits>
#include <numeric>
#include <type_traits>

#include "random_words.h"

namespace gradtape::kernels {
namespace {

// 24 bits, or 53 of two words, as a number in [0, 1). Both products are exact.
float unit_float(std::uint32_t word) { return static_cast<float>(static_cast<std::int32_t>(word >> 8)) * 0x1p-24F; }
double unit_double(std::uint32_t high, std::uint32_t low) {
  return static_cast<double>(static_cast<std::int32_t>(high >> 5)) * 0x1p-27 +
         static_cast<double>(static_cast<std::int32_t>(low >> 6)) * 0x1p-53;
}

std::uint64_t joined(std::uint32_t high, std::uint32_t low) { return std::uint64_t{high} << 32 | low; }

// `bits` scaled to [0, count): the upper half of the 128-bit product.
std::uint64_t scaled(std::uint64_t bits, std::uint64_t count) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>(Wide{bits} * count >> 64);
}

template <class T>
void uniform(PhiloxStream stream, T* y, std::int64_t n, T low, T high) {
  const T range = high - low;
  // low + u * range may round up to high.
  const T last = high > low ? std::nextafter(high, low) : low;
  const auto place = [=](T unit) {
    const T value = low + unit * range;
    return value < high ? value : last;
  };
  if constexpr (std::is_same_v<T, float>) {
    fill_groups<64>(stream, y, n, [=](const std::uint32_t* words, float* out) {
      for (int i = 0; i < 64; ++i) out[i] = place(unit_float(words[i]));
    });
  } else {
    fill_groups<32>(stream, y, n, [=](const std::uint32_t* words, double* out) {
      for (int i = 0; i < 32; ++i) out[i] = place(unit_double(words[i], words[32 + i]));
    });
  }
}

template <class T>
void uniform_int(PhiloxStream stream, T* y, std::int64_t n, std::int64_t low, std::int64_t high) {
  const std::uint64_t count = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  fill_groups<32>(stream, y, n, [=](const std::uint32_t* words, T* out) {
    for (int i = 0; i < 32; ++i) {
      out[i] = static_cast<T>(static_cast<std::uint64_t>(low) + scaled(joined(words[i], words[32 + i]), count));
    }
  });
}

template <class T>
void dropout_mask(PhiloxStream stream, T* y, std::int64_t n, double keep_probability, T scale) {
  const double threshold = std::round(keep_probability * 0x1p32);
  if (threshold <= 0 || threshold >= 0x1p32) {
    std::fill_n(y, n, threshold <= 0 ? T{0} : scale);
    return;
  }
  const auto limit = static_cast<std::uint32_t>(threshold);
  fill_groups<64>(stream, y, n, [=](const std::uint32_t* words, T* out) {
    for (int i = 0; i < 64; ++i) out[i] = words[i] < limit ? scale : T{0};
  });
}

}  // namespace

void philox_block(PhiloxStream stream, std::uint64_t index, std::uint32_t out[4]) {
  std::uint32_t c[4] = {static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32),
                        static_cast<std::uint32_t>(stream.stream), static_cast<std::uint32_t>(stream.stream >> 32)};
  std::uint32_t k[2] = {static_cast<std::uint32_t>(stream.key), static_cast<std::uint32_t>(stream.key >> 32)};
  for (int round = 0; round < philox_rounds; ++round) {
    const std::uint64_t first = std::uint64_t{philox_multipliers[0]} * c[0];
    const std::uint64_t second = std::uint64_t{philox_multipliers[1]} * c[2];
    c[0] = static_cast<std::uint32_t>(second >> 32) ^ c[1] ^ k[0];
    c[1] = static_cast<std::uint32_t>(second);
    c[2] = static_cast<std::uint32_t>(first >> 32) ^ c[3] ^ k[1];
    c[3] = static_cast<std::uint32_t>(first);
    k[0] += philox_increments[0];
    k[1] += philox_increments[1];
  }
  std::copy_n(c, 4, out);
}

void random_uniform(PhiloxStream stream, DType dtype, void* y, std::int64_t n, double low, double high) {
  if (dtype == DType::float32) {
    uniform(stream, static_cast<float*>(y), n, static_cast<float>(low), static_cast<float>(high));
  } else if (dtype == DType::float64) {
    uniform(stream, static_cast<double*>(y), n, low, high);
  }
}

void random_uniform_int(PhiloxStream stream, DType dtype, void* y, std::int64_t n, std::int64_t low,
                        std::int64_t high) {
  if (dtype == DType::int32) {
    uniform_int(stream, static_cast<std::int32_t*>(y), n, low, high);
  } else if (dtype == DType::int64) {
    uniform_int(stream, static_cast<std::int64_t*>(y), n, low, high);
  }
}

void random_permutation(PhiloxStream stream, std::int64_t* y, std::int64_t n) {
  std::iota(y, y + n, std::int64_t{0});
  const GroupFunction group_of = philox_group();
  std::uint32_t words[group_words];
  for (std::int64_t left = n; left > 1; --left) {
    const std::int64_t step = n - left;
    if (step % 32 == 0) group_of(stream, static_cast<std::uint64_t>(step / 32), words);
    const std::uint64_t bits = joined(words[step % 32], words[32 + step % 32]);
    std::swap(y[left - 1], y[scaled(bits, static_cast<std::uint64_t>(left))]);
  }
}

void random_dropout_mask(PhiloxStream stream, DType dtype, void* y, std::int64_t n, double keep_probability,
                         double scale) {
  if (dtype == DType::float32) {
    dropout_mask(stream, static_cast<float*>(y), n, keep_probability, static_cast<float>(scale));
  } else if (dtype == DType::float64) {
    dropout_mask(stream, static_cast<double*>(y), n, keep_probability, scale);
  }
}

}  // namespace gradtape::kernels
