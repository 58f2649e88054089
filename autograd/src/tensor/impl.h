#pragma once
// The description behind a Tensor handle, for the library's own code.

#include <atomic>
#include <cstdint>
#include <string>

#include "gradtape/autograd/tensor.h"

namespace gradtape::detail {

/// What an unusual tensor carries along: why it is empty, or what it stands for in a symbolic call.
struct Annotation {
  virtual ~Annotation() = default;
};

struct EmptyReason final : Annotation {
  explicit EmptyReason(std::string reason) : text(std::move(reason)) {}
  std::string text;
};

/// No place on the recording thread's log.
inline constexpr std::uint32_t no_entry = ~0u;

struct TensorImpl {
  std::atomic<std::uint32_t> references;
  std::uint32_t
      entry;  // place on the log of the thread that recorded it; valid only where the log has the same id there
  std::uint64_t id;
  void* data;              // null: an empty Tensor
  TensorImpl* base;        // the description that owns the memory, where this is a view
  Annotation* annotation;  // owned
  DType dtype;
  bool is_variable;              // the value of a trainable Variable: its id is the Variable's
  std::atomic<bool> is_watched;  // some tape has watched it: only then is it looked up among the leaves
  std::uint8_t size_class;       // of the pool's block that begins with this description
  bool has_rows = false;         // stands for several rows (ops/rows.h): it has a shape, and no elements of its own
  std::int64_t count;            // elements
  Shape shape;
};

/// An id that no tensor of the process has had. The upper bits are the thread's number.
std::uint64_t next_tensor_id();
constexpr int id_thread_shift = 44;

TensorImpl* new_impl(DType dtype, const Shape& shape);
TensorImpl* new_view(TensorImpl* base, DType dtype, const Shape& shape, void* data);
void destroy(TensorImpl* impl);

inline void retain_impl(TensorImpl* impl) { impl->references.fetch_add(1, std::memory_order_relaxed); }
inline void release_impl(TensorImpl* impl) {
  // A sole owner needs no atomic decrement: nobody else can reach the count.
  if (impl->references.load(std::memory_order_acquire) == 1 ||
      impl->references.fetch_sub(1, std::memory_order_acq_rel) == 1)
    destroy(impl);
}

}  // namespace gradtape::detail

namespace gradtape {

struct TensorAccess {
  static detail::TensorImpl* impl(const Tensor& tensor) { return tensor.impl_; }
  /// Takes over one reference.
  static Tensor adopt(detail::TensorImpl* impl) {
    Tensor tensor;
    tensor.impl_ = impl;
    return tensor;
  }
};

namespace detail {

inline TensorImpl* impl_of(const Tensor& tensor) { return TensorAccess::impl(tensor); }

/// Whether the caller's handle is the only way to the elements, so that they may be overwritten.
inline bool is_sole_owner(const Tensor& tensor) {
  const TensorImpl* impl = impl_of(tensor);
  return impl->references.load(std::memory_order_acquire) == 1 && impl->base == nullptr;
}

/// Elements of a shape. Throws InvalidArgumentError for a negative length, ResourceExhaustedError on overflow.
std::int64_t checked_count(const Shape& shape, DType dtype);

/// Throws FailedPreconditionError with the reason when the tensor is empty, or has rows.
[[noreturn]] void throw_empty(const Tensor& tensor);
inline TensorImpl& checked(const Tensor& tensor) {
  TensorImpl* impl = impl_of(tensor);
  if (impl == nullptr || impl->data == nullptr) throw_empty(tensor);
  return *impl;
}
/// The same for code that reads no elements, so that the tensor may have rows.
inline TensorImpl& described(const Tensor& tensor) {
  TensorImpl* impl = impl_of(tensor);
  if (impl == nullptr || (impl->data == nullptr && !impl->has_rows)) throw_empty(tensor);
  return *impl;
}

}  // namespace detail
}  // namespace gradtape
