#pragma once
// A Chebyshev series at t in [-1, 1], by Clenshaw's recurrence.

namespace gradtape::kernels {

template <int count>
double chebyshev(const double (&coefficients)[count], double t) {
  double b = 0, b_next = 0;
  for (int i = count - 1; i > 0; --i) {
    const double b_now = 2 * t * b - b_next + coefficients[i];
    b_next = b;
    b = b_now;
  }
  return t * b - b_next + coefficients[0];
}

}  // namespace gradtape::kernels
