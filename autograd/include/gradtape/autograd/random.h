#pragma once
// Random tensors from a counter-based generator (Philox4x32-10): the same seed gives the same numbers on every
// machine and for every number of threads.

#include <cstdint>
#include <optional>

#include "gradtape/autograd/tensor.h"

namespace gradtape {

/// tf.random.set_seed: what follows is the same in every run. Without it the first draw takes a seed from the system.
/// The state belongs to the process; each call that has no seed of its own takes the next stream.
void set_seed(std::uint64_t seed);

namespace random {

using gradtape::set_seed;

struct NormalOptions {
  double mean = 0;
  double stddev = 1;
  DType dtype = float32;
  std::optional<std::uint64_t> seed = {};
};
struct UniformOptions {
  double minval = 0;
  double maxval = 1;
  DType dtype = float32;
  std::optional<std::uint64_t> seed = {};
};
struct SeedOptions {
  std::optional<std::uint64_t> seed = {};
};

/// tf.random.normal. A call with a seed gives the same tensor each time (as tf.random.stateless_normal); without one
/// it goes on from set_seed. float32, float64; else InvalidArgumentError, as for a negative stddev.
Tensor normal(const Shape& shape, const NormalOptions& options = {});
/// tf.random.truncated_normal: values beyond two standard deviations are drawn again.
Tensor truncated_normal(const Shape& shape, const NormalOptions& options = {});
/// tf.random.uniform: [minval, maxval), also int32 and int64. Throws InvalidArgumentError unless minval < maxval.
Tensor uniform(const Shape& shape, const UniformOptions& options = {});
/// int64 numbers [0, n) in random order.
Tensor permutation(std::int64_t n, const SeedOptions& options = {});
/// tf.random.shuffle: the parts along the first axis in random order.
Tensor shuffle(const Tensor& value, const SeedOptions& options = {});

}  // namespace random

namespace detail {
/// For each element: scale with probability keep_probability, else 0. Dropout's mask.
Tensor dropout_mask(const Shape& shape, DType dtype, double keep_probability, double scale,
                    std::optional<std::uint64_t> seed);
}  // namespace detail

}  // namespace gradtape
