#include "tape/vector_space.h"

#include "gradtape/autograd/ops.h"
#include "kernels/elementwise.h"
#include "ops/parts.h"
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
  if (recording_log() != nullptr || !is_sole_owner(total)) return add(total, term);
  const TensorImpl &to = *impl_of(total), &from = *impl_of(term);
  if (from.count == to.count)
    kernels::binary(kernels::Binary::add, to.dtype, to.data, from.data, to.data, to.count);
  else
    kernels::binary(kernels::Binary::add, to.dtype, to.data, to.shape, from.data, from.shape, to.data, to.shape);
  return total;
}

Tensor accumulate_at(Tensor total, const Tensor& part, const Shape& begin, const Shape& shape) {
  if (recording_log() != nullptr) {
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

Tensor with_ones(DType dtype, const Shape& shape, std::int64_t rows, std::int64_t index) {
  Tensor tensor = zeros(shape, dtype);
  const std::int64_t width = rows == 0 ? 0 : tensor.num_elements() / rows;
  for (std::int64_t row = 0; row < rows; ++row) {
    if (dtype == float32)
      static_cast<float*>(mutable_data(tensor))[row * width + index] = 1;
    else
      static_cast<double*>(mutable_data(tensor))[row * width + index] = 1;
  }
  return tensor;
}

}  // namespace

Tensor unit(DType dtype, const Shape& shape, std::int64_t index) { return with_ones(dtype, shape, 1, index); }
Tensor batch_unit(DType dtype, const Shape& shape, std::int64_t index) {
  return with_ones(dtype, shape, shape[0], index);
}

Tensor stack_rows(const std::vector<Tensor>& rows, int axis, const Shape& shape) {
  return reshape(stack(rows, axis), shape);
}

}  // namespace gradtape::detail
