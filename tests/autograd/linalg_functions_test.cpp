// Figures without another source are NumPy's or SciPy's.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"
#include "gradtape/autograd/gradcheck.h"

using namespace gradtape;

namespace {

using Doubles = std::vector<double>;
constexpr double infinity = std::numeric_limits<double>::infinity();

bool near(const Tensor& x, const Doubles& expected, double tolerance = 1e-12) {
  const Doubles all = values<double>(cast(x, float64));
  if (all.size() != expected.size()) return false;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (!(std::abs(all[i] - expected[i]) <= tolerance * (1 + std::abs(expected[i])))) return false;
  return true;
}

template <class F>
std::string message_of(F f) {
  try {
    f();
  } catch (const InvalidArgumentError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

Tensor gradient_at(const Tensor& x, Tensor (*f)(const Tensor&)) {
  GradientTape tape;
  tape.watch(x);
  return tape.gradient(f(x), x);
}

const Tensor& matrix() {
  static const Tensor a = constant({{1.0, -2.0, 3.0}, {-4.0, 5.0, -6.0}}, float64);
  return a;
}

}  // namespace

TEST_CASE("norm: of all elements, as one vector") {
  CHECK(near(norm(matrix()), {std::sqrt(91.0)}));
  CHECK(near(norm(matrix(), "euclidean"), {std::sqrt(91.0)}));
  CHECK(near(norm(matrix(), 1), {21}));
  CHECK(near(norm(matrix(), 2), {std::sqrt(91.0)}));
  CHECK(near(norm(matrix(), 3), {7.611662611020244}));
  CHECK(near(norm(matrix(), infinity), {6}));
  CHECK(norm(matrix(), 2, {}, {.keepdims = true}).shape() == Shape{1, 1});
}

TEST_CASE("norm: along one axis of vectors") {
  CHECK(near(norm(matrix(), "euclidean", 0), {std::sqrt(17.0), std::sqrt(29.0), std::sqrt(45.0)}));
  CHECK(near(norm(matrix(), 1, -1), {6, 15}));
  CHECK(near(norm(matrix(), infinity, 1), {3, 6}));
  CHECK(near(norm(matrix(), 0.5, 0), {9, 7 + 2 * std::sqrt(10.0), 9 + 2 * std::sqrt(18.0)}));
  CHECK(norm(matrix(), 1, -1, {.keepdims = true}).shape() == Shape{2, 1});
}

TEST_CASE("norm: along two axes of matrices") {
  CHECK(near(norm(matrix(), "fro", {0, 1}), {std::sqrt(91.0)}));
  CHECK(near(norm(matrix(), "euclidean", {0, 1}), {std::sqrt(91.0)}));
  CHECK(near(norm(matrix(), 1, {0, 1}), {9}));
  CHECK(near(norm(matrix(), 1, {1, 0}), {15}));
  CHECK(near(norm(matrix(), infinity, {-2, -1}), {15}));
  CHECK(near(norm(matrix(), 2, {0, 1}), {9.508032000695724}));
  const Tensor batch = stack({matrix(), 2 * matrix()}, 2);
  CHECK(near(norm(batch, 2, {0, 1}), {9.508032000695724, 2 * 9.508032000695724}));
  CHECK(norm(batch, 2, {1, 0}, {.keepdims = true}).shape() == Shape{1, 1, 2});
  CHECK(near(linalg::norm(batch, 1, {0, 1}), {9, 18}));
}

TEST_CASE("norm: gradients at 0 are TensorFlow's") {
  const Tensor zero = zeros({2}, float64);
  // The square root's slope is infinite there, times the 0 of the squares.
  for (const double x : values<double>(gradient_at(zero, [](const Tensor& v) { return norm(v); })))
    CHECK(std::isnan(x));
  CHECK(near(gradient_at(zero, [](const Tensor& v) { return norm(v, 1); }), {0, 0}));
  CHECK(near(gradient_at(zero, [](const Tensor& v) { return norm(v, infinity); }), {0, 0}));
  // Equal magnitudes share the gradient of the largest.
  const Tensor tie = constant({3.0, -3.0, 1.0}, float64);
  CHECK(near(gradient_at(tie, [](const Tensor& v) { return norm(v, infinity); }), {0.5, -0.5, 0}));
}

TEST_CASE("norm: orders and axes that do not exist are refused") {
  CHECK(message_of([] { norm(matrix(), "nuclear"); }).find("[norm] knows no order \"nuclear\"") == 0);
  CHECK(message_of([] { norm(matrix(), "fro"); }).find("is of matrices: name two axes") != std::string::npos);
  CHECK(message_of([] { norm(matrix(), 3, {0, 1}); }).find("not 3") != std::string::npos);
  CHECK(message_of([] { norm(matrix(), -1.5); }).find("orders above 0, not -1.5") != std::string::npos);
  CHECK_THROWS_AS(norm(matrix(), 0), InvalidArgumentError);
  CHECK_THROWS_AS(norm(matrix(), std::nan("")), InvalidArgumentError);
  CHECK_THROWS_AS(norm(matrix(), -infinity, {0, 1}), InvalidArgumentError);
  CHECK_THROWS_AS(norm(matrix(), 1, 2), InvalidArgumentError);
  CHECK_THROWS_AS(norm(matrix(), 1, {0, 0}), InvalidArgumentError);
  CHECK_THROWS_AS(norm(zeros({1, 1, 1}), 1, {0, 1, 2}), InvalidArgumentError);
  CHECK_THROWS_AS(norm(zeros({2}, int32)), InvalidArgumentError);
  CHECK_THROWS_AS(norm(Tensor()), FailedPreconditionError);
}

TEST_CASE("normalize: the tensor over its norm, and the norm with its axes") {
  const auto [unit, length] = linalg::normalize(constant({{3.0, 4.0}, {6.0, 8.0}}, float64), "euclidean", 1);
  CHECK(near(unit, {0.6, 0.8, 0.6, 0.8}));
  CHECK(near(length, {5, 10}));
  CHECK(length.shape() == Shape{2, 1});
}

TEST_CASE("trace: the sum of the diagonal, of other matrices than square ones too") {
  CHECK(near(trace(matrix()), {6}));
  CHECK(values<std::int64_t>(linalg::trace(counting<std::int64_t>({2, 2, 2}))) == std::vector<std::int64_t>{3, 11});
  // What stands off the diagonal does not matter.
  CHECK(near(trace(constant({{1.0, std::nan("")}, {infinity, 2.0}}, float64)), {3}));
  CHECK_THROWS_AS(trace(zeros({3})), InvalidArgumentError);
}

TEST_CASE("matvec: a matrix times a vector, in batches, transposed") {
  const Tensor a = counting<double>({2, 3});
  CHECK(near(matvec(a, constant({1.0, 2.0, 3.0}, float64)), {8, 26}));
  CHECK(near(matvec(a, constant({1.0, 2.0}, float64), {.transpose_a = true}), {6, 9, 12}));
  CHECK(near(linalg::matvec(a, constant({1.0, 2.0}, float64), {.adjoint_a = true}), {6, 9, 12}));
  CHECK(matvec(zeros({4, 1, 2, 3}), zeros({5, 3})).shape() == Shape{4, 5, 2});
  CHECK(message_of([] {
          matvec(zeros({2, 3}), zeros({2}));
        }).find("[matvec] (2, 3) x (2,): inner dimensions 3 and 2") == 0);
  CHECK_THROWS_AS(matvec(zeros({3}), zeros({3})), InvalidArgumentError);
  CHECK_THROWS_AS(matvec(zeros({3, 3}), zeros({})), InvalidArgumentError);
}

TEST_CASE("matmul: the adjoint of a real matrix is its transpose") {
  const Tensor a = counting<double>({2, 3});
  CHECK(near(matmul(a, a, {.adjoint_b = true}), values<double>(matmul(a, a, {.transpose_b = true}))));
  CHECK(near(matmul(a, a, {.adjoint_a = true}), values<double>(matmul(a, a, {.transpose_a = true}))));
  CHECK(message_of([&] {
          matmul(a, a, {.transpose_a = true, .adjoint_a = true});
        }).find("[matmul] an operand is to") == 0);
  CHECK(message_of([&] { matmul(a, zeros({3}, float64)); }).find("matvec or tensordot multiply vectors") !=
        std::string::npos);
}

TEST_CASE("matrix_transpose and adjoint exchange the last two axes") {
  const Tensor x = counting<std::int32_t>({2, 1, 3});
  CHECK(linalg::matrix_transpose(x).shape() == Shape{2, 3, 1});
  CHECK(values<std::int32_t>(linalg::adjoint(constant({{1, 2}, {3, 4}}))) == std::vector<std::int32_t>{1, 3, 2, 4});
  CHECK(message_of([] { linalg::matrix_transpose(zeros({3})); }).find("[matrix_transpose] matrices are needed") == 0);
  CHECK_THROWS_AS(linalg::adjoint(zeros({})), InvalidArgumentError);
}

TEST_CASE("cross: perpendicular to both") {
  CHECK(values<std::int32_t>(linalg::cross(constant({1, 2, 3}), constant({4, 5, 6}))) ==
        std::vector<std::int32_t>{-3, 6, -3});
  const Tensor a = random::normal({4, 3}, {.dtype = float64, .seed = 1});
  const Tensor b = random::normal({4, 3}, {.dtype = float64, .seed = 2});
  CHECK(near(reduce_sum(a * linalg::cross(a, b), -1), {0, 0, 0, 0}));
  CHECK_THROWS_AS(linalg::cross(zeros({2}), zeros({2})), InvalidArgumentError);
  CHECK_THROWS_AS(linalg::cross(zeros({2, 3}), zeros({3})), InvalidArgumentError);
  CHECK_THROWS_AS(linalg::cross(zeros({}), zeros({})), InvalidArgumentError);
}

TEST_CASE("matrix_power: whole powers, of which negative ones are the inverse's") {
  const Tensor fibonacci = constant({{1.0, 1.0}, {1.0, 0.0}}, float64);
  CHECK(near(linalg::matrix_power(fibonacci, 10), {89, 55, 55, 34}));
  CHECK(near(linalg::matrix_power(fibonacci, 0), {1, 0, 0, 1}));
  CHECK(near(linalg::matrix_power(fibonacci, -2), {1, -1, -1, 2}));
  CHECK(linalg::matrix_power(zeros({3, 2, 2}), 0).shape() == Shape{3, 2, 2});
  CHECK_THROWS_AS(linalg::matrix_power(zeros({2, 2}), -1), InvalidArgumentError);
}

TEST_CASE("expm: known exponentials, small and large") {
  CHECK(near(linalg::expm(constant({{1.0, 2.0}, {3.0, 4.0}}, float64)),
             {51.96895619870499, 74.73656456700321, 112.10484685050481, 164.07380304920983}));
  // A rotation by 9 radians.
  CHECK(near(linalg::expm(constant({{0.0, -9.0}, {9.0, 0.0}}, float64)),
             {std::cos(9.0), -std::sin(9.0), std::sin(9.0), std::cos(9.0)}));
  // 1 + x for a nilpotent matrix, however large.
  CHECK(near(linalg::expm(constant({{0.0, 1e6}, {0.0, 0.0}}, float64)), {1, 1e6, 0, 1}));
  CHECK(near(linalg::expm(zeros({2, 2})), {1, 0, 0, 1}));
  CHECK(near(linalg::expm(constant({{-50.0}}, float64)), {std::exp(-50.0)}));
  CHECK(near(linalg::expm(constant({{3.f}})), {std::exp(3.0)}, 1e-6));
}

TEST_CASE("expm: a matrix's result does not depend on the others in the batch") {
  const Tensor small = constant({{0.1, 0.2}, {-0.3, 0.1}}, float64), large = 100 * small;
  const Tensor both = linalg::expm(stack({small, large}));
  CHECK(values<double>(both[0]) == values<double>(linalg::expm(small)));
  CHECK(values<double>(both[1]) == values<double>(linalg::expm(large)));
}

TEST_CASE("sqrtm: squared it is the matrix, and NaN where no real root is principal") {
  CHECK(near(linalg::sqrtm(constant({{7.0, 10.0}, {15.0, 22.0}}, float64)),
             {1.5666989036012806, 1.7407765595569787, 2.6111648393354674, 4.177863742936748}));
  CHECK(near(linalg::sqrtm(constant({{4.0, 0.0}, {0.0, 9.0}}, float64)), {2, 0, 0, 3}));
  // A quarter turn from a half turn's neighbour: complex eigenvalues, a real root.
  const double c = std::cos(2.0), s = std::sin(2.0);
  CHECK(near(linalg::sqrtm(constant({{c, -s}, {s, c}}, float64)),
             {std::cos(1.0), -std::sin(1.0), std::sin(1.0), std::cos(1.0)}));
  const Tensor x = random::normal({3, 5, 5}, {.seed = 4}) + 8 * eye(5);
  const Tensor root = linalg::sqrtm(x);
  CHECK(near(matmul(root, root), values<double>(cast(x, float64)), 1e-5));
  CHECK(std::isnan(linalg::sqrtm(constant({{-1.f}})).item<float>()));
  CHECK(near(linalg::sqrtm(zeros({2, 2})), {0, 0, 0, 0}));
  CHECK_THROWS_AS(linalg::sqrtm(zeros({2, 3})), InvalidArgumentError);
}

TEST_CASE("lu_solve, lu_matrix_inverse, lu_reconstruct: what was factored") {
  const Tensor a = random::normal({2, 4, 4}, {.dtype = float64, .seed = 5});
  const Tensor b = random::normal({2, 4, 3}, {.dtype = float64, .seed = 6});
  const auto [packed, perm] = linalg::lu(a);
  CHECK(near(linalg::lu_reconstruct(packed, perm), values<double>(a)));
  CHECK(near(matmul(a, linalg::lu_solve(packed, perm, b)), values<double>(b)));
  CHECK(near(linalg::lu_matrix_inverse(packed, perm), values<double>(linalg::inv(a)), 1e-10));
  CHECK_THROWS_AS(linalg::lu_solve(packed, perm[0], b), InvalidArgumentError);
  CHECK_THROWS_AS(linalg::lu_solve(packed, cast(perm, float64), b), InvalidArgumentError);
  CHECK_THROWS_AS(linalg::lu_solve(packed, perm, zeros({2, 3, 3}, float64)), InvalidArgumentError);
}

TEST_CASE("tridiagonal systems: as the full matrix, with exchanges of rows") {
  // [[0, 1, 0], [2, 1, 3], [0, 4, 0.5]]: the first number of the diagonal is 0.
  const Tensor diagonals = constant({{1.0, 3.0, 99.0}, {0.0, 1.0, 0.5}, {99.0, 2.0, 4.0}}, float64);
  const Tensor full = constant({{0.0, 1.0, 0.0}, {2.0, 1.0, 3.0}, {0.0, 4.0, 0.5}}, float64);
  const Tensor b = constant({{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}}, float64);
  CHECK(near(linalg::tridiagonal_matmul(diagonals, b), values<double>(matmul(full, b))));
  CHECK(near(linalg::tridiagonal_solve(diagonals, b), values<double>(linalg::solve(full, b))));
  CHECK(near(linalg::tridiagonal_solve(diagonals, constant({1.0, 3.0, 5.0}, float64)), {-2, 1, 2}));
  CHECK(message_of([] {
          linalg::tridiagonal_solve(zeros({3, 2}), zeros({2, 1}));
        }).find("not invertible") != std::string::npos);
  CHECK_THROWS_AS(linalg::tridiagonal_solve(zeros({2, 3}), zeros({3, 1})), InvalidArgumentError);
  CHECK_THROWS_AS(linalg::tridiagonal_matmul(zeros({3, 3}), zeros({2, 1})), InvalidArgumentError);
  // A larger one, whose exchanges are many.
  const Tensor many = random::normal({3, 50}, {.dtype = float64, .seed = 7});
  const Tensor x = random::normal({50, 2}, {.dtype = float64, .seed = 8});
  CHECK(near(linalg::tridiagonal_solve(many, linalg::tridiagonal_matmul(many, x)), values<double>(x), 1e-9));
}
