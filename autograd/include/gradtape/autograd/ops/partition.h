#pragma once
// Parts chosen by a mask or by numbers.

#include <optional>
#include <vector>

#include "gradtape/autograd/tensors.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

struct BooleanMaskOptions {
  int axis = 0;
};
/// tf.boolean_mask: the parts of tensor where mask is true, in their order. The mask's shape is that of tensor's axes
/// from `axis` on, which become one. Throws InvalidArgumentError for a scalar mask, or one that is not bool.
Tensor boolean_mask(const Tensor& tensor, const Tensor& mask, const BooleanMaskOptions& options = {},
                    Where where = Where::here());

/// tf.dynamic_partition: part i has the parts of data where partitions is i, in their order; shape (n_i,) +
/// data.shape[partitions.rank:]. partitions: integers whose shape data's begins with. Throws OutOfRangeError for a
/// number outside [0, num_partitions).
std::vector<Tensor> dynamic_partition(const Tensor& data, const Tensor& partitions, int num_partitions,
                                      Where where = Where::here());

/// tf.dynamic_stitch: row indices[i][j] of the result is data[i][j]; shape (largest index + 1,) + the axes of data
/// behind those of indices. Of repeated indices the last counts, though each has the gradient of its row; rows
/// without an index are 0. Throws InvalidArgumentError for shapes that do not fit, OutOfRangeError for a negative
/// index.
Tensor dynamic_stitch(const Tensors& indices, const Tensors& data, Where where = Where::here());

}  // namespace gradtape
