#pragma once
// The arithmetic on gradients that the tape needs. The tape knows no op: this reaches it from the ops.

#include <vector>

#include "gradtape/autograd/tensor.h"

namespace gradtape::detail {

Tensor zeros_of(DType dtype, const Shape& shape);
Tensor ones_of(DType dtype, const Shape& shape);
/// total + term, which broadcasts to it. Written into total where its caller holds it alone and no tape records.
Tensor accumulate(Tensor total, const Tensor& term);
/// total with `part` added at `begin`; an empty total counts as zeros of `shape`. Written in place like accumulate.
Tensor accumulate_at(Tensor total, const Tensor& part, const Shape& begin, const Shape& shape);
/// The gradient of broadcasting `shape` to the gradient's shape: summed over the axes that were stretched.
Tensor sum_to_shape(const Tensor& gradient, const Shape& shape);

/// The start of row `index` of a Jacobian: zeros with a one there, for each of the first axis's parts when `batched`.
Tensor unit(DType dtype, const Shape& shape, bool batched, std::int64_t index);
/// The rows [first, first + count) at once, as a tensor that has rows.
Tensor units(DType dtype, const Shape& shape, bool batched, std::int64_t first, std::int64_t count);
/// While it lives, tensors on this thread may have rows, as units() do.
class RowsScope {
 public:
  RowsScope();
  ~RowsScope();
  RowsScope(const RowsScope&) = delete;
  RowsScope& operator=(const RowsScope&) = delete;

 private:
  unsigned before_;
};

/// For tests: a Jacobian whose rows cannot be taken at once throws why.
extern constinit thread_local bool rows_are_strict;

/// A gradient for `count` rows as (count, ...).
Tensor rows_in_full(const Tensor& gradient, std::int64_t count);
/// Parts (rows, ...) joined, with that axis behind the batch's when `batched`, as `shape`.
Tensor join_rows(const std::vector<Tensor>& parts, bool batched, const Shape& shape);

}  // namespace gradtape::detail
