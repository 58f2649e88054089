#include <algorithm>
#include <memory>

#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/normalization.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "kernels/normalization.h"
#include "ops/checks.h"
#include "ops/neural_gradients.h"
#include "ops/normalization_parts.h"
#include "ops/shared_sums.h"

// Batch normalisation: by the last axis of x, whose other axes count as the rows of a matrix.

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

kernels::Normalization matrix(const TensorImpl& x) {
  return {x.dtype, product_of(x.shape, 0, x.shape.rank() - 1), x.shape.back()};
}
Shape matrix_shape(const Tensor& x) {
  const kernels::Normalization shape = matrix(*impl_of(x));
  return {shape.rows, shape.columns};
}

/// moments: (2, channels), the mean and the variance of x.
Tensor batch_gradient(double epsilon, const Tensor& moments, const Sums& sums, const Tensor& dy, const Tensor& x,
                      const Tensor& scale);
/// The gradients of scale and offset, (2, channels): sums where batch_gradient has left them there.
Tensor batch_sums(double epsilon, const Tensor& moments, const Sums& sums, const Tensor& dy, const Tensor& x);

Tensor moments_of(const TensorImpl& x) {
  const kernels::Normalization shape = matrix(x);
  const Tensor moments = uninitialized(x.dtype, {2, shape.columns});
  char* mean = static_cast<char*>(mutable_data(moments));
  kernels::column_moments(shape, x.data, mean, mean + static_cast<std::size_t>(shape.columns) * size_of(x.dtype));
  return moments;
}

struct Moments {
  const char *mean, *variance;
  explicit Moments(const Tensor& moments) {
    const TensorImpl& both = *impl_of(moments);
    mean = static_cast<const char*>(both.data);
    variance = mean + static_cast<std::size_t>(both.shape[1]) * size_of(both.dtype);
  }
};

struct BatchNormTraining {
  static constexpr std::string_view name = "fused_batch_norm";
  double epsilon;
  mutable Tensor moments;  // by forward

  Shape infer(const Inputs& x) const {
    const Shape& shape = x.shape(0);
    check_floating(x.dtype(0));
    for (int i = 1; i < 3; ++i)
      if (x.shape(i) != Shape{shape.back()})
        throw InvalidArgumentError(std::string(i == 1 ? "a scale" : "an offset") + " of shape " +
                                   to_string(x.shape(i)) + " for " + std::to_string(shape.back()) +
                                   " channels, the last axis of x " + to_string(shape));
    return shape;
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& input = *impl_of(x[0]);
    moments = moments_of(input);
    const Moments of(moments);
    kernels::normalize_columns(matrix(input), input.data, impl_of(x[1])->data, impl_of(x[2])->data, of.mean,
                               of.variance, epsilon, impl_of(y)->data);
  }
  auto gradient(Dy dy, X<0> x, X<1> scale) const {
    const Sums sums = std::make_shared<SharedSums>();
    const auto sum = [=, this](int which) { return batch_sums(epsilon, moments, sums, dy, x)[which]; };
    return partials([=, this] { return batch_gradient(epsilon, moments, sums, dy, x, scale); },
                    [=] { return sum(0); }, [=] { return sum(1); });
  }
  static std::vector<Sample> samples() {
    const auto call = [](std::string_view data_format) {
      return [data_format](const Values& x) {
        return fused_batch_norm(x[0], x[1], x[2], {.epsilon = 0.1, .data_format = data_format}).y;
      };
    };
    const auto values = [](const Shape& shape, std::int64_t channels) {
      return Values{sample_values(shape, -2, 2), sample_values({channels}, 0.5, 2), sample_values({channels}, -1, 1)};
    };
    return {{call("NHWC"), values({2, 2, 1, 3}, 3)},
            {call("NCHW"), values({2, 3, 2, 1}, 3)},
            {call("NDHWC"), values({2, 1, 2, 1, 2}, 2)},
            {call("N...C"), values({4, 3}, 3)},
            {call("NC..."), values({3, 2, 2}, 2)},
            {call("N...C"), values({1, 3}, 3)},
            {call("N...C"), values({0, 3}, 3)},
            {[](const Values& x) {
               return fused_batch_norm(x[0], x[1], x[2],
                                       {.mean = constant({0.1, -0.2}, float64),
                                        .variance = constant({0.5, 2.0}, float64),
                                        .data_format = "N...C",
                                        .is_training = false})
                   .y;
             },
             values({3, 2}, 2)}};
  }
};

struct BatchNormGradient {
  static constexpr std::string_view name = "batch_norm_gradient";
  double epsilon;
  Tensor moments;
  Sums sums;

  Shape infer(const Inputs& x) const { return x.shape(1); }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& input = *impl_of(x[1]);
    const Moments of(moments);
    void* room = sums->make(x[0], {2, input.shape.back()});
    kernels::normalize_columns_gradient(matrix(input), impl_of(x[0])->data, input.data, impl_of(x[2])->data, of.mean,
                                        of.variance, epsilon, impl_of(y)->data, room);
  }
  auto gradient(Dy u, X<0, 1, 2> dy, X<1> x, X<2, 0, 1> scale) const {
    const auto flat = [=](const Tensor& t) { return reshape(t, matrix_shape(x)); };
    const auto normalized = [=, this] { return NormalizedMatrix(flat(x), 0, epsilon, true); };
    return partials(
        [=] { return reshape(normalization_gradient_dy(normalized(), flat(u), scale), x->shape()); },
        [=] { return reshape(normalization_gradient_x(normalized(), flat(u), flat(dy), scale), x->shape()); },
        [=] { return normalization_gradient_scale(normalized(), flat(u), flat(dy)); });
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) {
               return batch_gradient(0.1, moments_of(*impl_of(x[1])), std::make_shared<SharedSums>(), x[0], x[1],
                                     x[2]);
             },
             {sample_values({2, 2, 3}, -2, 2), sample_values({2, 2, 3}, -1.5, 2), sample_values({3}, 0.5, 2)}}};
  }
};

struct BatchNormSums {
  static constexpr std::string_view name = "batch_norm_sums";
  double epsilon;
  Tensor moments;
  Sums sums;

  Tensor compute(const Inputs& x) const {
    const TensorImpl& input = *impl_of(x[1]);
    const std::int64_t channels = input.shape.back();
    if (!sums->are_of(x[0])) {
      void* room = sums->make(x[0], {2, channels});
      const Moments of(moments);
      const Tensor dx = uninitialized(input.dtype, input.shape), scale = ones({channels}, input.dtype);
      kernels::normalize_columns_gradient(matrix(input), impl_of(x[0])->data, input.data, impl_of(scale)->data,
                                          of.mean, of.variance, epsilon, impl_of(dx)->data, room);
    }
    return view(sums->sums, {2, channels});
  }
  auto gradient(Dy u, X<0, 1> dy, X<1> x) const {
    const auto normalized = [=, this] { return NormalizedMatrix(reshape(x, matrix_shape(x)), 0, epsilon, true); };
    return partials(
        [=] { return reshape(normalization_sums_dy(normalized(), u), x->shape()); },
        [=] { return reshape(normalization_sums_x(normalized(), u, reshape(dy, matrix_shape(x))), x->shape()); });
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) {
               return batch_sums(0.1, moments_of(*impl_of(x[1])), std::make_shared<SharedSums>(), x[0], x[1]);
             },
             {sample_values({2, 2, 3}, -2, 2), sample_values({2, 2, 3}, -1.5, 2)}}};
  }
};

Tensor batch_gradient(double epsilon, const Tensor& moments, const Sums& sums, const Tensor& dy, const Tensor& x,
                      const Tensor& scale) {
  return record(BatchNormGradient{epsilon, moments, sums}, {dy, x, scale}, {});
}
Tensor batch_sums(double epsilon, const Tensor& moments, const Sums& sums, const Tensor& dy, const Tensor& x) {
  return record(BatchNormSums{epsilon, moments, sums}, {dy, x}, {});
}

std::vector<Sample> batch_normalization_samples() {
  const auto call = [](const Values& x) { return batch_normalization(x[0], x[1], x[2], x[3], x[4], 0.1); };
  return {{call,
           {sample_values({3, 2}, -2, 2), sample_values({2}, -1, 1), sample_values({2}, 0.5, 2),
            sample_values({2}, -1, 1), sample_values({2}, 0.5, 2)}},
          {call,
           {sample_values({2, 1, 3}, -2, 2), sample_values({1, 1, 3}, -1, 1), sample_values({3}, 0.5, 2),
            sample_values({2, 1, 1}, -1, 1), sample_values({3}, 0.5, 2)}},
          {[](const Values& x) { return batch_normalization(x[0], x[1], x[2], {}, {}, 0.1); },
           {sample_values({3, 2}, -2, 2), sample_values({}, -1, 1), sample_values({}, 0.5, 2)}},
          {call,
           {sample_values({0, 2}, -2, 2), sample_values({2}, -1, 1), sample_values({2}, 0.5, 2),
            sample_values({2}, -1, 1), sample_values({2}, 0.5, 2)}}};
}

struct Layout {
  bool channels_first = false;
  Axes there = Axes::none();

  Layout(const Tensor& x, std::string_view data_format) : channels_first(is_channels_first(data_format)) {
    const Shape& shape = described(x).shape;
    const int rank = shape.rank();
    const bool any_rank = data_format.find("...") != std::string_view::npos;
    if (rank < 2 || (!any_rank && rank != static_cast<int>(data_format.size())))
      throw InvalidArgumentError("x of shape " + to_string(shape) + " is not " + std::string(data_format) +
                                 "; it needs " + (any_rank ? "at least 2" : std::to_string(data_format.size())) +
                                 " axes");
    there.push_back(0);
    for (int i = 2; i < rank; ++i) there.push_back(i);
    there.push_back(1);
  }
};

/// (1 - share) * old + share * now
Tensor blend(const Tensor& old, const Tensor& now, double share) {
  if (share == 1 || !old) return now;
  return (1 - share) * stop_gradient(old) + share * now;
}

}  // namespace

std::vector<OpRow> batch_normalization_ops() {
  return {row<BatchNormTraining>("neural"), row<BatchNormGradient>("neural"), row<BatchNormSums>("neural"),
          composite("batch_normalization", "neural", batch_normalization_samples)};
}

}  // namespace detail

using namespace detail;

Tensor batch_normalization(const Tensor& x, const Tensor& mean, const Tensor& variance, const Tensor& offset,
                           const Tensor& scale, double variance_epsilon, Where where) {
  in_function("batch_normalization", where, [&] {
    const TensorImpl& input = described(x);
    check_floating(input.dtype);
    if (!mean) throw_empty(mean);
    if (!variance) throw_empty(variance);
    for (const Tensor& other : {mean, variance, offset, scale}) {
      if (!other) continue;
      if (other.dtype() != input.dtype) throw_different_dtypes(input.dtype, other.dtype());
      if (!broadcasts_to(other.shape(), input.shape))
        throw InvalidArgumentError("x of shape " + to_string(input.shape) +
                                   " cannot be normalised with a tensor of shape " + to_string(other.shape()));
    }
  });
  const Operand spread(variance, where.file, where.line);
  Tensor factor = rsqrt(add(spread, variance_epsilon), where);
  if (scale) factor = multiply(factor, Operand(scale, where.file, where.line));
  const Tensor shift = multiply(Operand(mean, where.file, where.line), factor);
  return add(multiply(Operand(x, where.file, where.line), factor),
             offset ? subtract(Operand(offset, where.file, where.line), shift) : negative(shift, where));
}

FusedBatchNorm fused_batch_norm(const Tensor& x, const Tensor& scale, const Tensor& offset,
                                const FusedBatchNormOptions& options, Where where) {
  const Layout layout = in_function(BatchNormTraining::name, where, [&] {
    if (!options.is_training && (!options.mean || !options.variance))
      throw InvalidArgumentError("without is_training a mean and a variance are needed");
    return Layout(x, options.data_format);
  });
  const Tensor input = layout.channels_first ? transpose(x, layout.there, where) : x;
  const std::int64_t channels = input.shape().back();
  const Tensor factor = scale ? scale : ones({channels}, x.dtype());
  const Tensor shift = offset ? offset : zeros({channels}, x.dtype());
  const double epsilon = std::max(options.epsilon, 1.001e-5);  // TensorFlow's least
  FusedBatchNorm result;
  if (options.is_training) {
    const BatchNormTraining op{epsilon, {}};
    result.y = record(op, {input, factor, shift}, where);
    const std::int64_t count = input.num_elements() / std::max<std::int64_t>(1, channels);
    const double unbiased = count > 1 ? static_cast<double>(count) / static_cast<double>(count - 1) : 1;
    result.batch_mean = blend(options.mean, op.moments[0], options.exponential_avg_factor);
    result.batch_var = blend(options.variance, op.moments[1] * unbiased, options.exponential_avg_factor);
  } else {
    result.batch_mean = stop_gradient(options.mean, where);
    result.batch_var = stop_gradient(options.variance, where);
    result.y = batch_normalization(input, result.batch_mean, result.batch_var, shift, factor, epsilon, where);
  }
  if (layout.channels_first) result.y = transpose(result.y, inverse_permutation(layout.there), where);
  return result;
}

}  // namespace gradtape
