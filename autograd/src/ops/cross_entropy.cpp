#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/indexing.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/neural.h"
#include "gradtape/autograd/ops/reduction.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "kernels/softmax.h"
#include "ops/checks.h"
#include "ops/neural_gradients.h"
#include "ops/op.h"

// Softmax and cross-entropy in one op. With t the labels and p = softmax(x) on the last axis:
//   loss = sum(t * (logsumexp(x) - x)),   dloss/dx = p - t,   dloss/dt = -log_softmax(x).
// The labels are taken to sum to one: otherwise dloss/dx would be p * sum(t) - t. TensorFlow's gradient is p - t.

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

Tensor softmax_cross_entropy_gradient(const Tensor& dloss, const Tensor& labels, const Tensor& logits);
Tensor sparse_softmax_cross_entropy_gradient(const Tensor& dloss, const Tensor& labels, const Tensor& logits);

struct Rows {
  std::int64_t count, classes;
  explicit Rows(const Shape& logits) : count(product_of(logits, 0, logits.rank() - 1)), classes(logits.back()) {}
};

struct SoftmaxCrossEntropy {
  static constexpr std::string_view name = "softmax_cross_entropy_with_logits";

  Shape infer(const Inputs& x) const {
    const Shape &labels = x.shape(0), &logits = x.shape(1);
    check_floating(x.dtype(1));
    if (logits.rank() == 0 || labels != logits)
      throw InvalidArgumentError("labels of shape " + to_string(labels) + " and logits of shape " +
                                 to_string(logits) + " must have one shape, (..., classes)");
    return logits.sub(0, logits.rank() - 1);
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &labels = *impl_of(x[0]), &logits = *impl_of(x[1]);
    const Rows rows(logits.shape);
    kernels::softmax_cross_entropy(logits.dtype, logits.data, labels.data, impl_of(y)->data, rows.count,
                                   rows.classes);
  }
  auto gradient(Dy dy, X<0, 1> labels, X<1> logits) const {
    return partials([=] { return negative(expand_dims(dy, -1) * log_softmax(logits)); },
                    [=] { return softmax_cross_entropy_gradient(dy, labels, logits); });
  }
  static std::vector<Sample> samples() {
    // Labels that sum to one: elsewhere the gradient is not that of the loss.
    const auto call = [](int axis) {
      return [=](const Values& x) { return softmax_cross_entropy_with_logits(x[0], x[1], axis); };
    };
    const auto values = [](const Shape& shape, int axis) {
      return Values{softmax(sample_values(shape, -1, 1), axis), sample_values(shape, -3, 3)};
    };
    return {{call(-1), values({4}, -1)},
            {call(-1), values({3, 2}, -1)},
            {call(-1), values({2, 1, 3}, -1)},
            {call(1), values({2, 3, 2}, 1)},
            {call(0), values({3, 2}, 0)},
            {call(-1), values({0, 3}, -1)},
            {call(-1), {softmax(sample_values({3}, -1, 1)), sample_values({2, 3}, -3, 3)}}};
  }
};

struct SoftmaxCrossEntropyGradient {
  static constexpr std::string_view name = "softmax_cross_entropy_gradient";

  Shape infer(const Inputs& x) const { return x.shape(2); }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& logits = *impl_of(x[2]);
    const Rows rows(logits.shape);
    kernels::softmax_cross_entropy_gradient(logits.dtype, impl_of(x[0])->data, logits.data, impl_of(x[1])->data,
                                            impl_of(y)->data, rows.count, rows.classes);
  }
  auto gradient(Dy dy, X<0, 1, 2> dloss, X<1, 0> labels, X<2, 0, 2> logits) const {
    return partials([=] { return reduce_sum(dy * (softmax(logits) - labels), -1); },
                    [=] { return negative(expand_dims(dloss, -1) * dy); },
                    [=] { return expand_dims(dloss, -1) * softmax_gradient(dy, softmax(logits)); });
  }
  static std::vector<Sample> samples() {
    const auto call = [](const Values& x) { return softmax_cross_entropy_gradient(x[0], x[1], x[2]); };
    return {{call, {sample_values({2}, -2, 2), sample_values({2, 3}, 0, 1), sample_values({2, 3}, -3, 3)}},
            {call, {sample_values({}, -2, 2), sample_values({3}, 0, 1), sample_values({3}, -3, 3)}}};
  }
};

struct SparseSoftmaxCrossEntropy {
  static constexpr std::string_view name = "sparse_softmax_cross_entropy_with_logits";
  static constexpr bool mixed_dtypes = true;

  DType dtype(const Inputs& x) const { return x.dtype(1); }
  Shape infer(const Inputs& x) const {
    const TensorImpl &labels = checked(x[0]), &logits = checked(x[1]);
    check_floating(logits.dtype);
    if (!is_integer(labels.dtype))
      throw InvalidArgumentError("labels of an integer dtype are needed, got " + text_of(labels.dtype) +
                                 "; cast them first");
    if (!has_leading_axes(labels.shape, logits.shape))
      throw InvalidArgumentError("labels of shape " + to_string(labels.shape) + " and logits of shape " +
                                 to_string(logits.shape) +
                                 ": the labels need the shape of the logits without the last axis, the classes");
    const std::int64_t classes = logits.shape.back();
    const std::int64_t invalid = kernels::first_invalid_label(labels.dtype, labels.data, labels.count, classes);
    if (invalid >= 0)
      throw OutOfRangeError("label " + std::to_string(integer_at(labels, invalid)) + " at " +
                            position_of(invalid, labels.shape) + " is outside [0, " + std::to_string(classes) +
                            "), the classes of logits of shape " + to_string(logits.shape));
    return labels.shape;
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &labels = *impl_of(x[0]), &logits = *impl_of(x[1]);
    kernels::sparse_softmax_cross_entropy(logits.dtype, logits.data, labels.dtype, labels.data, impl_of(y)->data,
                                          labels.count, logits.shape.back());
  }
  auto gradient(Dy dy, X<0, 1> labels, X<1> logits) const {
    return partials(no_partial, [=] { return sparse_softmax_cross_entropy_gradient(dy, labels, logits); });
  }
  static std::vector<Sample> samples() {
    const auto call = [](const Values& x) { return sparse_softmax_cross_entropy_with_logits(x[0], x[1]); };
    return {{call, {constant({2, 0, 1}), sample_values({3, 4}, -3, 3)}},
            {call, {constant(1, int64), sample_values({3}, -3, 3)}},
            {call, {constant({{2}, {0}}, uint8), sample_values({2, 1, 3}, -3, 3)}},
            {call, {zeros({0}, int32), sample_values({0, 3}, -3, 3)}}};
  }

 private:
  static bool has_leading_axes(const Shape& labels, const Shape& logits) {
    if (labels.rank() + 1 != logits.rank()) return false;
    for (int i = 0; i < labels.rank(); ++i)
      if (labels[i] != logits[i]) return false;
    return true;
  }
};

struct SparseSoftmaxCrossEntropyGradient {
  static constexpr std::string_view name = "sparse_softmax_cross_entropy_gradient";
  static constexpr bool mixed_dtypes = true;

  Shape infer(const Inputs& x) const { return x.shape(2); }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &labels = *impl_of(x[1]), &logits = *impl_of(x[2]);
    kernels::sparse_softmax_cross_entropy_gradient(logits.dtype, impl_of(x[0])->data, logits.data, labels.dtype,
                                                   labels.data, impl_of(y)->data, labels.count, logits.shape.back());
  }
  auto gradient(Dy dy, X<0, 2> dloss, X<1, 0> labels, X<2> logits) const {
    return partials(
        [=] {
          const Shape& shape = logits->shape();
          const Tensor hot = one_hot(labels, shape.back(), {.dtype = logits->dtype()});
          return reduce_sum(dy * (softmax(logits) - hot), -1);
        },
        no_partial, [=] { return expand_dims(dloss, -1) * softmax_gradient(dy, softmax(logits)); });
  }
  static std::vector<Sample> samples() {
    const auto call = [](const Values& x) { return sparse_softmax_cross_entropy_gradient(x[0], x[1], x[2]); };
    return {{call, {sample_values({3}, -2, 2), constant({2, 0, 1}), sample_values({3, 4}, -3, 3)}},
            {call, {sample_values({}, -2, 2), constant(1, int64), sample_values({3}, -3, 3)}}};
  }
};

Tensor softmax_cross_entropy_gradient(const Tensor& dloss, const Tensor& labels, const Tensor& logits) {
  return record(SoftmaxCrossEntropyGradient{}, {dloss, labels, logits}, {});
}
Tensor sparse_softmax_cross_entropy_gradient(const Tensor& dloss, const Tensor& labels, const Tensor& logits) {
  return record(SparseSoftmaxCrossEntropyGradient{}, {dloss, labels, logits}, {});
}

}  // namespace

std::vector<OpRow> cross_entropy_ops() {
  return {row<SoftmaxCrossEntropy>("neural"), row<SoftmaxCrossEntropyGradient>("neural"),
          row<SparseSoftmaxCrossEntropy>("neural"), row<SparseSoftmaxCrossEntropyGradient>("neural")};
}

}  // namespace detail

using namespace detail;

Tensor softmax_cross_entropy_with_logits(const Tensor& labels, const Tensor& logits, int axis, Where where) {
  const int rank = shape_of(logits).rank();
  if (!labels || !logits || rank == 0) return record(SoftmaxCrossEntropy{}, {labels, logits}, where);
  const int place = in_function(SoftmaxCrossEntropy::name, where, [&] { return normalize_axis(axis, rank); });
  const Shape shape = in_function(SoftmaxCrossEntropy::name, where, [&] {
    const Shape &of_labels = labels.shape(), &of_logits = logits.shape();
    if (of_labels == of_logits || of_labels.rank() == 0) return of_logits;
    return broadcast_shapes(of_labels, of_logits);
  });
  Tensor t = labels.shape() == shape || labels.rank() == 0 ? labels : broadcast_to(labels, shape, where);
  Tensor x = logits.shape() == shape ? logits : broadcast_to(logits, shape, where);
  if (place != rank - 1 && t.rank() == rank && x.rank() == rank) {
    Axes last = Axes::none();
    for (int i = 0; i < rank; ++i)
      if (i != place) last.push_back(i);
    last.push_back(place);
    t = transpose(t, last, where);
    x = transpose(x, last, where);
  }
  return record(SoftmaxCrossEntropy{}, {t, x}, where);
}
Tensor sparse_softmax_cross_entropy_with_logits(const Tensor& labels, const Tensor& logits, Where where) {
  return record(SparseSoftmaxCrossEntropy{}, {labels, logits}, where);
}

}  // namespace gradtape
