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
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

bool near(const Tensor& x, const Doubles& expected, double tolerance = 1e-12) {
  const Doubles all = values<double>(cast(x, float64));
  if (all.size() != expected.size()) return false;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double scale = 1 + std::abs(expected[i]);
    if (!(std::abs(all[i] - expected[i]) <= tolerance * scale) && all[i] != expected[i]) return false;
  }
  return true;
}
bool near(const Tensor& x, const Tensor& expected, double tolerance = 1e-12) {
  return x.shape() == expected.shape() && near(x, values<double>(cast(expected, float64)), tolerance);
}

Tensor some(const Shape& shape, std::uint64_t seed, DType dtype = float64) {
  return cast(random::normal(shape, {.dtype = float64, .seed = seed}), dtype);
}
/// Symmetric and positive definite.
Tensor definite(const Shape& shape, std::uint64_t seed, DType dtype = float64) {
  const Tensor x = some(shape, seed, dtype);
  return matmul(x, x, {.transpose_b = true}) + eye(shape.back(), dtype);
}
Tensor times_transposed(const Tensor& a, const Tensor& b) { return matmul(a, b, {.transpose_b = true}); }
Tensor identities(const Shape& batch, std::int64_t n, DType dtype) {
  Shape shape = batch;
  shape.push_back(n);
  shape.push_back(n);
  return broadcast_to(eye(n, dtype), shape);
}
double tolerance_of(DType dtype) { return dtype == float32 ? 2e-4 : 1e-11; }

template <class E, class F>
std::string message_of(F f) {
  try {
    f();
  } catch (const E& error) {
    return error.what();
  }
  return "nothing of this kind was thrown";
}

const Tensor& matrix() {
  static const Tensor a = constant({{4.0, 1.0, 2.0}, {3.0, 6.0, 1.0}, {2.0, 5.0, 9.0}}, float64);
  return a;
}
const Tensor& symmetric() {
  static const Tensor a = constant({{4.0, 1.0, 2.0}, {1.0, 6.0, 1.0}, {2.0, 1.0, 9.0}}, float64);
  return a;
}
const Tensor& singular() {
  static const Tensor a = constant({{1.0, 2.0}, {2.0, 4.0}}, float64);
  return a;
}
const Tensor& tall() {
  static const Tensor a = constant({{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}}, float64);
  return a;
}

}  // namespace

TEST_CASE("linalg: determinants and inverses of a known matrix") {
  CHECK(near(linalg::det(matrix()), {177}));
  CHECK(near(linalg::inv(matrix()) * 177, {49, 1, -11, -25, 32, 2, 3, -18, 21}));
  CHECK(near(linalg::inv(matrix(), {.adjoint = true}), transpose(linalg::inv(matrix()))));
  const auto [sign, log] = linalg::slogdet(negative(matrix()));
  CHECK(near(sign, {-1}));
  CHECK(near(log, {std::log(177.0)}));
  CHECK(near(linalg::logdet(symmetric()), {std::log(linalg::det(symmetric()).item<double>())}));
  CHECK(near(linalg::det(stack({matrix(), 2 * matrix()})), {177, 8 * 177}));
}

TEST_CASE("linalg: a determinant does not overflow on the way") {
  const Tensor large = constant({1e200, 1e200, 1e-300, 1e-100}, float64);
  CHECK(near(linalg::det(large * eye(4, float64)), {1}));
  const Tensor small = constant({1e-30f, 1e-30f, 1e30f, 1e30f});
  CHECK(near(linalg::det(small * eye(4)), {1}, 1e-5));
}

TEST_CASE("linalg: a singular matrix has the determinant 0, the sign 0 and the logarithm -inf") {
  CHECK(near(linalg::det(singular()), {0}));
  const auto [sign, log] = linalg::slogdet(singular());
  CHECK(near(sign, {0}));
  CHECK(near(log, {-infinity}));
}

TEST_CASE("linalg: the gradient of det is the cofactors, at a singular matrix too") {
  const auto gradient_of_det = [](const Tensor& a) {
    GradientTape tape;
    tape.watch(a);
    return tape.gradient(linalg::det(a), a);
  };
  CHECK(near(gradient_of_det(singular()), {4, -2, -2, 1}));
  // Of [[a, b, 0], [c, d, 0], [0, 0, 0]] only the last cofactor is not 0: ad - bc.
  const Tensor padded = constant({{1.0, 2.0, 0.0}, {3.0, 4.0, 0.0}, {0.0, 0.0, 0.0}}, float64);
  CHECK(near(gradient_of_det(padded), {0, 0, 0, 0, 0, 0, 0, 0, -2}));
  CHECK(near(gradient_of_det(zeros({3, 3}, float64)), Doubles(9, 0.0)));
  CHECK(near(gradient_of_det(zeros({1, 1}, float64)), {1}));
  const Tensor inside_batch = stack({singular(), eye(2, float64)});
  CHECK(near(gradient_of_det(inside_batch), {4, -2, -2, 1, 1, 0, 0, 1}));
  CHECK_FIRST_GRADIENTS([](const Tensor& a) { return linalg::det(a); }, inside_batch);
}

TEST_CASE("linalg: solutions of a known system") {
  const Tensor b = constant({{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}}, float64);
  CHECK(near(linalg::solve(matrix(), b), matmul(linalg::inv(matrix()), b)));
  CHECK(near(linalg::solve(matrix(), b), {-0.01694915254237289, 0.2033898305084746, 0.4576271186440678,
                                          0.5084745762711864, 0.3050847457627119, 0.33898305084745767}));
  CHECK(near(linalg::solve(matrix(), b, {.adjoint = true}),
             {-0.06214689265536725, 0.09039548022598866, 0.039548022598870074, 0.12429378531073455,
              0.5649717514124294, 0.6327683615819208}));
  // A zero in the first place needs an exchange of rows.
  CHECK(near(linalg::solve(constant({{0.0, 2.0}, {4.0, 1.0}}, float64), constant({{2.0}, {5.0}}, float64)), {1, 1}));
}

TEST_CASE("linalg: batches of systems broadcast") {
  const Tensor a = definite({2, 1, 3, 3}, 1), b = some({4, 3, 2}, 2);
  const Tensor x = linalg::solve(a, b);
  CHECK(x.shape() == Shape{2, 4, 3, 2});
  CHECK(near(matmul(a, x), broadcast_to(b, {2, 4, 3, 2})));
  const Tensor y = linalg::triangular_solve(a, b, {.lower = false});
  CHECK(y.shape() == Shape{2, 4, 3, 2});
  CHECK(linalg::cholesky_solve(linalg::cholesky(a), b).shape() == Shape{2, 4, 3, 2});
  CHECK(linalg::lstsq(a, b).shape() == Shape{2, 4, 3, 2});
}

TEST_CASE("linalg: triangular_solve reads one triangle, and may solve for the transpose") {
  const Tensor a = constant({{2.0, not_a_number}, {1.0, 4.0}}, float64), b = constant({{2.0}, {9.0}}, float64);
  CHECK(near(linalg::triangular_solve(a, b), {1, 2}));
  // [[2, 1], [0, 4]] x = (2, 9)
  CHECK(near(linalg::triangular_solve(a, b, {.adjoint = true}), {-0.125, 2.25}));
  const Tensor upper = constant({{2.0, 1.0}, {not_a_number, 4.0}}, float64);
  CHECK(near(linalg::triangular_solve(upper, b, {.lower = false}), {-0.125, 2.25}));
  CHECK(near(linalg::triangular_solve(upper, b, {.lower = false, .adjoint = true}), {1, 2}));
  // More columns than one task solves.
  const Tensor wide = some({2, 300}, 3);
  CHECK(near(matmul(constant({{2.0, 0.0}, {1.0, 4.0}}, float64), linalg::triangular_solve(a, wide)), wide));
}

TEST_CASE("linalg: cholesky of a known matrix, of which the lower triangle is read") {
  const Tensor a = constant({{4.0, not_a_number}, {2.0, 10.0}}, float64);
  CHECK(near(linalg::cholesky(a), {2, 0, 1, 3}));
  for (const DType dtype : {float32, float64}) {
    const Tensor x = definite({3, 2, 5, 5}, 4, dtype), l = linalg::cholesky(x);
    CHECK(near(times_transposed(l, l), x, tolerance_of(dtype)));
    CHECK(near(matmul(x, linalg::cholesky_solve(l, some({3, 2, 5, 1}, 5, dtype))), some({3, 2, 5, 1}, 5, dtype),
               tolerance_of(dtype)));
  }
}

TEST_CASE("linalg: the gradient of cholesky is symmetric, that of eigh lower triangular, as TensorFlow's") {
  const Tensor a = symmetric();
  GradientTape tape({.persistent = true});
  tape.watch(a);
  const Tensor y = reduce_sum(linalg::cholesky(a)), e = linalg::eigvalsh(a)[2];
  const Tensor dy = tape.gradient(y, a), de = tape.gradient(e, a);
  CHECK(near(dy, transpose(dy)));
  CHECK(dy[0][1].item<double>() != 0);
  CHECK(de[0][1].item<double>() == 0);
  CHECK(de[1][0].item<double>() != 0);
}

TEST_CASE("linalg: a decomposition gives back its matrix, for wide, tall, square and empty ones") {
  for (const DType dtype : {float32, float64})
    for (const Shape& shape : {Shape{3, 3}, Shape{5, 2}, Shape{2, 5}, Shape{2, 3, 4, 3}, Shape{1, 1},
                               Shape{2, 40, 30}, Shape{2, 0, 3}, Shape{2, 3, 0}, Shape{0, 2, 2}})
      for (const bool full : {false, true}) {
        INFO(to_string(shape) << " " << full);
        const Tensor a = some(shape, 6, dtype);
        const std::int64_t m = shape[-2], n = shape[-1], k = std::min(m, n);
        const Shape batch = shape.sub(0, shape.rank() - 2);
        const double tolerance = tolerance_of(dtype);

        const auto [q, r] = linalg::qr(a, {.full_matrices = full});
        CHECK(q.shape().back() == (full ? m : k));
        CHECK(near(matmul(q, r), a, tolerance));
        CHECK(near(matmul(q, q, {.transpose_a = true}), identities(batch, full ? m : k, dtype), tolerance));
        CHECK(near(linalg::matrix_rank(r), full_like(linalg::matrix_rank(a), k), tolerance));
        for (std::int64_t i = 0; i < r.shape()[-2] && r.num_elements() > 0; ++i)
          for (std::int64_t j = 0; j < std::min(i, n); ++j)
            CHECK(values<double>(cast(r, float64))[static_cast<std::size_t>(i * n + j)] == 0);

        const auto [s, u, v] = linalg::svd(a, {.full_matrices = full});
        CHECK(u.shape().back() == (full ? m : k));
        CHECK(v.shape().back() == (full ? n : k));
        CHECK(near(matmul(u, u, {.transpose_a = true}), identities(batch, full ? m : k, dtype), tolerance));
        CHECK(near(matmul(v, v, {.transpose_a = true}), identities(batch, full ? n : k, dtype), tolerance));
        if (!full) CHECK(near(times_transposed(u * expand_dims(s, -2), v), a, tolerance));
        const auto alone = linalg::svd(a, {.compute_uv = false});
        CHECK(near(alone.s, s, tolerance));
        CHECK_FALSE(alone.u);

        const auto [factors, p] = linalg::lu(a);
        CHECK(p.dtype() == int32);
        CHECK(p.shape().back() == m);
        if (shape.rank() == 2) {
          const Tensor rows = constant(std::vector<std::int64_t>{0, 1, 2, 3, 4});
          Doubles lower, upper;
          for (std::int64_t i = 0; i < m; ++i)
            for (std::int64_t j = 0; j < n; ++j) {
              const double x = values<double>(cast(factors, float64))[static_cast<std::size_t>(i * n + j)];
              if (j < k) lower.push_back(j < i ? x : j == i ? 1 : 0);
              if (i < k) upper.push_back(j >= i ? x : 0);
            }
          CHECK(near(matmul(constant(lower, {m, k}), constant(upper, {k, n})), gather(a, p), tolerance));
        }
      }
}

TEST_CASE("linalg: eigenvalues and singular values of known matrices") {
  const auto [e, v] = linalg::eigh(symmetric());
  CHECK(near(e, {3.1539726389411293, 5.743086499509673, 10.1029408615492}));
  CHECK(near(times_transposed(v * e, v), symmetric()));
  CHECK(near(linalg::eigvalsh(symmetric()), e));
  // Only the lower triangle counts.
  CHECK(near(linalg::eigvalsh(constant({{1.0, not_a_number}, {2.0, 1.0}}, float64)), {-1, 3}));
  CHECK(near(linalg::svd(tall()).s, {9.525518091565107, 0.5143005806586443}));
  const auto [q, r] = linalg::qr(tall());
  CHECK(near(abs(r), {5.916079783099616, 7.437357441610946, 0, 0.828078671210825}));
  const auto [lu, p] = linalg::lu(constant({{1.0, 2.0}, {3.0, 4.0}}, float64));
  CHECK(near(lu, {3, 4, 1.0 / 3, 2.0 / 3}));
  CHECK(values<std::int32_t>(p) == std::vector<std::int32_t>{1, 0});
  for (const DType dtype : {float32, float64}) {
    const Tensor x = definite({2, 2, 20, 20}, 7, dtype);
    const auto [e_all, v_all] = linalg::eigh(x);
    CHECK(near(times_transposed(v_all * expand_dims(e_all, -2), v_all), x, 10 * tolerance_of(dtype)));
  }
}

TEST_CASE("linalg: matrices without elements") {
  const Tensor none = zeros({2, 0, 0}, float64);
  CHECK(near(linalg::det(none), {1, 1}));
  CHECK(near(linalg::slogdet(none).sign, {1, 1}));
  CHECK(near(linalg::slogdet(none).log_abs_determinant, {0, 0}));
  CHECK(linalg::inv(none).shape() == Shape{2, 0, 0});
  CHECK(linalg::cholesky(none).shape() == Shape{2, 0, 0});
  CHECK(linalg::solve(none, zeros({2, 0, 3}, float64)).shape() == Shape{2, 0, 3});
  CHECK(linalg::eigh(none).e.shape() == Shape{2, 0});
  CHECK(linalg::expm(none).shape() == Shape{2, 0, 0});
  CHECK(linalg::pinv(zeros({2, 0, 3})).shape() == Shape{2, 3, 0});
  CHECK(near(linalg::matrix_rank(zeros({2, 0, 3})), {0, 0}));
  CHECK(near(linalg::qr(zeros({2, 0}), {.full_matrices = true}).q, {1, 0, 0, 1}));
}

TEST_CASE("linalg: least squares, with a regularizer, and of a matrix whose rank is not full") {
  const Tensor b = constant({{1.0}, {0.0}, {2.0}}, float64);
  CHECK(near(linalg::lstsq(tall(), b), {0, 0.25}));
  CHECK(near(linalg::lstsq(tall(), b, {.fast = false}), {0, 0.25}));
  CHECK(near(linalg::lstsq(tall(), b, {.l2_regularizer = 0.5}), {0.07885304659498114, 0.18637992831541292}));
  // Of all x with x0 + 2 x1 + 2 x2 = 9, the shortest.
  CHECK(near(linalg::lstsq(constant({{1.0, 2.0, 2.0}}, float64), constant({{9.0}}, float64)), {1, 2, 2}));
  // Both rows say x0 + 2 x1: the shortest with the mean of 1 and 3 / 2.
  CHECK(near(linalg::lstsq(singular(), constant({{2.0}, {4.0}}, float64), {.fast = false}), {0.4, 0.8}));
  CHECK(message_of<InvalidArgumentError>([&] {
          linalg::lstsq(zeros({3, 2}), zeros({3, 1}));
        }).find("[lstsq] the matrix (3, 2) is rank deficient or ill-conditioned; set fast = false") == 0);
  CHECK_THROWS_AS(linalg::lstsq(tall(), b, {.l2_regularizer = -1}), InvalidArgumentError);
  CHECK_THROWS_AS(linalg::lstsq(tall(), zeros({2, 1}, float64)), InvalidArgumentError);
}

TEST_CASE("linalg: pseudo-inverse and rank leave out singular values near 0") {
  CHECK(near(linalg::pinv(tall()) * 12, {-16, -4, 8, 13, 4, -5}, 1e-11));
  // The pseudo-inverse of x y^T is y x^T / (|x|^2 |y|^2).
  CHECK(near(linalg::pinv(singular()), {0.04, 0.08, 0.08, 0.16}));
  CHECK(near(linalg::pinv(zeros({2, 3})), Doubles(6, 0.0)));
  CHECK(near(linalg::matrix_rank(stack({singular(), eye(2, float64), zeros({2, 2}, float64)})), {1, 2, 0}));
  CHECK(near(linalg::matrix_rank(constant({{1.0, 0.0}, {0.0, 0.01}}, float64), {.tol = 0.1}), {1}));
  CHECK(near(linalg::pinv(constant({{1.0, 0.0}, {0.0, 0.01}}, float64), {.rcond = 0.1}), {1, 0, 0, 0}));
  CHECK(linalg::matrix_rank(singular()).dtype() == int32);
  CHECK_FIRST_GRADIENTS([](const Tensor& x) { return linalg::pinv(matmul(x, x, {.transpose_b = true})); },
                        some({3, 1}, 8));
}

TEST_CASE("linalg: a matrix without an inverse is an error that names it") {
  const Tensor batch = stack({eye(2, float64), singular()});
  CHECK(message_of<InvalidArgumentError>([&] {
          linalg::inv(singular());
        }).find("[inv] the input matrix is not invertible.") == 0);
  CHECK(message_of<InvalidArgumentError>([&] {
          linalg::inv(batch);
        }).find("not invertible. It is matrix (1,) of shape (2, 2, 2)") != std::string::npos);
  CHECK(message_of<InvalidArgumentError>([&] {
          linalg::solve(batch, zeros({2, 2, 1}, float64));
        }).find("[solve] the input matrix is not invertible. It is matrix (1,)") == 0);
  CHECK(message_of<InvalidArgumentError>([&] {
          linalg::triangular_solve(zeros({2, 2}), zeros({2, 1}));
        }).find("[triangular_solve] the input matrix is not invertible") == 0);
  CHECK(message_of<InvalidArgumentError>([&] {
          linalg::cholesky(stack({negative(eye(2)), eye(2)}));
        })
            .find("[cholesky] the decomposition was not successful. The input might not be valid: it must be "
                  "symmetric and positive definite. It is matrix (0,)") == 0);
}

TEST_CASE("linalg: NaN and infinity give NaN, or an error where LAPACK iterates") {
  for (const double bad : {not_a_number, infinity}) {
    for (const DType dtype : {float32, float64}) {
      const Tensor a = cast(constant({{bad, 1.0, 2.0}, {3.0, bad, 1.0}, {bad, 1.0, 1.0}}, float64), dtype);
      CHECK(std::isnan(linalg::det(a).item<double>()));
      CHECK(std::isnan(linalg::slogdet(a).log_abs_determinant.item<double>()));
      CHECK(std::isnan(linalg::inv(a)[0][0].item<double>()));
      CHECK(std::isnan(linalg::solve(a, ones({3, 1}, dtype))[0][0].item<double>()));
      CHECK(std::isnan(linalg::lu(a).lu[2][2].item<double>()));
      CHECK(std::isnan(linalg::expm(a)[0][0].item<double>()));
      CHECK_NOTHROW(linalg::qr(a));
      CHECK(message_of<InvalidArgumentError>([&] { linalg::svd(a); }).find("[svd] the decomposition was not") == 0);
      CHECK(message_of<InvalidArgumentError>([&] { linalg::eigh(a); }).find("[eigh] the decomposition was not") == 0);
      CHECK_THROWS_AS(linalg::eigvalsh(a), InvalidArgumentError);
      CHECK_THROWS_AS(linalg::matrix_rank(a), InvalidArgumentError);
    }
  }
}

TEST_CASE("linalg: what is no matrix, not square or not floating-point is refused") {
  using Function = Tensor (*)(const Tensor&);
  const Function square_only[] = {[](const Tensor& x) { return linalg::det(x); },
                                  [](const Tensor& x) { return linalg::slogdet(x).sign; },
                                  [](const Tensor& x) { return linalg::logdet(x); },
                                  [](const Tensor& x) { return linalg::inv(x); },
                                  [](const Tensor& x) { return linalg::cholesky(x); },
                                  [](const Tensor& x) { return linalg::eigh(x).v; },
                                  [](const Tensor& x) { return linalg::eigvalsh(x); },
                                  [](const Tensor& x) { return linalg::matrix_power(x, 2); },
                                  [](const Tensor& x) { return linalg::expm(x); },
                                  [](const Tensor& x) { return linalg::solve(x, x); },
                                  [](const Tensor& x) { return linalg::triangular_solve(x, x); }};
  const Function any_matrix[] = {[](const Tensor& x) { return linalg::qr(x).q; },
                                 [](const Tensor& x) { return linalg::svd(x).s; },
                                 [](const Tensor& x) { return linalg::svd(x, {.compute_uv = false}).s; },
                                 [](const Tensor& x) { return linalg::lu(x).lu; },
                                 [](const Tensor& x) { return linalg::pinv(x); },
                                 [](const Tensor& x) { return linalg::matrix_rank(x); },
                                 [](const Tensor& x) { return linalg::lstsq(x, x); }};
  const auto refuses = [](Function f, const Tensor& x) { CHECK_THROWS_AS(f(x), InvalidArgumentError); };
  for (const Function f : square_only) {
    refuses(f, zeros({2, 3}));
    CHECK(message_of<InvalidArgumentError>([&] {
            f(zeros({2, 3}));
          }).find("square matrices are needed") != std::string::npos);
  }
  const auto check_both = [&](Function f) {
    refuses(f, zeros({}));
    refuses(f, zeros({3}));
    refuses(f, zeros({2, 2}, int32));
    CHECK_THROWS_AS(f(Tensor()), FailedPreconditionError);
  };
  for (const Function f : square_only) check_both(f);
  for (const Function f : any_matrix) check_both(f);
  CHECK(message_of<InvalidArgumentError>([] { linalg::solve(eye(2), zeros({2})); }).find("expand_dims") !=
        std::string::npos);
  CHECK_THROWS_AS(linalg::solve(eye(2), zeros({3, 1})), InvalidArgumentError);
  CHECK_THROWS_AS(linalg::solve(zeros({2, 2, 2}), zeros({3, 2, 1})), InvalidArgumentError);
  CHECK_THROWS_AS(linalg::solve(eye(2), zeros({2, 1}, float64)), InvalidArgumentError);
}

TEST_CASE("linalg: a gradient that does not exist is an error that says why") {
  const auto gradient_of = [](const Tensor& x, auto f) {
    GradientTape tape;
    tape.watch(x);
    const Tensor y = f(x);
    return message_of<UnimplementedError>([&] { tape.gradient(y, x); });
  };
  const auto q = [](const Tensor& x) { return linalg::qr(x, {.full_matrices = true}).q; };
  CHECK(gradient_of(some({3, 2}, 1), q).find("full_matrices for more rows than columns, here (3, 2)") !=
        std::string::npos);
  const auto u = [](const Tensor& x) { return linalg::svd(x, {.full_matrices = true}).u; };
  CHECK(gradient_of(some({4, 2}, 1), u).find("full_matrices for lengths that differ by more than one") !=
        std::string::npos);
}

TEST_CASE("linalg: equal eigenvalues and singular values leave the gradient of functions of them finite") {
  const Tensor one = eye(3, float64);
  GradientTape tape({.persistent = true});
  tape.watch(one);
  const auto [e, v] = linalg::eigh(one);
  const auto [s, u, w] = linalg::svd(one);
  const Tensor back = times_transposed(v * e, v), also_back = times_transposed(u * s, w);
  // d sum(e) = trace; d(v diag(e) v^T) would be the identity, of which the degenerate part is lost, as in TensorFlow.
  CHECK(near(tape.gradient(reduce_sum(e), one), one));
  CHECK(near(tape.gradient(reduce_sum(s), one), one));
  for (const double x : values<double>(tape.gradient(back, one))) CHECK(std::isfinite(x));
  for (const double x : values<double>(tape.gradient(also_back, one))) CHECK(std::isfinite(x));
}

TEST_CASE("linalg: gradients of what two results make together") {
  CHECK_GRADIENTS(
      [](const Tensor& x) {
        const auto [s, u, v] = linalg::svd(x);
        return times_transposed(u * expand_dims(sqrt(s), -2), v);
      },
      some({2, 4, 3}, 9));
  CHECK_GRADIENTS(
      [](const Tensor& x) {
        const auto [q, r] = linalg::qr(x);
        return matmul(q, square(r));
      },
      some({3, 4}, 10));
  CHECK_GRADIENTS([](const Tensor& x) { return linalg::slogdet(x).log_abs_determinant; }, some({2, 3, 3}, 11));
}

TEST_CASE("linalg: large batches give the same bits for any number of threads") {
  const Tensor a = definite({500, 8, 8}, 12), b = some({500, 8, 3}, 13);
  const auto all = [&] {
    const auto [s, u, v] = linalg::svd(a);
    const auto [e, w] = linalg::eigh(a);
    return concat({reshape(linalg::inv(a), {-1}), reshape(linalg::solve(a, b), {-1}),
                   reshape(linalg::cholesky(a), {-1}), reshape(s, {-1}), reshape(u, {-1}), reshape(w, {-1}),
                   reshape(linalg::qr(a).r, {-1}), reshape(linalg::triangular_solve(a, b), {-1})},
                  0);
  };
  const int before = num_threads();
  set_num_threads(1);
  const Doubles one = values<double>(all());
  set_num_threads(4);
  const Doubles four = values<double>(all());
  set_num_threads(before);
  CHECK(one == four);
}
