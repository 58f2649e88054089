#pragma once
// Tensors: what a layer takes and returns, one tensor or several.

#include <initializer_list>
#include <vector>

#include "gradtape/autograd/tensor.h"

namespace gradtape {

/// A list that converts to and from a single Tensor.
class Tensors {
 public:
  Tensors() = default;
  Tensors(Tensor tensor) : one_(std::move(tensor)), size_(1) {}
  Tensors(std::initializer_list<Tensor> tensors) : Tensors(tensors.begin(), tensors.size()) {}
  Tensors(const std::vector<Tensor>& tensors) : Tensors(tensors.data(), tensors.size()) {}

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  /// Throws OutOfRangeError past the end.
  const Tensor& operator[](std::size_t index) const {
    if (index >= size_) throw_past_end(index);
    return begin()[index];
  }
  const Tensor* begin() const { return size_ == 1 ? &one_ : several_.data(); }
  const Tensor* end() const { return begin() + size_; }

  /// The tensor, where there is one: throws InvalidArgumentError otherwise.
  const Tensor& single() const {
    if (size_ != 1) throw_not_single();
    return one_;
  }
  operator const Tensor&() const { return single(); }
  operator std::vector<Tensor>() const { return {begin(), end()}; }

 private:
  Tensors(const Tensor* first, std::size_t count) : size_(count) {
    if (count == 1)
      one_ = *first;
    else
      several_.assign(first, first + count);
  }
  [[noreturn]] void throw_past_end(std::size_t index) const;
  [[noreturn]] void throw_not_single() const;

  Tensor one_;  // the usual case needs no allocation
  std::vector<Tensor> several_;
  std::size_t size_ = 0;
};

}  // namespace gradtape
