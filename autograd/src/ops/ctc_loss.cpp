#include <algorithm>

#include "gradtape/autograd/ops/comparison.h"
#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/indexing.h"
#include "gradtape/autograd/ops/linear_algebra.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/neural.h"
#include "gradtape/autograd/ops/reduction.h"
#include "gradtape/autograd/ops/sequence_loss.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "gradtape/autograd/tape.h"
#include "kernels/ctc.h"
#include "kernels/elementwise.h"
#include "kernels/softmax.h"
#include "ops/checks.h"
#include "ops/neural_gradients.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

/// What the op's inputs mean: labels (batch, longest), label_length and logit_length (batch), all int64.
struct CtcTargets {
  Tensor labels, label_length, logit_length;
};

kernels::CtcExamples examples_of(const TensorImpl& logits, const Tensor& labels, const Tensor& label_length,
                                 const Tensor& logit_length, std::int64_t blank) {
  const auto elements = [](const Tensor& t) { return static_cast<const std::int64_t*>(impl_of(t)->data); };
  return {logits.shape[0], logits.shape[1],  logits.shape[2],        labels.shape()[1],
          blank,           elements(labels), elements(label_length), elements(logit_length)};
}

/// What the loss has computed on the way, of the same logits: their log-softmax, and the kernel's alpha.
struct CtcForward {
  Tensor log_probabilities, alpha;
};
Tensor ctc_loss_gradient(std::int64_t blank, const Tensor& dloss, const CtcTargets& targets, const Tensor& logits,
                         const CtcForward& forward);

CtcForward run_forward(const kernels::CtcExamples& examples, const TensorImpl& logits, void* loss) {
  CtcForward result{uninitialized(logits.dtype, logits.shape),
                    uninitialized(float64, {examples.batch, examples.frames, 2 * examples.longest + 1})};
  void* values = mutable_data(result.log_probabilities);
  kernels::log_softmax(logits.dtype, logits.data, values, examples.frames * examples.batch, examples.classes);
  kernels::ctc_loss(logits.dtype, examples, values, static_cast<double*>(mutable_data(result.alpha)), loss);
  return result;
}

Tensor ctc_second_order(std::int64_t blank, const Tensor& u, const Tensor& dloss, const CtcTargets& targets,
                        const Tensor& logits);

std::vector<Sample> ctc_samples(const std::function<Tensor(const CtcTargets&, const Values&)>& call, bool gradient) {
  const auto sample = [&](const CtcTargets& targets, const Shape& logits) {
    Values inputs = {sample_values(logits, -2, 2)};
    if (gradient) inputs.push_back(sample_values({logits[1]}, 0.5, 2));
    return Sample{[=](const Values& x) { return call(targets, x); }, inputs};
  };
  const auto integers = [](const Tensor& t) { return cast(t, int64); };
  return {sample({integers(constant({{1, 2}, {2, 2}})), integers(constant({2, 2})), integers(constant({3, 4}))},
                 {4, 2, 3}),
          sample({integers(constant({{1, 0, 0}, {2, 1, 2}})), integers(constant({0, 3})), integers(constant({2, 3}))},
                 {3, 2, 3}),
          sample({integers(constant({{1}})), integers(constant({1})), integers(constant({1}))}, {1, 1, 2})};
}

struct CtcLoss {
  static constexpr std::string_view name = "ctc_loss";
  static constexpr bool mixed_dtypes = true;
  std::int64_t blank;
  mutable CtcForward forward_result;

  DType dtype(const Inputs& x) const { return x.dtype(1); }
  Shape infer(const Inputs& x) const { return {x.shape(1)[1]}; }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& logits = *impl_of(x[1]);
    forward_result = run_forward(examples_of(logits, x[0], x[2], x[3], blank), logits, impl_of(y)->data);
  }
  auto gradient(Dy dy, X<0, 1> labels, X<1> logits, X<2, 1> label_length, X<3, 1> logit_length) const {
    return partials(
        no_partial,
        [=, this] {
          return ctc_loss_gradient(blank, dy, {labels, label_length, logit_length}, logits, forward_result);
        },
        no_partial, no_partial);
  }
  static std::vector<Sample> samples() {
    std::vector<Sample> samples = ctc_samples(
        [](const CtcTargets& targets, const Values& x) {
          return ctc_loss(targets.labels, x[0], targets.label_length, targets.logit_length);
        },
        false);
    samples.push_back({[](const Values& x) {
                         return ctc_loss(constant({{0, 1}, {1, 1}}), x[0], constant({2, 2}), constant({3, 3}),
                                         {.logits_time_major = false, .blank_index = -1});
                       },
                       {sample_values({2, 3, 3}, -2, 2)}});
    return samples;
  }
};

struct CtcLossGradient {
  static constexpr std::string_view name = "ctc_loss_gradient";
  static constexpr bool mixed_dtypes = true;
  std::int64_t blank;
  CtcForward forward_result;

  DType dtype(const Inputs& x) const { return x.dtype(0); }
  Shape infer(const Inputs& x) const { return x.shape(2); }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& logits = *impl_of(x[2]);
    kernels::ctc_gradient(logits.dtype, examples_of(logits, x[1], x[3], x[4], blank), impl_of(x[0])->data,
                          impl_of(forward_result.log_probabilities)->data,
                          static_cast<const double*>(impl_of(forward_result.alpha)->data), impl_of(y)->data);
  }
  auto gradient(Dy u, X<0> dloss, X<1> labels, X<2> logits, X<3> label_length, X<4> logit_length) const {
    const auto targets = [=] { return CtcTargets{labels, label_length, logit_length}; };
    return partials(
        [=, this] {
          const Tensor one = ctc_loss_gradient(blank, ones_like(dloss), targets(), logits, forward_result);
          return reduce_sum(u * one, {0, 2});
        },
        no_partial, [=, this] { return ctc_second_order(blank, u, dloss, targets(), logits); }, no_partial,
        no_partial);
  }
  static std::vector<Sample> samples() {
    return ctc_samples(
        [](const CtcTargets& t, const Values& x) {
          const Tensor loss = zeros_like(x[1]);
          const auto examples = examples_of(*impl_of(x[0]), t.labels, t.label_length, t.logit_length, 0);
          return ctc_loss_gradient(0, x[1], t, x[0], run_forward(examples, *impl_of(x[0]), mutable_data(loss)));
        },
        true);
  }
};

Tensor ctc_loss_gradient(std::int64_t blank, const Tensor& dloss, const CtcTargets& targets, const Tensor& logits,
                         const CtcForward& forward) {
  return record(CtcLossGradient{blank, forward},
                {dloss, targets.labels, logits, targets.label_length, targets.logit_length}, {});
}

// The logarithm of a probability of 0, for sums of ops: finite, so that no gradient is NaN.
constexpr double never = -1e30;

/// 0 where the condition holds, else `never`.
Tensor penalty(const Tensor& condition, DType dtype) { return (1 - cast(condition, dtype)) * never; }

Tensor log_sum(const Tensor& x, int axis) {
  const Tensor most = stop_gradient(reduce_max(x, axis, {.keepdims = true}));
  return squeeze(most, axis) + log(reduce_sum(exp(x - most), axis));
}

/// The loss as a sum of public ops, from which its derivatives of any order follow. Slow: for the second order.
Tensor composed_loss(std::int64_t blank, const CtcTargets& targets, const Tensor& logits) {
  const DType dtype = logits.dtype();
  const std::int64_t frames = logits.shape()[0], batch = logits.shape()[1], classes = logits.shape()[2];
  const std::int64_t longest = targets.labels.shape()[1], states = 2 * longest + 1;
  // Labels that do not count may be anything: they become blanks.
  const Tensor counts = expand_dims(targets.label_length, -1) > range(0, longest, 1, int64);
  const Tensor blanks = full({batch, longest, 1}, static_cast<double>(blank), int64);
  const Tensor labels = expand_dims(gradtape::where(counts, targets.labels, blank), -1);
  const Tensor between = reshape(concat({blanks, labels}, -1), {batch, 2 * longest});
  const Tensor classes_of_states = concat({between, full({batch, 1}, static_cast<double>(blank), int64)}, -1);
  const Tensor hot = one_hot(classes_of_states, classes, {.dtype = dtype});
  // (frames, batch, states)
  const Tensor observed =
      transpose(matmul(transpose(log_softmax(logits), {1, 0, 2}), hot, {.transpose_b = true}), {1, 0, 2});

  const Tensor places = range(0, states, 1, int64);
  const Tensor first_two = full({batch, std::min<std::int64_t>(2, states)}, never, dtype);
  const Tensor skips =
      longest < 1 ? zeros({batch, states}, dtype)
                  : penalty(logical_and(concat({full({batch, std::min<std::int64_t>(2, states)}, false, boolean),
                                                not_equal(slice(classes_of_states, {0, 2}, {-1, -1}),
                                                          slice(classes_of_states, {0, 0}, {-1, states - 2}))},
                                               -1),
                                        not_equal(classes_of_states, blank)),
                            dtype);
  const Tensor one_never = full({batch, 1}, never, dtype);
  Tensor alpha = observed[0] + penalty(places < 2, dtype);
  for (std::int64_t t = 1; t < frames; ++t) {
    Tensor sum = alpha;
    if (longest > 0) {
      const Tensor step = concat({one_never, slice(alpha, {0, 0}, {-1, states - 1})}, -1);
      const Tensor skip = concat({first_two, slice(alpha, {0, 0}, {-1, states - 2})}, -1) + skips;
      sum = log_sum(stack({alpha, step, skip}), 0);
    }
    const Tensor active = expand_dims(cast(targets.logit_length > t, dtype), -1);
    alpha = active * (sum + observed[t]) + (1 - active) * alpha;
  }
  const Tensor last = expand_dims(2 * targets.label_length, -1);
  const Tensor is_end = logical_or(equal(places, last), equal(places, last - 1));
  return negative(log_sum(alpha + penalty(is_end, dtype), -1));
}

/// The gradient of the sum of u * ctc_loss_gradient(dloss, logits) with respect to the logits.
Tensor ctc_second_order(std::int64_t blank, const Tensor& u, const Tensor& dloss, const CtcTargets& targets,
                        const Tensor& logits) {
  if (logits.num_elements() == 0) return zeros_like(logits);
  const Tensor loss = record(CtcLoss{blank, {}},
                             {targets.labels, stop_gradient(logits), targets.label_length, targets.logit_length}, {});
  const Tensor counts = cast(logical_and(is_finite(loss), targets.logit_length > 0), logits.dtype());
  GradientTape second({.watch_accessed_variables = false});
  second.watch(logits);
  Tensor gradient;
  {
    GradientTape first({.watch_accessed_variables = false});
    first.watch(logits);
    const Tensor composed = composed_loss(blank, targets, logits);
    gradient = first.gradient(composed, logits, {.output_gradients = {dloss * counts}});
  }
  return second.gradient(gradient, logits, {.output_gradients = {u}});
}

Tensor as_int64(const Tensor& t) { return t.dtype() == int64 ? t : cast(t, int64); }

void check_lengths(const Tensor& lengths, const char* name, std::int64_t batch, std::int64_t most) {
  const TensorImpl& numbers = checked(lengths);
  if (!is_integer(numbers.dtype) || numbers.shape != Shape{batch})
    throw InvalidArgumentError(std::string(name) + " of dtype " + text_of(numbers.dtype) + " and shape " +
                               to_string(numbers.shape) + "; it must hold an integer for each example, (" +
                               std::to_string(batch) + ",)");
  for (std::int64_t i = 0; i < batch; ++i) {
    const std::int64_t length = integer_at(numbers, i);
    if (length < 0 || length > most)
      throw OutOfRangeError(std::string(name) + "[" + std::to_string(i) + "] is " + std::to_string(length) +
                            ", outside [0, " + std::to_string(most) + "]");
  }
}

std::int64_t check_blank(int blank_index, std::int64_t classes) {
  const std::int64_t blank = blank_index < 0 ? blank_index + classes : blank_index;
  if (blank < 0 || blank >= classes)
    throw InvalidArgumentError("a blank_index of " + std::to_string(blank_index) + " for " + std::to_string(classes) +
                               " classes");
  return blank;
}

/// The blank class, after all checks.
std::int64_t checked_blank(const Tensor& labels, const Tensor& logits, const Tensor& label_length,
                           const Tensor& logit_length, const CtcLossOptions& options) {
  const TensorImpl &targets = checked(labels), &input = checked(logits);
  check_floating(input.dtype);
  if (!is_integer(targets.dtype))
    throw InvalidArgumentError("labels of an integer dtype are needed, got " + text_of(targets.dtype));
  const char* order = options.logits_time_major ? "(frames, batch, classes)" : "(batch, frames, classes)";
  if (input.shape.rank() != 3 || targets.shape.rank() != 2)
    throw InvalidArgumentError("labels of shape " + to_string(targets.shape) + " and logits of shape " +
                               to_string(input.shape) + "; they must be (batch, longest) and " + order);
  const std::int64_t batch = input.shape[options.logits_time_major ? 1 : 0];
  if (targets.shape[0] != batch)
    throw InvalidArgumentError("labels of shape " + to_string(targets.shape) + " are for " +
                               std::to_string(targets.shape[0]) + " examples, logits of shape " +
                               to_string(input.shape) + " " + order + " for " + std::to_string(batch));
  check_lengths(label_length, "label_length", batch, targets.shape[1]);
  check_lengths(logit_length, "logit_length", batch, input.shape[options.logits_time_major ? 0 : 1]);
  const std::int64_t classes = input.shape[2], blank = check_blank(options.blank_index, classes);
  for (std::int64_t i = 0; i < batch; ++i) {
    for (std::int64_t j = 0; j < integer_at(*impl_of(label_length), i); ++j) {
      const std::int64_t label = integer_at(targets, i * targets.shape[1] + j);
      if (label < 0 || label >= classes)
        throw OutOfRangeError("label " + std::to_string(label) + " at (" + std::to_string(i) + ", " +
                              std::to_string(j) + ") is outside [0, " + std::to_string(classes) + ")");
    }
  }
  return blank;
}

}  // namespace

std::vector<OpRow> ctc_ops() {
  std::vector<OpRow> rows = {row<CtcLoss>("neural"), row<CtcLossGradient>("neural")};
  for (const OpRow& other : ctc_decoder_ops()) rows.push_back(other);
  return rows;
}

std::int64_t check_ctc_inputs(const TensorImpl& inputs, const Tensor& sequence_length, int blank_index) {
  check_floating(inputs.dtype);
  if (inputs.shape.rank() != 3)
    throw InvalidArgumentError("inputs of shape " + to_string(inputs.shape) +
                               "; they must be (frames, batch, classes)");
  check_lengths(sequence_length, "sequence_length", inputs.shape[1], inputs.shape[0]);
  return check_blank(blank_index, inputs.shape[2]);
}

}  // namespace detail

using namespace detail;

Tensor ctc_loss(const Tensor& labels, const Tensor& logits, const Tensor& label_length, const Tensor& logit_length,
                const CtcLossOptions& options, Where where) {
  const std::int64_t blank = in_function(
      CtcLoss::name, where, [&] { return checked_blank(labels, logits, label_length, logit_length, options); });
  const Tensor input = options.logits_time_major ? logits : transpose(logits, {1, 0, 2}, where);
  return record(CtcLoss{blank, {}}, {as_int64(labels), input, as_int64(label_length), as_int64(logit_length)}, where);
}

}  // namespace gradtape
