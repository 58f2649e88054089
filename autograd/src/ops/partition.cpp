#include "gradtape/autograd/ops/partition.h"

#include <algorithm>
#include <limits>

#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/indexing.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "ops/indexing_families.h"
#include "ops/places.h"
#include "ops/scatter_updates.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

/// Throws InvalidArgumentError unless `part` is what `shape` has from `axis` on.
void check_is_part(const Shape& part, const Shape& shape, int axis, const char* what) {
  bool fits = part.rank() + axis <= shape.rank();
  for (int i = 0; fits && i < part.rank(); ++i) fits = part[i] == shape[axis + i];
  if (!fits)
    throw InvalidArgumentError("the shape " + to_string(part) + " of the " + what +
                               " is not that of the tensor, which is " + to_string(shape) + ", from axis " +
                               std::to_string(axis) + " on");
}

/// The `count` axes from `axis` on as one.
Shape merged(const Shape& shape, int axis, int count) {
  Shape result = shape.sub(0, axis);
  result.push_back(product_of(shape, axis, axis + count));
  for (int i = axis + count; i < shape.rank(); ++i) result.push_back(shape[i]);
  return result;
}

/// The places of the numbers 0, of the numbers 1, ..., each in their order, and how many there are of each.
Tensor sorted_places(const TensorImpl& numbers, std::vector<std::int64_t>& counts) {
  for (std::int64_t i = 0; i < numbers.count; ++i) ++counts[static_cast<std::size_t>(integer_at(numbers, i))];
  std::vector<std::int64_t> next(counts.size(), 0);
  for (std::size_t k = 1; k < counts.size(); ++k) next[k] = next[k - 1] + counts[k - 1];
  const Tensor places = uninitialized(int64, {numbers.count});
  auto* place = static_cast<std::int64_t*>(mutable_data(places));
  for (std::int64_t i = 0; i < numbers.count; ++i)
    place[next[static_cast<std::size_t>(integer_at(numbers, i))]++] = i;
  return places;
}

std::vector<Sample> boolean_mask_samples() {
  return {{[](const Values& x) { return boolean_mask(x[0], x[1]); },
           {sample_values({4}, -2, 2), constant({true, false, true, true})}},
          {[](const Values& x) { return boolean_mask(x[0], x[1]); },
           {sample_values({2, 3, 2}, -2, 2), constant({{true, false, true}, {false, false, true}})}},
          {[](const Values& x) { return boolean_mask(x[0], x[1], {.axis = 1}); },
           {sample_values({2, 3, 1}, -2, 2), constant({true, false, true})}},
          {[](const Values& x) { return boolean_mask(x[0], x[1], {.axis = -1}); },
           {sample_values({2, 2}, -2, 2), constant({false, false})}}};
}

std::vector<Sample> dynamic_partition_samples() {
  return {
      {[](const Values& x) { return concat(dynamic_partition(x[0], x[1], 3), 0); },
       {sample_values({5}, -2, 2), constant({2, 0, 2, 0, 0})}},
      {[](const Values& x) { return dynamic_partition(x[0], x[1], 2)[1] * 3; },
       {sample_values({2, 2, 2}, -2, 2), constant({{1, 0}, {1, 1}})}},
      {[](const Values& x) { return dynamic_partition(x[0], x[1], 2)[0]; }, {sample_values({}, -2, 2), constant(0)}}};
}

std::vector<Sample> dynamic_stitch_samples() {
  return {{[](const Values& x) {
             return dynamic_stitch({x[0], x[1]}, {x[2], x[3]});
           },
           {constant({3, 0}), constant({{1}, {5}}), sample_values({2, 2}, -2, 2), sample_values({2, 1, 2}, -1, 3)}},
          {[](const Values& x) {
             return dynamic_stitch({x[0], x[1]}, {x[2], x[3]});
           },
           {constant(1), zeros({0}, int32), sample_values({}, -2, 2), sample_values({0}, -2, 2)}}};
}

}  // namespace

std::vector<OpRow> partition_ops() {
  return {composite("boolean_mask", "partition", boolean_mask_samples),
          composite("dynamic_partition", "partition", dynamic_partition_samples),
          composite("dynamic_stitch", "partition", dynamic_stitch_samples)};
}

}  // namespace detail

using namespace detail;

Tensor boolean_mask(const Tensor& tensor, const Tensor& mask, const BooleanMaskOptions& options, Where where) {
  return in_function("boolean_mask", where, [&] {
    const Shape &shape = described(tensor).shape, &mask_shape = described(mask).shape;
    if (mask_shape.rank() == 0) throw InvalidArgumentError("the mask is a scalar; it needs one axis at least");
    const int axis = normalize_axis(options.axis, shape.rank());
    check_is_part(mask_shape, shape, axis, "mask");
    const Tensor places = true_places(mask);
    return gather(reshape(tensor, merged(shape, axis, mask_shape.rank()), where), places, axis, {}, where);
  });
}

std::vector<Tensor> dynamic_partition(const Tensor& data, const Tensor& partitions, int num_partitions, Where where) {
  return in_function("dynamic_partition", where, [&] {
    const Shape& shape = described(data).shape;
    const IndexTensor numbers(partitions);
    const TensorImpl& number = checked(*numbers);
    if (num_partitions < 1)
      throw InvalidArgumentError("num_partitions is " + std::to_string(num_partitions) + "; it must be at least 1");
    check_is_part(number.shape, shape, 0, "partitions");
    for (std::int64_t i = 0; i < number.count; ++i)
      if (const std::int64_t value = integer_at(number, i); value < 0 || value >= num_partitions)
        throw OutOfRangeError("partition " + std::to_string(value) + " at " + position_of(i, number.shape) +
                              " is outside [0, " + std::to_string(num_partitions) + ")");
    // All parts side by side; each is a slice, which shares memory and whose gradient is added in place.
    std::vector<std::int64_t> counts(static_cast<std::size_t>(num_partitions), 0);
    const Tensor places = sorted_places(number, counts);
    const Tensor rows = gather(reshape(data, merged(shape, 0, number.shape.rank()), where), places, 0, {}, where);
    std::vector<Tensor> parts;
    Shape begin = rows.shape(), size = rows.shape();
    for (int i = 0; i < begin.rank(); ++i) begin[i] = 0;
    for (const std::int64_t count : counts) {
      size[0] = count;
      parts.push_back(slice(rows, begin, size, where));
      begin[0] += count;
    }
    return parts;
  });
}

Tensor dynamic_stitch(const Tensors& indices, const Tensors& data, Where where) {
  return in_function("dynamic_stitch", where, [&] {
    if (indices.size() != data.size() || indices.size() == 0)
      throw InvalidArgumentError(std::to_string(indices.size()) + " tensors of indices and " +
                                 std::to_string(data.size()) + " of data; there must be one of each, and any");
    std::vector<Tensor> places, rows;
    Shape row;
    std::int64_t largest = -1;
    for (std::size_t i = 0; i < data.size(); ++i) {
      const IndexTensor own(indices[i]);
      const TensorImpl& number = checked(*own);
      const Shape& shape = described(data[i]).shape;
      check_is_part(number.shape, shape, 0, "indices");
      const Shape own_row = shape.sub(number.shape.rank(), shape.rank());
      if (i == 0) row = own_row;
      if (own_row != row)
        throw InvalidArgumentError("the rows of data " + std::to_string(i) + " have shape " + to_string(own_row) +
                                   ", those of data 0 " + to_string(row));
      for (std::int64_t k = 0; k < number.count; ++k) {
        const std::int64_t value = integer_at(number, k);
        if (value < 0)
          throw OutOfRangeError("index " + std::to_string(value) + " at " + position_of(k, number.shape) +
                                " of indices " + std::to_string(i) + " is negative");
        largest = std::max(largest, std::min(value, std::numeric_limits<std::int64_t>::max() - 1));
      }
      places.push_back(cast(reshape(own, {number.count}), int64));
      rows.push_back(reshape(data[i], {number.count, row.num_elements()}, where));
    }
    Shape shape{largest + 1};
    for (std::int64_t length : row) shape.push_back(length);
    checked_count(shape, rows[0].dtype());
    const Tensor stitched = with_rows(zeros({largest + 1, row.num_elements()}, rows[0].dtype()), concat(places, 0),
                                      concat(rows, 0, where), where);
    return reshape(stitched, shape, where);
  });
}

}  // namespace gradtape
