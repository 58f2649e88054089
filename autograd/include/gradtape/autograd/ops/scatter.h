#pragma once
// Writing to chosen places. Index tuples are the last axis of indices, of any integer dtype; updates has the shape
// indices.shape[:-1] + shape[indices.shape[-1]:], or is a scalar. Errors: OutOfRangeError for an index outside its
// axis, InvalidArgumentError for shapes or dtypes that do not fit.

#include "gradtape/autograd/shape.h"
#include "gradtape/autograd/tensor.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

/// tf.scatter_nd: zeros of `shape` to which the updates are added; repeated indices add up.
Tensor scatter_nd(const Tensor& indices, const Tensor& updates, const Shape& shape, Where where = Where::here());

/// tf.tensor_scatter_nd_update: tensor with the updates at their places; of repeated indices the last counts. The
/// gradient of tensor is 0 there; each update gets that of its place.
Tensor tensor_scatter_nd_update(const Tensor& tensor, const Tensor& indices, const Tensor& updates,
                                Where where = Where::here());
/// tf.tensor_scatter_nd_add, tf.tensor_scatter_nd_sub: repeated indices add up.
Tensor tensor_scatter_nd_add(const Tensor& tensor, const Tensor& indices, const Tensor& updates,
                             Where where = Where::here());
Tensor tensor_scatter_nd_sub(const Tensor& tensor, const Tensor& indices, const Tensor& updates,
                             Where where = Where::here());
/// tf.tensor_scatter_nd_max, tf.tensor_scatter_nd_min: the larger (smaller) of the element and its updates. Equals
/// share the gradient.
Tensor tensor_scatter_nd_max(const Tensor& tensor, const Tensor& indices, const Tensor& updates,
                             Where where = Where::here());
Tensor tensor_scatter_nd_min(const Tensor& tensor, const Tensor& indices, const Tensor& updates,
                             Where where = Where::here());

}  // namespace gradtape
