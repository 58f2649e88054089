#pragma once
// Special functions of float64, by scalar code, and loops over them; float32 is computed in float64. Outside a
// function's domain the value is NaN.

#include <cstdint>

#include "gradtape/autograd/dtype.h"
#include "gradtape/autograd/shape.h"

namespace gradtape::kernels {

double log_gamma(double x);  // log |gamma(x)|
double digamma(double x);
/// The Hurwitz zeta function: the sum of (q + k)^-s over k >= 0, s > 1.
double zeta(double s, double q);
/// The n-th derivative of digamma, for whole n >= 0.
double polygamma(double n, double x);

double inverse_erf(double x);
/// The inverse of the normal distribution function.
double normal_quantile(double p);

/// Modified Bessel functions, those with e times exp(-|x|).
double bessel_i0(double x);
double bessel_i0e(double x);
double bessel_i1(double x);
double bessel_i1e(double x);

/// The regularized incomplete gamma functions: lower, upper, and the lower one's derivative by a.
double lower_gamma(double a, double x);
double upper_gamma(double a, double x);
double lower_gamma_by_a(double a, double x);
/// The regularized incomplete beta function.
double incomplete_beta(double a, double b, double x);

/// y = f of one, two or three operands, broadcast; floating dtypes.
void apply(double (*f)(double), DType dtype, const void* x, void* y, std::int64_t n);
void apply(double (*f)(double, double), DType dtype, const void* a, const Shape& a_shape, const void* b,
           const Shape& b_shape, void* y, const Shape& y_shape);
void apply(double (*f)(double, double, double), DType dtype, const void* a, const Shape& a_shape, const void* b,
           const Shape& b_shape, const void* c, const Shape& c_shape, void* y, const Shape& y_shape);

}  // namespace gradtape::kernels
