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
/// Zeros with a one at `index`: the start of one row of a Jacobian.
Tensor unit(DType dtype, const Shape& shape, std::int64_t index);
/// (b, ...) zeros with ones at `index` of each row.
Tensor batch_unit(DType dtype, const Shape& shape, std::int64_t index);
/// The gradients of a Jacobian's rows, put together along `axis` and reshaped.
Tensor stack_rows(const std::vector<Tensor>& rows, int axis, const Shape& shape);

}  // namespace gradtape::detail
