#pragma once
// Finding values.

#include <cstdint>
#include <vector>

#include "gradtape/autograd/dtype.h"

namespace gradtape::kernels {

/// places[r][i]: how many elements of the ascending row sequence[r], of length n, are less than values[r][i], or not
/// greater when `right`. int32 or int64 places.
void search_sorted(DType dtype, const void* sequence, std::int64_t n, const void* values, std::int64_t count,
                   std::int64_t rows, bool right, DType place_dtype, void* places);

struct Distinct {
  std::vector<std::int64_t> first;  // the place of each distinct value, in the order of appearance
  std::vector<std::int64_t> index;  // of each element, which distinct value it is
};
/// A NaN is distinct from everything. Elements of string are pointers to their text, null for "".
Distinct distinct(DType dtype, const void* x, std::int64_t n);

/// The places of the elements of x that are not among y.
std::vector<std::int64_t> places_not_in(DType dtype, const void* x, std::int64_t n, const void* y,
                                        std::int64_t count);

}  // namespace gradtape::kernels
