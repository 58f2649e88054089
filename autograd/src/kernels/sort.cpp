#include "sort.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <type_traits>
#include <vector>

#include "dispatch.h"
#include "parallel.h"

namespace gradtape::kernels {

namespace {

using std::int64_t;

// An element as an unsigned number of the same order, with its place.
template <class Key>
struct Entry;
template <>
struct Entry<std::uint32_t> {
  std::uint64_t both;
  Entry() = default;
  Entry(std::uint32_t key, int64_t place) : both(std::uint64_t{key} << 32 | static_cast<std::uint64_t>(place)) {}
  std::uint32_t key() const { return static_cast<std::uint32_t>(both >> 32); }
  std::int32_t place() const { return static_cast<std::int32_t>(both & 0xffffffffu); }
  bool operator<(const Entry& other) const { return both < other.both; }
};
template <>
struct Entry<std::uint64_t> {
  std::uint64_t key_;
  int64_t place_;
  Entry() = default;
  Entry(std::uint64_t key, int64_t place) : key_(key), place_(place) {}
  std::uint64_t key() const { return key_; }
  std::int32_t place() const { return static_cast<std::int32_t>(place_); }
  bool operator<(const Entry& other) const { return key_ != other.key_ ? key_ < other.key_ : place_ < other.place_; }
};

template <class T>
using KeyOf = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;

template <class T>
KeyOf<T> key_of(T x, bool descending) {
  using Key = KeyOf<T>;
  constexpr Key top = Key{1} << (std::numeric_limits<Key>::digits - 1);
  Key key;
  if constexpr (std::is_floating_point_v<T>) {
    key = std::bit_cast<Key>(x + T(0));  // no -0
    key ^= key & top ? ~Key{0} : top;
    if (descending) key = ~key;
    return x != x ? ~Key{0} : key;
  } else if constexpr (std::is_signed_v<T>) {
    key = static_cast<Key>(x) ^ top;
  } else {
    key = static_cast<Key>(x);
  }
  return descending ? ~key : key;
}

/// Stable by the key; the entries come in the order of their places.
template <int bits, class Key>
void radix_sort(std::vector<Entry<Key>>& entries, std::vector<Entry<Key>>& room) {
  constexpr int digits = (std::numeric_limits<Key>::digits + bits - 1) / bits;
  constexpr std::size_t values = std::size_t{1} << bits;
  const auto digit_of = [](Key key, int digit) { return static_cast<std::size_t>(key >> (digit * bits)) % values; };
  std::vector<std::array<std::uint32_t, values>> counts(digits);
  for (const Entry<Key>& entry : entries)
    for (int d = 0; d < digits; ++d) ++counts[static_cast<std::size_t>(d)][digit_of(entry.key(), d)];
  room.resize(entries.size());
  for (int d = 0; d < digits; ++d) {
    auto& count = counts[static_cast<std::size_t>(d)];
    if (count[digit_of(entries[0].key(), d)] == entries.size()) continue;
    std::uint32_t begin = 0;
    for (std::uint32_t& c : count) {
      const std::uint32_t next = begin + c;
      c = begin;
      begin = next;
    }
    for (const Entry<Key>& entry : entries) room[count[digit_of(entry.key(), d)]++] = entry;
    entries.swap(room);
  }
}

template <class Key>
void sort_entries(std::vector<Entry<Key>>& entries, std::vector<Entry<Key>>& room) {
  constexpr std::size_t few = 256, many = 1 << 14;
  if (entries.size() < few)
    std::sort(entries.begin(), entries.end());
  else if (entries.size() < many)
    radix_sort<8>(entries, room);
  else
    radix_sort<11>(entries, room);
}

/// The k smallest entries of one line, sorted, in `entries`. The vectors are room to be used again.
template <class T>
void first_entries(const T* x, int64_t n, int64_t step, int64_t k, bool descending,
                   std::vector<Entry<KeyOf<T>>>& entries, std::vector<Entry<KeyOf<T>>>& room) {
  entries.clear();
  if (k > n / 4) {
    for (int64_t i = 0; i < n; ++i) entries.emplace_back(key_of(x[i * step], descending), i);
    sort_entries(entries, room);
    entries.resize(static_cast<std::size_t>(k));
    return;
  }
  // Candidates are collected; when there are many, only the best k stay, and the last of those is the bar for others.
  const auto kept = static_cast<std::size_t>(k), most = std::max<std::size_t>(16, 2 * kept);
  const auto keep_best = [&] {
    std::nth_element(entries.begin(), entries.begin() + (k - 1), entries.end());
    entries.resize(kept);
  };
  KeyOf<T> bar = std::numeric_limits<KeyOf<T>>::max();
  bool is_full = false;
  constexpr int64_t block = 128;
  KeyOf<T> keys[block];
  for (int64_t first = 0; first < n; first += block) {
    const int64_t count = std::min(block, n - first);
    unsigned any = 0;
    for (int64_t j = 0; j < count; ++j) keys[j] = key_of(x[(first + j) * step], descending);
    for (int64_t j = 0; j < count; ++j) any |= keys[j] < bar;
    if (is_full && any == 0) continue;
    for (int64_t j = 0; j < count; ++j) {
      if (is_full && keys[j] >= bar) continue;
      entries.emplace_back(keys[j], first + j);
      if (entries.size() < most) continue;
      keep_best();
      bar = entries.back().key();
      is_full = true;
    }
  }
  if (entries.size() > kept) keep_best();
  std::sort(entries.begin(), entries.end());
}

template <class T>
void places_of(const T* x, int64_t outer, int64_t n, int64_t inner, int64_t k, bool descending,
               std::int32_t* places) {
  parallel_for(outer * inner, std::max<int64_t>(1, costly_grain / n), [&](int64_t begin, int64_t end) {
    std::vector<Entry<KeyOf<T>>> entries, room;
    for (int64_t line = begin; line < end; ++line) {
      const int64_t o = line / inner, i = line % inner;
      first_entries(x + o * n * inner + i, n, inner, k, descending, entries, room);
      std::int32_t* to = places + o * k * inner + i;
      for (int64_t j = 0; j < k; ++j) to[j * inner] = entries[static_cast<std::size_t>(j)].place();
    }
  });
}

/// body(first element of x, first place, lines) for blocks of neighbouring lines.
template <class Body>
void for_lines(int64_t outer, int64_t n, int64_t inner, int64_t k, const Body& body) {
  if (outer == 0 || inner == 0 || k == 0) return;
  constexpr int64_t most = 256;
  const int64_t width = std::min(inner, most), blocks = (inner + width - 1) / width;
  parallel_for(outer * blocks, std::max<int64_t>(1, costly_grain / (k * width)), [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b) {
      const int64_t o = b / blocks, first = b % blocks * width;
      body(o * n * inner + first, o * k * inner + first, std::min(width, inner - first));
    }
  });
}

}  // namespace

void sorted_places(DType dtype, const void* x, int64_t outer, int64_t n, int64_t inner, int64_t k, bool descending,
                   std::int32_t* places) {
  if (outer == 0 || inner == 0 || k == 0) return;
  with_type(dtype, [&](auto zero) {
    places_of(static_cast<const decltype(zero)*>(x), outer, n, inner, k, descending, places);
  });
}

void take_lines(std::size_t size, const void* x, int64_t outer, int64_t n, int64_t inner, const std::int32_t* places,
                int64_t k, void* y) {
  with_size(size, [&](auto zero) {
    using T = decltype(zero);
    for_lines(outer, n, inner, k, [&](int64_t element, int64_t place, int64_t lines) {
      const T* from = static_cast<const T*>(x) + element;
      T* to = static_cast<T*>(y) + place;
      for (int64_t j = 0; j < k; ++j)
        for (int64_t i = 0; i < lines; ++i) to[j * inner + i] = from[places[place + j * inner + i] * inner + i];
    });
  });
}

void add_lines(DType dtype, const void* x, int64_t outer, int64_t n, int64_t inner, const std::int32_t* places,
               int64_t k, void* y) {
  with_floating_type(dtype, [&](auto zero) {
    using T = decltype(zero);
    for_lines(outer, n, inner, k, [&](int64_t element, int64_t place, int64_t lines) {
      const T* from = static_cast<const T*>(x) + place;
      T* to = static_cast<T*>(y) + element;
      for (int64_t j = 0; j < k; ++j)
        for (int64_t i = 0; i < lines; ++i) to[places[place + j * inner + i] * inner + i] += from[j * inner + i];
    });
  });
}

}  // namespace gradtape::kernels
