#pragma once
// Operand: what stands on either side of an operator, and in functions that accept a number for a tensor.

#include <cstdint>
#include <string_view>
#include <type_traits>

#include "gradtape/autograd/tensors.h"

namespace gradtape {

class Variable;

/// A tensor, a C++ number or a text. A number takes the dtype of the tensor beside it, without rounding silently: 2.5
/// beside an int32 tensor is an InvalidArgumentError. The conversion records the user's line, which an operator
/// cannot.
class Operand {
 public:
  Operand(const Tensor& tensor, const char* file = __builtin_FILE(), int line = __builtin_LINE())
      : tensor_(&tensor), where_{file, line} {}
  Operand(const Tensors& tensors, const char* file = __builtin_FILE(), int line = __builtin_LINE())
      : tensor_(&tensors.single()), where_{file, line} {}
  Operand(const Variable& variable, const char* file = __builtin_FILE(), int line = __builtin_LINE());
  template <class T>
  requires std::is_arithmetic_v<T> Operand(T number, const char* file = __builtin_FILE(), int line = __builtin_LINE())
      : real_(static_cast<double>(number)), where_{file, line} {
    if constexpr (std::is_integral_v<T>) {
      integer_ = static_cast<std::int64_t>(number);
      kind_ = std::is_same_v<T, bool> ? Kind::boolean : Kind::integer;
    }
  }

  template <class T>
  requires std::is_convertible_v<const T&, std::string_view> Operand(const T& text,
                                                                     const char* file = __builtin_FILE(),
                                                                     int line = __builtin_LINE())
      : kind_(Kind::text), where_{file, line} {
    const std::string_view view(text);
    text_ = view.data();
    integer_ = static_cast<std::int64_t>(view.size());
  }

  /// Whether it is a C++ value, a number or a text, and no tensor.
  bool is_number() const { return tensor_ == nullptr; }
  /// Only where it is no number.
  const Tensor& tensor() const { return *tensor_; }
  Where where() const { return where_; }

  /// The number as a scalar of this dtype. Throws InvalidArgumentError where the dtype cannot hold it.
  Tensor as(DType dtype) const;
  /// The tensor, or the value as TensorFlow converts a literal: float32, int32 (int64 where it does not fit), bool,
  /// string.
  Tensor as_tensor() const;

 private:
  std::string_view as_text() const { return {text_, static_cast<std::size_t>(integer_)}; }
  enum class Kind : std::uint8_t { real, integer, boolean, text };
  const Tensor* tensor_ = nullptr;
  union {
    double real_ = 0;
    const char* text_;  // of integer_ characters
  };
  std::int64_t integer_ = 0;
  Kind kind_ = Kind::real;
  Where where_;
};

namespace detail {
inline Tensor literal_tensor(const Operand& operand) { return operand.as_tensor(); }
}  // namespace detail

}  // namespace gradtape
