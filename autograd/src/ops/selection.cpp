#include "ops/selection.h"

#include <algorithm>

#include "ops/checks.h"

namespace gradtape::detail {
namespace {

/// Axes of the input that a part takes; the ellipsis takes what is left.
int axes_of(const Index& part) {
  switch (part.kind) {
    case Index::Kind::keyword:
      return part.keyword == all ? 1 : 0;
    case Index::Kind::tensor:
      return part.tensor->dtype() == boolean ? part.tensor->rank() : 1;
    default:
      return 1;
  }
}

bool is_ellipsis(const Index& part) { return part.kind == Index::Kind::keyword && part.keyword == ellipsis; }

}  // namespace

Selection::Selection(const Shape& input, const Index* const* parts, int count) {
  int taken = 0, ellipses = 0;
  for (int i = 0; i < count; ++i) {
    taken += axes_of(*parts[i]);
    ellipses += is_ellipsis(*parts[i]);
  }
  if (ellipses > 1) throw InvalidArgumentError("only one part may be an ellipsis");
  if (taken > input.rank())
    throw InvalidArgumentError("there are parts for " + std::to_string(taken) + " axes, the shape " +
                               to_string(input) + " has " + std::to_string(input.rank()));
  for (int i = 0; i < count; ++i) {
    const Index& part = *parts[i];
    if (is_ellipsis(part))
      add_whole(input.rank() - taken, input);
    else if (part.kind == Index::Kind::integer)
      add_integer(part.value, input);
    else if (part.kind == Index::Kind::slice)
      add_slice(part.slice, input);
    else if (part.kind == Index::Kind::tensor)
      add_tensor(*part.tensor, input);
    else if (part.keyword == newaxis)
      shape.push_back(1);
    else
      add_whole(1, input);
  }
  add_whole(input.rank() - begin.rank(), input);
}

bool Selection::has_steps() const {
  return std::any_of(step.begin(), step.end(), [](std::int64_t by) { return by != 1; });
}

void Selection::add(std::int64_t begin_at, std::int64_t step_by, std::int64_t count) {
  begin.push_back(begin_at);
  step.push_back(count > 1 ? step_by : 1);
  length.push_back(count);
}

void Selection::add_integer(std::int64_t index, const Shape& input) {
  const int axis = begin.rank();
  const std::int64_t n = input[axis];
  if (index < -n || index >= n)
    throw OutOfRangeError("index " + std::to_string(index) + " is outside [" + std::to_string(-n) + ", " +
                          std::to_string(n) + "), axis " + std::to_string(axis) + " of shape " + to_string(input));
  add(index < 0 ? index + n : index, 1, 1);
}

void Selection::add_slice(const Slice& slice, const Shape& input) {
  const std::int64_t n = input[begin.rank()], by = slice.step.is_none ? 1 : slice.step.value;
  if (by == 0) throw InvalidArgumentError("a slice with a step of 0 never ends; the step may be negative");
  const bool backwards = by < 0;
  // Backwards, the places before the first and at the last element are the limits.
  const std::int64_t low = backwards ? -1 : 0, high = backwards ? n - 1 : n;
  const auto clamped = [&](OptionalInteger end, std::int64_t open) {
    return end.is_none ? open : std::clamp(end.value < 0 ? end.value + n : end.value, low, high);
  };
  const std::int64_t first = clamped(slice.start, backwards ? high : low);
  const std::int64_t last = clamped(slice.stop, backwards ? low : high);
  const std::int64_t distance = backwards ? first - last : last - first;
  const std::uint64_t stride = backwards ? 0 - static_cast<std::uint64_t>(by) : static_cast<std::uint64_t>(by);
  const std::int64_t count =
      distance <= 0 ? 0 : static_cast<std::int64_t>(static_cast<std::uint64_t>(distance - 1) / stride) + 1;
  add(count == 0 ? 0 : first, by, count);
  shape.push_back(count);
}

void Selection::add_whole(int axes, const Shape& input) {
  for (int i = 0; i < axes; ++i) {
    const std::int64_t n = input[begin.rank()];
    add(0, 1, n);
    shape.push_back(n);
  }
}

void Selection::add_tensor(const Tensor& part, const Shape& input) {
  const DType dtype = part.dtype();
  if (dtype != boolean && !is_integer(dtype))
    throw InvalidArgumentError("a tensor of integers or bools can index, got " + text_of(dtype) + "; cast it first");
  if (dtype != boolean && part.rank() == 0) return add_integer(integer_at(*impl_of(part), 0), input);
  if (tensor != nullptr)
    throw InvalidArgumentError("only one part may be a tensor; gather_nd takes an index for each of several axes");
  if (dtype == boolean) {
    if (part.rank() == 0) throw InvalidArgumentError("a mask needs at least one axis");
    const Shape masked = input.sub(begin.rank(), begin.rank() + part.rank());
    if (part.shape() != masked)
      throw InvalidArgumentError("the mask has shape " + to_string(part.shape()) + ", the axes it stands for " +
                                 to_string(masked));
  }
  tensor = &part;
  tensor_axis = shape.rank();
  add_whole(dtype == boolean ? part.rank() : 1, input);
}

}  // namespace gradtape::detail
