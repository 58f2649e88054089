#include "gradtape/nn/flatten.h"

#include "gradtape/autograd/error.h"
#include "gradtape/autograd/ops/shape_ops.h"

namespace gradtape::nn {

Flatten::Flatten(FlattenOptions options) : OptionsLayer(std::move(options)) {}

Tensors Flatten::call(const Tensors& inputs, bool) {
  const Tensor& x = inputs;
  const Shape& shape = x.shape();
  if (shape.rank() < 1) throw InvalidArgumentError("expected inputs with a batch axis, got a scalar");
  if (shape.rank() == 2) return x;
  return reshape(x, {shape[0], shape.sub(1, shape.rank()).num_elements()});
}

}  // namespace gradtape::nn
