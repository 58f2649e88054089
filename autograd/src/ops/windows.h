#pragma once
// Windows that slide over the spatial axes of a tensor: what convolutions, pooling and patches share.

#include <string_view>

#include "gradtape/autograd/ops/convolution.h"
#include "kernels/convolution.h"
#include "ops/composite.h"

namespace gradtape::detail {

/// A tensor as an operand of an operator that was called from `where`.
inline Operand operand(const Tensor& tensor, Where where) { return Operand(tensor, where.file, where.line); }

/// Whether the format has the channels before the spatial axes. Throws for an unknown one.
bool has_channels_first(std::string_view data_format, int spatial_rank);

/// The axes of a tensor moved from one format to the other.
Tensor to_channels_last(const Tensor& tensor, Where where);
Tensor to_channels_first(const Tensor& tensor, Where where);
Shape to_channels_last(const Shape& shape);
Shape to_channels_first(const Shape& shape);

/// A number for each spatial axis. Throws for another count, and for numbers below 1; `what` names them.
Shape spatial_sizes(const SpatialSizes& sizes, std::string_view what, int spatial_rank, bool channels_first);

struct Windows {
  Shape kernel, strides, dilations;
  bool channels_first = false;
};

/// The axes with all that a kernel needs; the spatial axes are the last ones of three. `input` are spatial lengths.
/// Throws where the result's length would be negative.
void resolve_windows(const Shape& input, const Windows& windows, const WindowPadding& padding,
                     kernels::ConvolutionAxis (&axes)[3]);

/// (batch, the result's spatial lengths, channels).
Shape result_shape(std::int64_t batch, const kernels::ConvolutionAxis (&axes)[3], int spatial_rank,
                   std::int64_t channels);

}  // namespace gradtape::detail
