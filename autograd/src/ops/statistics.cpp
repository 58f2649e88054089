#include "gradtape/autograd/ops/statistics.h"

#include "gradtape/autograd/name_scope.h"
#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/reduction.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "ops/checks.h"
#include "ops/composite.h"
#include "ops/reduction_families.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

void check_input(std::string_view name, const Tensor& x, const Axes& axes, Where where) {
  in_function(name, where, [&] {
    const TensorImpl& input = checked(x);
    check_floating(input.dtype);
    axes.mask(input.shape.rank());
  });
}

/// A tensor with the axes of `kept`, in the shape without them unless keepdims.
Tensor without_axes(const Tensor& kept, const Axes& axes, bool keepdims) {
  const Shape& shape = kept.shape();
  return keepdims ? kept : reshape(kept, reduced_shape(shape, axes.mask(shape.rank()), false));
}

/// The mean and the variance as one tensor, so that both are checked.
Tensor both(const Moments& m) { return concat({reshape(m.mean, {-1}), reshape(m.variance, {-1})}, 0); }

template <class F>
std::vector<Sample> over_shapes(const F& f) {
  std::vector<Sample> samples;
  for (const auto& [shape, axes] :
       {std::pair<Shape, Axes>{{5}, 0}, {{3, 4}, {0, 1}}, {{2, 3, 2}, {0, -1}}, {{2, 1, 3}, 1}, {{0, 3}, 1}})
    for (const bool keepdims : {false, true})
      samples.push_back({[f, axes = axes, keepdims](const Values& x) { return f(x[0], axes, keepdims); },
                         {sample_values(shape, -2, 2)}});
  return samples;
}

std::vector<Sample> moments_samples() {
  return over_shapes([](const Tensor& x, const Axes& axes, bool keepdims) {
    return both(moments(x, axes, {.keepdims = keepdims}));
  });
}

std::vector<Sample> weighted_moments_samples() {
  return {{[](const Values& x) { return both(weighted_moments(x[0], 0, x[1])); },
           {sample_values({4}, -2, 2), sample_values({4}, 0.5, 2)}},
          {[](const Values& x) {
             return both(weighted_moments(x[0], {0, -1}, x[1], {.keepdims = true}));
           },
           {sample_values({2, 3, 2}, -2, 2), sample_values({3, 1}, 0.5, 2)}},
          {[](const Values& x) { return both(weighted_moments(x[0], 1, x[1])); },
           {sample_values({2, 3}, -2, 2), sample_values({}, 0.5, 2)}}};
}

std::vector<Sample> sufficient_statistics_samples() {
  auto samples = over_shapes([](const Tensor& x, const Axes& axes, bool keepdims) {
    const SufficientStatistics s = sufficient_statistics(x, axes, {.keepdims = keepdims});
    return both({s.mean_ss, s.variance_ss});
  });
  samples.push_back({[](const Values& x) {
                       const SufficientStatistics s = sufficient_statistics(x[0], 0, {.shift = x[1]});
                       return both({s.mean_ss, s.variance_ss});
                     },
                     {sample_values({3, 2}, -2, 2), sample_values({2}, -1, 1)}});
  return samples;
}

std::vector<Sample> normalize_moments_samples() {
  return {{[](const Values& x) { return both(normalize_moments(constant(4, float64), x[0], x[1])); },
           {sample_values({3}, -2, 2), sample_values({3}, 4, 6)}},
          {[](const Values& x) { return both(normalize_moments(x[0], x[1], x[2], x[3])); },
           {sample_values({}, 2, 3), sample_values({2, 2}, -2, 2), sample_values({2, 2}, 4, 6),
            sample_values({2}, -1, 1)}}};
}

std::vector<Sample> l2_normalize_samples() {
  return {{[](const Values& x) { return l2_normalize(x[0]); }, {sample_values({2, 3}, -2, 2)}},
          {[](const Values& x) { return l2_normalize(x[0], -1); }, {sample_values({2, 3}, -2, 2)}},
          {[](const Values& x) {
             return l2_normalize(x[0], {0, 2}, 0.5);
           },
           {sample_values({2, 1, 3}, -2, 2)}},
          {[](const Values& x) { return l2_normalize(x[0], 0, 100); }, {sample_values({4}, -2, 2)}},
          {[](const Values& x) { return l2_normalize(x[0], 1); }, {sample_values({2, 0}, -2, 2)}},
          {[](const Values& x) { return l2_normalize(x[0], {}, 9); }, {sample_values({}, -2, 2)}}};
}

}  // namespace

std::vector<OpRow> statistics_ops() {
  return {composite("moments", "statistics", moments_samples),
          composite("weighted_moments", "statistics", weighted_moments_samples),
          composite("sufficient_statistics", "statistics", sufficient_statistics_samples),
          composite("normalize_moments", "statistics", normalize_moments_samples),
          composite("l2_normalize", "statistics", l2_normalize_samples)};
}

}  // namespace detail

using namespace detail;

Moments moments(const Tensor& x, const Axes& axes, const MomentsOptions& options, Where where) {
  check_input("moments", x, axes, where);
  const NameScope scope("moments", where);
  return {reduce_mean(x, axes, {.keepdims = options.keepdims}),
          reduce_variance(x, axes, {.keepdims = options.keepdims})};
}

Moments weighted_moments(const Tensor& x, const Axes& axes, const Tensor& frequency_weights,
                         WeightedMomentsOptions options, Where where) {
  check_input("weighted_moments", x, axes, where);
  in_function("weighted_moments", where, [&] {
    const Shape &shape = x.shape(), &weights = frequency_weights.shape();
    if (broadcast_shapes(shape, weights) != shape)
      throw InvalidArgumentError("weights of shape " + to_string(weights) + " do not broadcast to x of shape " +
                                 to_string(shape));
  });
  const NameScope scope("weighted_moments", where);
  constexpr ReduceOptions keepdims{.keepdims = true};
  const Tensor total = reduce_sum(frequency_weights + zeros_like(x), axes, keepdims);
  const Tensor mean = reduce_sum(frequency_weights * x, axes, keepdims) / total;
  const Tensor variance = reduce_sum(frequency_weights * squared_difference(x, mean), axes, keepdims) / total;
  return {without_axes(mean, axes, options.keepdims), without_axes(variance, axes, options.keepdims)};
}

SufficientStatistics sufficient_statistics(const Tensor& x, const Axes& axes, const MomentsOptions& options,
                                           Where where) {
  check_input("sufficient_statistics", x, axes, where);
  const NameScope scope("sufficient_statistics", where);
  double count = 1;
  const unsigned mask = axes.mask(x.rank());
  for (int i = 0; i < x.rank(); ++i)
    if (mask >> i & 1) count *= static_cast<double>(x.shape()[i]);
  const Tensor centred = options.shift ? x - options.shift : x;
  const ReduceOptions keepdims{.keepdims = options.keepdims};
  return {constant(count, x.dtype()), reduce_sum(centred, axes, keepdims),
          reduce_sum(square(centred), axes, keepdims), options.shift};
}

Moments normalize_moments(const Tensor& counts, const Tensor& mean_ss, const Tensor& variance_ss, const Tensor& shift,
                          Where where) {
  const NameScope scope("normalize_moments", where);
  const Tensor divisor = reciprocal(counts);
  const Tensor mean = mean_ss * divisor;
  return {shift ? mean + shift : mean, variance_ss * divisor - square(mean)};
}

Tensor l2_normalize(const Tensor& x, const Axes& axis, double epsilon, Where where) {
  check_input("l2_normalize", x, axis, where);
  const NameScope scope("l2_normalize", where);
  return x * rsqrt(maximum(reduce_sum(square(x), axis, {.keepdims = true}), epsilon));
}

}  // namespace gradtape
