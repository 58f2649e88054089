#include "search.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "dispatch.h"
#include "parallel.h"

namespace gradtape::kernels {

using std::int64_t;

void search_sorted(DType dtype, const void* sequence, int64_t n, const void* values, int64_t count, int64_t rows,
                   bool right, DType place_dtype, void* places) {
  with_type(dtype, [&](auto zero) {
    using T = decltype(zero);
    parallel_for(rows * count, costly_grain / 4, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const T* row = static_cast<const T*>(sequence) + i / count * n;
        const T value = static_cast<const T*>(values)[i];
        const int64_t place =
            (right ? std::upper_bound(row, row + n, value) : std::lower_bound(row, row + n, value)) - row;
        if (place_dtype == DType::int32)
          static_cast<std::int32_t*>(places)[i] = static_cast<std::int32_t>(place);
        else
          static_cast<int64_t*>(places)[i] = place;
      }
    });
  });
}

namespace {

/// Calls f(at), where at(x, i) is element i of x as a value that can be hashed.
template <class F>
void with_values(DType dtype, const F& f) {
  if (dtype == DType::string)
    return f([](const void* x, int64_t i) {
      const std::string* text = static_cast<const std::string* const*>(x)[i];
      return text != nullptr ? std::string_view(*text) : std::string_view();
    });
  with_type(dtype,
            [&](auto zero) { f([](const void* x, int64_t i) { return static_cast<const decltype(zero)*>(x)[i]; }); });
}

}  // namespace

Distinct distinct(DType dtype, const void* x, int64_t n) {
  Distinct found;
  found.index.resize(static_cast<std::size_t>(n));
  with_values(dtype, [&](const auto& at) {
    std::unordered_map<decltype(at(x, 0)), int64_t> seen;
    for (int64_t i = 0; i < n; ++i) {
      const auto value = at(x, i);
      const auto next = static_cast<int64_t>(found.first.size());
      // A NaN is never found again, and would only fill the table.
      const int64_t index = value != value ? next : seen.try_emplace(value, next).first->second;
      if (index == next) found.first.push_back(i);
      found.index[static_cast<std::size_t>(i)] = index;
    }
  });
  return found;
}

std::vector<int64_t> places_not_in(DType dtype, const void* x, int64_t n, const void* y, int64_t count) {
  std::vector<int64_t> places;
  with_values(dtype, [&](const auto& at) {
    std::unordered_set<decltype(at(x, 0))> excluded;
    for (int64_t i = 0; i < count; ++i)
      if (const auto value = at(y, i); value == value) excluded.insert(value);
    for (int64_t i = 0; i < n; ++i)
      if (excluded.find(at(x, i)) == excluded.end()) places.push_back(i);
  });
  return places;
}

}  // namespace gradtape::kernels
