#pragma once
// Ops that move elements about. Every dtype. A negative axis counts from the end. Errors: InvalidArgumentError for an
// axis or a shape that does not fit.

#include <cstdint>
#include <string_view>

#include "gradtape/autograd/index.h"
#include "gradtape/autograd/ops/padding.h"
#include "gradtape/autograd/shape.h"
#include "gradtape/autograd/tensor.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

/// tf.reverse: the order along the given axes is turned around.
Tensor reverse(const Tensor& tensor, const Axes& axis, Where where = Where::here());
/// numpy.flip: the same, along all axes when none is given. flipud and fliplr turn the first and the second axis
/// around.
Tensor flip(const Tensor& m, const Axes& axis = {}, Where where = Where::here());
Tensor flipud(const Tensor& m, Where where = Where::here());
Tensor fliplr(const Tensor& m, Where where = Where::here());
/// tf.roll: the element at place i of an axis moves to place i + shift, and around the end. Lists shift[k] for
/// axis[k]; the shifts of an axis that is named twice add up.
Tensor roll(const Tensor& input, std::int64_t shift, int axis, Where where = Where::here());
Tensor roll(const Tensor& input, const Shape& shift, const Axes& axis, Where where = Where::here());
/// numpy.rot90: turned by k right angles from the first of the two axes towards the second.
Tensor rot90(const Tensor& m, int k = 1, const Axes& axes = {0, 1}, Where where = Where::here());

/// tf.reverse_sequence: along seq_axis the first seq_lengths[b] elements of the b-th part of batch_axis are turned
/// around. seq_lengths: int32 or int64, one for each part. Throws InvalidArgumentError for a length outside the axis.
Tensor reverse_sequence(const Tensor& input, const Tensor& seq_lengths, int seq_axis, int batch_axis = 0,
                        Where where = Where::here());
/// tf.sequence_mask: a new last axis of length maxlen (the largest of the lengths where it is not given), true (1) in
/// the first `length` places. lengths: any integer dtype.
Tensor sequence_mask(const Tensor& lengths, OptionalInteger maxlen = none, DType dtype = boolean,
                     Where where = Where::here());

struct DataFormatOptions {
  std::string_view data_format = "NHWC";  ///< or "NCHW"
};
/// tf.nn.space_to_depth: each block of block_size x block_size places becomes one with as many times the channels:
/// (batch, h, w, c) to (batch, h / block_size, w / block_size, c * block_size ** 2). tf.nn.depth_to_space undoes it.
Tensor space_to_depth(const Tensor& input, std::int64_t block_size, const DataFormatOptions& options = {},
                      Where where = Where::here());
Tensor depth_to_space(const Tensor& input, std::int64_t block_size, const DataFormatOptions& options = {},
                      Where where = Where::here());
/// tf.space_to_batch (space_to_batch_nd): the axes after the first, as many as block_shape has lengths, are padded
/// and cut into blocks, whose places move to the first axis. tf.batch_to_space undoes it: crops are cut off. Up to
/// three such axes.
Tensor space_to_batch(const Tensor& input, const Shape& block_shape, const Paddings& paddings,
                      Where where = Where::here());
Tensor batch_to_space(const Tensor& input, const Shape& block_shape, const Paddings& crops,
                      Where where = Where::here());

/// Of images (height, width, channels) or batches of them: tf.image.flip_left_right, flip_up_down, transpose, and
/// rot90, counter-clockwise.
namespace image {
Tensor flip_left_right(const Tensor& image, Where where = Where::here());
Tensor flip_up_down(const Tensor& image, Where where = Where::here());
Tensor transpose(const Tensor& image, Where where = Where::here());
Tensor rot90(const Tensor& image, int k = 1, Where where = Where::here());
}  // namespace image

}  // namespace gradtape
