#include <algorithm>
#include <limits>
#include <type_traits>

#include "copy.h"
#include "dispatch.h"
#include "index_types.h"
#include "parallel.h"
#include "softmax.h"

namespace gradtape::kernels {

namespace {

/// The place of the first value that is `limit` or more, or -1. As unsigned, so that negative ones are too large.
template <class Unsigned, bool is_signed>
std::int64_t first_too_large(const void* values, std::int64_t count, std::int64_t n) {
  const auto* x = static_cast<const Unsigned*>(values);
  // One beyond the largest index that the dtype holds: a signed one ends at half.
  constexpr std::uint64_t most =
      is_signed ? std::uint64_t{std::numeric_limits<Unsigned>::max()} / 2 + 1
                : std::min(std::uint64_t{std::numeric_limits<Unsigned>::max()}, ~std::uint64_t{0} - 1) + 1;
  const std::uint64_t limit = std::min(static_cast<std::uint64_t>(n), most);
  if (limit > std::numeric_limits<Unsigned>::max()) return -1;
  const auto bound = static_cast<Unsigned>(limit);
  FirstPlace invalid;
  parallel_for(count, cheap_grain, [&](std::int64_t begin, std::int64_t end) {
    constexpr std::int64_t block = 1024;
    for (std::int64_t i = begin; i < end; i += block) {
      const std::int64_t block_end = std::min(end, i + block);
      unsigned any = 0;
      for (std::int64_t j = i; j < block_end; ++j) any |= x[j] >= bound;
      if (any == 0) continue;
      for (std::int64_t j = i;; ++j)
        if (x[j] >= bound) return invalid.report(j);
    }
  });
  return invalid.get();
}

}  // namespace

std::int64_t first_invalid_index(DType index_dtype, const void* indices, std::int64_t count, std::int64_t n) {
  return with_type(index_dtype, [&](auto zero) -> std::int64_t {
    using Index = decltype(zero);
    if constexpr (std::is_integral_v<Index>)
      return first_too_large<std::make_unsigned_t<Index>, std::is_signed_v<Index>>(indices, count, n);
    else
      return -1;
  });
}

std::int64_t flat_places(DType index_dtype, const void* indices, std::int64_t count, int depth,
                         const std::int64_t* lengths, std::int64_t per_batch, std::int64_t* places) {
  std::int64_t batch_size = 1;
  for (int k = 0; k < depth; ++k) batch_size *= lengths[k];
  FirstPlace invalid;
  with_indices(index_dtype, indices, [&](const auto* numbers) {
    parallel_for(count, costly_grain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        std::int64_t place = 0;
        for (int k = 0; k < depth; ++k) {
          const auto index = static_cast<std::int64_t>(numbers[i * depth + k]);
          if (index < 0 || index >= lengths[k]) return invalid.report(i * depth + k);
          place = place * lengths[k] + index;
        }
        places[i] = i / per_batch * batch_size + place;
      }
    });
  });
  return invalid.get();
}

std::int64_t first_invalid_label(DType label_dtype, const void* labels, std::int64_t n, std::int64_t classes) {
  return first_invalid_index(label_dtype, labels, n, classes);
}

}  // namespace gradtape::kernels
