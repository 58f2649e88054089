#pragma once
// What the functions on images share.

#include "ops/checks.h"
#include "ops/windows.h"

namespace gradtape::detail {

/// The axis of the height; the width's and the channels' follow. Throws unless the image has them, with or without a
/// batch before.
inline int height_axis(const Tensor& image) {
  const Shape& shape = described(image).shape;
  if (shape.rank() != 3 && shape.rank() != 4)
    throw InvalidArgumentError("an image of shape " + to_string(shape) +
                               ": (height, width, channels), with or without a batch before, is needed");
  return shape.rank() - 3;
}

/// The same for an image that must be float32 or float64.
inline int checked_real_image(std::string_view op, const Tensor& image, Where where) {
  return in_function(op, where, [&] {
    const int axis = height_axis(image);
    check_floating(image.dtype());
    return axis;
  });
}

}  // namespace gradtape::detail
