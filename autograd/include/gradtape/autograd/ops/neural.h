#pragma once
// What networks are made of: tf.nn. Floating-point dtypes.

#include <optional>
#include <string_view>

#include "gradtape/autograd/operand.h"
#include "gradtape/autograd/shape.h"
#include "gradtape/autograd/tensor.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

/// tf.nn.softmax, tf.nn.log_softmax: along axis; safe for large values. A row of nothing but -inf gives NaN, as
/// TensorFlow's. Throws InvalidArgumentError for a scalar.
Tensor softmax(const Tensor& logits, int axis = -1, Where where = Where::here());
Tensor log_softmax(const Tensor& logits, int axis = -1, Where where = Where::here());

/// tf.nn.softmax_cross_entropy_with_logits: labels and logits of one shape (or that broadcast to one), with the
/// classes along `axis`, give a loss of that shape without the axis: -sum(labels * log_softmax(logits)).
/// Differentiable in both. The gradient takes the labels to sum to one, as TensorFlow's: softmax(logits) - labels.
Tensor softmax_cross_entropy_with_logits(const Tensor& labels, const Tensor& logits, int axis = -1,
                                         Where where = Where::here());

/// tf.nn.sparse_softmax_cross_entropy_with_logits: labels (...) of an integer dtype in [0, classes), logits
/// (..., classes); a loss of shape (...). Throws OutOfRangeError that names the first label outside the range.
Tensor sparse_softmax_cross_entropy_with_logits(const Tensor& labels, const Tensor& logits,
                                                Where where = Where::here());

/// tf.nn.sigmoid_cross_entropy_with_logits: max(x, 0) - x * z + log(1 + exp(-|x|)) by element, for labels z and
/// logits x of one shape.
Tensor sigmoid_cross_entropy_with_logits(const Tensor& labels, const Tensor& logits, Where where = Where::here());

/// tf.nn.weighted_cross_entropy_with_logits: the same with the part of the positive labels times pos_weight:
/// (1 - z) * x + (1 + (pos_weight - 1) * z) * (log(1 + exp(-|x|)) + max(-x, 0)). Labels and logits of one shape,
/// pos_weight broadcasts to it.
Tensor weighted_cross_entropy_with_logits(const Tensor& labels, const Tensor& logits, const Operand& pos_weight,
                                          Where where = Where::here());

struct LogPoissonLossOptions {
  bool compute_full_loss = false;
};
/// tf.nn.log_poisson_loss: exp(log_input) - log_input * targets, of one shape. The full loss adds Stirling's
/// approximation of log(targets!) where the target is above 1.
Tensor log_poisson_loss(const Tensor& targets, const Tensor& log_input, LogPoissonLossOptions options = {},
                        Where where = Where::here());

/// tf.nn.l2_loss: half the sum of the squares, a scalar.
Tensor l2_loss(const Tensor& t, Where where = Where::here());

struct BiasAddOptions {
  std::string_view data_format = "N...C";
};
/// tf.nn.bias_add: bias (channels) added along the last axis of value, or along the second where data_format begins
/// with "NC" ("NC...", "NCHW"). Integer dtypes too. Throws InvalidArgumentError when the lengths differ or the bias
/// has another rank than 1.
Tensor bias_add(const Tensor& value, const Tensor& bias, BiasAddOptions options = {}, Where where = Where::here());

struct DropoutOptions {
  /// The shape of the choice, which broadcasts to x: a length of 1 keeps or drops along the whole axis, -1 (None)
  /// stands for that of x.
  std::optional<Shape> noise_shape = {};
  std::optional<std::uint64_t> seed = {};
};
/// tf.nn.dropout: each element is 0 with probability `rate`, else x / (1 - rate). A dropped NaN is 0. A call with a
/// seed drops the same elements each time; without one it goes on from set_seed. Throws InvalidArgumentError for a
/// rate outside [0, 1) and a noise_shape that does not broadcast to x.
Tensor dropout(const Tensor& x, double rate, const DropoutOptions& options = {}, Where where = Where::here());

struct StatelessDropoutOptions {
  std::optional<Shape> noise_shape = {};
};
/// tf.nn.experimental.stateless_dropout: the same, from a seed of two integers.
Tensor stateless_dropout(const Tensor& x, double rate, const Tensor& seed,
                         const StatelessDropoutOptions& options = {}, Where where = Where::here());

}  // namespace gradtape
