#pragma once
// Random tensors from a counter-based generator (Philox4x32-10): the same seed gives the same numbers on every
// machine and for every number of threads. Errors: InvalidArgumentError for dtypes and parameters that no
// distribution has, before anything is drawn.

#include <cstdint>
#include <optional>
#include <vector>

#include "gradtape/autograd/operand.h"
#include "gradtape/autograd/tensor.h"
#include "gradtape/autograd/where.h"

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
  std::optional<double> maxval = {};  // 1 unless given; integers need one
  DType dtype = float32;
  std::optional<std::uint64_t> seed = {};
};
struct SeedOptions {
  std::optional<std::uint64_t> seed = {};
};
struct DrawOptions {
  DType dtype = float32;
  std::optional<std::uint64_t> seed = {};
};
struct IndexDrawOptions {
  DType dtype = int64;
  std::optional<std::uint64_t> seed = {};
};
struct CountDrawOptions {
  DType dtype = int32;
  std::optional<std::uint64_t> seed = {};
};
struct BernoulliOptions {
  double probability = 0.5;
  DType dtype = float32;
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

/// tf.random.gamma: samples of `shape` for each of the distributions with shape alpha >= 0 and inverse scale beta >
/// 0, which broadcast; shape `shape` + that of alpha + beta. float32, float64. The gradient reaches beta.
Tensor gamma(const Shape& shape, const Operand& alpha, const Operand& beta, const DrawOptions& options = {});
Tensor gamma(const Shape& shape, const Operand& alpha, const DrawOptions& options = {});
/// tf.random.poisson: the same of the rates lam >= 0; shape `shape` + lam.shape. Floating-point and integer dtypes.
Tensor poisson(const Shape& shape, const Operand& lam, const DrawOptions& options = {});
/// Successes among counts trials with probabilities probs; shape `shape` + that of counts and probs, which broadcast.
/// Floating-point and integer dtypes.
Tensor binomial(const Shape& shape, const Operand& counts, const Operand& probs,
                const CountDrawOptions& options = {});
/// keras.backend.random_bernoulli: 1 with the probability, else 0; any dtype of numbers, or bool.
Tensor bernoulli(const Shape& shape, const BernoulliOptions& options = {});
/// tf.random.categorical: (batch, classes) unnormalised log-probabilities -> (batch, num_samples) classes, int64 or
/// int32. A logit of -infinity is a class that is never drawn. Throws InvalidArgumentError for NaN, and for a row
/// that has no class to draw.
Tensor categorical(const Tensor& logits, std::int64_t num_samples, const IndexDrawOptions& options = {},
                   Where where = Where::here());

/// The two numbers that seed a stateless call, also as an integer tensor of two: {1, 2}.
class Seed {
 public:
  Seed(std::int64_t first_number, std::int64_t second_number) : first(first_number), second(second_number) {}
  /// Throws InvalidArgumentError unless the tensor has two elements of an integer dtype.
  Seed(const Tensor& numbers);
  std::int64_t first, second;
};
/// tf.random.experimental.stateless_split: (num, 2) int64 seeds whose streams are independent of each other.
Tensor split(const Seed& seed, std::int64_t num = 2);
/// tf.random.experimental.stateless_fold_in: the int64 seed made of one and a number.
Tensor fold_in(const Seed& seed, std::int64_t data);

/// tf.random.stateless_normal and its kin: the seed alone says what they give, and `seed` of the options must not be
/// set. In stateless_gamma, stateless_poisson and stateless_binomial `shape` is the shape of the result, which ends
/// with that of the parameters, or one that these broadcast to.
Tensor stateless_normal(const Shape& shape, const Seed& seed, const NormalOptions& options = {});
Tensor stateless_truncated_normal(const Shape& shape, const Seed& seed, const NormalOptions& options = {});
Tensor stateless_uniform(const Shape& shape, const Seed& seed, const UniformOptions& options = {});
Tensor stateless_gamma(const Shape& shape, const Seed& seed, const Operand& alpha, const Operand& beta,
                       const DrawOptions& options = {});
Tensor stateless_gamma(const Shape& shape, const Seed& seed, const Operand& alpha, const DrawOptions& options = {});
Tensor stateless_poisson(const Shape& shape, const Seed& seed, const Operand& lam,
                         const CountDrawOptions& options = {});
Tensor stateless_binomial(const Shape& shape, const Seed& seed, const Operand& counts, const Operand& probs,
                          const CountDrawOptions& options = {});
Tensor stateless_categorical(const Tensor& logits, std::int64_t num_samples, const Seed& seed,
                             const IndexDrawOptions& options = {}, Where where = Where::here());
Tensor stateless_shuffle(const Tensor& value, const Seed& seed);

/// tf.random.Generator: a sequence of its own. A copy goes on from the same place by itself.
class Generator {
 public:
  static Generator from_seed(std::uint64_t seed);
  /// Seeded by the system.
  static Generator from_non_deterministic_state();

  /// Like the functions of these names.
  Tensor normal(const Shape& shape, const NormalOptions& options = {});
  Tensor truncated_normal(const Shape& shape, const NormalOptions& options = {});
  Tensor uniform(const Shape& shape, const UniformOptions& options = {});
  /// shape is that of the result, as in stateless_binomial.
  Tensor binomial(const Shape& shape, const Operand& counts, const Operand& probs,
                  const CountDrawOptions& options = {});
  /// (2, count) int64: seeds for stateless calls, one a column.
  Tensor make_seeds(std::int64_t count = 1);
  /// Generators whose sequences are independent of this one's and of each other's.
  std::vector<Generator> split(int count = 1);
  void reset_from_seed(std::uint64_t seed) { *this = from_seed(seed); }

 private:
  explicit Generator(std::uint64_t key) : key_(key) {}
  std::uint64_t key_, next_ = 0;
};

}  // namespace random

namespace detail {
/// For each element: scale with probability keep_probability, else 0. Dropout's mask.
Tensor dropout_mask(const Shape& shape, DType dtype, double keep_probability, double scale,
                    std::optional<std::uint64_t> seed);
}  // namespace detail

}  // namespace gradtape
