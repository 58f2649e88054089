#pragma once
// Indices, as the ops that gather and scatter take them.

#include "gradtape/autograd/where.h"
#include "ops/checks.h"
#include "ops/composite.h"

namespace gradtape::detail {

/// Indices as the kernels take them: int32 and int64 as they are, another integer dtype as int64. Throws
/// InvalidArgumentError for any other dtype.
class IndexTensor {
 public:
  explicit IndexTensor(const Tensor& indices);
  IndexTensor(const IndexTensor&) = delete;
  IndexTensor& operator=(const IndexTensor&) = delete;
  operator const Tensor&() const { return *tensor_; }
  operator TensorRef() const { return *tensor_; }
  const Tensor& operator*() const { return *tensor_; }

 private:
  Tensor converted_;
  const Tensor* tensor_;
};

/// "index 7 at (1, 1) of the indices is outside [0, 3), axis 0 of shape (3, 2)".
[[noreturn]] void throw_outside(const TensorImpl& indices, std::int64_t place, std::int64_t low, int axis,
                                const Shape& shape);
/// Throws OutOfRangeError unless all indices lie in [0, shape[axis]).
void check_indices(const TensorImpl& indices, int axis, const Shape& shape);

/// What tuples of indices, the last axis of `indices`, choose in a tensor of `shape`.
struct Chosen {
  Tensor places;             // int64, (count,): in the tensor viewed (rows, inner)
  std::int64_t rows, inner;  //
  Shape shape;               // of what is chosen: indices.shape[:-1] + the axes behind those that are indexed
};
/// Throws OutOfRangeError for an index outside its axis, InvalidArgumentError for shapes that do not fit.
Chosen chosen_by(const Tensor& indices, const Shape& shape, int batch_dims = 0);

/// Zeros of `params_shape`, to which the parts of dy are added at their indices: the gradient of gather.
Tensor gather_gradient(const Tensor& dy, const Tensor& indices, int axis, int batch_dims, const Shape& params_shape);

/// int64 places of the elements of a mask that are true, in their order.
Tensor true_places(const Tensor& mask);

}  // namespace gradtape::detail
