#include <memory>

#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/normalization.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "kernels/normalization.h"
#include "ops/checks.h"
#include "ops/neural_gradients.h"
#include "ops/normalization_parts.h"
#include "ops/shared_sums.h"

// Layer, RMS, group and instance normalisation: over the last axes of x, which count as the rows of a matrix.

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

struct RowAttributes {
  int axes;  // so many last axes make a row
  double epsilon;
  bool centred;

  Shape row_shape(const Shape& x) const { return x.sub(x.rank() - axes, x.rank()); }
  kernels::Normalization matrix(const TensorImpl& x) const {
    return {x.dtype, product_of(x.shape, 0, x.shape.rank() - axes),
            product_of(x.shape, x.shape.rank() - axes, x.shape.rank())};
  }
  Shape matrix_shape(const Tensor& x) const {
    const kernels::Normalization shape = matrix(*impl_of(x));
    return {shape.rows, shape.columns};
  }
  NormalizedMatrix normalized(const Tensor& x) const {
    return NormalizedMatrix(reshape(x, matrix_shape(x)), 1, epsilon, centred);
  }
  Tensor as_matrix(const Tensor& t, const Tensor& x) const { return reshape(t, matrix_shape(x)); }
};

Tensor row_gradient(const RowAttributes& row, const Tensor& statistics, const Sums& sums, const Tensor& dy,
                    const Tensor& x, const Tensor& scale);
Tensor row_sums(const RowAttributes& row, const Tensor& statistics, const Sums& sums, const Tensor& dy,
                const Tensor& x);

template <bool is_centred>
struct RowNormalization : RowAttributes {
  static constexpr std::string_view name = is_centred ? "layer_normalization" : "rms_normalization";
  mutable Tensor statistics;  // (rows, 2), by forward for the gradient

  Shape infer(const Inputs& x) const {
    const Shape& shape = x.shape(0);
    check_floating(x.dtype(0));
    for (int i = 1; i < 3; ++i)
      if (x.shape(i) != row_shape(shape))
        throw InvalidArgumentError(std::string(i == 1 ? "a scale" : "an offset") + " of shape " +
                                   to_string(x.shape(i)) + " for x of shape " + to_string(shape) +
                                   " (its normalised axes last); its shape must be that of the axes, " +
                                   to_string(row_shape(shape)));
    return shape;
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& input = *impl_of(x[0]);
    const kernels::Normalization shape = matrix(input);
    statistics = uninitialized(input.dtype, {shape.rows, 2});
    kernels::normalize_rows(shape, input.data, impl_of(x[1])->data, impl_of(x[2])->data, epsilon, centred,
                            impl_of(y)->data, mutable_data(statistics));
  }
  auto gradient(Dy dy, X<0> x, X<1> scale) const {
    const Sums sums = std::make_shared<SharedSums>();
    const auto sum = [=, this](int which) {
      return reshape(row_sums(*this, statistics, sums, dy, x)[which], row_shape(x->shape()));
    };
    return partials([=, this] { return row_gradient(*this, statistics, sums, dy, x, scale); }, [=] { return sum(0); },
                    [=] { return sum(1); });
  }
  static std::vector<Sample> samples();
};

struct RowNormalizationGradient : RowAttributes {
  static constexpr std::string_view name = "row_normalization_gradient";
  Tensor statistics;
  Sums sums;

  Shape infer(const Inputs& x) const { return x.shape(1); }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& input = *impl_of(x[1]);
    const kernels::Normalization shape = matrix(input);
    void* room = sums->make(x[0], {2, shape.columns});
    kernels::normalize_rows_gradient(shape, impl_of(x[0])->data, input.data, impl_of(x[2])->data,
                                     impl_of(statistics)->data, centred, impl_of(y)->data, room);
  }
  auto gradient(Dy u, X<0, 1, 2> dy, X<1> x, X<2, 0, 1> scale) const {
    const auto flat = [=, this](const Tensor& t) { return as_matrix(t, x); };
    const auto row = [=] { return reshape(scale, {-1}); };
    return partials(
        [=, this] { return reshape(normalization_gradient_dy(normalized(x), flat(u), row()), x->shape()); },
        [=, this] { return reshape(normalization_gradient_x(normalized(x), flat(u), flat(dy), row()), x->shape()); },
        [=, this] {
          return reshape(normalization_gradient_scale(normalized(x), flat(u), flat(dy)), row_shape(x->shape()));
        });
  }
  static std::vector<Sample> samples();
};

struct RowNormalizationSums : RowAttributes {
  static constexpr std::string_view name = "row_normalization_sums";
  Tensor statistics;
  Sums sums;

  Tensor compute(const Inputs& x) const {
    const TensorImpl& input = *impl_of(x[1]);
    const kernels::Normalization shape = matrix(input);
    if (!sums->are_of(x[0])) {
      void* room = sums->make(x[0], {2, shape.columns});
      const Tensor dx = uninitialized(input.dtype, input.shape), scale = ones({shape.columns}, input.dtype);
      kernels::normalize_rows_gradient(shape, impl_of(x[0])->data, input.data, impl_of(scale)->data,
                                       impl_of(statistics)->data, centred, impl_of(dx)->data, room);
    }
    return view(sums->sums, {2, shape.columns});
  }
  auto gradient(Dy u, X<0, 1> dy, X<1> x) const {
    return partials(
        [=, this] { return reshape(normalization_sums_dy(normalized(x), u), x->shape()); },
        [=, this] { return reshape(normalization_sums_x(normalized(x), u, as_matrix(dy, x)), x->shape()); });
  }
  static std::vector<Sample> samples();
};

Tensor row_gradient(const RowAttributes& row, const Tensor& statistics, const Sums& sums, const Tensor& dy,
                    const Tensor& x, const Tensor& scale) {
  return record(RowNormalizationGradient{row, statistics, sums}, {dy, x, scale}, {});
}
Tensor row_sums(const RowAttributes& row, const Tensor& statistics, const Sums& sums, const Tensor& dy,
                const Tensor& x) {
  return record(RowNormalizationSums{row, statistics, sums}, {dy, x}, {});
}

/// x with the axes to normalise last, and the way back.
struct AxesLast {
  int count = 0;
  bool moved = false;
  Axes there = Axes::none();

  AxesLast(const Tensor& x, const Axes& axis) {
    const Shape& shape = described(x).shape;
    const int rank = shape.rank();
    if (rank == 0) throw InvalidArgumentError("a scalar has no axis to normalise over");
    const unsigned mask = axis.mask(rank);
    for (int i = 0; i < rank; ++i)
      if ((mask >> i & 1U) == 0) there.push_back(i);
    if (axis.all()) {
      for (int i = 0; i < rank; ++i) there.push_back(i);
      count = rank;
    } else {
      for (const int place : axis) there.push_back(normalize_axis(place, rank));
      count = axis.count();
    }
    int place = 0;
    for (const int from : there) moved = moved || from != place++;
  }
};

Tensor row_samples_call(bool centred, const Tensor& dy, const Tensor& x, const Tensor& scale, bool of_scale) {
  const RowAttributes row{scale.rank(), 0.1, centred};
  const kernels::Normalization shape = row.matrix(*impl_of(x));
  const Tensor statistics = uninitialized(x.dtype(), {shape.rows, 2}), y = uninitialized(x.dtype(), x.shape());
  kernels::normalize_rows(shape, impl_of(x)->data, impl_of(scale)->data, impl_of(scale)->data, row.epsilon, centred,
                          mutable_data(y), mutable_data(statistics));
  const Sums sums = std::make_shared<SharedSums>();
  return of_scale ? row_sums(row, statistics, sums, dy, x) : row_gradient(row, statistics, sums, dy, x, scale);
}

template <bool is_centred>
std::vector<Sample> RowNormalization<is_centred>::samples() {
  const auto call = [](const Values& x) {
    if constexpr (is_centred)
      return layer_normalization(x[0], x[1], x[2], {.epsilon = 0.1});
    else
      return rms_normalization(x[0], x[1], {.epsilon = 0.1});
  };
  const auto over = [](const Axes& axis) {
    return [axis](const Values& x) {
      if constexpr (is_centred)
        return layer_normalization(x[0], x[1], {}, {.axis = axis, .epsilon = 0.1});
      else
        return rms_normalization(x[0], x[1], {.axis = axis, .epsilon = 0.1});
    };
  };
  const auto vectors = [](const Shape& shape, const Shape& row) {
    Values values = {sample_values(shape, -2, 2), sample_values(row, 0.5, 2)};
    if (is_centred) values.push_back(sample_values(row, -1, 1));
    return values;
  };
  return {{call, vectors({3, 4}, {4})},
          {call, vectors({5}, {5})},
          {call, vectors({2, 1, 3}, {3})},
          {call, vectors({2, 1}, {1})},
          {call, vectors({0, 3}, {3})},
          {over({1, 2}), {sample_values({2, 3, 2}, -2, 2), sample_values({3, 2}, 0.5, 2)}},
          {over(0), {sample_values({3, 2}, -2, 2), sample_values({3}, 0.5, 2)}},
          {over({-1, 0}), {sample_values({2, 2, 3}, -2, 2), sample_values({3, 2}, 0.5, 2)}},
          {[](const Values& x) {
             if constexpr (is_centred)
               return layer_normalization(x[0]);
             else
               return rms_normalization(x[0]);
           },
           {sample_values({3, 4}, -2, 2)}}};
}

std::vector<Sample> gradient_samples(bool of_scale) {
  std::vector<Sample> samples;
  for (const bool centred : {true, false})
    samples.push_back({[=](const Values& x) { return row_samples_call(centred, x[0], x[1], x[2], of_scale); },
                       {sample_values({3, 4}, -2, 2), sample_values({3, 4}, -1.5, 2), sample_values({4}, 0.5, 2)}});
  samples.push_back(
      {[=](const Values& x) { return row_samples_call(true, x[0], x[1], x[2], of_scale); },
       {sample_values({2, 2, 2}, -2, 2), sample_values({2, 2, 2}, -1.5, 2), sample_values({2, 2}, 0.5, 2)}});
  return samples;
}
std::vector<Sample> RowNormalizationGradient::samples() { return gradient_samples(false); }
std::vector<Sample> RowNormalizationSums::samples() { return gradient_samples(true); }

std::vector<Sample> group_samples() {
  const auto call = [](std::int64_t groups, int axis) {
    return [=](const Values& x) {
      return group_normalization(x[0], x[1], x[2], {.groups = groups, .axis = axis, .epsilon = 0.1});
    };
  };
  const auto values = [](const Shape& shape, std::int64_t channels) {
    return Values{sample_values(shape, -2, 2), sample_values({channels}, 0.5, 2), sample_values({channels}, -1, 1)};
  };
  return {{call(2, -1), values({2, 3, 4}, 4)},
          {call(2, 1), values({2, 4, 2}, 4)},
          {call(-1, -1), values({2, 2, 3}, 3)},
          {call(1, -1), values({3, 4}, 4)},
          {call(2, -1), values({0, 3, 4}, 4)}};
}

std::vector<Sample> instance_samples() {
  return {{[](const Values& x) { return instance_normalization(x[0], x[1], x[2], {.epsilon = 0.1}); },
           {sample_values({2, 2, 2, 3}, -2, 2), sample_values({3}, 0.5, 2), sample_values({3}, -1, 1)}},
          {[](const Values& x) { return instance_normalization(x[0], {}, {}, {.axis = 1, .epsilon = 0.1}); },
           {sample_values({2, 3, 4}, -2, 2)}}};
}

template <bool centred>
Tensor normalize(const Tensor& x, const Tensor& scale, const Tensor& offset, const Axes& axis, double epsilon,
                 Where where) {
  using O = RowNormalization<centred>;
  const AxesLast last = in_function(O::name, where, [&] { return AxesLast(x, axis); });
  const Tensor input = last.moved ? transpose(x, last.there, where) : x;
  O op;
  op.axes = last.count;
  op.epsilon = epsilon;
  op.centred = centred;
  const Shape row = op.row_shape(input.shape());
  const Tensor y =
      record(op, {input, scale ? scale : ones(row, x.dtype()), offset ? offset : zeros(row, x.dtype())}, where);
  return last.moved ? transpose(y, inverse_permutation(last.there), where) : y;
}

/// (batch, ..., channels) as (batch, groups, the rest): each group's elements lie together. Normalised, and back.
Tensor normalize_groups(const Tensor& x, std::int64_t groups, double epsilon, Where where) {
  const Shape& shape = x.shape();
  const std::int64_t channels = shape.back(), places = product_of(shape, 1, shape.rank() - 1);
  const Tensor parts = transpose(reshape(x, {shape[0], places, groups, channels / groups}), {0, 2, 1, 3}, where);
  const Tensor normalized = layer_normalization(parts, {}, {}, {.axis = {2, 3}, .epsilon = epsilon}, where);
  return reshape(transpose(normalized, {0, 2, 1, 3}, where), shape);
}

Axes channels_last(int rank, int axis) {
  Axes perm = Axes::none();
  for (int i = 0; i < rank; ++i)
    if (i != axis) perm.push_back(i);
  perm.push_back(axis);
  return perm;
}

Tensor normalize_by_group(std::string_view name, const Tensor& x, const Tensor& scale, const Tensor& offset,
                          const GroupNormalizationOptions& options, Where where) {
  const int axis = in_function(name, where, [&] {
    const TensorImpl& input = described(x);
    check_floating(input.dtype);
    const int rank = input.shape.rank();
    const int place = normalize_axis(options.axis, rank);
    if (place == 0)
      throw InvalidArgumentError("axis 0 of x " + to_string(input.shape) +
                                 " is the batch; the channels lie elsewhere");
    const std::int64_t channels = input.shape[place];
    const std::int64_t groups = options.groups == -1 ? channels : options.groups;
    if (groups < 1 || channels % groups != 0)
      throw InvalidArgumentError(std::to_string(channels) + " channels, axis " + std::to_string(place) + " of x " +
                                 to_string(input.shape) + ", cannot be cut into " + std::to_string(groups) +
                                 " groups of one size");
    for (const Tensor& row : {scale, offset})
      if (row && row.shape() != Shape{channels})
        throw InvalidArgumentError("a scale or an offset of shape " + to_string(row.shape()) + " for " +
                                   std::to_string(channels) + " channels");
    return place;
  });
  const std::int64_t groups = options.groups == -1 ? x.shape()[axis] : options.groups;
  const bool moved = axis != x.rank() - 1;
  const Axes perm = channels_last(x.rank(), axis);
  Tensor y = normalize_groups(moved ? transpose(x, perm, where) : x, groups, options.epsilon, where);
  if (scale) y = y * scale;
  if (offset) y = y + offset;
  return moved ? transpose(y, inverse_permutation(perm), where) : y;
}

}  // namespace

std::vector<OpRow> row_normalization_ops() {
  return {row<RowNormalization<true>>("neural"),
          row<RowNormalization<false>>("neural"),
          row<RowNormalizationGradient>("neural"),
          row<RowNormalizationSums>("neural"),
          composite("group_normalization", "neural", group_samples),
          composite("instance_normalization", "neural", instance_samples)};
}

}  // namespace detail

using namespace detail;

Tensor layer_normalization(const Tensor& x, const Tensor& scale, const Tensor& offset,
                           const LayerNormalizationOptions& options, Where where) {
  return normalize<true>(x, scale, offset, options.axis, options.epsilon, where);
}
Tensor rms_normalization(const Tensor& x, const Tensor& scale, const RmsNormalizationOptions& options, Where where) {
  return normalize<false>(x, scale, {}, options.axis, options.epsilon, where);
}
Tensor group_normalization(const Tensor& x, const Tensor& scale, const Tensor& offset,
                           const GroupNormalizationOptions& options, Where where) {
  return normalize_by_group("group_normalization", x, scale, offset, options, where);
}
Tensor instance_normalization(const Tensor& x, const Tensor& scale, const Tensor& offset,
                              const InstanceNormalizationOptions& options, Where where) {
  return normalize_by_group("instance_normalization", x, scale, offset,
                            {.groups = -1, .axis = options.axis, .epsilon = options.epsilon}, where);
}

}  // namespace gradtape
