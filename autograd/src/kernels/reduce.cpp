#include "reduce.h"
#include "dispatch.h"
#include "reduce_as_int64.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <limits>
#include <memory>

#include "elementwise.h"
#include "isa.h"
#include "parallel.h"
#include "reduce_table.h"

namespace gradtape::kernels {

namespace {

using std::int64_t;

const ReduceTable& table() { return pick(baseline::reduce_table, avx2::reduce_table, avx512::reduce_table); }

/// Uninitialised room for partial results, on the stack where it is small.
class Scratch {
 public:
  std::byte* get(std::size_t bytes) {
    if (bytes <= sizeof inline_) return inline_;
    heap_ = std::make_unique_for_overwrite<std::byte[]>(bytes);
    return heap_.get();
  }

 private:
  alignas(64) std::byte inline_[2048];
  std::unique_ptr<std::byte[]> heap_;
};

const void* at(const void* x, int64_t bytes) { return static_cast<const std::byte*>(x) + bytes; }
void* at(void* x, int64_t bytes) { return static_cast<std::byte*>(x) + bytes; }

/// How the elements are folded: `first` from x to partial results, `next` from those to the result.
struct Plan {
  const Fold* first;
  const Fold* next;
  int64_t size, result_size;
};

/// A reduction cuts its longest folds into pieces of about this many elements, whatever the threads.
const int64_t& piece = cheap_grain;

/// (outer, n) to (outer).
void reduce_rows(const Plan& plan, const void* x, int64_t outer, int64_t n, void* y) {
  if (n <= piece) {
    parallel_for(outer, std::max<int64_t>(1, piece / n), [&](int64_t begin, int64_t end) {
      plan.first->rows(at(x, begin * n * plan.size), end - begin, n, n, at(y, begin * plan.result_size));
    });
    return;
  }
  const int64_t pieces = (n + piece - 1) / piece;
  Scratch scratch;
  void* partial = scratch.get(static_cast<std::size_t>(outer * pieces * plan.result_size));
  parallel_for(outer * pieces, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t first = i % pieces * piece;
      plan.first->rows(at(x, (i / pieces * n + first) * plan.size), 1, std::min(piece, n - first), n,
                       at(partial, i * plan.result_size));
    }
  });
  plan.next->rows(partial, outer, pieces, pieces, y);
}

/// (outer, n, inner) to (outer, inner).
void reduce_columns(const Plan& plan, const void* x, int64_t outer, int64_t n, int64_t inner, void* y) {
  if (n * inner <= piece) {
    parallel_for(outer, std::max<int64_t>(1, piece / (n * inner)), [&](int64_t begin, int64_t end) {
      plan.first->columns(at(x, begin * n * inner * plan.size), end - begin, n * inner, n, inner, inner,
                          at(y, begin * inner * plan.result_size), inner);
    });
    return;
  }
  // Few rows in a piece would make the partial results many; wide rows are cut across instead.
  constexpr int64_t fewest_rows = 64, widest = 2048;
  const int64_t rows = std::max(fewest_rows, piece / inner);
  const int64_t width = std::min(inner, widest);
  const int64_t pieces = (n + rows - 1) / rows, strips = (inner + width - 1) / width;
  Scratch scratch;
  void* partial = y;
  if (pieces > 1) partial = scratch.get(static_cast<std::size_t>(outer * pieces * inner * plan.result_size));
  const int64_t grain = std::max<int64_t>(1, piece / (std::min(rows, n) * width));
  parallel_for(outer * pieces * strips, grain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t column = i % strips * width, p = i / strips % pieces, o = i / strips / pieces;
      plan.first->columns(at(x, ((o * n + p * rows) * inner + column) * plan.size), 1, 0,
                          std::min(rows, n - p * rows), inner, std::min(width, inner - column),
                          at(partial, ((o * pieces + p) * inner + column) * plan.result_size), 0);
    }
  });
  if (pieces > 1)
    reduce_columns({plan.next, plan.next, plan.result_size, plan.result_size}, partial, outer, pieces, inner, y);
}

/// Neighbouring axes merged where both are reduced or both kept, axes of length 1 left out.
struct Groups {
  int count = 0;
  int64_t lengths[Shape::max_rank] = {};
  bool reduced[Shape::max_rank] = {};

  Groups(const Shape& shape, unsigned mask) {
    for (int i = 0; i < shape.rank(); ++i) {
      if (shape[i] == 1) continue;
      const bool is_reduced = (mask >> i & 1) != 0;
      if (count > 0 && reduced[count - 1] == is_reduced) {
        lengths[count - 1] *= shape[i];
      } else {
        lengths[count] = shape[i];
        reduced[count++] = is_reduced;
      }
    }
  }

  int64_t length(bool of_reduced) const {
    int64_t product = 1;
    for (int i = 0; i < count; ++i)
      if (reduced[i] == of_reduced) product *= lengths[i];
    return product;
  }

  int last_reduced() const {
    int i = count - 1;
    while (i >= 0 && !reduced[i]) --i;
    return i;
  }
};

/// The reduced groups from the last to the first, each into the place of the next one's input.
void reduce_groups(Plan plan, const void* x, Groups groups, void* y) {
  std::unique_ptr<std::byte[]> held;
  for (int i = groups.last_reduced(); i >= 0; i = groups.last_reduced()) {
    const int64_t n = groups.lengths[i];
    const int64_t inner = i + 1 < groups.count ? groups.lengths[i + 1] : 1;
    int64_t outer = 1;
    for (int j = 0; j < i; ++j) outer *= groups.lengths[j];

    const bool is_last_step = i < 2;
    std::unique_ptr<std::byte[]> room;
    if (!is_last_step)
      room = std::make_unique_for_overwrite<std::byte[]>(static_cast<std::size_t>(outer * inner * plan.result_size));
    void* to = is_last_step ? y : room.get();
    if (inner == 1)
      reduce_rows(plan, x, outer, n, to);
    else
      reduce_columns(plan, x, outer, n, inner, to);
    if (is_last_step) return;

    held = std::move(room);
    x = held.get();
    plan = {plan.next, plan.next, plan.result_size, plan.result_size};
    // The kept groups on either side become one.
    if (i + 1 < groups.count) groups.lengths[i - 1] *= inner;
    groups.count = i;
  }
}

/// The result over no elements.
template <class T>
T nothing(Reduction reduction) {
  using Limits = std::numeric_limits<T>;
  switch (reduction) {
    case Reduction::sum:
    case Reduction::square_sum:
      return T(0);
    case Reduction::prod:
      return T(1);
    case Reduction::mean:
      return Limits::has_quiet_NaN ? Limits::quiet_NaN() : T(0);
    case Reduction::max:
      return Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
    default:
      return Limits::has_infinity ? Limits::infinity() : Limits::max();
  }
}

template <class T, class Total>
void divide(const Total* totals, int64_t n, Total count, T* y) {
  parallel_for(n, cheap_grain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) y[i] = static_cast<T>(totals[i] / count);
  });
}

/// Sums in int64, so that the mean of large values does not overflow.
void integer_mean(DType dtype, const void* x, const Groups& groups, int64_t kept, int64_t count, void* y) {
  const ReduceTable& folds = table();
  Scratch scratch;
  void* totals = scratch.get(static_cast<std::size_t>(kept) * sizeof(int64_t));
  reduce_groups({&folds.wide_sum[static_cast<int>(dtype)], &folds.sum[static_cast<int>(DType::int64)],
                 static_cast<int64_t>(size_of(dtype)), sizeof(int64_t)},
                x, groups, totals);
  with_type(dtype, [&](auto type) {
    divide(static_cast<const int64_t*>(totals), kept, count, static_cast<decltype(type)*>(y));
  });
}

const Fold* fold_for(Reduction reduction, DType dtype) {
  const ReduceTable& folds = table();
  const int type = static_cast<int>(dtype);
  switch (reduction) {
    case Reduction::max:
      return &folds.max[type];
    case Reduction::min:
      return &folds.min[type];
    case Reduction::prod:
      return &folds.prod[type];
    default:
      return &folds.sum[type];
  }
}

}  // namespace

void reduce(Reduction reduction, DType dtype, const void* x, const Shape& shape, unsigned mask, void* y) {
  const Groups groups(shape, mask);
  const int64_t kept = groups.length(false), count = groups.length(true);
  if (kept == 0) return;
  const auto size = static_cast<int64_t>(size_of(dtype));
  if (count == 0) {
    with_type(dtype, [&](auto type) {
      std::fill_n(static_cast<decltype(type)*>(y), kept, nothing<decltype(type)>(reduction));
    });
    return;
  }
  if (count == 1) {
    if (reduction == Reduction::square_sum) return unary(Unary::square, dtype, x, y, kept);
    std::memcpy(y, x, static_cast<std::size_t>(kept * size));
    return;
  }
  if (is_reduced_as_int64(dtype)) return reduce_as_int64(reduction, dtype, x, shape, mask, y);
  if (reduction == Reduction::mean && is_integer(dtype)) return integer_mean(dtype, x, groups, kept, count, y);

  const Fold* fold = fold_for(reduction, dtype);
  const Fold* first = reduction == Reduction::square_sum ? &table().square_sum[static_cast<int>(dtype)] : fold;
  if (kept == 1 && count <= piece)
    first->rows(x, 1, count, count, y);
  else
    reduce_groups({first, fold, size, size}, x, groups, y);
  if (reduction != Reduction::mean) return;
  if (dtype == DType::float32)
    divide(static_cast<const float*>(y), kept, static_cast<float>(count), static_cast<float*>(y));
  else
    divide(static_cast<const double*>(y), kept, static_cast<double>(count), static_cast<double*>(y));
}

namespace {

void reduce_bool(Reduction reduction, bool over_nothing, const bool* x, const Shape& shape, unsigned mask, bool* y) {
  const Groups groups(shape, mask);
  if (groups.length(true) == 0)
    std::fill_n(y, groups.length(false), over_nothing);
  else
    reduce(reduction, DType::boolean, x, shape, mask, y);
}

}  // namespace

void reduce_any(const bool* x, const Shape& shape, unsigned mask, bool* y) {
  reduce_bool(Reduction::max, false, x, shape, mask, y);
}

void reduce_all(const bool* x, const Shape& shape, unsigned mask, bool* y) {
  reduce_bool(Reduction::min, true, x, shape, mask, y);
}

}  // namespace gradtape::kernels
