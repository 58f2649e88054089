#pragma once
// Whether labels and predictions belong together, for losses and metrics.

#include <string>

#include "gradtape/autograd/error.h"
#include "gradtape/autograd/shape.h"

namespace gradtape::nn {

/// Throws InvalidArgumentError unless the shapes are equal but for an axis of length 1 at the end of either.
inline void check_matching_shapes(const Shape& y_true, const Shape& y_pred) {
  const Shape& longer = y_true.rank() > y_pred.rank() ? y_true : y_pred;
  const Shape& shorter = y_true.rank() > y_pred.rank() ? y_pred : y_true;
  const bool one_more = longer.rank() == shorter.rank() + 1 && shorter.rank() > 0 && longer.back() == 1 &&
                        longer.sub(0, shorter.rank()) == shorter;
  if (y_true != y_pred && !one_more)
    throw InvalidArgumentError("y_true has the shape " + to_string(y_true) + ", y_pred " + to_string(y_pred) +
                               ": they must be equal");
}

/// Throws InvalidArgumentError unless y_true is (...) or (..., 1) beside y_pred (..., classes).
inline void check_sparse_labels(const Shape& y_true, const Shape& y_pred) {
  const Shape samples = y_pred.sub(0, y_pred.rank() - 1);
  const bool with_last_axis =
      y_true.rank() == y_pred.rank() && y_true.back() == 1 && y_true.sub(0, samples.rank()) == samples;
  if (y_true != samples && !with_last_axis)
    throw InvalidArgumentError("y_true has the shape " + to_string(y_true) + ", y_pred " + to_string(y_pred) +
                               ": labels must have the shape " + to_string(samples) +
                               " (one-hot labels belong to categorical_crossentropy and categorical_accuracy)");
}

}  // namespace gradtape::nn
