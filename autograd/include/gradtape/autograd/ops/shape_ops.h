#pragma once
// Ops that rearrange elements. Every dtype. A negative axis counts from the end. Errors: InvalidArgumentError for an
// axis or a shape that does not fit.

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

/// tf.concat: joined along an existing axis; the other lengths must agree. Throws InvalidArgumentError for no
/// tensors.
Tensor concat(const Tensors& values, int axis, Where where = Where::here());
/// tf.stack: joined along a new axis; all shapes must agree.
Tensor stack(const Tensors& values, int axis = 0, Where where = Where::here());

/// tf.broadcast_to.
Tensor broadcast_to(const Tensor& input, const Shape& shape, Where where = Where::here());
/// tf.slice: size elements from begin on each axis; a size of -1 means all that remain. Along the first axis alone it
/// shares memory.
Tensor slice(const Tensor& input, const Shape& begin, const Shape& size, Where where = Where::here());

}  // namespace gradtape
