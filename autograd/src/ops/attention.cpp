#include "gradtape/autograd/ops/attention.h"

#include <cmath>
#include <limits>

#include "gradtape/autograd/ops/comparison.h"
#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/linear_algebra.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/neural.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "ops/checks.h"
#include "ops/neural_gradients.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

void check_attention(const Tensor& query, const Tensor& key, const Tensor& value, const AttentionOptions& options) {
  const TensorImpl &q = described(query), &k = described(key), &v = described(value);
  check_floating(q.dtype);
  check_same_dtype({query, key, value});
  const int rank = q.shape.rank();
  const auto shapes = [&] {
    return "query " + to_string(q.shape) + ", key " + to_string(k.shape) + " and value " + to_string(v.shape);
  };
  if (rank < 2 || k.shape.rank() < 2 || v.shape.rank() < 2 || q.shape[-1] != k.shape[-1] ||
      k.shape[-2] != v.shape[-2])
    throw InvalidArgumentError(shapes() +
                               " do not fit: they need the shapes (..., t, d), (..., s, d) and (..., s, e)");
  const auto leading = [](const Shape& shape) { return shape.sub(0, shape.rank() - 2); };
  Shape scores = broadcast_shapes(leading(q.shape), leading(k.shape));
  static_cast<void>(broadcast_shapes(scores, leading(v.shape)));
  scores.push_back(q.shape[-2]);
  scores.push_back(k.shape[-2]);
  if (!(options.dropout_p >= 0 && options.dropout_p < 1))
    throw InvalidArgumentError("a dropout_p of " + std::to_string(options.dropout_p) + "; it must be in [0, 1)");
  if (!options.attn_mask) return;
  const TensorImpl& mask = described(options.attn_mask);
  if (mask.dtype != boolean && mask.dtype != q.dtype)
    throw InvalidArgumentError("an attn_mask of dtype " + text_of(mask.dtype) + "; it must be bool or " +
                               text_of(q.dtype));
  if (!broadcasts_to(mask.shape, scores))
    throw InvalidArgumentError("an attn_mask of shape " + to_string(mask.shape) +
                               " does not broadcast to the scores of shape " + to_string(scores));
}

/// (t, s): true where the key is not behind the query.
Tensor causal_mask(std::int64_t t, std::int64_t s) { return reshape(range(Operand(t)), {t, 1}) >= range(Operand(s)); }

Tensor hide(const Tensor& scores, const Tensor& mask) {
  const double lowest = scores.dtype() == float32 ? -0.7 * static_cast<double>(std::numeric_limits<float>::max())
                                                  : -0.7 * std::numeric_limits<double>::max();
  return gradtape::where(mask, scores, lowest);
}

std::vector<Sample> attention_samples() {
  const auto call = [](const AttentionOptions& options) {
    return [options](const Values& x) { return scaled_dot_product_attention(x[0], x[1], x[2], options); };
  };
  const auto values = [](const Shape& leading, std::int64_t t, std::int64_t s, std::int64_t d, std::int64_t e) {
    const auto draw = [&](std::int64_t rows, std::int64_t columns, double high) {
      Shape shape = leading;
      shape.push_back(rows);
      shape.push_back(columns);
      return sample_values(shape, -1.5, high);
    };
    return Values{draw(t, d, 1.5), draw(s, d, 1.2), draw(s, e, 1)};
  };
  const Tensor mask = constant({{true, false, true}, {false, true, true}});
  return {{call({}), values({}, 2, 3, 2, 2)},
          {call({}), values({2}, 1, 3, 2, 1)},
          {call({.is_causal = true}), values({1, 2}, 3, 3, 2, 2)},
          {call({.is_causal = true, .scale = 0.3}), values({}, 3, 2, 2, 2)},
          {call({.attn_mask = mask}), values({2}, 2, 3, 2, 2)},
          {call({.attn_mask = constant({0.5, -1.0, 0.25}, float64), .is_causal = true}), values({}, 2, 3, 2, 2)},
          {call({.dropout_p = 0.4, .seed = 3}), values({}, 3, 3, 2, 2)},
          {call({}), values({0}, 2, 3, 2, 2)},
          {[mask](const Values& x) { return scaled_dot_product_attention(x[0], x[1], x[2], {.attn_mask = x[3]}); },
           {sample_values({2, 2}, -1, 1), sample_values({2, 3, 2}, -1, 1), sample_values({3, 2}, -1, 1),
            sample_values({2, 3}, -1, 1)}}};
}

}  // namespace

std::vector<OpRow> attention_ops() {
  return {composite("scaled_dot_product_attention", "neural", attention_samples)};
}

}  // namespace detail

using namespace detail;

Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const AttentionOptions& options, Where where) {
  in_function("scaled_dot_product_attention", where, [&] { check_attention(query, key, value, options); });
  const double scale = options.scale.value_or(1 / std::sqrt(static_cast<double>(query.shape()[-1])));
  // The query is scaled rather than the scores, which are more.
  Tensor scores = matmul(query * scale, key, {.transpose_b = true}, where);
  const bool is_choice = options.attn_mask && options.attn_mask.dtype() == boolean;
  if (options.attn_mask && !is_choice) scores = scores + options.attn_mask;
  Tensor mask = is_choice ? options.attn_mask : Tensor();
  if (options.is_causal) {
    const Tensor causal = causal_mask(query.shape()[-2], key.shape()[-2]);
    mask = mask ? logical_and(mask, causal) : causal;
  }
  if (mask) scores = hide(scores, mask);
  Tensor weights = softmax(scores, -1, where);
  if (options.dropout_p > 0) weights = dropout(weights, options.dropout_p, {.seed = options.seed}, where);
  return matmul(weights, value, {}, where);
}

}  // namespace gradtape
