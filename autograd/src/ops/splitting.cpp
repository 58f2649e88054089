#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "ops/checks.h"
#include "ops/composite.h"
#include "ops/shape_families.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

/// Throws ResourceExhaustedError for more parts than anybody means.
std::size_t checked_part_count(std::int64_t count) {
  if (count > 1 << 24)
    throw ResourceExhaustedError(std::to_string(count) + " tensors are more than can be made at once");
  return static_cast<std::size_t>(count);
}

std::vector<std::int64_t> equal_parts(std::int64_t count, std::int64_t length, const Shape& shape) {
  if (count < 1 || length % count != 0)
    throw InvalidArgumentError("an axis of length " + std::to_string(length) + " of shape " + to_string(shape) +
                               " cannot be split into " + std::to_string(count) + " equal parts");
  return std::vector<std::int64_t>(checked_part_count(count), length / count);
}

/// With the length that stands for what remains.
std::vector<std::int64_t> resolved(std::vector<std::int64_t> sizes, std::int64_t length, const Shape& shape) {
  const auto refuse = [&](const std::string& why) {
    std::string text;
    for (std::int64_t size : sizes) text += (text.empty() ? "" : ", ") + std::to_string(size);
    throw InvalidArgumentError("parts of lengths [" + text + "] of an axis of length " + std::to_string(length) +
                               " of shape " + to_string(shape) + ": " + why);
  };
  std::int64_t rest = length, *open = nullptr;
  for (std::int64_t& size : sizes) {
    if (size < -1) refuse("lengths are not negative, except one -1");
    if (size == -1 && open != nullptr) refuse("only one may be -1");
    if (size == -1)
      open = &size;
    else if ((rest -= size) < 0)
      refuse("they add up to more");
  }
  if (open != nullptr)
    *open = rest;
  else if (rest > 0)
    refuse("they add up to less");
  return sizes;
}

std::vector<Tensor> cut(const Tensor& value, const std::vector<std::int64_t>& sizes, int axis, Where where) {
  Shape begin = value.shape(), size = begin;
  for (int i = 0; i < begin.rank(); ++i) begin[i] = 0;
  std::vector<Tensor> parts;
  parts.reserve(sizes.size());
  for (std::int64_t length : sizes) {
    size[axis] = length;
    parts.push_back(slice(value, begin, size, where));
    begin[axis] += length;
  }
  return parts;
}

std::vector<Sample> split_samples() {
  return {{[](const Values& x) {
             const std::vector<Tensor> parts = split(x[0], 2);
             return parts[0] * parts[1];
           },
           {sample_values({4, 3}, -2, 2)}},
          {[](const Values& x) {
             const std::vector<Tensor> parts = split(x[0], {2, -1, 0}, -1);
             return concat({square(parts[1]), parts[2], parts[0]}, 1);
           },
           {sample_values({2, 5}, -2, 2)}},
          {[](const Values& x) { return split(x[0], 1)[0]; }, {sample_values({3}, -2, 2)}},
          {[](const Values& x) { return split(x[0], 3, 1)[1]; }, {sample_values({2, 6, 0}, -2, 2)}},
          {[](const Values& x) { return split(x[0], 3, 1)[1]; }, {sample_values({2, 6, 1}, -2, 2)}}};
}

std::vector<Sample> unstack_samples() {
  return {{[](const Values& x) {
             const std::vector<Tensor> parts = unstack(x[0]);
             return parts[0] * parts[1];
           },
           {sample_values({2, 3}, -2, 2)}},
          {[](const Values& x) {
             const std::vector<Tensor> parts = unstack(x[0], 3, -2);
             return square(parts[0]) - parts[2];
           },
           {sample_values({2, 3, 2}, -2, 2)}},
          {[](const Values& x) { return unstack(x[0])[0]; }, {sample_values({1}, -2, 2)}},
          {[](const Values& x) { return unstack(x[0], none, 1)[0]; }, {sample_values({0, 2}, -2, 2)}}};
}

}  // namespace

std::vector<OpRow> splitting_ops() {
  return {composite("split", "shape", split_samples), composite("unstack", "shape", unstack_samples)};
}

}  // namespace detail

using namespace detail;

std::vector<Tensor> unstack(const Tensor& value, OptionalInteger num, int axis, Where where) {
  const int place = in_function("unstack", where, [&] {
    const Shape& shape = value.shape();
    const int normalized = normalize_axis(axis, shape.rank());
    if (!num.is_none && num.value != shape[normalized])
      throw InvalidArgumentError("axis " + std::to_string(normalized) + " of shape " + to_string(shape) +
                                 " has length " + std::to_string(shape[normalized]) + ", num is " +
                                 std::to_string(num.value));
    checked_part_count(shape[normalized]);
    return normalized;
  });
  // The parts of the first axis lie together, and their gradients are added in place.
  const Tensor front = place == 0 ? value : moveaxis(value, place, 0, where);
  std::vector<Tensor> parts;
  const std::int64_t count = front.shape()[0];
  parts.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) parts.push_back(front.at(i, where));
  return parts;
}

std::vector<Tensor> split(const Tensor& value, const Operand& num_or_size_splits, int axis, Where where) {
  return cut(
      value,
      in_function("split", where,
                  [&] {
                    const Shape& shape = value.shape();
                    const std::int64_t length = shape[normalize_axis(axis, shape.rank())];
                    const Tensor given = num_or_size_splits.as_tensor();
                    if (!is_integer(given.dtype()) || given.rank() > 1)
                      throw InvalidArgumentError(
                          "the number of parts, or a list of their lengths, is needed; got a tensor of dtype " +
                          text_of(given.dtype()) + " and shape " + to_string(given.shape()));
                    if (given.rank() == 0) return equal_parts(integer_at(*impl_of(given), 0), length, shape);
                    std::vector<std::int64_t> sizes;
                    for (std::int64_t i = 0; i < given.num_elements(); ++i)
                      sizes.push_back(integer_at(*impl_of(given), i));
                    return resolved(std::move(sizes), length, shape);
                  }),
      axis, where);
}
std::vector<Tensor> split(const Tensor& value, std::initializer_list<std::int64_t> size_splits, int axis,
                          Where where) {
  return cut(value,
             in_function("split", where,
                         [&] {
                           const Shape& shape = value.shape();
                           return resolved(size_splits, shape[normalize_axis(axis, shape.rank())], shape);
                         }),
             axis, where);
}

}  // namespace gradtape
