#pragma once
// The second order of normalisation, made of public ops.
//
// Terms. A matrix x is normalised along `axis`: xhat = (x - m) * r, with m the mean (0 when not centred) and
// r = 1 / sqrt(variance + epsilon). The derivative of xhat is the symmetric linear map
//   P(z) = r * (z - mean(z) - xhat * mean(z * xhat)),      without mean(z) when not centred.
// With a scale s for each column and g = dy * s, the gradients of y = xhat * s + o are P(g), and for s and o the sums
// over the rows of dy * xhat and of dy.

#include "gradtape/autograd/tensor.h"

namespace gradtape::detail {

struct NormalizedMatrix {
  int axis;
  bool centred;
  Tensor factor;      // r
  Tensor normalized;  // xhat

  NormalizedMatrix(const Tensor& x, int axis, double epsilon, bool centred);
  Tensor mean(const Tensor& z) const;
  /// P(z)
  Tensor project(const Tensor& z) const;
  /// The gradient of the sum of u * P(g) with respect to x.
  Tensor bend(const Tensor& u, const Tensor& g) const;
};

/// The gradients of P(dy * scale), upstream being u: with respect to dy, x and scale. All are matrices but scale.
Tensor normalization_gradient_dy(const NormalizedMatrix& x, const Tensor& u, const Tensor& scale);
Tensor normalization_gradient_x(const NormalizedMatrix& x, const Tensor& u, const Tensor& dy, const Tensor& scale);
Tensor normalization_gradient_scale(const NormalizedMatrix& x, const Tensor& u, const Tensor& dy);
/// The gradients of the two sums over rows, upstream being (2, columns): with respect to dy and x.
Tensor normalization_sums_dy(const NormalizedMatrix& x, const Tensor& u);
Tensor normalization_sums_x(const NormalizedMatrix& x, const Tensor& u, const Tensor& dy);

}  // namespace gradtape::detail
