#include "ops/op.h"

#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "kernels/dispatch.h"
#include "tensor/text.h"

namespace gradtape::detail {

void rethrow_in(std::string_view op, Where where, Error& error) {
  const Log& log = *Log::of_this_thread();
  error.add_context(op, current_scope(), log.line_of(where));
  throw;
}

void keep_texts_of(const Inputs& x, const Tensor& y) {
  for (const TensorRef& input : x)
    if (input->dtype() == DType::string) keep_texts(y, *input);
}

void throw_different_dtypes(DType a, DType b) {
  throw InvalidArgumentError("operands of dtypes " + std::string(name_of(a)) + " and " + std::string(name_of(b)) +
                             "; cast one of them");
}

OperandPair::OperandPair(const Operand& a, const Operand& b) {
  a_ = a.is_number() ? &number_ : &a.tensor();
  b_ = b.is_number() ? &other_number_ : &b.tensor();
  if (a.is_number()) number_ = b.is_number() ? a.as_tensor() : a.as(b.tensor().dtype());
  if (b.is_number()) other_number_ = b.as(a_->dtype());
}

}  // namespace gradtape::detail

namespace gradtape {

namespace {

template <class T>
Tensor scalar(T value) {
  Tensor tensor = detail::uninitialized(dtype_of<T>, {});
  *static_cast<T*>(detail::mutable_data(tensor)) = value;
  return tensor;
}

template <class T>
bool fits(double real) {
  // 2^63 and 2^64 are the first numbers beyond, which the largest values round up to.
  return real == std::trunc(real) && real >= static_cast<double>(std::numeric_limits<T>::min()) &&
         (sizeof(T) < 8 ? real <= static_cast<double>(std::numeric_limits<T>::max())
                        : real < static_cast<double>(std::numeric_limits<T>::max()));
}
template <class T>
bool fits(std::int64_t integer) {
  return std::in_range<T>(integer);
}

}  // namespace

Tensor Operand::as(DType dtype) const {
  const bool is_real = kind_ == Kind::real, is_text = kind_ == Kind::text;
  const auto refuse = [&]() -> Tensor {
    const std::string value = is_text   ? "the text \"" + std::string(as_text()) + '"'
                              : is_real ? "the number " + std::to_string(real_)
                                        : "the number " + std::to_string(integer_);
    throw InvalidArgumentError(value + " beside a tensor of dtype " + std::string(name_of(dtype)) +
                               ", which cannot hold it");
  };
  if (is_text != (dtype == DType::string)) return refuse();
  if (is_text) return detail::from_texts({std::string(as_text())}, {});
  if (dtype == boolean) return kind_ == Kind::boolean ? scalar(integer_ != 0) : refuse();
  return kernels::with_type(dtype, [&](auto zero) {
    using T = decltype(zero);
    if constexpr (std::is_floating_point_v<T>) {
      return scalar(static_cast<T>(real_));
    } else {
      if (is_real ? !fits<T>(real_) : !fits<T>(integer_)) return refuse();
      return scalar(is_real ? static_cast<T>(real_) : static_cast<T>(integer_));
    }
  });
}

Tensor Operand::as_tensor() const {
  if (tensor_ != nullptr) return *tensor_;
  switch (kind_) {
    case Kind::real:
      return as(float32);
    case Kind::integer:
      return as(integer_ == static_cast<std::int32_t>(integer_) ? int32 : int64);
    case Kind::boolean:
      return as(boolean);
    case Kind::text:
      return as(DType::string);
  }
  return {};
}

}  // namespace gradtape
