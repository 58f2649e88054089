#include <algorithm>
#include <cstring>
#include <type_traits>

#include "copy.h"
#include "copy_elements.h"
#include "dispatch.h"
#include "parallel.h"

namespace gradtape::kernels {

namespace {

using std::int64_t;

template <class T, class Index>
void one_hot_of(const Index* indices, int64_t outer, int64_t depth, int64_t inner, T on, T off, T* y) {
  const int64_t plane = depth * inner;
  parallel_for(outer, std::max<int64_t>(1, cheap_grain / std::max<int64_t>(1, plane)),
               [&](int64_t begin, int64_t end) {
                 std::fill(y + begin * plane, y + end * plane, off);
                 for (int64_t o = begin; o < end; ++o) {
                   for (int64_t i = 0; i < inner; ++i) {
                     const auto index = static_cast<int64_t>(indices[o * inner + i]);
                     if (index >= 0 && index < depth) y[o * plane + index * inner + i] = on;
                   }
                 }
               });
}

}  // namespace

void one_hot(DType index_dtype, const void* indices, int64_t outer, int64_t depth, int64_t inner, DType dtype,
             const void* on_value, const void* off_value, void* y) {
  with_element(size_of(dtype), [&](auto element) {
    using T = decltype(element);
    T on, off;
    std::memcpy(&on, on_value, sizeof on);
    std::memcpy(&off, off_value, sizeof off);
    const auto run = [&](const auto* typed) { one_hot_of(typed, outer, depth, inner, on, off, static_cast<T*>(y)); };
    with_type(index_dtype, [&](auto zero) {
      if constexpr (std::is_integral_v<decltype(zero)>) run(static_cast<const decltype(zero)*>(indices));
    });
  });
}

}  // namespace gradtape::kernels
