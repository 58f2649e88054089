// The expected texts are str(array) of NumPy 1.24, which tf.Tensor's text is made of.
#include <doctest/doctest.h>

#include <limits>
#include <sstream>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;

namespace {
constexpr float inf = std::numeric_limits<float>::infinity(), not_a_number = std::numeric_limits<float>::quiet_NaN();
}

TEST_CASE("printing: scalars") {
  CHECK(to_string(constant(1.5f)) == "tf.Tensor(1.5, shape=(), dtype=float32)");
  CHECK(to_string(constant(2)) == "tf.Tensor(2, shape=(), dtype=int32)");
  CHECK(to_string(constant(true)) == "tf.Tensor(True, shape=(), dtype=bool)");
  CHECK(to_string(constant(0.1, float64)) == "tf.Tensor(0.1, shape=(), dtype=float64)");
  CHECK(to_string(constant(0.1f)) == "tf.Tensor(0.1, shape=(), dtype=float32)");
  CHECK(to_string(constant(3.0f)) == "tf.Tensor(3.0, shape=(), dtype=float32)");
  CHECK(to_string(constant(1e-5f)) == "tf.Tensor(1e-05, shape=(), dtype=float32)");
  CHECK(to_string(constant(1e-4, float64)) == "tf.Tensor(0.0001, shape=(), dtype=float64)");
  CHECK(to_string(constant(1e15, float64)) == "tf.Tensor(1000000000000000.0, shape=(), dtype=float64)");
  CHECK(to_string(constant(1e16, float64)) == "tf.Tensor(1e+16, shape=(), dtype=float64)");
  CHECK(to_string(constant(1e20f)) == "tf.Tensor(1e+20, shape=(), dtype=float32)");
  CHECK(to_string(constant(-0.f)) == "tf.Tensor(-0.0, shape=(), dtype=float32)");
  CHECK(to_string(constant(123456789012.f)) == "tf.Tensor(123456790000.0, shape=(), dtype=float32)");
  CHECK(to_string(constant(std::numeric_limits<float>::infinity())) == "tf.Tensor(inf, shape=(), dtype=float32)");
  CHECK(to_string(constant(255, uint8)) == "tf.Tensor(255, shape=(), dtype=uint8)");
  CHECK(to_string(constant(-5, int64)) == "tf.Tensor(-5, shape=(), dtype=int64)");
}

TEST_CASE("printing: vectors") {
  CHECK(to_string(constant({1.f, 2.f, 3.f})) == "tf.Tensor([1. 2. 3.], shape=(3,), dtype=float32)");
  CHECK(to_string(constant({0.1f, 0.25f, 3.f})) == "tf.Tensor([0.1  0.25 3.  ], shape=(3,), dtype=float32)");
  CHECK(to_string(constant({1, -20, 300})) == "tf.Tensor([  1 -20 300], shape=(3,), dtype=int32)");
  CHECK(to_string(constant({true, false, true})) == "tf.Tensor([ True False  True], shape=(3,), dtype=bool)");
  CHECK(to_string(constant({true, true})) == "tf.Tensor([ True  True], shape=(2,), dtype=bool)");
  CHECK(to_string(constant({1.0, 0.333333333333333333, 2e-3}, float64)) ==
        "tf.Tensor([1.         0.33333333 0.002     ], shape=(3,), dtype=float64)");
  CHECK(to_string(constant({-1.5f, 2.f})) == "tf.Tensor([-1.5  2. ], shape=(2,), dtype=float32)");
  CHECK(to_string(constant({7}, uint8)) == "tf.Tensor([7], shape=(1,), dtype=uint8)");
  CHECK(to_string(zeros({0})) == "tf.Tensor([], shape=(0,), dtype=float32)");
  CHECK(to_string(zeros({0, 3})) == "tf.Tensor([], shape=(0, 3), dtype=float32)");
  CHECK(to_string(zeros({3, 0})) == "tf.Tensor([], shape=(3, 0), dtype=float32)");
}

TEST_CASE("printing: matrices and more") {
  CHECK(to_string(constant({{1.f, 2.f}, {3.f, 4.f}})) == R"(tf.Tensor(
[[1. 2.]
 [3. 4.]], shape=(2, 2), dtype=float32))");
  CHECK(to_string(counting<std::int32_t>({2, 2, 3})) == R"(tf.Tensor(
[[[ 0  1  2]
  [ 3  4  5]]

 [[ 6  7  8]
  [ 9 10 11]]], shape=(2, 2, 3), dtype=int32))");
  CHECK(to_string(counting<float>({1, 2, 1, 2})) == R"(tf.Tensor(
[[[[0. 1.]]

  [[2. 3.]]]], shape=(1, 2, 1, 2), dtype=float32))");
  CHECK(to_string(constant({{true, false}})) == "tf.Tensor([[ True False]], shape=(1, 2), dtype=bool)");
  CHECK(to_string(counting<std::int64_t>({2, 1})) == R"(tf.Tensor(
[[0]
 [1]], shape=(2, 1), dtype=int64))");
}

TEST_CASE("printing: NaN and infinity") {
  CHECK(to_string(constant(std::vector<float>{1, not_a_number, -inf})) ==
        "tf.Tensor([  1.  nan -inf], shape=(3,), dtype=float32)");
  CHECK(to_string(constant(std::vector<double>{not_a_number, not_a_number})) ==
        "tf.Tensor([nan nan], shape=(2,), dtype=float64)");
  CHECK(to_string(constant(std::vector<double>{inf, 0.5})) == "tf.Tensor([inf 0.5], shape=(2,), dtype=float64)");
  CHECK(to_string(constant(std::vector<float>{1e-10f, not_a_number, 1})) ==
        "tf.Tensor([1.e-10    nan 1.e+00], shape=(3,), dtype=float32)");
}

TEST_CASE("printing: scientific notation") {
  CHECK(to_string(constant({1e-5f, 1.f})) == "tf.Tensor([1.e-05 1.e+00], shape=(2,), dtype=float32)");
  CHECK(to_string(constant({1e8f})) == "tf.Tensor([1.e+08], shape=(1,), dtype=float32)");
  CHECK(to_string(constant({99999992.f})) == "tf.Tensor([99999992.], shape=(1,), dtype=float32)");
  CHECK(to_string(constant({0.0001f})) == "tf.Tensor([1.e-04], shape=(1,), dtype=float32)");
  CHECK(to_string(constant({0.0001}, float64)) == "tf.Tensor([0.0001], shape=(1,), dtype=float64)");
  CHECK(to_string(constant({1.f, 1000.f})) == "tf.Tensor([   1. 1000.], shape=(2,), dtype=float32)");
  CHECK(to_string(constant({1.f, 1001.f})) == "tf.Tensor([1.000e+00 1.001e+03], shape=(2,), dtype=float32)");
  CHECK(to_string(constant({1e100, 1.5}, float64)) == "tf.Tensor([1.0e+100 1.5e+000], shape=(2,), dtype=float64)");
  CHECK(to_string(constant({5.811181e-8f, 2.5e-3f})) ==
        "tf.Tensor([5.811181e-08 2.500000e-03], shape=(2,), dtype=float32)");
  CHECK(to_string(constant({-1e-9, 123456.789}, float64)) ==
        "tf.Tensor([-1.00000000e-09  1.23456789e+05], shape=(2,), dtype=float64)");
}

TEST_CASE("printing: eight digits after the point") {
  CHECK(to_string(constant({0.123456789, 1.0 / 3}, float64)) ==
        "tf.Tensor([0.12345679 0.33333333], shape=(2,), dtype=float64)");
  CHECK(to_string(constant({2.0 / 3, 0.5}, float64)) ==
        "tf.Tensor([0.66666667 0.5       ], shape=(2,), dtype=float64)");
  CHECK(to_string(constant({0.7f, 0.12345678f})) == "tf.Tensor([0.7        0.12345678], shape=(2,), dtype=float32)");
}

TEST_CASE("printing: rows wrap at 75 characters") {
  CHECK(to_string(counting<float>({30})) == R"(tf.Tensor(
[ 0.  1.  2.  3.  4.  5.  6.  7.  8.  9. 10. 11. 12. 13. 14. 15. 16. 17.
 18. 19. 20. 21. 22. 23. 24. 25. 26. 27. 28. 29.], shape=(30,), dtype=float32))");
  CHECK(to_string(counting<std::int32_t>({2, 26})) == R"(tf.Tensor(
[[ 0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23
  24 25]
 [26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49
  50 51]], shape=(2, 26), dtype=int32))");
  CHECK(to_string(counting<double>({12}) / 8.0) ==
        "tf.Tensor([0.    0.125 0.25  0.375 0.5   0.625 0.75  0.875 1.    1.125 1.25  1.375], shape=(12,), "
        "dtype=float64)");
  CHECK(to_string(counting<float>({2, 1, 25}) / 4.f) == R"(tf.Tensor(
[[[ 0.    0.25  0.5   0.75  1.    1.25  1.5   1.75  2.    2.25  2.5
    2.75  3.    3.25  3.5   3.75  4.    4.25  4.5   4.75  5.    5.25
    5.5   5.75  6.  ]]

 [[ 6.25  6.5   6.75  7.    7.25  7.5   7.75  8.    8.25  8.5   8.75
    9.    9.25  9.5   9.75 10.   10.25 10.5  10.75 11.   11.25 11.5
   11.75 12.   12.25]]], shape=(2, 1, 25), dtype=float32))");
  CHECK(to_string(counting<float>({24}) * counting<float>({24}) / 8.f) == R"(tf.Tensor(
[ 0.     0.125  0.5    1.125  2.     3.125  4.5    6.125  8.    10.125
 12.5   15.125 18.    21.125 24.5   28.125 32.    36.125 40.5   45.125
 50.    55.125 60.5   66.125], shape=(24,), dtype=float32))");
}

TEST_CASE("printing: more than 1,000 elements are summarised") {
  CHECK(to_string(counting<float>({1000}).slice({0}, {3})) == "tf.Tensor([0. 1. 2.], shape=(3,), dtype=float32)");
  CHECK(to_string(counting<std::int32_t>({1001})) ==
        "tf.Tensor([   0    1    2 ...  998  999 1000], shape=(1001,), dtype=int32)");
  CHECK(to_string(counting<float>({40, 30})) == R"(tf.Tensor(
[[0.000e+00 1.000e+00 2.000e+00 ... 2.700e+01 2.800e+01 2.900e+01]
 [3.000e+01 3.100e+01 3.200e+01 ... 5.700e+01 5.800e+01 5.900e+01]
 [6.000e+01 6.100e+01 6.200e+01 ... 8.700e+01 8.800e+01 8.900e+01]
 ...
 [1.110e+03 1.111e+03 1.112e+03 ... 1.137e+03 1.138e+03 1.139e+03]
 [1.140e+03 1.141e+03 1.142e+03 ... 1.167e+03 1.168e+03 1.169e+03]
 [1.170e+03 1.171e+03 1.172e+03 ... 1.197e+03 1.198e+03 1.199e+03]], shape=(40, 30), dtype=float32))");
  CHECK(to_string(counting<float>({8, 2, 90})) == R"(tf.Tensor(
[[[0.000e+00 1.000e+00 2.000e+00 ... 8.700e+01 8.800e+01 8.900e+01]
  [9.000e+01 9.100e+01 9.200e+01 ... 1.770e+02 1.780e+02 1.790e+02]]

 [[1.800e+02 1.810e+02 1.820e+02 ... 2.670e+02 2.680e+02 2.690e+02]
  [2.700e+02 2.710e+02 2.720e+02 ... 3.570e+02 3.580e+02 3.590e+02]]

 [[3.600e+02 3.610e+02 3.620e+02 ... 4.470e+02 4.480e+02 4.490e+02]
  [4.500e+02 4.510e+02 4.520e+02 ... 5.370e+02 5.380e+02 5.390e+02]]

 ...

 [[9.000e+02 9.010e+02 9.020e+02 ... 9.870e+02 9.880e+02 9.890e+02]
  [9.900e+02 9.910e+02 9.920e+02 ... 1.077e+03 1.078e+03 1.079e+03]]

 [[1.080e+03 1.081e+03 1.082e+03 ... 1.167e+03 1.168e+03 1.169e+03]
  [1.170e+03 1.171e+03 1.172e+03 ... 1.257e+03 1.258e+03 1.259e+03]]

 [[1.260e+03 1.261e+03 1.262e+03 ... 1.347e+03 1.348e+03 1.349e+03]
  [1.350e+03 1.351e+03 1.352e+03 ... 1.437e+03 1.438e+03 1.439e+03]]], shape=(8, 2, 90), dtype=float32))");
  CHECK(to_string(counting<std::int64_t>({400, 3})) == R"(tf.Tensor(
[[   0    1    2]
 [   3    4    5]
 [   6    7    8]
 ...
 [1191 1192 1193]
 [1194 1195 1196]
 [1197 1198 1199]], shape=(400, 3), dtype=int64))");
  CHECK(to_string(counting<double>({2, 600}) / 16.0) == R"(tf.Tensor(
[[0.00000e+00 6.25000e-02 1.25000e-01 ... 3.73125e+01 3.73750e+01
  3.74375e+01]
 [3.75000e+01 3.75625e+01 3.76250e+01 ... 7.48125e+01 7.48750e+01
  7.49375e+01]], shape=(2, 600), dtype=float64))");
}

TEST_CASE("printing: a stream takes the same text, an empty tensor too") {
  std::ostringstream out;
  out << constant({1, 2}) << Tensor();
  CHECK(out.str() == "tf.Tensor([1 2], shape=(2,), dtype=int32)tf.Tensor(None)");
  CHECK(values_to_string(constant({{1, 2}, {3, 4}})) == "[[1 2]\n [3 4]]");
}
