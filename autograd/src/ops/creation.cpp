#include "gradtape/autograd/ops/creation.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "gradtape/autograd/error.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "kernels/diagonal.h"
#include "kernels/elementwise.h"
#include "ops/indexing_families.h"
#include "ops/places.h"
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
Tensor constant(const Operand& value, DType dtype, const Shape& shape) {
  return detail::in_function("constant", value.where(), [&] {
    const Tensor elements = constant(value, dtype);
    if (elements.num_elements() == 1) return detail::filled(shape, reshape(elements, {}));
    detail::checked_count(shape, dtype);
    if (elements.num_elements() != shape.num_elements())
      throw InvalidArgumentError(std::to_string(elements.num_elements()) + " values for the shape " +
                                 to_string(shape) + ", which has " + std::to_string(shape.num_elements()));
    return reshape(elements, shape);
  });
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
Tensor zeros_like(const Tensor& tensor, DType dtype) { return zeros(tensor.shape(), dtype); }
Tensor ones_like(const Tensor& tensor, DType dtype) { return ones(tensor.shape(), dtype); }
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

Tensor linspace(const Tensor& start, const Tensor& stop, std::int64_t num, int axis, Where where) {
  return detail::in_function("linspace", where, [&] {
    const DType dtype = detail::described(start).dtype;
    detail::check_floating(dtype);
    if (detail::described(stop).dtype != dtype) detail::throw_different_dtypes(dtype, stop.dtype());
    if (num < 1) throw InvalidArgumentError("num is " + std::to_string(num) + "; it must be at least 1");
    const Shape shape = broadcast_shapes(start.shape(), stop.shape());
    const int place = normalize_axis(axis, shape.rank() + 1);
    const Tensor first = expand_dims(broadcast_to(start, shape, where), place, where);
    if (num == 1) return first;
    const Tensor last = expand_dims(broadcast_to(stop, shape, where), place, where);
    Shape along{num - 1};
    for (int i = place; i < shape.rank(); ++i) along.push_back(1);
    const Tensor steps = reshape(range(0, num - 1, 1, dtype), along);
    // The last value is stop itself, not what the steps round to.
    return concat({first + (last - first) / static_cast<double>(num - 1) * steps, last}, place, where);
  });
}

namespace {

/// function(linspace) in float64, then of the dtype.
template <class Function>
Tensor spaced(const char* name, double start, double stop, std::int64_t num, DType dtype, const Function& function) {
  if (num < 1)
    throw InvalidArgumentError("[" + std::string(name) + "] num is " + std::to_string(num) +
                               "; it must be at least 1");
  const Tensor exponents = linspace(start, stop, num, float64);
  const Tensor values = detail::uninitialized(float64, {num});
  auto* value = static_cast<double*>(detail::mutable_data(values));
  for (std::int64_t i = 0; i < num; ++i) value[i] = function(exponents.data<double>()[static_cast<std::size_t>(i)]);
  return cast(values, dtype);
}

}  // namespace

Tensor logspace(double start, double stop, std::int64_t num, double base, DType dtype) {
  return spaced("logspace", start, stop, num, dtype, [=](double x) { return std::pow(base, x); });
}

Tensor geomspace(double start, double stop, std::int64_t num, DType dtype) {
  if (!(start * stop > 0))
    throw InvalidArgumentError("[geomspace] from " + std::to_string(start) + " to " + std::to_string(stop) +
                               "; both must have one sign, and neither be 0");
  const double sign = start < 0 ? -1 : 1, first = std::log(std::abs(start)), last = std::log(std::abs(stop));
  // The ends are what was given, not what the logarithm rounds to.
  return spaced("geomspace", first, last, num, dtype, [=](double x) {
    return x == first ? start : x == last ? stop : sign * std::exp(x);
  });
}

Tensor eye(std::int64_t num_rows, const EyeOptions& options) {
  return detail::in_function("eye", {}, [&] {
    const std::int64_t columns = options.num_columns == -1 ? num_rows : options.num_columns;
    Shape shape = options.batch_shape;
    shape.push_back(num_rows);
    shape.push_back(columns);
    const Tensor tensor = zeros(shape, options.dtype);
    const Tensor one = ones({}, options.dtype);
    const kernels::Diagonals main{options.batch_shape.num_elements(), num_rows, columns, 0, 0, 0, true, true};
    kernels::fill_diagonals(size_of(options.dtype), main, detail::mutable_data(one), detail::mutable_data(tensor));
    return tensor;
  });
}
Tensor eye(std::int64_t num_rows, DType dtype) { return eye(num_rows, EyeOptions{.dtype = dtype}); }
Tensor eye(std::int64_t num_rows, std::int64_t num_columns, const Shape& batch_shape, DType dtype) {
  if (num_columns < 0)
    throw InvalidArgumentError("[eye] num_columns is " + std::to_string(num_columns) + "; it must not be negative");
  return eye(num_rows, EyeOptions{num_columns, batch_shape, dtype});
}

namespace detail {
namespace {

using Values = std::vector<Tensor>;

std::vector<Sample> linspace_samples() {
  return {
      {[](const Values& x) { return linspace(x[0], x[1], 4); }, {sample_values({}, -2, 0), sample_values({}, 1, 3)}},
      {[](const Values& x) { return linspace(x[0], x[1], 3, -1); },
       {sample_values({2, 1}, -2, 2), sample_values({3}, -2, 2)}},
      {[](const Values& x) { return linspace(x[0], x[1], 1); },
       {sample_values({2}, -2, 2), sample_values({2}, -2, 2)}},
      {[](const Values& x) { return linspace(x[0], x[1], 2, 1); },
       {sample_values({0}, -2, 2), sample_values({1}, -2, 2)}}};
}

template <auto make>
std::vector<Sample> made() {
  return {{[](const Values&) { return make(); }, {}}};
}

}  // namespace

std::vector<OpRow> creation_ops() {
  constexpr std::string_view no_input = "it has no tensor input",
                             a_shape = "it takes nothing but a shape and a dtype";
  return {composite("linspace", "creation", linspace_samples),
          composite("constant", "creation", made<[] {
                      return constant(2.5, float64, {2, 3});
                    }>,
                    no_input),
          composite("zeros", "creation", made<[] {
                      return zeros({2, 3});
                    }>,
                    no_input),
          composite("ones", "creation", made<[] {
                      return ones({2, 3});
                    }>,
                    no_input),
          composite("fill", "creation", made<[] {
                      return fill({2, 3}, 7);
                    }>,
                    no_input),
          composite("full", "creation", made<[] {
                      return full({2, 3}, 7);
                    }>,
                    no_input),
          composite("zeros_like", "creation", made<[] { return zeros_like(eye(2)); }>, a_shape),
          composite("ones_like", "creation", made<[] { return ones_like(eye(2)); }>, a_shape),
          composite("full_like", "creation", made<[] { return full_like(eye(2), 3); }>, a_shape),
          composite("range", "creation", made<[] { return range(5); }>, no_input),
          composite("logspace", "creation", made<[] { return logspace(0, 2, 5); }>, no_input),
          composite("geomspace", "creation", made<[] { return geomspace(1, 8, 4); }>, no_input),
          composite("eye", "creation", made<[] { return eye(2, 3, {2}); }>, no_input)};
}

}  // namespace detail
}  // namespace gradtape
