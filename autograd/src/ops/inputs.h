#pragma once
// What an op is called with.

#include <initializer_list>

#include "gradtape/autograd/operand.h"
#include "gradtape/autograd/tensor.h"
#include "tensor/impl.h"

namespace gradtape::detail {

/// A tensor by reference, as a gradient's parameter: cheap to capture by copy, alive as long as the partials run.
class TensorRef {
 public:
  TensorRef(const Tensor& tensor) : tensor_(&tensor) {}
  operator const Tensor&() const { return *tensor_; }
  operator Operand() const { return Operand(*tensor_, "gradtape:gradient", 0); }
  const Tensor& operator*() const { return *tensor_; }
  const Tensor* operator->() const { return tensor_; }

 private:
  const Tensor* tensor_;
};

/// The inputs of one call; record() has seen to it that none is empty.
class Inputs {
 public:
  /// The list lives as long as the call that it is written in.
  Inputs(std::initializer_list<TensorRef> tensors) : size_(static_cast<int>(tensors.size())) {
    tensors_ = tensors.begin();
  }
  Inputs(const TensorRef* tensors, int size) : tensors_(tensors), size_(size) {}
  int size() const { return size_; }
  const Tensor& operator[](int i) const { return *tensors_[i]; }
  const TensorImpl& impl(int i) const { return *impl_of(*tensors_[i]); }
  const Shape& shape(int i) const { return impl(i).shape; }
  DType dtype(int i) const { return impl(i).dtype; }
  const TensorRef* begin() const { return tensors_; }
  const TensorRef* end() const { return tensors_ + size_; }

 private:
  const TensorRef* tensors_;
  int size_;
};

}  // namespace gradtape::detail
