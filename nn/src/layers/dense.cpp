#include "gradtape/nn/dense.h"

#include "gradtape/autograd/error.h"
#include "gradtape/autograd/ops/linear_algebra.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/neural.h"

namespace gradtape::nn {

Dense::Dense(std::int64_t units, DenseOptions options) : OptionsLayer(std::move(options)), units_(units) {
  if (units < 1) throw InvalidArgumentError("Dense needs at least one unit, got " + std::to_string(units));
  kernel_ = add_weight("kernel", {.initializer = options_.kernel_initializer});
  if (options_.use_bias) bias_ = add_weight("bias", {.initializer = options_.bias_initializer});
}

void Dense::build(const Shape& input) {
  if (input.rank() < 2 || input.back() < 1)
    throw InvalidArgumentError("expected inputs of at least two axes, (batch, ..., features), got the shape " +
                               to_string(input) + (input.rank() == 1 ? "; expand_dims(x, -1) adds an axis" : ""));
  kernel_.build({input.back(), units_});
  if (bias_) bias_.build({units_});
}

Tensors Dense::call(const Tensors& inputs, bool) {
  const Tensor& x = inputs;
  const std::int64_t features = kernel_.shape()[0];
  if (x.rank() < 2 || x.shape().back() != features)
    throw InvalidArgumentError("expected inputs whose last axis has length " + std::to_string(features) +
                               ", as when the layer was built, got the shape " + to_string(x.shape()));
  Tensor y = matmul(x.dtype() == dtype() ? x : cast(x, dtype()), kernel_);
  if (bias_) y = bias_add(y, bias_);
  return options_.activation(y);
}

void Dense::describe(OptionVisitor& visit) {
  visit("units", units_);
  options_.describe(visit);
}

}  // namespace gradtape::nn
