#pragma once
// The bridge to xtensor, in both directions. For those who include it: no other header of gradtape knows xtensor.

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>

#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/tensor.h"

namespace gradtape {

namespace detail {

/// A read-only buffer in xtensor's sense that shares a tensor's elements and keeps them alive.
template <class T>
class TensorStorage {
 public:
  using value_type = T;
  using allocator_type = std::allocator<T>;
  using size_type = std::size_t;
  using difference_type = std::ptrdiff_t;
  using reference = const T&;
  using const_reference = const T&;
  using pointer = const T*;
  using const_pointer = const T*;
  using iterator = const T*;
  using const_iterator = const T*;
  using reverse_iterator = std::reverse_iterator<const T*>;
  using const_reverse_iterator = std::reverse_iterator<const T*>;

  TensorStorage() = default;
  explicit TensorStorage(Tensor tensor) : tensor_(std::move(tensor)), elements_(tensor_.data<T>()) {}

  bool empty() const { return elements_.empty(); }
  size_type size() const { return elements_.size(); }
  /// xtensor asks for it; a tensor's size does not change.
  void resize(size_type) {}
  const T& operator[](size_type i) const { return elements_[i]; }
  const T& front() const { return elements_.front(); }
  const T& back() const { return elements_.back(); }
  const T* data() const { return elements_.data(); }
  const T* begin() const { return elements_.data(); }
  const T* end() const { return elements_.data() + elements_.size(); }
  const T* cbegin() const { return begin(); }
  const T* cend() const { return end(); }
  const_reverse_iterator rbegin() const { return const_reverse_iterator(end()); }
  const_reverse_iterator rend() const { return const_reverse_iterator(begin()); }
  const_reverse_iterator crbegin() const { return rbegin(); }
  const_reverse_iterator crend() const { return rend(); }
  void swap(TensorStorage& other) noexcept { std::swap(*this, other); }

 private:
  Tensor tensor_;
  std::span<const T> elements_;
};

}  // namespace detail

/// The tensor as an xtensor expression of its shape, row-major and read-only. Nothing is copied; the result holds the
/// elements, so that it may outlive the tensor. Throws InvalidArgumentError unless T is the dtype's C++ type.
template <class T>
auto as_xtensor(const Tensor& tensor) {
  using Storage = detail::TensorStorage<T>;
  using Lengths = std::vector<std::size_t>;
  Storage storage(tensor);
  Lengths lengths(tensor.shape().begin(), tensor.shape().end());
  return xt::xarray_adaptor<Storage, xt::layout_type::row_major, Lengths>(std::move(storage), lengths);
}

/// A tensor of an xtensor expression's elements and shape, its dtype that of the expression's value type. Copies.
/// Throws InvalidArgumentError for more than eight axes.
template <class E>
Tensor from_xtensor(const xt::xexpression<E>& expression) {
  const E& e = expression.derived_cast();
  using T = std::decay_t<typename E::value_type>;
  Shape shape;
  for (const auto length : e.shape()) shape.push_back(static_cast<std::int64_t>(length));
  Tensor tensor = detail::uninitialized(dtype_of<T>, shape);
  std::copy(e.template begin<xt::layout_type::row_major>(), e.template end<xt::layout_type::row_major>(),
            static_cast<T*>(detail::mutable_data(tensor)));
  return tensor;
}

}  // namespace gradtape
