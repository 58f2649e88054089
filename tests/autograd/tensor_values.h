#pragma once

#include <vector>

#include "gradtape/autograd/tensor.h"

/// The elements of a tensor, for comparisons.
template <class T>
std::vector<T> values(const gradtape::Tensor& tensor) {
  const auto elements = tensor.data<T>();
  return {elements.begin(), elements.end()};
}

/// The numbers from 0 on, row-major, under a shape.
template <class T>
gradtape::Tensor counting(const gradtape::Shape& shape) {
  gradtape::Tensor tensor = gradtape::detail::uninitialized(gradtape::dtype_of<T>, shape);
  T* elements = static_cast<T*>(gradtape::detail::mutable_data(tensor));
  for (std::int64_t i = 0; i < tensor.num_elements(); ++i) elements[i] = static_cast<T>(i);
  return tensor;
}
