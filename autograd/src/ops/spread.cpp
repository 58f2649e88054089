// Reductions of a function of the elements: logsumexp, variance, deviation, norm.
#include <cmath>

#include "gradtape/autograd/name_scope.h"
#include "gradtape/autograd/ops/math.h"
#include "kernels/dispatch.h"
#include "kernels/elementwise.h"
#include "kernels/reduce.h"
#include "ops/checks.h"
#include "ops/op.h"
#include "ops/reduction_attributes.h"
#include "ops/reduction_families.h"

namespace gradtape {
namespace detail {
namespace {

using kernels::Reduction;

struct FloatingReduction : ReductionAttributes {
  Shape infer(const Inputs& x) const {
    check_floating(x.dtype(0));
    return result_shape(x.shape(0));
  }
};

/// The elements less the value of each group, or its square, in fresh memory.
Tensor combined(kernels::Binary function, const TensorImpl& x, const TensorImpl& group) {
  Tensor result = uninitialized(x.dtype, x.shape);
  kernels::binary(function, x.dtype, x.data, x.shape, group.data, group.shape, impl_of(result)->data, x.shape);
  return result;
}

struct ReduceLogsumexp : FloatingReduction {
  static constexpr std::string_view name = "reduce_logsumexp";

  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &input = *impl_of(x[0]), &result = *impl_of(y);
    const Tensor peak = uninitialized(input.dtype, shape_with_all_axes(input.shape));
    void* peaks = impl_of(peak)->data;
    kernels::reduce(Reduction::max, input.dtype, input.data, input.shape, mask(input.shape), peaks);
    kernels::with_floating_type(input.dtype, [&](auto zero) {
      auto* value = static_cast<decltype(zero)*>(peaks);
      for (std::int64_t i = 0; i < result.count; ++i)
        if (!std::isfinite(value[i])) value[i] = 0;
    });
    const Tensor lowered = combined(kernels::Binary::subtract, input, *impl_of(peak));
    void* elements = impl_of(lowered)->data;
    kernels::unary(kernels::Unary::exp, input.dtype, elements, elements, input.count);
    kernels::reduce(Reduction::sum, input.dtype, elements, input.shape, mask(input.shape), result.data);
    kernels::unary(kernels::Unary::log, input.dtype, result.data, result.data, result.count);
    kernels::binary(kernels::Binary::add, input.dtype, result.data, peaks, result.data, result.count);
  }
  auto gradient(Dy dy, X<0> x, Y y) const {
    return partials([=, this] { return with_all_axes(dy, x->shape()) * exp(x - with_all_axes(y, x->shape())); });
  }
  static auto samples() { return reduction_samples(reduce_logsumexp, -2, 2); }
};

struct ReduceVariance : FloatingReduction {
  static constexpr std::string_view name = "reduce_variance";

  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& input = *impl_of(x[0]);
    const Tensor mean = uninitialized(input.dtype, shape_with_all_axes(input.shape));
    kernels::reduce(Reduction::mean, input.dtype, input.data, input.shape, mask(input.shape), impl_of(mean)->data);
    const Tensor squares = combined(kernels::Binary::squared_difference, input, *impl_of(mean));
    kernels::reduce(Reduction::mean, input.dtype, impl_of(squares)->data, input.shape, mask(input.shape),
                    impl_of(y)->data);
  }
  auto gradient(Dy dy, X<0> x) const {
    return partials([=, this]() -> Tensor {
      const Shape& shape = x->shape();
      if (shape.num_elements() == 0) return x;
      const Tensor scale = with_all_axes(dy, shape) * (2. / static_cast<double>(count(shape)));
      return scale * (x - reduce_mean(x, axis, {.keepdims = true}));
    });
  }
  static auto samples() { return reduction_samples(reduce_variance, -2, 2); }
};

struct ReduceEuclideanNorm : ReductionAttributes {
  static constexpr std::string_view name = "reduce_euclidean_norm";

  Shape infer(const Inputs& x) const {
    check_number(x.dtype(0));
    return result_shape(x.shape(0));
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &input = *impl_of(x[0]), &result = *impl_of(y);
    if (is_floating(input.dtype)) return norm(input, result.data, result.count);
    const Tensor real = uninitialized(float64, input.shape), norms = uninitialized(float64, result.shape);
    kernels::cast(input.dtype, input.data, float64, impl_of(real)->data, input.count);
    norm(*impl_of(real), impl_of(norms)->data, result.count);
    kernels::cast(float64, impl_of(norms)->data, result.dtype, result.data, result.count);
  }
  auto gradient(Dy dy, X<0> x, Y y) const {
    return partials([=, this] { return with_all_axes(dy, x->shape()) * (x / with_all_axes(y, x->shape())); });
  }
  static auto samples() {
    // Away from 0, where the norm of one element has its kink.
    return reduction_samples(reduce_euclidean_norm, 0.5, 2);
  }

 private:
  void norm(const TensorImpl& x, void* norms, std::int64_t count) const {
    kernels::reduce(Reduction::square_sum, x.dtype, x.data, x.shape, mask(x.shape), norms);
    kernels::unary(kernels::Unary::sqrt, x.dtype, norms, norms, count);
  }
};

std::vector<Sample> deviation_samples() {
  // Not over one element: the root of a variance of 0 has no gradient.
  std::vector<Sample> samples;
  for (const auto& [shape, axis] : {std::pair<Shape, Axes>{{5}, {}}, {{3, 4}, 0}, {{2, 3, 2}, {0, -1}}, {{0, 3}, 1}})
    for (const bool keepdims : {false, true})
      samples.push_back({[axis = axis, keepdims](const std::vector<Tensor>& x) {
                           return reduce_std(x[0], axis, {.keepdims = keepdims});
                         },
                         {sample_values(shape, -2, 2)}});
  return samples;
}

}  // namespace

std::vector<OpRow> spread_ops() {
  return {row<ReduceLogsumexp>("reduction"), row<ReduceVariance>("reduction"), row<ReduceEuclideanNorm>("reduction"),
          composite("reduce_std", "reduction", deviation_samples)};
}

}  // namespace detail

using namespace detail;

Tensor reduce_logsumexp(const Tensor& input, const Axes& axis, ReduceOptions options, Where where) {
  return record(ReduceLogsumexp{{{axis, options.keepdims}}}, {input}, where);
}
Tensor reduce_variance(const Tensor& input, const Axes& axis, ReduceOptions options, Where where) {
  return record(ReduceVariance{{{axis, options.keepdims}}}, {input}, where);
}
Tensor reduce_std(const Tensor& input, const Axes& axis, ReduceOptions options, Where where) {
  const NameScope scope("reduce_std", where);
  return sqrt(reduce_variance(input, axis, options));
}
Tensor reduce_euclidean_norm(const Tensor& input, const Axes& axis, ReduceOptions options, Where where) {
  return record(ReduceEuclideanNorm{{axis, options.keepdims}}, {input}, where);
}

}  // namespace gradtape
