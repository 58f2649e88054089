// Random tensors of an explicit seed, and of generator objects.
#include "gradtape/autograd/ops/indexing.h"
#include "ops/random_draws.h"
#include "ops/random_replay.h"

namespace gradtape {
namespace detail {
namespace {

std::uint64_t joined(std::uint32_t high, std::uint32_t low) { return std::uint64_t{high} << 32 | low; }

// Blocks of a pair's own stream that are seeds, apart from those that small pairs and set_seed's streams draw from.
constexpr std::uint64_t seed_blocks = 0x5EED000000000000ULL;

/// A seed's stream after `number` steps aside.
kernels::PhiloxStream derived(std::uint64_t first, std::uint64_t second, std::uint64_t number) {
  std::uint32_t words[4];
  kernels::philox_block({.key = first, .stream = second}, seed_blocks + number, words);
  return {.key = joined(words[0], words[1]), .stream = joined(words[2], words[3])};
}

kernels::PhiloxStream derived(const random::Seed& seed, std::uint64_t number) {
  return derived(static_cast<std::uint64_t>(seed.first), static_cast<std::uint64_t>(seed.second), number);
}

}  // namespace

kernels::PhiloxStream stream_of(const random::Seed& seed) { return derived(seed, 0); }

void refuse_seed(const char* op, const std::optional<std::uint64_t>& seed) {
  if (seed)
    throw InvalidArgumentError(std::string("[") + op + "] options with a seed, where another says what is drawn");
}

}  // namespace detail

namespace random {

using namespace detail;

Seed::Seed(const Tensor& numbers) : first(0), second(0) {
  const TensorImpl& pair = checked(numbers);
  if (!is_integer(pair.dtype) || pair.count != 2)
    throw InvalidArgumentError("a seed is two integers, got a tensor of shape " + to_string(pair.shape) +
                               " and dtype " + text_of(pair.dtype));
  first = integer_at(pair, 0);
  second = integer_at(pair, 1);
}

Tensor split(const Seed& seed, std::int64_t num) {
  if (num < 0)
    throw InvalidArgumentError("[random.split] num is " + std::to_string(num) + "; it must not be negative");
  Tensor seeds = uninitialized(int64, {num, 2});
  auto* number = static_cast<std::int64_t*>(mutable_data(seeds));
  for (std::int64_t i = 0; i < num; ++i) {
    const kernels::PhiloxStream stream = derived(seed, static_cast<std::uint64_t>(i) + 1);
    number[2 * i] = static_cast<std::int64_t>(stream.key);
    number[2 * i + 1] = static_cast<std::int64_t>(stream.stream);
  }
  return seeds;
}

Tensor fold_in(const Seed& seed, std::int64_t data) {
  const kernels::PhiloxStream own = stream_of(seed),
                              folded = derived(own.key, own.stream, static_cast<std::uint64_t>(data));
  Tensor numbers = uninitialized(int64, {2});
  auto* number = static_cast<std::int64_t*>(mutable_data(numbers));
  number[0] = static_cast<std::int64_t>(folded.key);
  number[1] = static_cast<std::int64_t>(folded.stream);
  return numbers;
}

Tensor stateless_normal(const Shape& shape, const Seed& seed, const NormalOptions& options) {
  refuse_seed("random.stateless_normal", options.seed);
  return draw_normal("random.stateless_normal", shape, options, [&] { return stream_of(seed); });
}
Tensor stateless_truncated_normal(const Shape& shape, const Seed& seed, const NormalOptions& options) {
  refuse_seed("random.stateless_truncated_normal", options.seed);
  return draw_truncated_normal("random.stateless_truncated_normal", shape, options, [&] { return stream_of(seed); });
}
Tensor stateless_uniform(const Shape& shape, const Seed& seed, const UniformOptions& options) {
  refuse_seed("random.stateless_uniform", options.seed);
  return draw_uniform("random.stateless_uniform", shape, options, [&] { return stream_of(seed); });
}
Tensor stateless_gamma(const Shape& shape, const Seed& seed, const Operand& alpha, const Operand& beta,
                       const DrawOptions& options) {
  refuse_seed("random.stateless_gamma", options.seed);
  return draw_gamma(shape, ShapeIs::whole_result, alpha, beta, options.dtype, [&] { return stream_of(seed); });
}
Tensor stateless_gamma(const Shape& shape, const Seed& seed, const Operand& alpha, const DrawOptions& options) {
  return stateless_gamma(shape, seed, alpha, 1, options);
}
Tensor stateless_poisson(const Shape& shape, const Seed& seed, const Operand& lam, const CountDrawOptions& options) {
  refuse_seed("random.stateless_poisson", options.seed);
  return draw_poisson(shape, ShapeIs::whole_result, lam, options.dtype, [&] { return stream_of(seed); });
}
Tensor stateless_binomial(const Shape& shape, const Seed& seed, const Operand& counts, const Operand& probs,
                          const CountDrawOptions& options) {
  refuse_seed("random.stateless_binomial", options.seed);
  return draw_binomial(shape, ShapeIs::whole_result, counts, probs, options.dtype, [&] { return stream_of(seed); });
}
Tensor stateless_categorical(const Tensor& logits, std::int64_t num_samples, const Seed& seed,
                             const IndexDrawOptions& options, Where where) {
  refuse_seed("random.stateless_categorical", options.seed);
  return draw_categorical(
      logits, num_samples, options.dtype, [&] { return stream_of(seed); }, where);
}
Tensor stateless_shuffle(const Tensor& value, const Seed& seed) {
  if (value.rank() == 0)
    throw InvalidArgumentError("[random.stateless_shuffle] a scalar has no first axis to shuffle");
  Tensor order = uninitialized(int64, {value.shape()[0]});
  kernels::random_permutation(stream_of(seed), static_cast<std::int64_t*>(mutable_data(order)), order.num_elements());
  return gather(value, order);
}

Generator Generator::from_seed(std::uint64_t seed) { return Generator(derived(seed, 0, 0).key); }
Generator Generator::from_non_deterministic_state() { return Generator(system_seed()); }

namespace {
kernels::PhiloxStream next_of(std::uint64_t key, std::uint64_t& next) {
  return RandomReplay::next([&] { return kernels::PhiloxStream{.key = key, .stream = next++}; });
}
}  // namespace

Tensor Generator::normal(const Shape& shape, const NormalOptions& options) {
  refuse_seed("random.Generator.normal", options.seed);
  return draw_normal("random.Generator.normal", shape, options, [&] { return next_of(key_, next_); });
}
Tensor Generator::truncated_normal(const Shape& shape, const NormalOptions& options) {
  refuse_seed("random.Generator.truncated_normal", options.seed);
  return draw_truncated_normal("random.Generator.truncated_normal", shape, options,
                               [&] { return next_of(key_, next_); });
}
Tensor Generator::uniform(const Shape& shape, const UniformOptions& options) {
  refuse_seed("random.Generator.uniform", options.seed);
  return draw_uniform("random.Generator.uniform", shape, options, [&] { return next_of(key_, next_); });
}
Tensor Generator::binomial(const Shape& shape, const Operand& counts, const Operand& probs,
                           const CountDrawOptions& options) {
  refuse_seed("random.Generator.binomial", options.seed);
  return draw_binomial(shape, ShapeIs::whole_result, counts, probs, options.dtype,
                       [&] { return next_of(key_, next_); });
}

Tensor Generator::make_seeds(std::int64_t count) {
  if (count < 0)
    throw InvalidArgumentError("[random.Generator.make_seeds] the count is " + std::to_string(count) +
                               "; it must not be negative");
  Tensor seeds = uninitialized(int64, {2, count});
  auto* number = static_cast<std::int64_t*>(mutable_data(seeds));
  for (std::int64_t i = 0; i < count; ++i) {
    const kernels::PhiloxStream stream = derived(key_, next_++, 0);
    number[i] = static_cast<std::int64_t>(stream.key);
    number[count + i] = static_cast<std::int64_t>(stream.stream);
  }
  return seeds;
}

std::vector<Generator> Generator::split(int count) {
  if (count < 0)
    throw InvalidArgumentError("[random.Generator.split] the count is " + std::to_string(count) +
                               "; it must not be negative");
  std::vector<Generator> generators;
  for (int i = 0; i < count; ++i) generators.push_back(Generator(derived(key_, next_++, 0).key));
  return generators;
}

}  // namespace random
}  // namespace gradtape
