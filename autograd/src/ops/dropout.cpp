#include "gradtape/autograd/ops/comparison.h"
#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/neural.h"
#include "gradtape/autograd/random.h"
#include "ops/checks.h"
#include "ops/neural_gradients.h"
#include "ops/random_stream.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

Tensor drop_all(const Tensor& x, double rate, kernels::PhiloxStream stream, Where where);

/// Linear in x: its gradient is itself, with the same choice, which is drawn again rather than kept.
struct Dropout {
  static constexpr std::string_view name = "dropout";
  double rate;
  kernels::PhiloxStream stream;

  Shape infer(const Inputs& x) const { return x.shape(0); }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& input = *impl_of(x[0]);
    kernels::random_dropout(stream, input.dtype, input.data, impl_of(y)->data, input.count, 1 - rate, 1 / (1 - rate));
  }
  auto gradient(Dy dy) const {
    return partials([=, this] { return drop_all(dy, rate, stream, {}); });
  }
  static std::vector<Sample> samples() {
    const auto call = [](double rate, std::optional<Shape> noise_shape) {
      return [=](const Values& x) { return dropout(x[0], rate, {.noise_shape = noise_shape, .seed = 7}); };
    };
    return {{call(0.5, {}), {sample_values({3, 4}, -2, 2)}},
            {call(0.2, {}), {sample_values({2, 1, 5}, -2, 2)}},
            {call(0, {}), {sample_values({3}, -2, 2)}},
            {call(0.5, Shape{3, 1}), {sample_values({3, 4}, -2, 2)}},
            {call(0.5, Shape{-1, 1, 2}), {sample_values({2, 3, 2}, -2, 2)}},
            {call(0.5, {}), {sample_values({}, -2, 2)}},
            {call(0.5, {}), {sample_values({0, 3}, -2, 2)}}};
  }
};

Tensor drop_all(const Tensor& x, double rate, kernels::PhiloxStream stream, Where where) {
  return record(Dropout{rate, stream}, {x}, where);
}

std::vector<Sample> stateless_samples() {
  return {{[](const Values& x) {
             return stateless_dropout(x[0], 0.5, constant({3, 4}));
           },
           {sample_values({3, 4}, -2, 2)}}};
}

/// The noise_shape with its -1 filled in, after all checks.
Shape checked_noise_shape(const Tensor& x, double rate, const std::optional<Shape>& noise_shape) {
  const TensorImpl& input = described(x);
  check_floating(input.dtype);
  if (!(rate >= 0 && rate < 1))
    throw InvalidArgumentError("a rate of " + std::to_string(rate) + "; it must be in [0, 1)");
  if (!noise_shape) return input.shape;
  Shape shape = *noise_shape;
  if (shape.rank() == input.shape.rank())
    for (int i = 0; i < shape.rank(); ++i)
      if (shape[i] == -1) shape[i] = input.shape[i];
  for (const std::int64_t length : shape)
    if (length < 0)
      throw InvalidArgumentError("a noise_shape of " + to_string(*noise_shape) + " for x of shape " +
                                 to_string(input.shape) + " has a negative length");
  if (!broadcasts_to(shape, input.shape))
    throw InvalidArgumentError("a noise_shape of " + to_string(*noise_shape) + " does not broadcast to x of shape " +
                               to_string(input.shape));
  return shape;
}

Tensor drop(const Tensor& x, double rate, const Shape& noise_shape, kernels::PhiloxStream stream, Where where) {
  if (noise_shape == x.shape()) return drop_all(x, rate, stream, where);
  const Tensor choice = uninitialized(x.dtype(), noise_shape);
  kernels::random_dropout_mask(stream, x.dtype(), mutable_data(choice), choice.num_elements(), 1 - rate, 1);
  return gradtape::where(choice > 0, x * (1 / (1 - rate)), 0);
}

}  // namespace

std::vector<OpRow> dropout_ops() {
  return {row<Dropout>("neural"), composite("stateless_dropout", "neural", stateless_samples)};
}

}  // namespace detail

using namespace detail;

Tensor dropout(const Tensor& x, double rate, const DropoutOptions& options, Where where) {
  const Shape noise_shape =
      in_function(Dropout::name, where, [&] { return checked_noise_shape(x, rate, options.noise_shape); });
  if (rate == 0) return identity(x, where);
  return drop(x, rate, noise_shape, stream_for(options.seed), where);
}

Tensor stateless_dropout(const Tensor& x, double rate, const Tensor& seed, const StatelessDropoutOptions& options,
                         Where where) {
  kernels::PhiloxStream stream;
  const Shape noise_shape = in_function("stateless_dropout", where, [&] {
    const TensorImpl& numbers = checked(seed);
    if (!is_integer(numbers.dtype) || numbers.shape != Shape{2})
      throw InvalidArgumentError("a seed of dtype " + text_of(numbers.dtype) + " and shape " +
                                 to_string(numbers.shape) + "; it must be two integers");
    stream = {.key = static_cast<std::uint64_t>(integer_at(numbers, 0)),
              .stream = static_cast<std::uint64_t>(integer_at(numbers, 1))};
    return checked_noise_shape(x, rate, options.noise_shape);
  });
  if (rate == 0) return identity(x, where);
  return drop(x, rate, noise_shape, stream, where);
}

}  // namespace gradtape
