#pragma once
// Reductions over segments of the first axis.

#include "gradtape/autograd/tensor.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

/// tf.math.segment_sum, segment_mean, segment_prod, segment_max, segment_min: row i of data goes to segment
/// segment_ids[i]; the result has shape (last id + 1) + data.shape[1:]. segment_ids: int32 or int64, one for each
/// row, ascending from 0 or above, repeated or with gaps. A segment without rows: 0, 0, 1, 0, 0, as TensorFlow's.
/// Numeric dtypes; segment_mean floating-point ones. Where several rows are the maximum (minimum) the gradient is
/// shared equally among them; that of a product holds at zeros. Throws InvalidArgumentError for ids that are
/// negative, not ascending, or not one for each row.
Tensor segment_sum(const Tensor& data, const Tensor& segment_ids, Where where = Where::here());
Tensor segment_mean(const Tensor& data, const Tensor& segment_ids, Where where = Where::here());
Tensor segment_prod(const Tensor& data, const Tensor& segment_ids, Where where = Where::here());
Tensor segment_max(const Tensor& data, const Tensor& segment_ids, Where where = Where::here());
Tensor segment_min(const Tensor& data, const Tensor& segment_ids, Where where = Where::here());

/// tf.math.unsorted_segment_sum and its kin: ids in any order, of a shape that data.shape begins with; the result has
/// shape (num_segments) + the rest of data.shape. What has a negative id is left out. A segment without elements:
/// 0, 0, 0, 1, and the lowest (highest) number of the dtype, as TensorFlow's. mean and sqrt_n, which divides by the
/// root of the count, take floating-point dtypes. Throws InvalidArgumentError for an id of num_segments or more.
Tensor unsorted_segment_sum(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments,
                            Where where = Where::here());
Tensor unsorted_segment_mean(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments,
                             Where where = Where::here());
Tensor unsorted_segment_sqrt_n(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments,
                               Where where = Where::here());
Tensor unsorted_segment_prod(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments,
                             Where where = Where::here());
Tensor unsorted_segment_max(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments,
                            Where where = Where::here());
Tensor unsorted_segment_min(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments,
                            Where where = Where::here());

}  // namespace gradtape
