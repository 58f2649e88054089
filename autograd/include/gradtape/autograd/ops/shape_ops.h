#pragma once
// Ops that rearrange elements. Every dtype. A negative axis counts from the end. Errors: InvalidArgumentError for an
// axis or a shape that does not fit.

#include <initializer_list>
#include <string_view>
#include <vector>

#include "gradtape/autograd/index.h"
#include "gradtape/autograd/operand.h"
#include "gradtape/autograd/shape.h"
#include "gradtape/autograd/tensors.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

/// tf.reshape: the same elements under another shape; one length may be -1. Shares memory.
Tensor reshape(const Tensor& tensor, const Shape& shape, Where where = Where::here());
/// tf.expand_dims: a new axis of length 1 before `axis` (-1: at the end). Shares memory.
Tensor expand_dims(const Tensor& input, int axis, Where where = Where::here());
/// tf.squeeze: without the axes of length 1, or without the given ones, which must have length 1. Shares memory.
Tensor squeeze(const Tensor& input, const Axes& axis = {}, Where where = Where::here());

/// tf.transpose: axis i of the result is axis perm[i] of a; the axes in reverse order without perm.
Tensor transpose(const Tensor& a, const Axes& perm = {}, Where where = Where::here());
/// numpy.swapaxes: two axes change places.
Tensor swapaxes(const Tensor& a, int axis1, int axis2, Where where = Where::here());
/// numpy.moveaxis: the axes `source` move to the places `destination` of the result; the others keep their order.
Tensor moveaxis(const Tensor& a, const Axes& source, const Axes& destination, Where where = Where::here());

/// tf.concat: joined along an existing axis; the other lengths must agree. Throws InvalidArgumentError for no
/// tensors.
Tensor concat(const Tensors& values, int axis, Where where = Where::here());
/// tf.stack: joined along a new axis; all shapes must agree.
Tensor stack(const Tensors& values, int axis = 0, Where where = Where::here());

/// tf.unstack: the parts along an axis, which they do not have; num, where it is given, must be their number. Along
/// the first axis they share memory.
std::vector<Tensor> unstack(const Tensor& value, OptionalInteger num = none, int axis = 0,
                            Where where = Where::here());
/// tf.split: into so many equal parts along an axis, or into parts of the given lengths (a list, or a tensor with one
/// axis), of which one may be -1: what remains. Along the first axis they share memory.
std::vector<Tensor> split(const Tensor& value, const Operand& num_or_size_splits, int axis = 0,
                          Where where = Where::here());
std::vector<Tensor> split(const Tensor& value, std::initializer_list<std::int64_t> size_splits, int axis = 0,
                          Where where = Where::here());

/// tf.tile: multiples[i] copies side by side along axis i.
Tensor tile(const Tensor& input, const Shape& multiples, Where where = Where::here());
/// tf.repeat: each element (each part along axis) so many times in a row: a number for all of them, or one for each
/// (a list, or an integer tensor with one axis). Without axis, of the flattened input.
Tensor repeat(const Tensor& input, const Operand& repeats, OptionalInteger axis = none, Where where = Where::here());
Tensor repeat(const Tensor& input, std::initializer_list<std::int64_t> repeats, OptionalInteger axis = none,
              Where where = Where::here());

struct MeshgridOptions {
  std::string_view indexing = "xy";
};
/// tf.meshgrid: n tensors of n axes, of which the i-th repeats the elements of the i-th argument along all axes but
/// its own: axis i with the indexing "ij"; with "xy" the first two change places.
std::vector<Tensor> meshgrid(const Tensors& args, const MeshgridOptions& options = {}, Where where = Where::here());

/// tf.broadcast_to.
Tensor broadcast_to(const Tensor& input, const Shape& shape, Where where = Where::here());
/// tf.slice: size elements from begin on each axis; a size of -1 means all that remain. Along the first axis alone it
/// shares memory.
Tensor slice(const Tensor& input, const Shape& begin, const Shape& size, Where where = Where::here());

/// tf.shape, tf.size, tf.rank: the lengths of the axes, the number of elements, the number of axes; int32, or int64
/// when asked for. tf.shape_n: the shapes of several. Throws InvalidArgumentError for a number that int32 cannot
/// hold.
Tensor shape(const Tensor& input, DType out_type = int32, Where where = Where::here());
std::vector<Tensor> shape_n(const Tensors& input, DType out_type = int32, Where where = Where::here());
Tensor size(const Tensor& input, DType out_type = int32, Where where = Where::here());
Tensor rank(const Tensor& input, Where where = Where::here());
/// tf.ensure_shape: x itself. Throws InvalidArgumentError unless it has this shape; -1 stands for any length.
Tensor ensure_shape(const Tensor& x, const Shape& shape, Where where = Where::here());
/// tf.identity_n.
std::vector<Tensor> identity_n(const Tensors& input, Where where = Where::here());
/// tf.broadcast_static_shape; tf.broadcast_dynamic_shape, of shapes that are int32 or int64 tensors.
Shape broadcast_static_shape(const Shape& shape_x, const Shape& shape_y);
Tensor broadcast_dynamic_shape(const Tensor& shape_x, const Tensor& shape_y, Where where = Where::here());

}  // namespace gradtape
