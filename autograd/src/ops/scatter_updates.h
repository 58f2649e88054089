#pragma once
// Rows written by number.

#include "gradtape/autograd/tensor.h"
#include "gradtape/autograd/where.h"

namespace gradtape::detail {

/// tensor (n, inner) with `rows` (count, inner) at the int64 places (count,); of repeated places the last counts.
Tensor with_rows(const Tensor& tensor, const Tensor& places, const Tensor& rows, Where where);

}  // namespace gradtape::detail
