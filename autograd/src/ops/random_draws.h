#pragma once
// What the families of random functions share: each draws from a stream that it is given. They differ in where the
// stream comes from: the process's generator, a seed, a pair of numbers, or a generator object.

#include <optional>
#include <string>

#include "gradtape/autograd/random.h"
#include "kernels/parallel.h"
#include "ops/checks.h"
#include "ops/random_stream.h"

namespace gradtape::detail {

/// Gives the stream, once everything has been checked.
using TakeStream = kernels::FunctionRef<kernels::PhiloxStream()>;

/// The stream of a pair of numbers, which no other kind of seed leads to.
kernels::PhiloxStream stream_of(const random::Seed& seed);
std::uint64_t system_seed();

Tensor draw_normal(const char* op, const Shape& shape, const random::NormalOptions& options, TakeStream take);
Tensor draw_truncated_normal(const char* op, const Shape& shape, const random::NormalOptions& options,
                             TakeStream take);
Tensor draw_uniform(const char* op, const Shape& shape, const random::UniformOptions& options, TakeStream take);

/// How the shape that is given relates to the parameters.
enum class ShapeIs { before_parameters, whole_result };
Tensor draw_gamma(const Shape& shape, ShapeIs kind, const Operand& alpha, const Operand& beta, DType dtype,
                  TakeStream take);
Tensor draw_poisson(const Shape& shape, ShapeIs kind, const Operand& lam, DType dtype, TakeStream take);
Tensor draw_binomial(const Shape& shape, ShapeIs kind, const Operand& counts, const Operand& probs, DType dtype,
                     TakeStream take);
Tensor draw_categorical(const Tensor& logits, std::int64_t num_samples, DType dtype, TakeStream take, Where where);

/// Throws InvalidArgumentError for a seed beside the one that the call has already.
void refuse_seed(const char* op, const std::optional<std::uint64_t>& seed);

}  // namespace gradtape::detail
