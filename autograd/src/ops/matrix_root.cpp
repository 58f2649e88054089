#include "gradtape/autograd/ops/linalg.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "kernels/lapack.h"
#include "ops/linear_algebra_families.h"
#include "ops/matrices.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

struct SquareRoot {
  static constexpr std::string_view name = "sqrtm";
  Shape infer(const Inputs& x) const {
    check_square_matrices(x[0]);
    return x.shape(0);
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& a = *impl_of(x[0]);
    check_success(kernels::square_root(a.dtype, matrix_count(a.shape), a.shape.back(), a.data, impl_of(y)->data),
                  a.shape, "the Schur decomposition was not successful.");
  }
  auto gradient(Dy dy, Y y) const {
    // y dy + dy y = da is a system for the n^2 elements of dy: matrix[(i, j), (k, l)] = y[i, k] [j = l] + [i = k]
    // y[l, j].
    return partials([=] {
      const Shape batch = batch_of(y->shape());
      const std::int64_t n = y->shape().back();
      const auto spread = [&](const Tensor& x, const Shape& last, bool batched) {
        Shape shape = batched ? batch : Shape();
        for (std::int64_t length : last) shape.push_back(length);
        return reshape(x, shape);
      };
      const Tensor one = identity_like(y);
      const Tensor left = spread(y, {n, 1, n, 1}, true) * spread(one, {1, n, 1, n}, false);
      const Tensor right = spread(one, {n, 1, n, 1}, false) * spread(transposed(y), {1, n, 1, n}, true);
      const Tensor system = spread(left + right, {n * n, n * n}, true);
      const Tensor da = linalg::solve(system, spread(dy, {n * n, 1}, true), {.adjoint = true});
      return reshape(da, y->shape());
    });
  }
  static std::vector<Sample> samples() {
    std::vector<Sample> samples;
    for (const Shape& shape : {Shape{3, 3}, Shape{1, 1}, Shape{2, 1, 2, 2}, Shape{2, 0, 0}})
      samples.push_back({[](const Values& x) { return linalg::sqrtm(x[0]); }, {sample_matrices(shape)}});
    return samples;
  }
};

}  // namespace

std::vector<OpRow> matrix_root_ops() { return {row<SquareRoot>("linear algebra")}; }

}  // namespace detail

Tensor linalg::sqrtm(const Tensor& input, Where where) {
  return detail::record(detail::SquareRoot{}, {input}, where);
}

}  // namespace gradtape
