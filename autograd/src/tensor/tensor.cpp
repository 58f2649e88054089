#include "gradtape/autograd/tensor.h"

#include <cstring>
#include <new>
#include <type_traits>

#include "gradtape/autograd/error.h"
#include "gradtape/autograd/tensors.h"
#include "kernels/dispatch.h"
#include "tensor/impl.h"
#include "tensor/pool.h"
#include "tensor/text.h"

namespace gradtape {
namespace detail {

static_assert(sizeof(TensorImpl) % block_alignment == 0, "the elements that follow a description are aligned");

std::uint64_t next_tensor_id() {
  static std::atomic<std::uint64_t> threads{0};
  constinit thread_local std::uint64_t next = 0;
  if (next == 0) next = threads.fetch_add(1) << id_thread_shift | 1;
  return next++;
}

namespace {

[[gnu::noinline]] std::int64_t checked_count_slowly(const Shape& shape, DType dtype) {
  std::int64_t count = 1, bytes = 0;
  bool overflow = false, is_empty = false;
  for (std::int64_t length : shape) {
    if (length < 0) throw InvalidArgumentError("the shape " + to_string(shape) + " has a negative length");
    overflow |= __builtin_mul_overflow(count, length, &count);
    is_empty |= length == 0;
  }
  if (is_empty) return 0;
  if (overflow || __builtin_mul_overflow(count, static_cast<std::int64_t>(size_of(dtype)), &bytes))
    throw ResourceExhaustedError("a tensor of shape " + to_string(shape) + " is larger than any memory");
  return count;
}

}  // namespace

std::int64_t checked_count(const Shape& shape, DType dtype) {
  // Up to four lengths below 2^14 cannot overflow.
  std::uint64_t bits = 0;
  std::int64_t count = 1;
  for (std::int64_t length : shape) {
    bits |= static_cast<std::uint64_t>(length);
    count = static_cast<std::int64_t>(static_cast<std::uint64_t>(count) * static_cast<std::uint64_t>(length));
  }
  return bits < (1 << 14) && shape.rank() <= 4 ? count : checked_count_slowly(shape, dtype);
}

TensorImpl* new_impl(DType dtype, const Shape& shape) {
  const std::int64_t count = checked_count(shape, dtype);
  const Block block = allocate_block(sizeof(TensorImpl) + static_cast<std::size_t>(count) * size_of(dtype));
  return ::new (block.memory) TensorImpl{.references = 1,
                                         .entry = no_entry,
                                         .id = next_tensor_id(),
                                         .data = static_cast<char*>(block.memory) + sizeof(TensorImpl),
                                         .base = nullptr,
                                         .annotation = nullptr,
                                         .dtype = dtype,
                                         .is_variable = false,
                                         .is_watched = false,
                                         .size_class = block.size_class,
                                         .count = count,
                                         .shape = shape};
}

TensorImpl* new_view(TensorImpl* base, DType dtype, const Shape& shape, void* data) {
  const Block block = allocate_block(sizeof(TensorImpl));
  if (base != nullptr) {
    if (base->base != nullptr) base = base->base;
    retain_impl(base);
  }
  return ::new (block.memory) TensorImpl{.references = 1,
                                         .entry = no_entry,
                                         .id = next_tensor_id(),
                                         .data = data,
                                         .base = base,
                                         .annotation = nullptr,
                                         .dtype = dtype,
                                         .is_variable = false,
                                         .is_watched = false,
                                         .size_class = block.size_class,
                                         .count = shape.num_elements(),
                                         .shape = shape};
}

void destroy(TensorImpl* impl) {
  TensorImpl* base = impl->base;
  delete impl->annotation;
  free_block(impl, impl->size_class);
  if (base != nullptr) release_impl(base);
}

void retain(TensorImpl* impl) { retain_impl(impl); }
void release(TensorImpl* impl) { release_impl(impl); }

Tensor uninitialized(DType dtype, const Shape& shape) { return TensorAccess::adopt(new_impl(dtype, shape)); }

void* mutable_data(const Tensor& tensor) { return checked(tensor).data; }

Tensor empty_tensor(std::string reason) {
  TensorImpl* impl = new_view(nullptr, float32, {}, nullptr);
  Tensor tensor = TensorAccess::adopt(impl);
  impl->annotation = new EmptyReason(std::move(reason));
  return tensor;
}

Tensor view(const Tensor& tensor, const Shape& shape, std::int64_t offset) {
  TensorImpl& impl = checked(tensor);
  char* data = static_cast<char*>(impl.data) + offset * static_cast<std::int64_t>(size_of(impl.dtype));
  return TensorAccess::adopt(new_view(&impl, impl.dtype, shape, data));
}

void throw_empty(const Tensor& tensor) {
  if (tensor)
    throw FailedPreconditionError(
        "the values of a gradient are read while a Jacobian takes several rows at once; pass it {.vectorize = "
        "false}");
  throw FailedPreconditionError("the tensor is empty: " + tensor.why_empty());
}

}  // namespace detail

Tensor::operator bool() const { return impl_ != nullptr && (impl_->data != nullptr || impl_->has_rows); }
const Shape& Tensor::shape() const { return detail::described(*this).shape; }
DType Tensor::dtype() const { return detail::described(*this).dtype; }
std::int64_t Tensor::num_elements() const { return detail::described(*this).count; }
std::uint64_t Tensor::id() const { return detail::described(*this).id; }

const void* Tensor::typed_data(DType dtype) const {
  const detail::TensorImpl& impl = detail::checked(*this);
  if (impl.dtype != dtype)
    throw InvalidArgumentError("data<" + std::string(name_of(dtype)) + ">() on a tensor of dtype " +
                               std::string(name_of(impl.dtype)) + "; cast it first");
  return impl.data;
}

Tensor::Number Tensor::single_element() const {
  const detail::TensorImpl& impl = detail::checked(*this);
  if (impl.count != 1)
    throw InvalidArgumentError("item() needs a tensor with one element, got shape " + to_string(impl.shape));
  if (impl.dtype == DType::string)
    throw InvalidArgumentError("item() as a number of a string tensor; item<std::string>() gives its text");
  return kernels::with_type(impl.dtype, [&](auto zero) -> Number {
    using T = decltype(zero);
    const T value = *static_cast<const T*>(impl.data);
    if constexpr (std::is_floating_point_v<T>)
      return {value, 0, false};
    else
      return {0, static_cast<std::int64_t>(value), true};
  });
}

const std::string& Tensor::single_text() const {
  const detail::TensorImpl& impl = detail::checked(*this);
  if (impl.dtype != DType::string || impl.count != 1)
    throw InvalidArgumentError("item<std::string>() needs a string tensor with one element, got shape " +
                               to_string(impl.shape) + " and dtype " + std::string(name_of(impl.dtype)));
  return detail::text_at(*this, 0);
}

std::string Tensor::why_empty() const {
  if (*this) return "";
  if (impl_ == nullptr) return "nothing was assigned to it";
  const auto* reason = dynamic_cast<const detail::EmptyReason*>(impl_->annotation);
  return reason != nullptr ? reason->text : "nothing was assigned to it";
}

void Tensors::throw_past_end(std::size_t index) const {
  throw OutOfRangeError("tensor " + std::to_string(index) + " of a list of " + std::to_string(size_));
}

void Tensors::throw_not_single() const {
  throw InvalidArgumentError("one tensor is needed where a list of " + std::to_string(size_) + " was given");
}

}  // namespace gradtape
