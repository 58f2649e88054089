#pragma once
// Padding.

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "gradtape/autograd/operand.h"
#include "gradtape/autograd/shape.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

struct Padding {
  std::int64_t before = 0, after = 0;
};
/// What comes before and after along each axis: {{1, 1}, {0, 2}}, or an int32 or int64 tensor of shape (n, 2).
class Paddings {
 public:
  Paddings() = default;
  /// Throws InvalidArgumentError for more than eight pairs.
  Paddings(std::initializer_list<Padding> pairs);
  /// Throws InvalidArgumentError for another shape or dtype.
  Paddings(const Tensor& pairs);

  /// Throws InvalidArgumentError past eight pairs.
  void push_back(Padding pair);
  int count() const { return count_; }
  const Padding& operator[](int i) const { return pairs_[i]; }

 private:
  int count_ = 0;
  Padding pairs_[Shape::max_rank];
};

/// tf.pad: every axis gets longer by its padding, with constant_values, or, for the mode "REFLECT" or "SYMMETRIC",
/// with the elements mirrored at the first and the last one, without or with it. Every dtype. Throws
/// InvalidArgumentError for a negative padding, not one pair for each axis, and a reflection that is as long as the
/// axis (for "SYMMETRIC": longer).
Tensor pad(const Tensor& tensor, const Paddings& paddings, std::string_view mode = "CONSTANT",
           const Operand& constant_values = 0, Where where = Where::here());

}  // namespace gradtape
