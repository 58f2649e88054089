#include "ops/places.h"

#include "gradtape/autograd/ops/math.h"
#include "kernels/copy.h"

namespace gradtape::detail {

IndexTensor::IndexTensor(const Tensor& indices) : tensor_(&indices) {
  const DType dtype = described(indices).dtype;
  if (dtype == int32 || dtype == int64) return;
  if (!is_integer(dtype))
    throw InvalidArgumentError("indices of an integer dtype are needed, got " + text_of(dtype) + "; cast them first");
  converted_ = cast(indices, int64);
  tensor_ = &converted_;
}

void throw_outside(const TensorImpl& indices, std::int64_t place, std::int64_t low, int axis, const Shape& shape) {
  throw OutOfRangeError("index " + std::to_string(integer_at(indices, place)) + " at " +
                        position_of(place, indices.shape) + " of the indices is outside [" + std::to_string(low) +
                        ", " + std::to_string(shape[axis]) + "), axis " + std::to_string(axis) + " of shape " +
                        to_string(shape));
}

void check_indices(const TensorImpl& indices, int axis, const Shape& shape) {
  const std::int64_t invalid = kernels::first_invalid_index(indices.dtype, indices.data, indices.count, shape[axis]);
  if (invalid >= 0) throw_outside(indices, invalid, 0, axis, shape);
}

Chosen chosen_by(const Tensor& index_tensor, const Shape& shape, int batch_dims) {
  const IndexTensor converted(index_tensor);
  const TensorImpl& indices = *impl_of(*converted);
  const int rank = indices.shape.rank();
  if (rank == 0) throw InvalidArgumentError("the indices are a scalar; their last axis must hold index tuples");
  const std::int64_t depth = indices.shape.back();
  if (batch_dims < 0 || batch_dims >= rank)
    throw InvalidArgumentError(std::to_string(batch_dims) + " batch axes of indices of shape " +
                               to_string(indices.shape) + ", which have " + std::to_string(rank - 1) +
                               " axes before the last");
  if (depth + batch_dims > shape.rank())
    throw InvalidArgumentError("the last axis of the indices " + to_string(indices.shape) + " has " +
                               std::to_string(depth) + " numbers, more than shape " + to_string(shape) +
                               " has axes to index");
  for (int i = 0; i < batch_dims; ++i)
    if (shape[i] != indices.shape[i])
      throw InvalidArgumentError("batch axis " + std::to_string(i) + " differs between shape " + to_string(shape) +
                                 " and indices " + to_string(indices.shape));
  const int indexed = batch_dims + static_cast<int>(depth);
  Chosen chosen{
      {}, product_of(shape, 0, indexed), product_of(shape, indexed, shape.rank()), indices.shape.sub(0, rank - 1)};
  for (int i = indexed; i < shape.rank(); ++i) chosen.shape.push_back(shape[i]);
  const std::int64_t count = product_of(indices.shape, 0, rank - 1);
  chosen.places = uninitialized(int64, {count});
  const std::int64_t invalid =
      kernels::flat_places(indices.dtype, indices.data, count, static_cast<int>(depth), shape.begin() + batch_dims,
                           std::max<std::int64_t>(1, product_of(indices.shape, batch_dims, rank - 1)),
                           static_cast<std::int64_t*>(mutable_data(chosen.places)));
  if (invalid >= 0) throw_outside(indices, invalid, 0, batch_dims + static_cast<int>(invalid % depth), shape);
  return chosen;
}

Tensor true_places(const Tensor& mask) {
  const TensorImpl& flags = checked(mask);
  if (flags.dtype != boolean) throw InvalidArgumentError("the mask is " + text_of(flags.dtype) + "; it must be bool");
  const bool* flag = static_cast<const bool*>(flags.data);
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < flags.count; ++i) count += flag[i];
  Tensor places = uninitialized(int64, {count});
  auto* place = static_cast<std::int64_t*>(mutable_data(places));
  for (std::int64_t i = 0; i < flags.count; ++i)
    if (flag[i]) *place++ = i;
  return places;
}

}  // namespace gradtape::detail
