#pragma once
// Attention.

#include <cstdint>
#include <optional>

#include "gradtape/autograd/tensor.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

struct AttentionOptions {
  /// Broadcasts to (..., t, s): bool, true where a query may look at a key; or of the query's dtype, added to the
  /// scores. Empty: none.
  Tensor attn_mask = {};
  double dropout_p = 0;
  /// Query i looks at the keys 0 ... i only, whatever t and s are.
  bool is_causal = false;
  /// What the scores are multiplied by; 1 / sqrt(d) unless given.
  std::optional<double> scale = {};
  std::optional<std::uint64_t> seed = {};
};

/// softmax(scale * query key^T, masked) value, as keras.ops.dot_product_attention computes it and with the names of
/// PyTorch's scaled_dot_product_attention: query (..., t, d), key (..., s, d), value (..., s, e) give (..., t, e);
/// the leading axes (batch, heads) broadcast. Floating-point dtypes.
///
/// As in Keras, a score that a bool mask or is_causal hides counts as -0.7 times the dtype's largest number: a query
/// that may look at no key takes the mean of all values, and passes no gradient to query and key. -inf in an added
/// mask hides too, but a query with nothing else gives NaN. dropout_p drops weights after the softmax, see dropout.
/// Throws InvalidArgumentError for shapes and dtypes that do not fit, and a dropout_p outside [0, 1).
Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const AttentionOptions& options = {}, Where where = Where::here());

}  // namespace gradtape
