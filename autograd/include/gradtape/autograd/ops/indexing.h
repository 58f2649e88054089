#pragma once
// Choosing elements by index. Indices are of any integer dtype. Repeated indices add their gradients up. Throws
// OutOfRangeError, which names the first, for an index outside its axis; a negative one is outside unless stated.

#include <optional>
#include <string>

#include "gradtape/autograd/operand.h"
#include "gradtape/autograd/shape.h"
#include "gradtape/autograd/tensor.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

struct GatherOptions {
  int batch_dims = 0;
};
/// tf.gather: the parts of params at the indices along axis, which is the first after the batch axes unless given;
/// shape params.shape[:axis] + indices.shape[batch_dims:] + params.shape[axis + 1:]. Along the first batch_dims axes,
/// which params and indices share, each has indices of its own; a negative number counts from indices.rank.
Tensor gather(const Tensor& params, const Tensor& indices, std::optional<int> axis = {},
              const GatherOptions& options = {}, Where where = Where::here());
inline Tensor gather(const Tensor& params, const Tensor& indices, int axis, Where where) {
  return gather(params, indices, axis, {}, where);
}

/// tf.gather_nd: the parts of params at index tuples, the last axis of indices; shape indices.shape[:-1] +
/// params.shape[batch_dims + indices.shape[-1]:].
Tensor gather_nd(const Tensor& params, const Tensor& indices, int batch_dims = 0, Where where = Where::here());

/// numpy.take_along_axis: result[.., j, ..] = x[.., indices[.., j, ..], ..] along axis; x and indices broadcast on
/// the others. A negative index counts from the end. Without an axis x is flattened first.
Tensor take_along_axis(const Tensor& x, const Tensor& indices, std::optional<int> axis, Where where = Where::here());

struct TakeOptions {
  std::optional<int> axis = {};
  std::string mode = "clip";
};
/// tf.experimental.numpy.take: gather along axis, or of the flattened x without one. mode: "clip" moves an index
/// that is outside to the nearest, "wrap" counts around, "raise" throws and counts a negative one from the end.
Tensor take(const Tensor& x, const Tensor& indices, const TakeOptions& options = {}, Where where = Where::here());

struct EmbeddingLookupOptions {
  std::optional<double> max_norm = {};
};
/// tf.nn.embedding_lookup: rows of params; one whose L2 norm is larger than max_norm is scaled down to it.
Tensor embedding_lookup(const Tensor& params, const Tensor& ids, const EmbeddingLookupOptions& options = {},
                        Where where = Where::here());

struct OneHotOptions {
  double on_value = 1;
  double off_value = 0;
  int axis = -1;
  DType dtype = float32;
};
/// tf.one_hot: a new axis of length depth with on_value at the index; an index outside [0, depth) gives off_value
/// throughout.
Tensor one_hot(const Tensor& indices, std::int64_t depth, const OneHotOptions& options = {},
               Where where = Where::here());

struct ArgOptions {
  DType output_type = int64;
};
/// tf.argmax, tf.argmin: indices along axis, which disappears; the first of equals. output_type: int64 or int32.
/// Throws InvalidArgumentError for an axis of length 0.
Tensor argmax(const Tensor& input, int axis = 0, const ArgOptions& options = {}, Where where = Where::here());
Tensor argmin(const Tensor& input, int axis = 0, const ArgOptions& options = {}, Where where = Where::here());

/// tf.unravel_index: the index tuples of row-major places in a tensor of shape dims; shape (dims.rank,) +
/// indices.shape, of the dtype of indices.
Tensor unravel_index(const Tensor& indices, const Shape& dims, Where where = Where::here());
/// numpy.ravel_multi_index: the reverse, int64; the first axis of multi_index has a number for each of dims.
Tensor ravel_multi_index(const Tensor& multi_index, const Shape& dims, Where where = Where::here());

}  // namespace gradtape
