#pragma once
// Parts of a tensor.

#include "gradtape/autograd/tensor.h"

namespace gradtape::detail {

/// Where a part of a row-major tensor begins, in elements, and its steps along the tensor's axes.
struct Part {
  std::int64_t offset = 0;
  std::int64_t strides[Shape::max_rank] = {};
  Part(const Shape& shape, const Shape& begin);
};

/// Whether a block of `shape` of an input is contiguous: one place on the outer axes, a range of one axis, and all of
/// the inner ones.
bool lies_together(const Shape& input, const Shape& shape);

/// Zeros of `shape` with dy at `begin`: the gradient of slice, itself an op.
Tensor slice_gradient(const Tensor& dy, const Shape& begin, const Shape& shape);

/// Adds `part` to the elements of total from `begin` on. Only while the caller holds the sole handle of total.
void add_part(const Tensor& total, const Tensor& part, const Shape& begin);

/// `shape` elements from `offset` on of a tensor with one axis, sharing memory. An op with several results computes
/// them into one such tensor, its recorded result, and hands out pieces: its gradient gets what arrives at all of
/// them in one dy of the same layout.
Tensor piece(const Tensor& packed, std::int64_t offset, const Shape& shape);

}  // namespace gradtape::detail
