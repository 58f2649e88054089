#pragma once
// What the files behind copy.h share.

#include <cstddef>
#include <cstdint>

namespace gradtape::kernels {

// Elements of so many bytes, whatever they mean: may_alias, as they are floats and integers elsewhere.
enum class [[gnu::may_alias]] Element1 : std::uint8_t{};
enum class [[gnu::may_alias]] Element2 : std::uint16_t{};
enum class [[gnu::may_alias]] Element4 : std::uint32_t{};
enum class [[gnu::may_alias]] Element8 : std::uint64_t{};
struct Element16 {
  Element8 low, high;
};

/// Calls f with a value of the type of `size` bytes: 1, 2, 4, 8 or 16.
template <class F>
void with_element(std::size_t size, const F& f) {
  switch (size) {
    case 1:
      return f(Element1{});
    case 2:
      return f(Element2{});
    case 4:
      return f(Element4{});
    case 8:
      return f(Element8{});
    default:
      return f(Element16{});
  }
}

/// Whether so many bytes can be moved as one element.
constexpr bool is_element_size(std::int64_t bytes) {
  return bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8 || bytes == 16;
}

/// memcpy by as many threads as that is worth.
void copy_bytes(const void* x, void* y, std::int64_t bytes);

/// An axis of a copy between two strided places; strides count elements.
struct CopyAxis {
  std::int64_t length, x_stride, y_stride;
};
inline constexpr int most_copy_axes = 16;  // tile has two for each axis

/// y[sum(i[a] * y_stride)] = x[sum(i[a] * x_stride)] over all i; size is 1, 2, 4, 8 or 16.
void copy_strided(std::size_t size, const void* x, void* y, const CopyAxis* axes, int count);

}  // namespace gradtape::kernels
