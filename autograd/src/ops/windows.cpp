#include "ops/windows.h"

#include <limits>

#include "gradtape/autograd/ops/shape_ops.h"
#include "ops/checks.h"

namespace gradtape {

WindowPadding::WindowPadding(std::initializer_list<PaddingPair> pairs) {
  for (const PaddingPair& pair : pairs) {
    before_.push_back(pair.before);
    after_.push_back(pair.after);
  }
}

namespace detail {
namespace {

constexpr std::string_view last_formats[] = {"NWC", "NHWC", "NDHWC"};
constexpr std::string_view first_formats[] = {"NCW", "NCHW", "NCDHW"};
// TensorFlow's kernels count in int32 too; the products of such numbers fit int64.
constexpr std::int64_t largest = std::numeric_limits<std::int32_t>::max();

Axes moved_axes(int rank, bool to_last) {
  Axes perm = Axes::none();
  perm.push_back(0);
  if (!to_last) perm.push_back(rank - 1);
  for (int i = 0; i < rank - 2; ++i) perm.push_back(to_last ? i + 2 : i + 1);
  if (to_last) perm.push_back(1);
  return perm;
}

[[noreturn]] void throw_count(const Shape& numbers, std::string_view what, int spatial_rank) {
  throw InvalidArgumentError(std::string(what) + " " + to_string(numbers) +
                             ": give one number, one for each of the " + std::to_string(spatial_rank) +
                             " spatial axes, or " + std::to_string(spatial_rank + 2) +
                             " with a 1 for the batch and the channels");
}

/// The spatial part of a list with an entry for each axis; `outside` is what batch and channels must have.
Shape spatial_part(const Shape& list, int spatial_rank, bool channels_first, std::int64_t outside, bool& fits) {
  const int first = channels_first ? 2 : 1;
  fits = list[0] == outside && list[channels_first ? 1 : spatial_rank + 1] == outside;
  return list.sub(first, first + spatial_rank);
}

struct Padding {
  bool same = false;
  Shape before, after;
};

Padding resolved(const WindowPadding& padding, int spatial_rank, bool channels_first) {
  Padding result;
  if (!padding.name().empty() || padding.before().rank() == 0) {
    if (padding.name() != "SAME" && padding.name() != "VALID")
      throw InvalidArgumentError("the padding \"" + padding.name() +
                                 "\" is not known; it may be \"VALID\", \"SAME\" or a pair of numbers for each axis");
    result.same = padding.name() == "SAME";
    for (int i = 0; i < spatial_rank; ++i) {
      result.before.push_back(0);
      result.after.push_back(0);
    }
    return result;
  }
  const int count = padding.before().rank();
  bool before_fits = true, after_fits = true;
  if (count == spatial_rank + 2) {
    result.before = spatial_part(padding.before(), spatial_rank, channels_first, 0, before_fits);
    result.after = spatial_part(padding.after(), spatial_rank, channels_first, 0, after_fits);
  } else if (count == spatial_rank) {
    result.before = padding.before();
    result.after = padding.after();
  } else {
    throw InvalidArgumentError("the padding has " + std::to_string(count) + " pairs; give one for each of the " +
                               std::to_string(spatial_rank + 2) + " axes, or for each of the " +
                               std::to_string(spatial_rank) + " spatial ones");
  }
  if (!before_fits || !after_fits)
    throw InvalidArgumentError("the batch and the channels cannot be padded: their pairs must be {0, 0}");
  for (int i = 0; i < spatial_rank; ++i)
    if (result.before[i] < 0 || result.after[i] < 0 || result.before[i] > largest || result.after[i] > largest)
      throw InvalidArgumentError("the padding {" + std::to_string(result.before[i]) + ", " +
                                 std::to_string(result.after[i]) + "} is not between 0 and " +
                                 std::to_string(largest));
  return result;
}

}  // namespace

bool has_channels_first(std::string_view data_format, int spatial_rank) {
  const std::string_view last = last_formats[spatial_rank - 1], first = first_formats[spatial_rank - 1];
  if (data_format.empty() || data_format == last) return false;
  if (data_format == first) return true;
  throw InvalidArgumentError("the data_format \"" + std::string(data_format) + "\" is not known; it may be \"" +
                             std::string(last) + "\" or \"" + std::string(first) + "\"");
}

Tensor to_channels_last(const Tensor& tensor, Where where) {
  return transpose(tensor, moved_axes(shape_of(tensor).rank(), true), where);
}
Tensor to_channels_first(const Tensor& tensor, Where where) {
  return transpose(tensor, moved_axes(shape_of(tensor).rank(), false), where);
}
Shape to_channels_last(const Shape& shape) {
  Shape result;
  for (int axis : moved_axes(shape.rank(), true)) result.push_back(shape[axis]);
  return result;
}
Shape to_channels_first(const Shape& shape) {
  Shape result;
  for (int axis : moved_axes(shape.rank(), false)) result.push_back(shape[axis]);
  return result;
}

Shape spatial_sizes(const SpatialSizes& sizes, std::string_view what, int spatial_rank, bool channels_first) {
  const Shape& given = sizes.sizes();
  Shape result;
  if (given.rank() == 1) {
    for (int i = 0; i < spatial_rank; ++i) result.push_back(given[0]);
  } else if (given.rank() == spatial_rank) {
    result = given;
  } else if (given.rank() == spatial_rank + 2) {
    bool fits = true;
    result = spatial_part(given, spatial_rank, channels_first, 1, fits);
    if (!fits)
      throw InvalidArgumentError(std::string(what) + " " + to_string(given) +
                                 ": the numbers of the batch and the channels must be 1");
  } else {
    throw_count(given, what, spatial_rank);
  }
  for (std::int64_t size : result)
    if (size < 1 || size > largest)
      throw InvalidArgumentError(std::string(what) + " " + to_string(given) + ": each must be between 1 and " +
                                 std::to_string(largest));
  return result;
}

void resolve_windows(const Shape& input, const Windows& windows, const WindowPadding& padding,
                     kernels::ConvolutionAxis (&axes)[3]) {
  const int rank = input.rank();
  const Padding pads = resolved(padding, rank, windows.channels_first);
  for (int i = 0; i < rank; ++i) {
    kernels::ConvolutionAxis& axis = axes[3 - rank + i];
    const std::int64_t stride = windows.strides[i], reach = (windows.kernel[i] - 1) * windows.dilations[i] + 1;
    axis = {input[i], windows.kernel[i], 0, stride, windows.dilations[i], pads.before[i]};
    if (pads.same) {
      axis.output = (input[i] + stride - 1) / stride;
      const std::int64_t missing = (axis.output - 1) * stride + reach - input[i];
      axis.before = missing > 0 ? missing / 2 : 0;
      continue;
    }
    const std::int64_t room = input[i] + pads.before[i] + pads.after[i] - reach + stride;
    axis.output = room / stride;
    if (axis.output < 0)
      throw InvalidArgumentError("a window of " + std::to_string(reach) + " does not fit the spatial axis " +
                                 std::to_string(i) + " of length " + std::to_string(input[i]) +
                                 (pads.before[i] + pads.after[i] > 0 ? ", with the padding" : "") +
                                 "; is the padding \"SAME\" meant?");
  }
}

Shape result_shape(std::int64_t batch, const kernels::ConvolutionAxis (&axes)[3], int spatial_rank,
                   std::int64_t channels) {
  Shape shape{batch};
  for (int i = 3 - spatial_rank; i < 3; ++i) shape.push_back(axes[i].output);
  shape.push_back(channels);
  return shape;
}

}  // namespace detail
}  // namespace gradtape
