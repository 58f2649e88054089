#pragma once
// Special functions: tf.math. Floating-point dtypes; shapes of several arguments broadcast. Outside a function's
// domain the result is NaN.

#include "gradtape/autograd/operand.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

/// tf.math.erf, erfc: the error function and 1 minus it, accurate where that is tiny.
Tensor erf(const Tensor& x, Where where = Where::here());
Tensor erfc(const Tensor& x, Where where = Where::here());
/// tf.math.erfinv, erfcinv: their inverses; tf.math.ndtri: the inverse of the normal distribution function.
Tensor erfinv(const Tensor& x, Where where = Where::here());
Tensor erfcinv(const Tensor& x, Where where = Where::here());
Tensor ndtri(const Tensor& x, Where where = Where::here());

/// tf.math.lgamma: log |gamma(x)|; tf.math.digamma: its derivative.
Tensor lgamma(const Tensor& x, Where where = Where::here());
Tensor digamma(const Tensor& x, Where where = Where::here());
/// tf.math.polygamma: the a-th derivative of digamma, for whole a >= 0; differentiable in x.
Tensor polygamma(const Operand& a, const Operand& x);
/// tf.math.zeta, after Hurwitz: the sum of (q + k)^-x over k >= 0, for x > 1; differentiable in q.
Tensor zeta(const Operand& x, const Operand& q);
/// tf.math.lbeta: sum(lgamma(x)) - lgamma(sum(x)) over the last axis.
Tensor lbeta(const Tensor& x, Where where = Where::here());

/// tf.math.igamma, igammac: the regularized lower and upper incomplete gamma functions for a > 0, x >= 0. The
/// gradient with respect to a cannot be differentiated by a again.
Tensor igamma(const Operand& a, const Operand& x);
Tensor igammac(const Operand& a, const Operand& x);
/// tf.math.betainc: the regularized incomplete beta function for a, b > 0 and x in [0, 1]; differentiable in x.
Tensor betainc(const Operand& a, const Operand& b, const Operand& x);

/// tf.math.bessel_i0, i0e, i1, i1e: modified Bessel functions of order 0 and 1; with e, times exp(-|x|).
Tensor bessel_i0(const Tensor& x, Where where = Where::here());
Tensor bessel_i0e(const Tensor& x, Where where = Where::here());
Tensor bessel_i1(const Tensor& x, Where where = Where::here());
Tensor bessel_i1e(const Tensor& x, Where where = Where::here());

}  // namespace gradtape
