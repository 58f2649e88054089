#include <algorithm>
#include <cstddef>
#include <cstring>
#include <vector>

#include "isa.h"
#include "parallel.h"
#include "reduce.h"
#include "reduce_as_int64.h"
#include "reduce_table.h"

namespace gradtape::kernels {

namespace {

using std::int64_t;

const int64_t& piece = cheap_grain;

/// One row longer than a piece: the extreme of each piece, then the extreme of those.
int64_t long_row(const ArgFold& fold, int64_t size, const std::byte* x, int64_t n) {
  const int64_t pieces = (n + piece - 1) / piece;
  std::vector<int64_t> places(static_cast<std::size_t>(pieces));
  std::vector<std::byte> values(static_cast<std::size_t>(pieces * size));
  parallel_for(pieces, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      int64_t& place = places[static_cast<std::size_t>(i)];
      fold.rows(x + i * piece * size, 1, std::min(piece, n - i * piece), n, &place);
      place += i * piece;
      std::memcpy(values.data() + i * size, x + place * size, static_cast<std::size_t>(size));
    }
  });
  int64_t winner = 0;
  fold.rows(values.data(), 1, pieces, pieces, &winner);
  return places[static_cast<std::size_t>(winner)];
}

void arg_extreme(const ArgFold& fold, DType dtype, const void* x, int64_t outer, int64_t n, int64_t inner,
                 int64_t* y) {
  if (outer == 0 || inner == 0) return;
  const auto* bytes = static_cast<const std::byte*>(x);
  const auto size = static_cast<int64_t>(size_of(dtype));
  if (inner == 1 && n > piece) {
    for (int64_t o = 0; o < outer; ++o) y[o] = long_row(fold, size, bytes + o * n * size, n);
  } else if (inner == 1) {
    parallel_for(outer, std::max<int64_t>(1, piece / n), [&](int64_t begin, int64_t end) {
      fold.rows(bytes + begin * n * size, end - begin, n, n, y + begin);
    });
  } else {
    constexpr int64_t widest = 512;
    const int64_t width = std::min(inner, widest), strips = (inner + width - 1) / width;
    parallel_for(outer * strips, std::max<int64_t>(1, piece / (n * width)), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t o = i / strips, column = i % strips * width;
        fold.columns(bytes + (o * n * inner + column) * size, n, inner, std::min(width, inner - column),
                     y + o * inner + column);
      }
    });
  }
}

const ReduceTable& table() { return pick(baseline::reduce_table, avx2::reduce_table, avx512::reduce_table); }

}  // namespace

void arg_max(DType dtype, const void* x, std::int64_t outer, std::int64_t n, std::int64_t inner, std::int64_t* y) {
  if (is_reduced_as_int64(dtype))
    return arg_max(DType::int64, in_order_of(dtype, x, outer * n * inner).get(), outer, n, inner, y);
  arg_extreme(table().arg_max[static_cast<int>(dtype)], dtype, x, outer, n, inner, y);
}

void arg_min(DType dtype, const void* x, std::int64_t outer, std::int64_t n, std::int64_t inner, std::int64_t* y) {
  if (is_reduced_as_int64(dtype))
    return arg_min(DType::int64, in_order_of(dtype, x, outer * n * inner).get(), outer, n, inner, y);
  arg_extreme(table().arg_min[static_cast<int>(dtype)], dtype, x, outer, n, inner, y);
}

}  // namespace gradtape::kernels
