#include "gradtape/autograd/random.h"

#include <atomic>
#include <cmath>
#include <random>

#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/indexing.h"
#include "gradtape/autograd/ops/math.h"
#include "ops/random_draws.h"
#include "ops/random_replay.h"

namespace gradtape {
namespace {

// The process's generator: a seed, and the number of the next stream.
std::atomic<std::uint64_t> global_seed{detail::system_seed()};
std::atomic<std::uint64_t> next_stream{1};

void require_floating(const char* op, DType dtype) {
  if (!is_floating(dtype))
    throw InvalidArgumentError(std::string("[") + op + "] the dtype " + std::string(name_of(dtype)) +
                               " is not floating-point");
}

void require_normal(const char* op, const random::NormalOptions& options) {
  require_floating(op, options.dtype);
  if (!(options.stddev >= 0))
    throw InvalidArgumentError(std::string("[") + op + "] the standard deviation is " +
                               std::to_string(options.stddev) + "; it must not be negative");
}

}  // namespace

void set_seed(std::uint64_t seed) {
  global_seed = seed;
  next_stream = 1;
}

namespace detail {

std::uint64_t system_seed() {
  std::random_device device;
  return static_cast<std::uint64_t>(device()) << 32 | device();
}

// Streams with a seed of their own are stream 0, which the process's generator never takes.
kernels::PhiloxStream stream_for(const std::optional<std::uint64_t>& seed) {
  if (seed) return {.key = *seed, .stream = 0};
  return RandomReplay::next(
      [] { return kernels::PhiloxStream{.key = global_seed.load(), .stream = next_stream.fetch_add(1)}; });
}

Tensor draw_normal(const char* op, const Shape& shape, const random::NormalOptions& options, TakeStream take) {
  require_normal(op, options);
  Tensor y = uninitialized(options.dtype, shape);
  kernels::random_normal(take(), options.dtype, mutable_data(y), y.num_elements(), options.mean, options.stddev);
  return y;
}

Tensor draw_truncated_normal(const char* op, const Shape& shape, const random::NormalOptions& options,
                             TakeStream take) {
  require_normal(op, options);
  Tensor y = uninitialized(options.dtype, shape);
  kernels::random_truncated_normal(take(), options.dtype, mutable_data(y), y.num_elements(), options.mean,
                                   options.stddev);
  return y;
}

Tensor draw_uniform(const char* op, const Shape& shape, const random::UniformOptions& options, TakeStream take) {
  const bool is_integer = options.dtype == int32 || options.dtype == int64;
  const auto refuse = [op](const std::string& why) {
    throw InvalidArgumentError(std::string("[") + op + "] " + why);
  };
  if (!is_integer) require_floating(op, options.dtype);
  if (is_integer && !options.maxval) refuse("a maxval is needed for integers");
  const double low = options.minval, high = options.maxval.value_or(1);
  if (!(low < high)) refuse("minval " + std::to_string(low) + " is not below maxval " + std::to_string(high));
  const double most = options.dtype == int32 ? 0x1p31 : options.dtype == int64 ? 0x1p63 : HUGE_VAL;
  if (is_integer ? low < -most || high >= most : !std::isfinite(low) || !std::isfinite(high))
    refuse("from " + std::to_string(low) + " to " + std::to_string(high) + " is more than " + text_of(options.dtype) +
           " holds");
  Tensor y = uninitialized(options.dtype, shape);
  if (is_integer)
    kernels::random_uniform_int(take(), options.dtype, mutable_data(y), y.num_elements(),
                                static_cast<std::int64_t>(low), static_cast<std::int64_t>(high));
  else
    kernels::random_uniform(take(), options.dtype, mutable_data(y), y.num_elements(), low, high);
  return y;
}

Tensor dropout_mask(const Shape& shape, DType dtype, double keep_probability, double scale,
                    std::optional<std::uint64_t> seed) {
  require_floating("dropout", dtype);
  Tensor y = uninitialized(dtype, shape);
  kernels::random_dropout_mask(stream_for(seed), dtype, mutable_data(y), y.num_elements(), keep_probability, scale);
  return y;
}

}  // namespace detail

namespace random {

Tensor normal(const Shape& shape, const NormalOptions& options) {
  return detail::draw_normal("random.normal", shape, options, [&] { return detail::stream_for(options.seed); });
}
Tensor truncated_normal(const Shape& shape, const NormalOptions& options) {
  return detail::draw_truncated_normal("random.truncated_normal", shape, options,
                                       [&] { return detail::stream_for(options.seed); });
}
Tensor uniform(const Shape& shape, const UniformOptions& options) {
  return detail::draw_uniform("random.uniform", shape, options, [&] { return detail::stream_for(options.seed); });
}

Tensor permutation(std::int64_t n, const SeedOptions& options) {
  Tensor y = detail::uninitialized(int64, {n});
  kernels::random_permutation(detail::stream_for(options.seed), static_cast<std::int64_t*>(detail::mutable_data(y)),
                              n);
  return y;
}

Tensor shuffle(const Tensor& value, const SeedOptions& options) {
  if (value.rank() == 0) throw InvalidArgumentError("[random.shuffle] a scalar has no first axis to shuffle");
  return gather(value, permutation(value.shape()[0], options));
}

Tensor gamma(const Shape& shape, const Operand& alpha, const Operand& beta, const DrawOptions& options) {
  return detail::draw_gamma(shape, detail::ShapeIs::before_parameters, alpha, beta, options.dtype,
                            [&] { return detail::stream_for(options.seed); });
}
Tensor gamma(const Shape& shape, const Operand& alpha, const DrawOptions& options) {
  return gamma(shape, alpha, 1, options);
}
Tensor poisson(const Shape& shape, const Operand& lam, const DrawOptions& options) {
  return detail::draw_poisson(shape, detail::ShapeIs::before_parameters, lam, options.dtype,
                              [&] { return detail::stream_for(options.seed); });
}
Tensor binomial(const Shape& shape, const Operand& counts, const Operand& probs, const CountDrawOptions& options) {
  return detail::draw_binomial(shape, detail::ShapeIs::before_parameters, counts, probs, options.dtype,
                               [&] { return detail::stream_for(options.seed); });
}
Tensor categorical(const Tensor& logits, std::int64_t num_samples, const IndexDrawOptions& options, Where where) {
  return detail::draw_categorical(
      logits, num_samples, options.dtype, [&] { return detail::stream_for(options.seed); }, where);
}

Tensor bernoulli(const Shape& shape, const BernoulliOptions& options) {
  if (!(options.probability >= 0 && options.probability <= 1))
    throw InvalidArgumentError("[random.bernoulli] the probability is " + std::to_string(options.probability) +
                               "; it must lie in [0, 1]");
  if (options.dtype == DType::string)
    throw InvalidArgumentError("[random.bernoulli] a dtype of numbers or bool is needed, got string");
  const Tensor ones = detail::dropout_mask(shape, float32, options.probability, 1, options.seed);
  return options.dtype == float32 ? ones : cast(ones, options.dtype);
}

}  // namespace random
}  // namespace gradtape
