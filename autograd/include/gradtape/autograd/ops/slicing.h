#pragma once
// Parts of a tensor by begin, end and step; x(all, Slice(0, 5)) is the short way to write them: see Index.

#include "gradtape/autograd/shape.h"
#include "gradtape/autograd/tensor.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

/// Bit i of a mask is for entry i of begin, end and strides.
struct StridedSliceOptions {
  unsigned begin_mask = 0;        ///< begin[i] is left open
  unsigned end_mask = 0;          ///< end[i] is left open
  unsigned ellipsis_mask = 0;     ///< entry i stands for as many whole axes as are left; one at most
  unsigned new_axis_mask = 0;     ///< entry i is a new axis of length 1
  unsigned shrink_axis_mask = 0;  ///< entry i is the index begin[i], and its axis is removed
};
/// tf.strided_slice: from begin[i] up to but without end[i] in steps of strides[i] (1 without strides), which may be
/// negative; ends are clamped as Python's. Axes without an entry stay whole. Every dtype; shares memory where the
/// elements lie together. Throws InvalidArgumentError for a stride of 0, lists of different lengths, more entries
/// than axes; OutOfRangeError for an index outside its axis.
Tensor strided_slice(const Tensor& input, const Shape& begin, const Shape& end, const Shape& strides = {},
                     StridedSliceOptions options = {}, Where where = Where::here());

}  // namespace gradtape
