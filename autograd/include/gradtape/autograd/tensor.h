#pragma once
// Tensor: an immutable array behind a handle.
//
// Terms. A Tensor is a handle: copying it shares the buffer and costs one atomic increment. Its description
// (shape, dtype, identity) and its elements lie in one block of pooled memory; a reshape or a slice along the first
// axis is a new description on the same elements. Elements are contiguous and row-major.
//
// Identity. Every description has an id that is unique in the process for ever. The tape knows tensors by id, never
// by address, so that memory can be used again without two tensors being taken for one.
//
// Invariants. The elements of a Tensor that a user holds never change. An empty Tensor (default constructed, or a
// gradient that does not exist) has no elements; every use but `if (t)` throws and says why it is empty.

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "gradtape/autograd/dtype.h"
#include "gradtape/autograd/index.h"
#include "gradtape/autograd/shape.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

namespace detail {
struct TensorImpl;
void retain(TensorImpl* impl);
void release(TensorImpl* impl);
}  // namespace detail

class Tensor {
 public:
  /// An empty Tensor: TensorFlow's None.
  constexpr Tensor() = default;
  Tensor(const Tensor& other) : impl_(other.impl_) {
    if (impl_) detail::retain(impl_);
  }
  Tensor(Tensor&& other) noexcept : impl_(std::exchange(other.impl_, nullptr)) {}
  Tensor& operator=(const Tensor& other) {
    Tensor(other).swap(*this);
    return *this;
  }
  Tensor& operator=(Tensor&& other) noexcept {
    Tensor(std::move(other)).swap(*this);
    return *this;
  }
  ~Tensor() {
    if (impl_) detail::release(impl_);
  }
  void swap(Tensor& other) noexcept { std::swap(impl_, other.impl_); }

  /// False for an empty Tensor.
  explicit operator bool() const;

  /// The following throw FailedPreconditionError, with the reason, on an empty Tensor.
  const Shape& shape() const;
  DType dtype() const;
  int rank() const { return shape().rank(); }
  std::int64_t num_elements() const;
  /// Unique in the process; views have ids of their own.
  std::uint64_t id() const;

  /// The elements, row-major. Throws InvalidArgumentError unless T is the dtype's C++ type. The span is valid while
  /// a Tensor that shares the buffer lives.
  template <class T>
  std::span<const T> data() const {
    return {static_cast<const T*>(typed_data(dtype_of<T>)), static_cast<std::size_t>(num_elements())};
  }

  /// The one element of a tensor with one element, converted to T; std::string for a string tensor. Throws
  /// InvalidArgumentError for any other size.
  template <class T>
  T item() const {
    if constexpr (std::is_same_v<T, std::string>) {
      return single_text();
    } else {
      const Number number = single_element();
      return number.is_integer ? static_cast<T>(number.integer) : static_cast<T>(number.real);
    }
  }

  /// The part at `index` of the first axis, sharing memory; a negative index counts from the end. Recorded like any
  /// op. Throws OutOfRangeError; InvalidArgumentError for a scalar. What else may stand in the brackets: see Index.
  Tensor operator[](const Index& index) const {
    return index.kind == Index::Kind::integer ? at(index.value, index.where) : (*this)(index);
  }
  /// Python's x[i, :, 0:5]: x(i, all, Slice(0, 5)), a part for each axis, the missing ones being `all`. Ends of
  /// slices are clamped as Python's; the result shares memory where its elements lie together. Throws OutOfRangeError
  /// for an integer outside its axis; InvalidArgumentError for more parts than axes, a step of 0, a second ellipsis,
  /// and a second tensor.
  Tensor operator()(const Index& first, const Index& second = {}, const Index& third = {}, const Index& fourth = {},
                    const Index& fifth = {}, const Index& sixth = {}, const Index& seventh = {},
                    const Index& eighth = {}) const;
  Tensor at(std::int64_t index, Where where = Where::here()) const;
  /// tf.slice: `size` elements from `begin` on every axis, -1 meaning all that remain.
  Tensor slice(const Shape& begin, const Shape& size, Where where = Where::here()) const;

  /// Why this Tensor is empty, as far as it is known; "" for one that is not.
  std::string why_empty() const;

 private:
  struct Number {
    double real;
    std::int64_t integer;
    bool is_integer;
  };
  friend struct TensorAccess;
  const void* typed_data(DType dtype) const;
  Number single_element() const;
  const std::string& single_text() const;

  detail::TensorImpl* impl_ = nullptr;
};

/// As TensorFlow prints: tf.Tensor(values, shape=(2, 2), dtype=float32); more than 1,000 elements are summarised.
std::ostream& operator<<(std::ostream& out, const Tensor& tensor);
/// The same text as a string.
std::string to_string(const Tensor& tensor);
/// Only the values, as NumPy prints an array.
std::string values_to_string(const Tensor& tensor);

namespace detail {
/// A tensor of uninitialised elements, for code that fills it before anyone else sees it. Throws
/// InvalidArgumentError for a negative length, ResourceExhaustedError when the memory cannot be had.
Tensor uninitialized(DType dtype, const Shape& shape);
/// Its elements. Only while the caller holds the sole handle.
void* mutable_data(const Tensor& tensor);
/// An empty Tensor that says why it is.
Tensor empty_tensor(std::string reason);
/// The same elements under another shape with as many of them; not recorded.
Tensor view(const Tensor& tensor, const Shape& shape, std::int64_t offset = 0);
}  // namespace detail

}  // namespace gradtape
