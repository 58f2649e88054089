#pragma once
// Order: sorting, the largest elements, searching. NaN comes last in every order.

#include <string_view>

#include "gradtape/autograd/tensor.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

/// tf.sort: values in order along axis, "ASCENDING" or "DESCENDING". Every numeric dtype and bool. The gradient goes
/// to the place that a value came from. Throws InvalidArgumentError for another direction and for an axis outside the
/// rank; a scalar has none.
Tensor sort(const Tensor& values, int axis = -1, std::string_view direction = "ASCENDING",
            Where where = Where::here());
/// tf.argsort: the places, int32, that sort takes its values from. Equal values keep their order in both directions,
/// whether `stable` asks for it or not.
Tensor argsort(const Tensor& values, int axis = -1, std::string_view direction = "ASCENDING", bool stable = false,
               Where where = Where::here());

struct TopK {
  Tensor values;   // input.shape[:-1] + (k)
  Tensor indices;  // int32
};
/// tf.math.top_k: the k largest elements along the last axis, in descending order, whether `sorted` asks for it or
/// not. Of equal ones the first comes first. Throws InvalidArgumentError for a k outside [0, length of the last
/// axis].
TopK top_k(const Tensor& input, std::int64_t k = 1, bool sorted = true, Where where = Where::here());

/// tf.math.in_top_k: whether the prediction of each target class is among the k largest of its row, bool (batch).
/// targets: int32 or int64 (batch); predictions: floating-point (batch, classes). Equals of the k-th count as among
/// them; false for a target that is no class and for a row with infinities or NaN in the way, as TensorFlow's.
Tensor in_top_k(const Tensor& targets, const Tensor& predictions, std::int64_t k, Where where = Where::here());

struct SearchsortedOptions {
  DType out_type = int32;
};
/// tf.searchsorted: where each of values would be inserted into the ascending sorted_sequence along the last axis:
/// before equal elements for side "left", behind them for "right". int32, or int64 as out_type; shape of values. Both
/// have one dtype and equal leading axes. Throws InvalidArgumentError for another side and for shapes that differ.
Tensor searchsorted(const Tensor& sorted_sequence, const Tensor& values, std::string_view side = "left",
                    SearchsortedOptions options = {}, Where where = Where::here());

/// tf.math.invert_permutation: y[x[i]] = i, for a permutation of 0 ... n - 1 in int32 or int64. Throws
/// InvalidArgumentError for anything else.
Tensor invert_permutation(const Tensor& x, Where where = Where::here());

}  // namespace gradtape
