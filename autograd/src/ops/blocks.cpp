// Blocks of places that become channels or batches, and back: a transpose between two reshapes.
#include "gradtape/autograd/ops/padding.h"
#include "gradtape/autograd/ops/rearranging.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "ops/checks.h"
#include "ops/composite.h"
#include "ops/shape_families.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

/// Checks what both directions need; whether the channels are the last axis.
bool is_channels_last(const Tensor& input, std::int64_t block_size, std::string_view data_format) {
  if (data_format != "NHWC" && data_format != "NCHW")
    throw InvalidArgumentError("the data_format is \"NHWC\" or \"NCHW\", got \"" + std::string(data_format) + "\"");
  if (input.rank() != 4)
    throw InvalidArgumentError("a batch of images with four axes is needed, got shape " + to_string(input.shape()));
  if (block_size < 2 || block_size > 1 << 20)
    throw InvalidArgumentError("a block_size of 2 or more is needed, got " + std::to_string(block_size));
  return data_format == "NHWC";
}

[[noreturn]] void throw_indivisible(const Shape& shape, int axis, std::int64_t divisor) {
  throw InvalidArgumentError(std::to_string(divisor) + " does not divide the length " + std::to_string(shape[axis]) +
                             " of axis " + std::to_string(axis) + " of shape " + to_string(shape));
}

std::int64_t divided(const Shape& shape, int axis, std::int64_t divisor) {
  if (shape[axis] % divisor != 0) throw_indivisible(shape, axis, divisor);
  return shape[axis] / divisor;
}

/// Checks a block shape for an input; returns the product of its lengths.
std::int64_t checked_block(const Shape& input, const Shape& block, int pairs, const char* pairs_name) {
  if (block.rank() < 1 || block.rank() > 3)
    throw InvalidArgumentError("block_shape has one to three lengths, got " + std::to_string(block.rank()));
  if (pairs != block.rank())
    throw InvalidArgumentError("there are " + std::to_string(pairs) + " " + pairs_name + " for " +
                               std::to_string(block.rank()) + " lengths of block_shape");
  if (input.rank() < block.rank() + 1)
    throw InvalidArgumentError("shape " + to_string(input) + " has no " + std::to_string(block.rank()) +
                               " axes after the batch");
  std::int64_t product = 1;
  for (std::int64_t length : block) {
    if (length < 1) throw InvalidArgumentError("block_shape " + to_string(block) + " has a length below 1");
    if (__builtin_mul_overflow(product, length, &product))
      throw InvalidArgumentError("block_shape " + to_string(block) + " has more places than can be counted");
  }
  return product;
}

std::vector<Sample> space_to_depth_samples() {
  return {{[](const Values& x) { return space_to_depth(x[0], 2); }, {sample_values({1, 2, 4, 3}, -2, 2)}},
          {[](const Values& x) { return space_to_depth(x[0], 2, {.data_format = "NCHW"}); },
           {sample_values({2, 1, 2, 4}, -2, 2)}},
          {[](const Values& x) { return space_to_depth(x[0], 3); }, {sample_values({0, 3, 3, 1}, -2, 2)}}};
}
std::vector<Sample> depth_to_space_samples() {
  return {{[](const Values& x) { return depth_to_space(x[0], 2); }, {sample_values({1, 2, 1, 8}, -2, 2)}},
          {[](const Values& x) { return depth_to_space(x[0], 2, {.data_format = "NCHW"}); },
           {sample_values({2, 4, 1, 3}, -2, 2)}}};
}
std::vector<Sample> space_to_batch_samples() {
  return {{[](const Values& x) {
             return space_to_batch(x[0], {2, 2}, {{0, 1}, {2, 0}});
           },
           {sample_values({2, 3, 2, 2}, -2, 2)}},
          {[](const Values& x) {
             return space_to_batch(x[0], {3}, {{1, 1}});
           },
           {sample_values({2, 4}, -2, 2)}}};
}
std::vector<Sample> batch_to_space_samples() {
  return {{[](const Values& x) {
             return batch_to_space(x[0], {2, 2}, {{0, 1}, {1, 0}});
           },
           {sample_values({4, 2, 1, 3}, -2, 2)}},
          {[](const Values& x) {
             return batch_to_space(x[0], {3}, {{1, 1}});
           },
           {sample_values({6, 2}, -2, 2)}}};
}

}  // namespace

std::vector<OpRow> block_ops() {
  return {composite("space_to_depth", "shape", space_to_depth_samples),
          composite("depth_to_space", "shape", depth_to_space_samples),
          composite("space_to_batch", "shape", space_to_batch_samples),
          composite("batch_to_space", "shape", batch_to_space_samples)};
}

}  // namespace detail

using namespace detail;

Tensor space_to_depth(const Tensor& input, std::int64_t block_size, const DataFormatOptions& options, Where where) {
  return in_function("space_to_depth", where, [&] {
    const bool last = is_channels_last(input, block_size, options.data_format);
    const Shape& x = input.shape();
    const int row = last ? 1 : 2;
    const std::int64_t b = block_size, h = divided(x, row, b), w = divided(x, row + 1, b);
    const std::int64_t c = last ? x[3] : x[1], n = x[0];
    if (last)
      return reshape(transpose(reshape(input, {n, h, b, w, b, c}, where), {0, 1, 3, 2, 4, 5}, where),
                     {n, h, w, b * b * c}, where);
    return reshape(transpose(reshape(input, {n, c, h, b, w, b}, where), {0, 3, 5, 1, 2, 4}, where),
                   {n, b * b * c, h, w}, where);
  });
}

Tensor depth_to_space(const Tensor& input, std::int64_t block_size, const DataFormatOptions& options, Where where) {
  return in_function("depth_to_space", where, [&] {
    const bool last = is_channels_last(input, block_size, options.data_format);
    const Shape& x = input.shape();
    const std::int64_t b = block_size, c = divided(x, last ? 3 : 1, b * b), n = x[0];
    const std::int64_t h = x[last ? 1 : 2], w = x[last ? 2 : 3];
    if (last)
      return reshape(transpose(reshape(input, {n, h, w, b, b, c}, where), {0, 1, 3, 2, 4, 5}, where),
                     {n, h * b, w * b, c}, where);
    return reshape(transpose(reshape(input, {n, b, b, c, h, w}, where), {0, 3, 4, 1, 5, 2}, where),
                   {n, c, h * b, w * b}, where);
  });
}

Tensor space_to_batch(const Tensor& input, const Shape& block_shape, const Paddings& paddings, Where where) {
  return in_function("space_to_batch", where, [&] {
    const int blocks = block_shape.rank();
    const std::int64_t places = checked_block(input.shape(), block_shape, paddings.count(), "paddings");
    Paddings of_all_axes{{0, 0}};
    for (int i = 0; i < blocks; ++i) of_all_axes.push_back(paddings[i]);
    while (of_all_axes.count() < input.rank()) of_all_axes.push_back({0, 0});
    const Tensor padded = pad(input, of_all_axes, "CONSTANT", 0, where);
    const Shape& x = padded.shape();
    // (n, h, block, w, block, rest): the blocks go to the front.
    Shape apart{x[0]}, shape{x[0] * places};
    Axes perm = Axes::none();
    for (int i = 0; i < blocks; ++i) perm.push_back(2 * i + 2);
    perm.push_back(0);
    for (int i = 0; i < blocks; ++i) {
      const std::int64_t length = divided(x, i + 1, block_shape[i]);
      apart.push_back(length);
      apart.push_back(block_shape[i]);
      shape.push_back(length);
      perm.push_back(2 * i + 1);
    }
    apart.push_back(product_of(x, blocks + 1, x.rank()));
    perm.push_back(2 * blocks + 1);
    for (int i = blocks + 1; i < x.rank(); ++i) shape.push_back(x[i]);
    return reshape(transpose(reshape(padded, apart, where), perm, where), shape, where);
  });
}

Tensor batch_to_space(const Tensor& input, const Shape& block_shape, const Paddings& crops, Where where) {
  return in_function("batch_to_space", where, [&] {
    const int blocks = block_shape.rank();
    const Shape& x = input.shape();
    const std::int64_t places = checked_block(x, block_shape, crops.count(), "crops");
    // (block, block, n, h, w, rest): each block goes behind its axis.
    Shape apart = block_shape, shape{divided(x, 0, places)}, begin{0}, size{shape[0]};
    apart.push_back(shape[0]);
    Axes perm = blocks;
    for (int i = 0; i < blocks; ++i) {
      apart.push_back(x[i + 1]);
      perm.push_back(blocks + 1 + i);
      perm.push_back(i);
      const auto [before, after] = crops[i];
      const std::int64_t length = x[i + 1] * block_shape[i];
      if (before < 0 || after < 0 || before > length || after > length - before)
        throw InvalidArgumentError("the crop {" + std::to_string(before) + ", " + std::to_string(after) +
                                   "} of an axis of length " + std::to_string(length));
      shape.push_back(length);
      begin.push_back(before);
      size.push_back(length - before - after);
    }
    apart.push_back(product_of(x, blocks + 1, x.rank()));
    perm.push_back(2 * blocks + 1);
    for (int i = blocks + 1; i < x.rank(); ++i) {
      shape.push_back(x[i]);
      begin.push_back(0);
      size.push_back(x[i]);
    }
    const Tensor whole = reshape(transpose(reshape(input, apart, where), perm, where), shape, where);
    return size == shape ? whole : slice(whole, begin, size, where);
  });
}

}  // namespace gradtape
