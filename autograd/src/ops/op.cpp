#include "ops/op.h"

#include <cmath>
#include <limits>

namespace gradtape::detail {

void rethrow_in(std::string_view op, Where where, Error& error) {
  const Log& log = *Log::of_this_thread();
  error.add_context(op, current_scope(), log.line_of(where));
  throw;
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
  return real == std::trunc(real) && real >= static_cast<double>(std::numeric_limits<T>::min()) &&
         real <= static_cast<double>(std::numeric_limits<T>::max());
}

}  // namespace

Tensor Operand::as(DType dtype) const {
  const bool is_real = kind_ == Kind::real;
  const auto refuse = [&]() -> Tensor {
    std::string text = is_real ? std::to_string(real_) : std::to_string(integer_);
    throw InvalidArgumentError("the number " + text + " beside a tensor of dtype " + std::string(name_of(dtype)) +
                               ", which cannot hold it");
  };
  switch (dtype) {
    case float32:
      return scalar(static_cast<float>(real_));
    case float64:
      return scalar(real_);
    case int32:
      if (is_real ? !fits<std::int32_t>(real_) : integer_ != static_cast<std::int32_t>(integer_)) return refuse();
      return scalar(is_real ? static_cast<std::int32_t>(real_) : static_cast<std::int32_t>(integer_));
    case int64:
      if (is_real && (real_ != std::trunc(real_) || std::abs(real_) >= 9.2e18)) return refuse();
      return scalar(is_real ? static_cast<std::int64_t>(real_) : integer_);
    case uint8:
      if (is_real ? !fits<std::uint8_t>(real_) : integer_ < 0 || integer_ > 255) return refuse();
      return scalar(is_real ? static_cast<std::uint8_t>(real_) : static_cast<std::uint8_t>(integer_));
    case boolean:
      if (kind_ != Kind::boolean) return refuse();
      return scalar(integer_ != 0);
  }
  return {};
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
  }
  return {};
}

}  // namespace gradtape
