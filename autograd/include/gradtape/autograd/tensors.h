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
  Tensors(Tensor tensor) { items_.push_back(std::move(tensor)); }
  Tensors(std::initializer_list<Tensor> tensors) : items_(tensors) {}
  Tensors(std::vector<Tensor> tensors) : items_(std::move(tensors)) {}

  std::size_t size() const { return items_.size(); }
  bool empty() const { return items_.empty(); }
  /// Throws OutOfRangeError past the end.
  const Tensor& operator[](std::size_t index) const;
  std::vector<Tensor>::const_iterator begin() const { return items_.begin(); }
  std::vector<Tensor>::const_iterator end() const { return items_.end(); }

  /// The tensor, where there is one: throws InvalidArgumentError otherwise.
  const Tensor& single() const;
  operator const Tensor&() const { return single(); }
  operator const std::vector<Tensor>&() const { return items_; }

 private:
  std::vector<Tensor> items_;
};

}  // namespace gradtape
