#pragma once
// Counts: histograms, bins, confusion matrices, distinct values. None but weights have gradients.

#include "gradtape/autograd/shape.h"
#include "gradtape/autograd/tensor.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

struct CountNonzeroOptions {
  bool keepdims = false;
  DType dtype = int64;
};
/// tf.math.count_nonzero: how many elements are not 0 (true; not empty, for string) over the axes, all without any.
Tensor count_nonzero(const Tensor& input, const Axes& axis = {}, CountNonzeroOptions options = {},
                     Where where = Where::here());
/// tf.math.zero_fraction: the share of zeros, a float32 scalar; NaN for an empty tensor.
Tensor zero_fraction(const Tensor& value, Where where = Where::here());

struct BincountOptions {
  Tensor weights = {};          // of arr's shape: added up in place of ones
  std::int64_t minlength = 0;   // bins at least
  std::int64_t maxlength = -1;  // bins at most; larger values are left out. -1: no limit
  DType dtype = int32;          // of the counts; weights keep theirs
  int axis = 0;                 // 0: all elements together; -1: each row of a matrix by itself
  bool binary_output = false;   // 1 for what occurs at all
};
/// tf.math.bincount: how often each of 0, 1, ... max(arr) occurs in arr, of int32, int64 or uint8. Differentiable in
/// the weights. Throws InvalidArgumentError for a negative value and for weights of another shape.
Tensor bincount(const Tensor& arr, const BincountOptions& options = {}, Where where = Where::here());

/// tf.histogram_fixed_width_bins: which of nbins equal bins of value_range, a tensor of its two ends in the dtype of
/// values, each value lies in; values outside it count to the first and the last. int32 or int64, in the shape of
/// values. Throws InvalidArgumentError for nbins < 1, an empty range, and NaN.
Tensor histogram_fixed_width_bins(const Tensor& values, const Tensor& value_range, std::int64_t nbins = 100,
                                  DType dtype = int32, Where where = Where::here());
/// tf.histogram_fixed_width: how many of the values lie in each bin; shape (nbins).
Tensor histogram_fixed_width(const Tensor& values, const Tensor& value_range, std::int64_t nbins = 100,
                             DType dtype = int32, Where where = Where::here());

struct ConfusionMatrixOptions {
  Tensor weights = {};  // of the labels' shape; cast to dtype
  DType dtype = int32;
};
/// tf.math.confusion_matrix: element (i, j) counts the labels i that were predicted as j. labels, predictions:
/// integers of one shape (n), or (n, 1) beside (n). num_classes -1: one more than the largest. Throws
/// InvalidArgumentError for a class outside [0, num_classes).
Tensor confusion_matrix(const Tensor& labels, const Tensor& predictions, std::int64_t num_classes = -1,
                        const ConfusionMatrixOptions& options = {}, Where where = Where::here());

struct Unique {
  Tensor y;    // the distinct values in the order of their first appearance
  Tensor idx;  // of each element of x its place in y
};
struct UniqueWithCounts {
  Tensor y, idx;
  Tensor count;  // of each value in y
};
/// tf.unique, tf.unique_with_counts: x with one axis, of any dtype; indices and counts are int32, or int64 as
/// out_idx. A NaN equals nothing. The gradient of y goes to the first appearance.
Unique unique(const Tensor& x, DType out_idx = int32, Where where = Where::here());
UniqueWithCounts unique_with_counts(const Tensor& x, DType out_idx = int32, Where where = Where::here());

struct SetDifference {
  Tensor out;  // the elements of x that are not in y, in their order
  Tensor idx;  // their places in x
};
/// tf.compat.v1.setdiff1d: x and y with one axis and one dtype; indices are int32, or int64 as index_dtype.
SetDifference setdiff1d(const Tensor& x, const Tensor& y, DType index_dtype = int32, Where where = Where::here());

}  // namespace gradtape
