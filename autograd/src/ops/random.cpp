#include "gradtape/autograd/random.h"

#include <atomic>
#include <random>

#include "gradtape/autograd/error.h"
#include "gradtape/autograd/ops/indexing.h"
#include "kernels/random.h"
#include "tensor/impl.h"

namespace gradtape {
namespace {

// The process's generator: a seed, and the number of the next stream.
std::atomic<std::uint64_t> global_seed{[] {
  std::random_device device;
  return static_cast<std::uint64_t>(device()) << 32 | device();
}()};
std::atomic<std::uint64_t> next_stream{1};

// Streams with a seed of their own are stream 0, which the process's generator never takes.
kernels::PhiloxStream stream_for(const std::optional<std::uint64_t>& seed) {
  if (seed) return {.key = *seed, .stream = 0};
  return {.key = global_seed.load(), .stream = next_stream.fetch_add(1)};
}

void require_floating(const char* op, DType dtype) {
  if (!is_floating(dtype))
    throw InvalidArgumentError(std::string("[") + op + "] the dtype " + std::string(name_of(dtype)) +
                               " is not floating-point");
}

void require_stddev(const char* op, double stddev) {
  if (!(stddev >= 0))
    throw InvalidArgumentError(std::string("[") + op + "] the standard deviation is " + std::to_string(stddev) +
                               "; it must not be negative");
}

}  // namespace

void set_seed(std::uint64_t seed) {
  global_seed = seed;
  next_stream = 1;
}

namespace random {

Tensor normal(const Shape& shape, const NormalOptions& options) {
  require_floating("random.normal", options.dtype);
  require_stddev("random.normal", options.stddev);
  Tensor y = detail::uninitialized(options.dtype, shape);
  kernels::random_normal(stream_for(options.seed), options.dtype, detail::mutable_data(y), y.num_elements(),
                         options.mean, options.stddev);
  return y;
}

Tensor truncated_normal(const Shape& shape, const NormalOptions& options) {
  require_floating("random.truncated_normal", options.dtype);
  require_stddev("random.truncated_normal", options.stddev);
  Tensor y = detail::uninitialized(options.dtype, shape);
  kernels::random_truncated_normal(stream_for(options.seed), options.dtype, detail::mutable_data(y), y.num_elements(),
                                   options.mean, options.stddev);
  return y;
}

Tensor uniform(const Shape& shape, const UniformOptions& options) {
  if (!(options.minval < options.maxval))
    throw InvalidArgumentError("[random.uniform] minval " + std::to_string(options.minval) + " is not below maxval " +
                               std::to_string(options.maxval));
  const bool is_integer = options.dtype == int32 || options.dtype == int64;
  if (!is_integer) require_floating("random.uniform", options.dtype);
  Tensor y = detail::uninitialized(options.dtype, shape);
  if (is_integer)
    kernels::random_uniform_int(stream_for(options.seed), options.dtype, detail::mutable_data(y), y.num_elements(),
                                static_cast<std::int64_t>(options.minval), static_cast<std::int64_t>(options.maxval));
  else
    kernels::random_uniform(stream_for(options.seed), options.dtype, detail::mutable_data(y), y.num_elements(),
                            options.minval, options.maxval);
  return y;
}

Tensor permutation(std::int64_t n, const SeedOptions& options) {
  Tensor y = detail::uninitialized(int64, {n});
  kernels::random_permutation(stream_for(options.seed), static_cast<std::int64_t*>(detail::mutable_data(y)), n);
  return y;
}

Tensor shuffle(const Tensor& value, const SeedOptions& options) {
  if (value.rank() == 0) throw InvalidArgumentError("[random.shuffle] a scalar has no first axis to shuffle");
  return gather(value, permutation(value.shape()[0], options));
}

}  // namespace random

namespace detail {

Tensor dropout_mask(const Shape& shape, DType dtype, double keep_probability, double scale,
                    std::optional<std::uint64_t> seed) {
  require_floating("dropout", dtype);
  Tensor y = uninitialized(dtype, shape);
  kernels::random_dropout_mask(stream_for(seed), dtype, mutable_data(y), y.num_elements(), keep_probability, scale);
  return y;
}

}  // namespace detail
}  // namespace gradtape
