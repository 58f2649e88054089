#include <numbers>

#include "gradtape/autograd/ops/comparison.h"
#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/neural.h"
#include "gradtape/autograd/ops/reduction.h"
#include "ops/checks.h"
#include "ops/neural_gradients.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

void check_one_shape(const Tensor& a, const Tensor& b, const char* names) {
  const TensorImpl &first = described(a), &second = described(b);
  check_floating(first.dtype);
  if (first.dtype != second.dtype) throw_different_dtypes(first.dtype, second.dtype);
  if (first.shape != second.shape)
    throw InvalidArgumentError(std::string(names) + " of shapes " + to_string(first.shape) + " and " +
                               to_string(second.shape) + " must have one shape");
}

std::vector<Sample> weighted_samples() {
  const auto call = [](const Values& x) { return weighted_cross_entropy_with_logits(x[0], x[1], x[2]); };
  return {{call, {sample_values({3, 2}, 0, 1), sample_values({3, 2}, -3, 3), sample_values({2}, 0.5, 3)}},
          {call, {sample_values({}, 0, 1), sample_values({}, -3, 3), sample_values({}, 0.5, 3)}},
          {call, {sample_values({0, 2}, 0, 1), sample_values({0, 2}, -3, 3), sample_values({}, 0.5, 3)}},
          {[](const Values& x) { return weighted_cross_entropy_with_logits(x[0], x[1], 2.5); },
           {sample_values({2, 1, 2}, 0, 1), sample_values({2, 1, 2}, -3, 3)}}};
}

std::vector<Sample> log_poisson_samples() {
  const auto call = [](bool full) {
    return [full](const Values& x) { return log_poisson_loss(x[0], x[1], {.compute_full_loss = full}); };
  };
  return {{call(false), {sample_values({3, 2}, 0.2, 4), sample_values({3, 2}, -2, 2)}},
          {call(true), {sample_values({3, 2}, 1.2, 4), sample_values({3, 2}, -2, 2)}},
          {call(true), {sample_values({2, 2}, 0.1, 0.9), sample_values({2, 2}, -2, 2)}},
          {call(true), {sample_values({}, 1.2, 4), sample_values({}, -2, 2)}},
          {call(false), {sample_values({0, 2}, 0.2, 4), sample_values({0, 2}, -2, 2)}}};
}

std::vector<Sample> l2_samples() { return unary_samples(l2_loss, -2, 2); }

}  // namespace

std::vector<OpRow> loss_ops() {
  return {composite("weighted_cross_entropy_with_logits", "neural", weighted_samples),
          composite("log_poisson_loss", "neural", log_poisson_samples), composite("l2_loss", "neural", l2_samples)};
}

}  // namespace detail

using namespace detail;

Tensor weighted_cross_entropy_with_logits(const Tensor& labels, const Tensor& logits, const Operand& pos_weight,
                                          Where where) {
  in_function("weighted_cross_entropy_with_logits", where, [&] {
    check_one_shape(labels, logits, "labels and logits");
    if (pos_weight.is_number()) return;
    const TensorImpl& weight = described(pos_weight.tensor());
    if (weight.dtype != logits.dtype()) throw_different_dtypes(logits.dtype(), weight.dtype);
    if (!broadcasts_to(weight.shape, logits.shape()))
      throw InvalidArgumentError("a pos_weight of shape " + to_string(weight.shape) +
                                 " does not broadcast to logits of shape " + to_string(logits.shape()));
  });
  const Operand z(labels, where.file, where.line), x(logits, where.file, where.line);
  const Tensor weight = 1 + ((pos_weight.is_number() ? pos_weight.as(labels.dtype()) : pos_weight.tensor()) - 1) * z;
  const Tensor tail =
      log1p(exp(negative(abs(logits, where), where), where), where) + relu(negative(logits, where), where);
  return (1 - z) * x + weight * tail;
}

Tensor log_poisson_loss(const Tensor& targets, const Tensor& log_input, LogPoissonLossOptions options, Where where) {
  in_function("log_poisson_loss", where, [&] { check_one_shape(targets, log_input, "targets and log_input"); });
  const Operand t(targets, where.file, where.line), x(log_input, where.file, where.line);
  const Tensor loss = exp(log_input, where) - x * t;
  if (!options.compute_full_loss) return loss;
  const Tensor stirling = t * log(targets, where) - t + 0.5 * log(2 * std::numbers::pi * t, where);
  return loss + gradtape::where(logical_and(t >= 0, t <= 1), 0, stirling);
}

Tensor l2_loss(const Tensor& t, Where where) {
  in_function("l2_loss", where, [&] { check_floating(described(t).dtype); });
  return 0.5 * reduce_sum(square(t, where), {}, {}, where);
}

}  // namespace gradtape
