#include "gradtape/autograd/ops/comparison.h"
#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/rearranging.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "kernels/copy.h"
#include "ops/checks.h"
#include "ops/composite.h"
#include "ops/parts.h"
#include "ops/shape_families.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

struct ReverseSequence {
  static constexpr std::string_view name = "reverse_sequence";
  static constexpr bool mixed_dtypes = true;
  int seq_axis, batch_axis;

  Shape infer(const Inputs& x) const {
    const Shape& input = x.shape(0);
    const TensorImpl& lengths = x.impl(1);
    const int along = normalize_axis(seq_axis, input.rank()), batch = normalize_axis(batch_axis, input.rank());
    if (along == batch) throw InvalidArgumentError("seq_axis and batch_axis are both " + std::to_string(along));
    if (lengths.dtype != int32 && lengths.dtype != int64)
      throw InvalidArgumentError("seq_lengths are int32 or int64, got " + text_of(lengths.dtype));
    if (lengths.shape != Shape{input[batch]})
      throw InvalidArgumentError("seq_lengths has shape " + to_string(lengths.shape) +
                                 "; one is needed for each of " + std::to_string(input[batch]) + " along axis " +
                                 std::to_string(batch) + " of shape " + to_string(input));
    for (std::int64_t b = 0; b < lengths.count; ++b)
      if (const std::int64_t length = integer_at(lengths, b); length < 0 || length > input[along])
        throw InvalidArgumentError("seq_lengths[" + std::to_string(b) + "] is " + std::to_string(length) + "; axis " +
                                   std::to_string(along) + " of shape " + to_string(input) + " has length " +
                                   std::to_string(input[along]));
    return input;
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &input = *impl_of(x[0]), &lengths = *impl_of(x[1]);
    if (input.count == 0) return;
    const int along = normalize_axis(seq_axis, input.shape.rank());
    const int batch = normalize_axis(batch_axis, input.shape.rank());
    for (std::int64_t b = 0; b < lengths.count; ++b) {
      const std::int64_t length = integer_at(lengths, b);
      copy(input, *impl_of(y), batch, b, along, 0, length, true);
      copy(input, *impl_of(y), batch, b, along, length, input.shape[along] - length, false);
    }
  }
  auto gradient(Dy dy, X<1, 0> lengths) const {
    return partials([=, this] { return reverse_sequence(dy, lengths, seq_axis, batch_axis); }, no_partial);
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) { return reverse_sequence(x[0], x[1], 1); },
             {sample_values({3, 4}, -2, 2), constant({0, 3, 4})}},
            {[](const Values& x) { return reverse_sequence(x[0], x[1], 0, -1); },
             {sample_values({3, 1, 2}, -2, 2), constant({2, 3}, int64)}},
            {[](const Values& x) { return reverse_sequence(x[0], x[1], 1); },
             {sample_values({0, 4}, -2, 2), zeros({0}, int32)}}};
  }

 private:
  static void copy(const TensorImpl& x, const TensorImpl& y, int batch, std::int64_t b, int along, std::int64_t begin,
                   std::int64_t length, bool backwards) {
    Shape first = x.shape, block = x.shape;
    for (int i = 0; i < first.rank(); ++i) first[i] = i == batch ? b : i == along ? begin : 0;
    block[batch] = 1;
    block[along] = length;
    if (length == 0) return;
    const Part target(x.shape, first);
    if (backwards) first[along] = length - 1;
    Part source(x.shape, first);
    if (backwards) source.strides[along] = -source.strides[along];
    const auto bytes = static_cast<std::int64_t>(size_of(x.dtype));
    kernels::copy_block(size_of(x.dtype), static_cast<const char*>(x.data) + source.offset * bytes, source.strides,
                        static_cast<char*>(y.data) + target.offset * bytes, target.strides, block);
  }
};

std::vector<Sample> sequence_mask_samples() {
  return {{[](const Values& x) { return sequence_mask(x[0], 4, float64); }, {constant({1, 0, 3})}},
          {[](const Values& x) { return sequence_mask(x[0]); }, {constant({{2, 1}}, int64)}}};
}

}  // namespace

std::vector<OpRow> sequence_rearranging_ops() {
  return {row<ReverseSequence>("shape"),
          composite("sequence_mask", "shape", sequence_mask_samples, "its input is lengths")};
}

}  // namespace detail

using namespace detail;

Tensor reverse_sequence(const Tensor& input, const Tensor& seq_lengths, int seq_axis, int batch_axis, Where where) {
  return record(ReverseSequence{seq_axis, batch_axis}, {input, seq_lengths}, where);
}

Tensor sequence_mask(const Tensor& lengths, OptionalInteger maxlen, DType dtype, Where where) {
  return in_function("sequence_mask", where, [&] {
    if (!is_integer(lengths.dtype()))
      throw InvalidArgumentError("lengths of an integer dtype are needed, got " + text_of(lengths.dtype()));
    std::int64_t longest = 0;
    for (std::int64_t i = 0; i < lengths.num_elements(); ++i)
      longest = std::max(longest, integer_at(*impl_of(lengths), i));
    if (!maxlen.is_none && maxlen.value < 0)
      throw InvalidArgumentError("a maxlen that is not negative is needed, got " + std::to_string(maxlen.value));
    const std::int64_t count = maxlen.is_none ? longest : maxlen.value;
    if (count > std::int64_t{1} << 40)
      throw ResourceExhaustedError("a mask of " + std::to_string(count) + " places is larger than any memory");
    const Tensor places = range(0, count, 1, int64);
    const Tensor mask = less({places, where.file, where.line}, expand_dims(cast(lengths, int64, where), -1, where));
    return dtype == boolean ? mask : cast(mask, dtype, where);
  });
}

}  // namespace gradtape
