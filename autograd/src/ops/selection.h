#pragma once
// What the parts of x(...) choose of a shape.

#include "gradtape/autograd/index.h"
#include "gradtape/autograd/shape.h"

namespace gradtape::detail {

struct Selection {
  Shape begin, step, length;       // along each axis of the input
  Shape shape;                     // of the result, before a tensor among the parts is applied
  const Tensor* tensor = nullptr;  // indices or a mask for the axes of `shape` from `tensor_axis` on
  int tensor_axis = 0;

  /// Throws as Tensor::operator() says.
  Selection(const Shape& input, const Index* const* parts, int count);

  bool is_whole(const Shape& input) const { return shape == input && length == input && !has_steps(); }
  bool has_steps() const;

 private:
  void add(std::int64_t begin_at, std::int64_t step_by, std::int64_t count);
  void add_integer(std::int64_t index, const Shape& input);
  void add_slice(const Slice& slice, const Shape& input);
  void add_whole(int axes, const Shape& input);
  void add_tensor(const Tensor& part, const Shape& input);
};

}  // namespace gradtape::detail
