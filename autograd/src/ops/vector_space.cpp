#include "tape/vector_space.h"

#include "gradtape/autograd/ops.h"
#include "kernels/elementwise.h"
#include "ops/parts.h"
#include "ops/rows.h"
#include "tape/log.h"

namespace gradtape::detail {

Tensor zeros_of(DType dtype, const Shape& shape) { return zeros(shape, dtype); }
Tensor ones_of(DType dtype, const Shape& shape) {
  if (dtype != float32 || shape.rank() != 0) return ones(shape, dtype);
  Tensor one = uninitialized(dtype, shape);  // the usual target, a scalar loss
  *static_cast<float*>(mutable_data(one)) = 1;
  return one;
}

Tensor accumulate(Tensor total, const Tensor& term) {
  if (recording_log() != nullptr || record_extras != 0 || !is_sole_owner(total)) return add(total, term);
  const TensorImpl &to = *impl_of(total), &from = *impl_of(term);
  if (from.count == to.count)
    kernels::binary(kernels::Binary::add, to.dtype, to.data, from.data, to.data, to.count);
  else
    kernels::binary(kernels::Binary::add, to.dtype, to.data, to.shape, from.data, from.shape, to.data, to.shape);
  return total;
}

namespace {

// In place too: the rows that only this total holds, with `part` added in each.
Tensor accumulate_rows_at(Tensor total, const Tensor& part, const Shape& begin, const Shape& shape) {
  const std::int64_t count = part.shape()[0];
  Tensor sum;
  if (!total) {
    sum = zeros(behind_rows(count, shape), part.dtype());
  } else {
    const Tensor* rows = rows_of(total);
    sum = rows != nullptr ? *rows : broadcast_to(total, behind_rows(count, shape));
    total = {};
    if (!is_sole_owner(sum)) sum = add(sum, zeros({}, sum.dtype()));
  }
  add_part(sum, part, behind_rows(0, begin));
  return with_rows(std::move(sum));
}

}  // namespace

Tensor accumulate_at(Tensor total, const Tensor& part, const Shape& begin, const Shape& shape) {
  if (recording_log() == nullptr && record_extras == rows_extra)
    if (const Tensor* rows = rows_of(part)) return accumulate_rows_at(std::move(total), *rows, begin, shape);
  if (recording_log() != nullptr || record_extras != 0) {
    const Tensor spread = slice_gradient(part, begin, shape);
    return total ? add(total, spread) : spread;
  }
  if (!total)
    total = zeros(shape, part.dtype());
  else if (!is_sole_owner(total))
    total = add(total, zeros({}, total.dtype()));
  add_part(total, part, begin);
  return total;
}

Tensor sum_to_shape(const Tensor& gradient, const Shape& shape) {
  const Shape& from = gradient.shape();
  const int extra = from.rank() - shape.rank();
  if (extra < 0) return broadcast_to(gradient, shape);
  Axes stretched = Axes::none();
  for (int i = 0; i < from.rank(); ++i)
    if (i < extra || (shape[i - extra] == 1 && from[i] != 1)) stretched.push_back(i);
  const Tensor sum = stretched.count() == 0 ? gradient : reduce_sum(gradient, stretched);
  if (sum.shape() == shape) return sum;
  // What is left are axes of length 1, and a partial that its author left smaller than the input.
  return sum.num_elements() == shape.num_elements() ? reshape(sum, shape) : broadcast_to(sum, shape);
}

namespace {

// (count, parts, width) zeros with ones at [i, :, first + i].
Tensor unit_rows(DType dtype, std::int64_t first, std::int64_t count, std::int64_t parts, std::int64_t width) {
  Tensor tensor = zeros({count, parts, width}, dtype);
  void* data = mutable_data(tensor);
  for (std::int64_t row = 0; row < count; ++row)
    for (std::int64_t part = 0; part < parts; ++part) {
      const std::int64_t place = (row * parts + part) * width + first + row;
      if (dtype == float32)
        static_cast<float*>(data)[place] = 1;
      else
        static_cast<double*>(data)[place] = 1;
    }
  return tensor;
}

std::int64_t width_of(const Shape& shape, bool batched) {
  return shape.sub(batched ? 1 : 0, shape.rank()).num_elements();
}

}  // namespace

Tensor unit(DType dtype, const Shape& shape, bool batched, std::int64_t index) {
  return view(unit_rows(dtype, index, 1, batched ? shape[0] : 1, width_of(shape, batched)), shape);
}

Tensor units(DType dtype, const Shape& shape, bool batched, std::int64_t first, std::int64_t count) {
  const Tensor rows = unit_rows(dtype, first, count, batched ? shape[0] : 1, width_of(shape, batched));
  return with_rows(view(rows, behind_rows(count, shape)));
}

constinit thread_local bool rows_are_strict = false;
RowsScope::RowsScope() : before_(record_extras) { record_extras |= rows_extra; }
RowsScope::~RowsScope() { record_extras = before_; }

Tensor rows_in_full(const Tensor& gradient, std::int64_t count) {
  const Tensor* rows = rows_of(gradient);
  if (rows != nullptr) return *rows;
  const Shape shape = behind_rows(count, gradient.shape());
  return count == 1 ? reshape(gradient, shape) : broadcast_to(gradient, shape);
}

Tensor join_rows(const std::vector<Tensor>& parts, bool batched, const Shape& shape) {
  Tensor rows = parts.size() == 1 ? parts[0] : concat(parts, 0);
  if (batched) {
    Axes swap{1, 0};
    for (int axis = 2; axis < rows.rank(); ++axis) swap.push_back(axis);
    rows = transpose(rows, swap);
  }
  return reshape(rows, shape);
}

}  // namespace gradtape::detail
