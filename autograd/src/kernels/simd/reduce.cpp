// Compiled once per instruction set, see isa.h.
#include "../reduce_table.h"
#include "fold.h"

namespace gradtape::kernels::GRADTAPE_ISA {
namespace {

template <class Op, class In, class Accumulator>
void fold_rows(const void* x, std::int64_t rows, std::int64_t columns, std::int64_t stride, void* y) {
  const In* in = static_cast<const In*>(x);
  auto* out = static_cast<Accumulator*>(y);
  for (std::int64_t r = 0; r < rows; ++r) out[r] = fold<Op, Accumulator>(in + r * stride, columns);
}

// Columns side by side, so that their partial results stay in the nearest cache.
constexpr std::int64_t strip = 512;
// Rows added one after another (in fours); more are halved, as in fold.h.
constexpr std::int64_t row_block = 64;

// One element is no vector.
template <class Accumulator, int Lanes, class In>
[[gnu::always_inline]] inline auto load_lanes(const In* x) {
  if constexpr (Lanes == 1)
    return static_cast<Accumulator>(*x);
  else
    return load<Accumulator, Lanes>(x);
}

/// y[c] = (y[c] op) x[c] op x[stride + c] ... over Rows rows, from column c on; vectors first, then their halves.
template <class Op, int Rows, bool Add, int Lanes, class In, class Accumulator>
[[gnu::always_inline]] inline void fold_into(const In* x, std::int64_t stride, std::int64_t c, std::int64_t columns,
                                             Accumulator* y) {
  static_assert(Rows == 1 || Rows == 4);
  for (; c + Lanes <= columns; c += Lanes) {
    auto v = load_lanes<Accumulator, Lanes>(x + c);
    if constexpr (Rows == 4) {
      const auto b = load_lanes<Accumulator, Lanes>(x + stride + c);
      const auto d = load_lanes<Accumulator, Lanes>(x + 2 * stride + c);
      const auto e = load_lanes<Accumulator, Lanes>(x + 3 * stride + c);
      v = Op::apply(Op::apply(v, b), Op::apply(d, e));
    }
    if constexpr (Add) v = Op::apply(load_lanes<Accumulator, Lanes>(y + c), v);
    __builtin_memcpy(y + c, &v, sizeof v);
  }
  if constexpr (Lanes > 1) fold_into<Op, Rows, Add, Lanes / 2>(x, stride, c, columns, y);
}

template <class Op, int Rows, bool Add, class In, class Accumulator>
[[gnu::always_inline]] inline void fold_into(const In* x, std::int64_t stride, std::int64_t columns, Accumulator* y) {
  fold_into<Op, Rows, Add, vector_bytes / static_cast<int>(sizeof(Accumulator))>(x, stride, 0, columns, y);
}

template <class Op, class In, class Accumulator>
[[gnu::always_inline]] inline void fold_row_block(const In* x, std::int64_t rows, std::int64_t stride,
                                                  std::int64_t columns, Accumulator* y) {
  std::int64_t r;
  if (rows >= 4) {
    fold_into<Op, 4, false>(x, stride, columns, y);
    for (r = 4; r + 4 <= rows; r += 4) fold_into<Op, 4, true>(x + r * stride, stride, columns, y);
  } else {
    fold_into<Op, 1, false>(x, stride, columns, y);
    r = 1;
  }
  for (; r < rows; ++r) fold_into<Op, 1, true>(x + r * stride, stride, columns, y);
}

// columns <= strip.
template <class Op, class In, class Accumulator>
[[gnu::noinline]] void fold_strip(const In* x, std::int64_t rows, std::int64_t stride, std::int64_t columns,
                                  Accumulator* y) {
  if (rows <= row_block) return fold_row_block<Op>(x, rows, stride, columns, y);
  const std::int64_t left = left_part(rows, row_block);
  fold_strip<Op>(x, left, stride, columns, y);
  alignas(64) Accumulator right[strip];
  fold_strip<Op>(x + left * stride, rows - left, stride, columns, right);
  fold_into<Op, 1, true>(right, 0, columns, y);
}

// A few columns do not fill a vector, but several rows of them do: rows are taken `group` at a time as one.
constexpr std::int64_t few_columns = 32, grouped_columns = 128;

template <class Op, class In, class Accumulator>
void fold_few_columns(const In* x, std::int64_t rows, std::int64_t columns, Accumulator* y) {
  const std::int64_t group = grouped_columns / columns;
  const std::int64_t groups = rows / group;
  alignas(64) Accumulator wide[grouped_columns];
  fold_strip<Op>(x, groups, group * columns, group * columns, wide);
  fold_strip<Op>(wide, group, columns, columns, y);
  const std::int64_t done = groups * group;
  if (done == rows) return;
  Accumulator rest[few_columns];
  fold_strip<Op>(x + done * columns, rows - done, columns, columns, rest);
  for (std::int64_t c = 0; c < columns; ++c) y[c] = Op::apply(y[c], rest[c]);
}

template <class Op, class In, class Accumulator>
void fold_columns(const void* x, std::int64_t outer, std::int64_t outer_stride, std::int64_t rows,
                  std::int64_t stride, std::int64_t columns, void* y, std::int64_t y_stride) {
  for (std::int64_t o = 0; o < outer; ++o) {
    const In* in = static_cast<const In*>(x) + o * outer_stride;
    Accumulator* out = static_cast<Accumulator*>(y) + o * y_stride;
    if (stride == columns && columns <= few_columns && rows >= 2 * (grouped_columns / columns)) {
      fold_few_columns<Op>(in, rows, columns, out);
      continue;
    }
    for (std::int64_t c = 0; c < columns; c += strip)
      fold_strip<Op>(in + c, rows, stride, columns - c < strip ? columns - c : strip, out + c);
  }
}

template <class T>
[[gnu::always_inline]] inline bool beats(Max, T a, T b) {
  return (a > b) | ((a != a) & (b == b));
}
template <class T>
[[gnu::always_inline]] inline bool beats(Min, T a, T b) {
  return (a < b) | ((a != a) & (b == b));
}

template <class T>
std::int64_t first_equal(const T* x, std::int64_t n, T wanted) {
  constexpr std::int64_t block = 64;
  const bool wants_nan = wanted != wanted;
  for (std::int64_t i = 0; i < n; i += block) {
    const std::int64_t end = n - i < block ? n : i + block;
    if (end - i == block) {
      int found = 0;
      for (std::int64_t j = i; j < i + block; ++j) found |= wants_nan ? x[j] != x[j] : x[j] == wanted;
      if (found == 0) continue;
    }
    for (std::int64_t j = i; j < end; ++j)
      if (wants_nan ? x[j] != x[j] : x[j] == wanted) return j;
  }
  return 0;
}

template <class Op, class T>
void arg_rows(const void* x, std::int64_t rows, std::int64_t columns, std::int64_t stride, std::int64_t* y) {
  for (std::int64_t r = 0; r < rows; ++r) {
    const T* row = static_cast<const T*>(x) + r * stride;
    if (columns > 32) {
      y[r] = first_equal(row, columns, fold<Op, T>(row, columns));
      continue;
    }
    T best = row[0];
    std::int64_t place = 0;
    for (std::int64_t c = 1; c < columns; ++c) {
      const bool better = beats(Op{}, row[c], best);
      best = better ? row[c] : best;
      place = better ? c : place;
    }
    y[r] = place;
  }
}

template <class Op, class T>
void arg_columns(const void* x, std::int64_t rows, std::int64_t stride, std::int64_t columns, std::int64_t* y) {
  alignas(64) T best[strip];
  for (std::int64_t first = 0; first < columns; first += strip) {
    const T* in = static_cast<const T*>(x) + first;
    std::int64_t* places = y + first;
    const std::int64_t n = columns - first < strip ? columns - first : strip;
    for (std::int64_t c = 0; c < n; ++c) {
      best[c] = in[c];
      places[c] = 0;
    }
    for (std::int64_t r = 1; r < rows; ++r) {
      const T* row = in + r * stride;
      GRADTAPE_VECTORIZE
      for (std::int64_t c = 0; c < n; ++c) {
        const bool better = beats(Op{}, row[c], best[c]);
        best[c] = better ? row[c] : best[c];
        places[c] = better ? r : places[c];
      }
    }
  }
}

template <class Op, class In, class Accumulator = In>
constexpr Fold fold_of = {fold_rows<Op, In, Accumulator>, fold_columns<Op, In, Accumulator>};
template <class Op, class T>
constexpr ArgFold arg_fold_of = {arg_rows<Op, T>, arg_columns<Op, T>};

using u8 = std::uint8_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using i32 = std::int32_t;
using i64 = std::int64_t;

}  // namespace

extern const ReduceTable reduce_table;
const ReduceTable reduce_table = {
    .sum = {fold_of<Sum, float>, fold_of<Sum, double>, fold_of<Sum, u32>, fold_of<Sum, u64>, fold_of<Sum, u8>, {}},
    .prod = {fold_of<Product, float>,
             fold_of<Product, double>,
             fold_of<Product, u32>,
             fold_of<Product, u64>,
             fold_of<Product, u8>,
             {}},
    .max = {fold_of<Max, float>, fold_of<Max, double>, fold_of<Max, i32>, fold_of<Max, i64>, fold_of<Max, u8>,
            fold_of<Max, u8>},
    .min = {fold_of<Min, float>, fold_of<Min, double>, fold_of<Min, i32>, fold_of<Min, i64>, fold_of<Min, u8>,
            fold_of<Min, u8>},
    .square_sum = {fold_of<Sum, Squared<float>, float>, fold_of<Sum, Squared<double>, double>},
    .wide_sum = {{}, {}, fold_of<Sum, i32, u64>, fold_of<Sum, u64>, fold_of<Sum, u8, u64>, {}},
    .arg_max = {arg_fold_of<Max, float>, arg_fold_of<Max, double>, arg_fold_of<Max, i32>, arg_fold_of<Max, i64>,
                arg_fold_of<Max, u8>, arg_fold_of<Max, u8>},
    .arg_min = {arg_fold_of<Min, float>, arg_fold_of<Min, double>, arg_fold_of<Min, i32>, arg_fold_of<Min, i64>,
                arg_fold_of<Min, u8>, arg_fold_of<Min, u8>},
};

}  // namespace gradtape::kernels::GRADTAPE_ISA
