#include <algorithm>

#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/normalization.h"
#include "kernels/dispatch.h"
#include "kernels/parallel.h"
#include "ops/checks.h"
#include "ops/neural_gradients.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

Tensor window_sum(const Tensor& x, int radius);

/// Along the last axis, the sum of the elements at most `radius` away. The map is symmetric: its own gradient.
struct WindowSum {
  static constexpr std::string_view name = "window_sum";
  int radius;

  Shape infer(const Inputs& x) const { return x.shape(0); }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &input = *impl_of(x[0]), &result = *impl_of(y);
    const std::int64_t columns = std::max<std::int64_t>(1, input.shape.back());
    const std::int64_t reach = std::min<std::int64_t>(radius, columns);
    kernels::with_floating_type(input.dtype, [&](auto zero) {
      using T = decltype(zero);
      const auto* from = static_cast<const T*>(input.data);
      auto* to = static_cast<T*>(result.data);
      const std::int64_t grain = std::max<std::int64_t>(1, kernels::costly_grain / columns);
      kernels::parallel_for(input.count / columns, grain, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t r = begin; r < end; ++r) {
          const T* row = from + r * columns;
          T* sums = to + r * columns;
          std::fill_n(sums, columns, T(0));
          for (std::int64_t shift = -reach; shift <= reach; ++shift) {
            const std::int64_t first = std::max<std::int64_t>(0, -shift),
                               last = columns - std::max<std::int64_t>(0, shift);
            for (std::int64_t c = first; c < last; ++c) sums[c] += row[c + shift];
          }
        }
      });
    });
  }
  auto gradient(Dy dy) const {
    return partials([=, this] { return window_sum(dy, radius); });
  }
  static std::vector<Sample> samples() {
    std::vector<Sample> samples;
    for (const int radius : {0, 1, 2, 9})
      samples.push_back(
          {[radius](const Values& x) { return window_sum(x[0], radius); }, {sample_values({2, 5}, -2, 2)}});
    return samples;
  }
};

Tensor window_sum(const Tensor& x, int radius) { return record(WindowSum{radius}, {x}, {}); }

std::vector<Sample> samples() {
  const auto call = [](const LocalResponseNormalizationOptions& options) {
    return [options](const Values& x) { return local_response_normalization(x[0], options); };
  };
  return {{call({}), {sample_values({1, 2, 1, 4}, -2, 2)}},
          {call({.depth_radius = 1, .bias = 2, .alpha = 0.5, .beta = 0.75}), {sample_values({2, 1, 2, 3}, -2, 2)}},
          {call({.depth_radius = 0}), {sample_values({1, 1, 1, 3}, -2, 2)}},
          {call({}), {sample_values({0, 1, 1, 3}, -2, 2)}}};
}

}  // namespace

std::vector<OpRow> local_response_ops() {
  return {row<WindowSum>("neural"), composite("local_response_normalization", "neural", samples)};
}

}  // namespace detail

using namespace detail;

Tensor local_response_normalization(const Tensor& input, const LocalResponseNormalizationOptions& options,
                                    Where where) {
  in_function("local_response_normalization", where, [&] {
    const TensorImpl& x = described(input);
    check_floating(x.dtype);
    if (x.shape.rank() != 4)
      throw InvalidArgumentError("an input of shape " + to_string(x.shape) +
                                 "; it needs 4 axes, (batch, height, width, channels)");
    if (options.depth_radius < 0)
      throw InvalidArgumentError("a depth_radius of " + std::to_string(options.depth_radius) +
                                 "; it must not be negative");
  });
  const Tensor sums = record(WindowSum{options.depth_radius}, {square(input, where)}, where);
  return input * pow(options.bias + options.alpha * sums, -options.beta);
}

}  // namespace gradtape
