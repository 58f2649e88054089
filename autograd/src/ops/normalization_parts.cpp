#include "ops/normalization_parts.h"

#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/reduction.h"

namespace gradtape::detail {

NormalizedMatrix::NormalizedMatrix(const Tensor& x, int axis, double epsilon, bool centred)
    : axis(axis), centred(centred) {
  const Tensor deviation = centred ? x - mean(x) : x;
  factor = rsqrt(mean(square(deviation)) + epsilon);
  normalized = deviation * factor;
}

Tensor NormalizedMatrix::mean(const Tensor& z) const { return reduce_mean(z, axis, {.keepdims = true}); }

Tensor NormalizedMatrix::project(const Tensor& z) const {
  const Tensor along = normalized * mean(z * normalized);
  return factor * ((centred ? z - mean(z) : z) - along);
}

Tensor NormalizedMatrix::bend(const Tensor& u, const Tensor& g) const {
  const Tensor of_u = project(u), of_g = project(g);
  return negative(factor * (normalized * mean(u * of_g) + mean(g * normalized) * of_u + mean(u * normalized) * of_g));
}

Tensor normalization_gradient_dy(const NormalizedMatrix& x, const Tensor& u, const Tensor& scale) {
  return scale * x.project(u);
}
Tensor normalization_gradient_x(const NormalizedMatrix& x, const Tensor& u, const Tensor& dy, const Tensor& scale) {
  return x.bend(u, dy * scale);
}
Tensor normalization_gradient_scale(const NormalizedMatrix& x, const Tensor& u, const Tensor& dy) {
  return reduce_sum(dy * x.project(u), 0);
}
Tensor normalization_sums_dy(const NormalizedMatrix& x, const Tensor& u) { return u[0] * x.normalized + u[1]; }
Tensor normalization_sums_x(const NormalizedMatrix& x, const Tensor& u, const Tensor& dy) {
  return x.project(u[0] * dy);
}

}  // namespace gradtape::detail
