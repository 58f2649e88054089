#pragma once
// The data of the benchmarks: the same numbers for both libraries, made in memory, so that no file is needed. C++17.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace synthetic {

/// SplitMix64: the same numbers with every compiler and standard library.
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : state_(seed) {}
  std::uint64_t bits() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// In [0, 1).
  float uniform() { return static_cast<float>(bits() >> 40) * 0x1p-24f; }

 private:
  std::uint64_t state_;
};

inline std::vector<float> uniform(std::size_t count, std::uint64_t seed) {
  Generator generator(seed);
  std::vector<float> values(count);
  for (float& value : values) value = generator.uniform();
  return values;
}

/// Pictures of 784 bytes scaled to [0, 1], row after row, and their classes, 0 to 9.
struct Images {
  static constexpr int pixels = 784;
  static constexpr int classes = 10;
  int count;
  std::vector<float> x;
  std::vector<std::int64_t> y;
};

/// As many pictures as asked for. Half of a class's pixels are 0, as in MNIST; the others are the class's pattern
/// with noise, so that a network learns from them and its loss shows whether it did.
inline Images images(int count, std::uint64_t seed) {
  Generator generator(seed);
  std::vector<int> patterns(Images::classes * Images::pixels);
  for (int& byte : patterns) {
    const std::uint64_t bits = generator.bits();
    byte = bits & 256 ? static_cast<int>(bits & 255) : 0;
  }
  Images images{count, std::vector<float>(static_cast<std::size_t>(count) * Images::pixels),
                std::vector<std::int64_t>(static_cast<std::size_t>(count))};
  float* pixel = images.x.data();
  for (std::int64_t& label : images.y) {
    label = static_cast<std::int64_t>(generator.bits() % Images::classes);
    const int* pattern = patterns.data() + label * Images::pixels;
    for (int i = 0; i < Images::pixels; i += 8) {
      const std::uint64_t noise = generator.bits();
      for (int j = 0; j < 8; ++j) {
        const int random = static_cast<int>(noise >> (8 * j)) & 255;
        const int byte = pattern[i + j] == 0 ? 0 : (pattern[i + j] + 3 * random) / 4;
        *pixel++ = static_cast<float>(byte) / 255.f;
      }
    }
    const std::uint64_t chance = generator.bits();
    if (chance % 10 == 0) label = static_cast<std::int64_t>((chance >> 8) % Images::classes);
  }
  return images;
}

/// The points of the linear regression: y = 3 x + 2 with noise, x in [0, 1).
struct Line {
  std::vector<float> x, y;
};
inline Line line(int count, std::uint64_t seed) {
  Generator generator(seed);
  Line line;
  for (int i = 0; i < count; ++i) {
    line.x.push_back(generator.uniform());
    line.y.push_back(3.f * line.x.back() + 2.f + 0.1f * (generator.uniform() - 0.5f));
  }
  return line;
}

}  // namespace synthetic
