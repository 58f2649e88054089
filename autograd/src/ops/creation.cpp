#include "gradtape/autograd/ops/creation.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "gradtape/autograd/error.h"
#include "gradtape/autograd/ops/math.h"
#include "kernels/elementwise.h"
#include "tensor/impl.h"
#include "tensor/text.h"

namespace gradtape {
namespace detail {

void throw_ragged() { throw InvalidArgumentError("[constant] the rows of the braced list differ in length"); }

Tensor from_elements(DType dtype, const void* elements, std::int64_t count, const Shape& shape) {
  if (checked_count(shape, dtype) != count)
    throw InvalidArgumentError("[constant] " + std::to_string(count) + " values for the shape " + to_string(shape) +
                               ", which has " + std::to_string(shape.num_elements()));
  Tensor tensor = uninitialized(dtype, shape);
  if (count > 0) std::memcpy(mutable_data(tensor), elements, static_cast<std::size_t>(count) * size_of(dtype));
  return tensor;
}

Tensor from_text_views(const std::vector<std::string_view>& texts, const Shape& shape) {
  return from_texts({texts.begin(), texts.end()}, shape);
}

Tensor from_literal(DType source, const void* elements, std::int64_t count, const Shape& shape, DType dtype) {
  const Tensor literal = from_elements(source, elements, count, shape);
  if (source == dtype) return literal;
  Tensor tensor = uninitialized(dtype, shape);
  kernels::cast(source, impl_of(literal)->data, dtype, mutable_data(tensor), count);
  if (is_floating(dtype)) return tensor;
  // An integer or bool must hold every value as it was written.
  Tensor back = uninitialized(source, shape);
  kernels::cast(dtype, mutable_data(tensor), source, mutable_data(back), count);
  if (count > 0 &&
      std::memcmp(mutable_data(back), mutable_data(literal), static_cast<std::size_t>(count) * size_of(source)) != 0)
    throw InvalidArgumentError("[constant] a value of the list does not fit the dtype " +
                               std::string(name_of(dtype)));
  return tensor;
}

namespace {

Tensor filled(const Shape& shape, const Tensor& scalar) {
  if (scalar.rank() != 0)
    throw InvalidArgumentError("[fill] the value has shape " + to_string(scalar.shape()) + "; it must be a scalar");
  Tensor tensor = uninitialized(scalar.dtype(), shape);
  kernels::fill(scalar.dtype(), impl_of(scalar)->data, mutable_data(tensor), impl_of(tensor)->count);
  if (scalar.dtype() == DType::string) keep_texts(tensor, scalar);
  return tensor;
}

}  // namespace
}  // namespace detail

Tensor constant(const Operand& value) { return value.as_tensor(); }
Tensor constant(const Operand& value, DType dtype) {
  return value.is_number() ? value.as(dtype) : cast(value.tensor(), dtype);
}

Tensor zeros(const Shape& shape, DType dtype) {
  Tensor tensor = detail::uninitialized(dtype, shape);
  std::memset(detail::mutable_data(tensor), 0, static_cast<std::size_t>(tensor.num_elements()) * size_of(dtype));
  return tensor;
}
Tensor ones(const Shape& shape, DType dtype) {
  return detail::filled(shape, dtype == boolean ? Operand(true).as(boolean) : Operand(1).as(dtype));
}
Tensor fill(const Shape& shape, const Operand& value) { return detail::filled(shape, value.as_tensor()); }
Tensor full(const Shape& shape, const Operand& value, DType dtype) {
  return detail::filled(shape, constant(value, dtype));
}
Tensor zeros_like(const Tensor& tensor) { return zeros(tensor.shape(), tensor.dtype()); }
Tensor ones_like(const Tensor& tensor) { return ones(tensor.shape(), tensor.dtype()); }
Tensor full_like(const Tensor& tensor, const Operand& value) { return full(tensor.shape(), value, tensor.dtype()); }

namespace {

template <class T>
Tensor range_of(T start, T limit, T delta) {
  if (delta == T{0}) throw InvalidArgumentError("[range] a delta of 0 never reaches the limit");
  const double steps =
      std::ceil((static_cast<double>(limit) - static_cast<double>(start)) / static_cast<double>(delta));
  if (!(steps < 9e18)) throw InvalidArgumentError("[range] start, limit and delta must be finite");
  const auto count = static_cast<std::int64_t>(std::max(steps, 0.0));
  Tensor tensor = detail::uninitialized(dtype_of<T>, {count});
  T* values = static_cast<T*>(detail::mutable_data(tensor));
  for (std::int64_t i = 0; i < count; ++i) values[i] = static_cast<T>(start + static_cast<T>(i) * delta);
  return tensor;
}

}  // namespace

Tensor range(const Operand& start, const Operand& limit, const Operand& delta, DType dtype) {
  const Tensor s = constant(start, dtype), l = constant(limit, dtype), d = constant(delta, dtype);
  switch (dtype) {
    case float32:
      return range_of(s.item<float>(), l.item<float>(), d.item<float>());
    case float64:
      return range_of(s.item<double>(), l.item<double>(), d.item<double>());
    case int32:
      return range_of(s.item<std::int32_t>(), l.item<std::int32_t>(), d.item<std::int32_t>());
    case int64:
      return range_of(s.item<std::int64_t>(), l.item<std::int64_t>(), d.item<std::int64_t>());
    default:
      throw InvalidArgumentError("[range] the dtype " + std::string(name_of(dtype)) + " is not supported");
  }
}

Tensor range(const Operand& start, const Operand& limit, const Operand& delta) {
  DType dtype = int32;
  for (const Operand* operand : {&start, &limit, &delta}) {
    const DType own = operand->as_tensor().dtype();
    if (own == float64 || dtype == float64)
      dtype = float64;
    else if (own == float32 || dtype == float32)
      dtype = float32;
    else if (own == int64)
      dtype = int64;
  }
  return range(start, limit, delta, dtype);
}
Tensor range(const Operand& limit) { return range(0, limit, 1); }

Tensor linspace(double start, double stop, std::int64_t num, DType dtype) {
  if (num < 1) throw InvalidArgumentError("[linspace] num is " + std::to_string(num) + "; it must be at least 1");
  if (!is_floating(dtype))
    throw InvalidArgumentError("[linspace] the dtype " + std::string(name_of(dtype)) + " is not floating-point");
  Tensor values = detail::uninitialized(float64, {num});
  double* value = static_cast<double*>(detail::mutable_data(values));
  const double step = num > 1 ? (stop - start) / static_cast<double>(num - 1) : 0;
  for (std::int64_t i = 0; i < num; ++i) value[i] = start + step * static_cast<double>(i);
  if (num > 1) value[num - 1] = stop;
  return cast(values, dtype);
}

Tensor eye(std::int64_t rows, DType dtype) {
  Tensor tensor = zeros({rows, rows}, dtype);
  const Tensor one = ones({}, dtype);
  char* data = static_cast<char*>(detail::mutable_data(tensor));
  for (std::int64_t i = 0; i < rows; ++i)
    std::memcpy(data + static_cast<std::size_t>(i * (rows + 1)) * size_of(dtype), detail::mutable_data(one),
                size_of(dtype));
  return tensor;
}

}  // namespace gradtape
