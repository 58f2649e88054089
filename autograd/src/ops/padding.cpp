#include "gradtape/autograd/ops/padding.h"

#include <cstring>

#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/indexing.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "kernels/copy.h"
#include "kernels/elementwise.h"
#include "ops/checks.h"
#include "ops/composite.h"
#include "ops/parts.h"
#include "ops/shape_families.h"
#include "tensor/text.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

enum class PadMode : std::uint8_t { constant, reflect, symmetric };

PadMode mode_of(std::string_view name) {
  std::string upper(name);
  for (char& letter : upper)
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  if (upper == "CONSTANT") return PadMode::constant;
  if (upper == "REFLECT") return PadMode::reflect;
  if (upper == "SYMMETRIC") return PadMode::symmetric;
  throw InvalidArgumentError("the mode is CONSTANT, REFLECT or SYMMETRIC, got \"" + std::string(name) + "\"");
}

Shape padded_shape(const Shape& input, const Paddings& paddings) {
  if (paddings.count() != input.rank())
    throw InvalidArgumentError("there are " + std::to_string(paddings.count()) +
                               " paddings; one is needed for each axis of shape " + to_string(input));
  Shape shape = input;
  for (int i = 0; i < input.rank(); ++i) {
    const auto [before, after] = paddings[i];
    if (before < 0 || after < 0)
      throw InvalidArgumentError("the padding {" + std::to_string(before) + ", " + std::to_string(after) +
                                 "} of axis " + std::to_string(i) + " is negative");
    if (__builtin_add_overflow(shape[i], before, &shape[i]) || __builtin_add_overflow(shape[i], after, &shape[i]))
      throw ResourceExhaustedError("axis " + std::to_string(i) + " of shape " + to_string(input) +
                                   " gets longer than can be counted");
  }
  return shape;
}

void check_reflection(const Shape& input, const Paddings& paddings, PadMode mode) {
  for (int i = 0; i < input.rank(); ++i) {
    const auto [before, after] = paddings[i];
    const std::int64_t longest = std::max(before, after), limit = mode == PadMode::reflect ? input[i] - 1 : input[i];
    if (longest > 0 && longest > limit)
      throw InvalidArgumentError("axis " + std::to_string(i) + " of shape " + to_string(input) +
                                 " cannot be mirrored over " + std::to_string(longest) + " places; at most " +
                                 std::to_string(std::max<std::int64_t>(limit, 0)));
  }
}

/// What stands at each place of a mirrored axis.
Tensor mirrored_places(std::int64_t length, Padding padding, PadMode mode) {
  const Tensor places = uninitialized(int64, {length + padding.before + padding.after});
  auto* place = static_cast<std::int64_t*>(impl_of(places)->data);
  const std::int64_t edge = mode == PadMode::reflect ? 1 : 0;  // whether the first and the last stay single
  for (std::int64_t i = padding.before; i > 0; --i) *place++ = i - 1 + edge;
  for (std::int64_t i = 0; i < length; ++i) *place++ = i;
  for (std::int64_t i = 0; i < padding.after; ++i) *place++ = length - 1 - edge - i;
  return places;
}

Tensor pad_number(const Operand& value, DType dtype) {
  if (!value.is_number()) {
    const Tensor& tensor = value.tensor();
    if (tensor.rank() != 0 || tensor.dtype() != dtype)
      throw InvalidArgumentError("constant_values has shape " + to_string(tensor.shape()) + " and dtype " +
                                 text_of(tensor.dtype()) + "; a scalar of dtype " + text_of(dtype) + " is needed");
    return tensor;
  }
  const Tensor given = value.as_tensor();
  const bool is_number = given.dtype() != boolean && given.dtype() != DType::string;
  return is_number && given.item<double>() == 0 ? Tensor() : value.as(dtype);
}

struct Pad {
  static constexpr std::string_view name = "pad";
  Shape before, shape, input_shape;
  Tensor value;  // empty: zero, whatever that is in the dtype

  Shape infer(const Inputs&) const { return shape; }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &input = *impl_of(x[0]), &result = *impl_of(y);
    const std::size_t bytes = size_of(result.dtype);
    if (value) {
      kernels::fill(result.dtype, impl_of(value)->data, result.data, result.count);
      if (result.dtype == DType::string) keep_texts(y, value);
    } else
      std::memset(result.data, 0, static_cast<std::size_t>(result.count) * bytes);
    if (input.count == 0) return;
    const Part part(shape, before);
    kernels::strided_write(bytes, input.data,
                           static_cast<char*>(result.data) + part.offset * static_cast<std::int64_t>(bytes),
                           part.strides, input.shape);
  }
  auto gradient(Dy dy) const {
    return partials([=, this] { return slice(dy, before, input_shape); });
  }
  static std::vector<Sample> samples() {
    std::vector<Sample> samples;
    for (const char* mode : {"CONSTANT", "REFLECT", "SYMMETRIC"}) {
      samples.push_back({[mode](const Values& x) {
                           return pad(x[0], {{1, 2}, {2, 0}}, mode);
                         },
                         {sample_values({3, 4}, -2, 2)}});
      samples.push_back({[mode](const Values& x) {
                           return pad(x[0], {{0, 1}, {0, 0}, {2, 2}}, mode);
                         },
                         {sample_values({2, 1, 3}, -2, 2)}});
      samples.push_back({[mode](const Values& x) { return pad(x[0], {}, mode); }, {sample_values({}, -2, 2)}});
      samples.push_back({[mode](const Values& x) {
                           return pad(x[0], {{0, 0}, {1, 1}}, mode);
                         },
                         {sample_values({0, 2}, -2, 2)}});
    }
    samples.push_back({[](const Values& x) {
                         return pad(x[0], {{2, 1}}, "CONSTANT", 7.5);
                       },
                       {sample_values({1}, -2, 2)}});
    return samples;
  }
};

}  // namespace

std::vector<OpRow> padding_ops() { return {row<Pad>("shape")}; }

}  // namespace detail

using namespace detail;

Paddings::Paddings(std::initializer_list<Padding> pairs) {
  for (const Padding& pair : pairs) push_back(pair);
}
void Paddings::push_back(Padding pair) {
  if (count_ == Shape::max_rank) throw InvalidArgumentError("a tensor has at most 8 axes, got 9 paddings");
  pairs_[count_++] = pair;
}
Paddings::Paddings(const Tensor& pairs) {
  const TensorImpl& given = checked(pairs);
  if ((given.dtype != int32 && given.dtype != int64) || given.shape.rank() != 2 || given.shape[1] != 2 ||
      given.shape[0] > Shape::max_rank)
    throw InvalidArgumentError(
        "paddings are an int32 or int64 tensor of shape (n, 2), a pair for each axis; got dtype " +
        text_of(given.dtype) + " and shape " + to_string(given.shape));
  for (; count_ < given.shape[0]; ++count_)
    pairs_[count_] = {integer_at(given, 2 * count_), integer_at(given, 2 * count_ + 1)};
}

Tensor pad(const Tensor& tensor, const Paddings& paddings, std::string_view mode, const Operand& constant_values,
           Where where) {
  return in_function(Pad::name, where, [&] {
    const Shape input = tensor.shape(), shape = padded_shape(input, paddings);
    const PadMode kind = mode_of(mode);
    if (kind == PadMode::constant) {
      Shape before = input;
      for (int i = 0; i < input.rank(); ++i) before[i] = paddings[i].before;
      return record(Pad{before, shape, input, pad_number(constant_values, tensor.dtype())}, {tensor}, where);
    }
    check_reflection(input, paddings, kind);
    Tensor y = tensor;
    for (int i = 0; i < input.rank(); ++i)
      if (shape[i] != input[i]) y = gather(y, mirrored_places(input[i], paddings[i], kind), i, {}, where);
    return shape == input ? identity(y, where) : y;
  });
}

}  // namespace gradtape
