#pragma once
// Tensors from values. Only linspace of tensors has a gradient.

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "gradtape/autograd/operand.h"
#include "gradtape/autograd/tensor.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

namespace detail {
/// Copies elements into a new tensor; checks that there are as many as the shape says.
Tensor from_elements(DType dtype, const void* elements, std::int64_t count, const Shape& shape);
/// A literal's own dtype: a double is float32, as in TensorFlow.
template <class T>
inline constexpr DType literal_dtype = std::is_same_v<T, double> ? float32 : dtype_of<T>;
Tensor from_literal(DType source, const void* elements, std::int64_t count, const Shape& shape, DType dtype);
[[noreturn]] void throw_ragged();
template <class T>
inline constexpr bool is_text = std::is_convertible_v<const T&, std::string_view>;
Tensor from_text_views(const std::vector<std::string_view>& texts, const Shape& shape);
}  // namespace detail

/// tf.constant of a number: float and double give float32, int gives int32, bool gives bool; of a text: string.
Tensor constant(const Operand& value);
Tensor constant(const Operand& value, DType dtype);
/// The same in every place of a shape. A tensor must have one element, or as many as the shape, whose order they
/// keep.
Tensor constant(const Operand& value, DType dtype, const Shape& shape);

/// tf.constant of a braced list, up to four levels deep: constant({{1.f, 2.f}, {3.f, 4.f}}). A list of double is
/// float32, as in TensorFlow, unless a dtype is given. Throws InvalidArgumentError when rows differ in length, or
/// when the dtype cannot hold a value.
template <class T>
requires std::is_arithmetic_v<T> Tensor constant(std::initializer_list<T> values,
                                                 DType dtype = detail::literal_dtype<T>) {
  const auto n = static_cast<std::int64_t>(values.size());
  return detail::from_literal(dtype_of<T>, values.begin(), n, {n}, dtype);
}

/// The list's elements, in order, under a shape; a single one in every place.
template <class T>
requires std::is_arithmetic_v<T> Tensor constant(std::initializer_list<T> values, DType dtype, const Shape& shape) {
  return constant(constant(values, dtype), dtype, shape);
}

namespace detail {
template <class Stored, class T>
void flatten(const std::initializer_list<T>& list, std::vector<Stored>& values, Shape& shape, int level) {
  const auto n = static_cast<std::int64_t>(list.size());
  if (level == shape.rank()) shape.push_back(n);
  if (shape[level] != n) throw_ragged();
  if constexpr (std::is_arithmetic_v<T> || is_text<T>)
    values.insert(values.end(), list.begin(), list.end());
  else
    for (const auto& inner : list) flatten(inner, values, shape, level + 1);
}
template <class T, class List>
Tensor from_nested(const List& list, DType dtype) {
  std::vector<std::conditional_t<std::is_same_v<T, bool>, std::uint8_t, T>> values;
  Shape shape;
  flatten(list, values, shape, 0);
  return from_literal(dtype_of<T>, values.data(), static_cast<std::int64_t>(values.size()), shape, dtype);
}
}  // namespace detail

template <class T>
requires std::is_arithmetic_v<T> Tensor constant(std::initializer_list<std::initializer_list<T>> values,
                                                 DType dtype = detail::literal_dtype<T>) {
  return detail::from_nested<T>(values, dtype);
}
template <class T>
requires std::is_arithmetic_v<T> Tensor
constant(std::initializer_list<std::initializer_list<std::initializer_list<T>>> values,
         DType dtype = detail::literal_dtype<T>) {
  return detail::from_nested<T>(values, dtype);
}
template <class T>
requires std::is_arithmetic_v<T> Tensor
constant(std::initializer_list<std::initializer_list<std::initializer_list<std::initializer_list<T>>>> values,
         DType dtype = detail::literal_dtype<T>) {
  return detail::from_nested<T>(values, dtype);
}

/// Text, for string tensors: constant("text"), constant({"a", "b"}), constant({{"a", "b"}, {"c", "d"}}).
template <class T>
requires detail::is_text<T> Tensor constant(std::initializer_list<T> values) {
  return detail::from_text_views({values.begin(), values.end()}, {static_cast<std::int64_t>(values.size())});
}
template <class T>
requires detail::is_text<T> Tensor constant(std::initializer_list<std::initializer_list<T>> values) {
  std::vector<std::string_view> texts;
  Shape shape;
  detail::flatten(values, texts, shape, 0);
  return detail::from_text_views(texts, shape);
}
template <class T>
requires detail::is_text<T> Tensor constant(const std::vector<T>& values, const Shape& shape) {
  return detail::from_text_views({values.begin(), values.end()}, shape);
}
template <class T>
requires detail::is_text<T> Tensor constant(const std::vector<T>& values) {
  return constant(values, Shape{static_cast<std::int64_t>(values.size())});
}

/// A typed buffer keeps its dtype: std::vector<double> gives float64. Copies. Throws InvalidArgumentError when the
/// shape has another number of elements.
template <class T>
requires std::is_arithmetic_v<T> Tensor constant(const std::vector<T>& values, const Shape& shape) {
  return detail::from_elements(dtype_of<T>, values.data(), static_cast<std::int64_t>(values.size()), shape);
}
template <class T>
requires std::is_arithmetic_v<T> Tensor constant(const std::vector<T>& values) {
  return constant(values, Shape{static_cast<std::int64_t>(values.size())});
}
template <class T>
Tensor constant(std::span<const T> values, const Shape& shape) {
  return detail::from_elements(dtype_of<T>, values.data(), static_cast<std::int64_t>(values.size()), shape);
}

/// tf.zeros, tf.ones, tf.fill.
Tensor zeros(const Shape& shape, DType dtype = float32);
Tensor ones(const Shape& shape, DType dtype = float32);
Tensor fill(const Shape& shape, const Operand& value);
/// As fill, with the dtype given.
Tensor full(const Shape& shape, const Operand& value, DType dtype = float32);
/// tf.zeros_like, tf.ones_like: of the tensor's shape, and of its dtype unless one is given.
Tensor zeros_like(const Tensor& tensor);
Tensor zeros_like(const Tensor& tensor, DType dtype);
Tensor ones_like(const Tensor& tensor);
Tensor ones_like(const Tensor& tensor, DType dtype);
Tensor full_like(const Tensor& tensor, const Operand& value);

/// tf.range: start, start + delta, ... below limit (above it for a negative delta). int32 when all three are
/// integers, else float32, unless a dtype is given. Throws InvalidArgumentError for a delta of 0.
Tensor range(const Operand& limit);
Tensor range(const Operand& start, const Operand& limit, const Operand& delta = 1);
Tensor range(const Operand& start, const Operand& limit, const Operand& delta, DType dtype);

/// tf.linspace: num values from start to stop, both included; float32, or float64 when asked for. Throws
/// InvalidArgumentError for num < 1.
Tensor linspace(double start, double stop, std::int64_t num, DType dtype = float32);
/// The same of tensors, which broadcast: the values lie along a new axis.
Tensor linspace(const Tensor& start, const Tensor& stop, std::int64_t num, int axis = 0, Where where = Where::here());
/// numpy.logspace: base to the powers of linspace(start, stop, num). numpy.geomspace: num values from start to stop
/// whose ratios are equal; throws InvalidArgumentError unless both have one sign.
Tensor logspace(double start, double stop, std::int64_t num = 50, double base = 10, DType dtype = float32);
Tensor geomspace(double start, double stop, std::int64_t num = 50, DType dtype = float32);

struct EyeOptions {
  std::int64_t num_columns = -1;
  Shape batch_shape = {};
  DType dtype = float32;
};
/// tf.eye: ones on the main diagonal of a matrix, square unless num_columns is given; shape batch_shape + (num_rows,
/// num_columns).
Tensor eye(std::int64_t num_rows, const EyeOptions& options);
Tensor eye(std::int64_t num_rows, DType dtype = float32);
Tensor eye(std::int64_t num_rows, std::int64_t num_columns, const Shape& batch_shape = {}, DType dtype = float32);

namespace linalg {
using gradtape::eye;
}  // namespace linalg

}  // namespace gradtape
