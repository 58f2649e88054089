#include "gradtape/autograd/ops/indexing.h"

#include "gradtape/autograd/ops/creation.h"
#include "kernels/copy.h"
#include "kernels/elementwise.h"
#include "kernels/reduce.h"
#include "kernels/scatter.h"
#include "ops/indexing_families.h"
#include "ops/places.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

/// How the kernels see what gather does: params (batches, outer, n, inner), indices (batches, count).
struct GatherView {
  std::int64_t batches, outer, n, inner, count;
  GatherView(const Shape& params, const Shape& indices, int axis, int batch_dims)
      : batches(product_of(params, 0, batch_dims)),
        outer(product_of(params, batch_dims, axis)),
        n(params[axis]),
        inner(product_of(params, axis + 1, params.rank())),
        count(product_of(indices, batch_dims, indices.rank())) {}
};

struct Gather {
  static constexpr std::string_view name = "gather";
  static constexpr bool mixed_dtypes = true;
  std::optional<int> given_axis;
  int given_batch_dims;
  Shape params_shape;

  int batch_dims(const Shape& indices) const {
    return given_batch_dims < 0 ? given_batch_dims + indices.rank() : given_batch_dims;
  }
  int axis(const Shape& indices) const {
    return normalize_axis(given_axis.value_or(batch_dims(indices)), params_shape.rank());
  }
  Shape infer(const Inputs& x) const {
    const Shape &params = x.shape(0), &indices = x.shape(1);
    const int batch = batch_dims(indices), place = axis(indices);
    if (batch < 0 || batch > indices.rank() || batch > place)
      throw InvalidArgumentError(std::to_string(given_batch_dims) + " batch axes with indices of shape " +
                                 to_string(indices) + " along axis " + std::to_string(place) + " of shape " +
                                 to_string(params) + "; the batch axes come first in both");
    for (int i = 0; i < batch; ++i)
      if (params[i] != indices[i])
        throw InvalidArgumentError("batch axis " + std::to_string(i) + " differs between shape " + to_string(params) +
                                   " and indices " + to_string(indices));
    check_indices(x.impl(1), place, params);
    Shape shape = params.sub(0, place);
    for (int i = batch; i < indices.rank(); ++i) shape.push_back(indices[i]);
    for (int i = place + 1; i < params.rank(); ++i) shape.push_back(params[i]);
    return shape;
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &params = x.impl(0), &indices = x.impl(1);
    const GatherView view(params.shape, indices.shape, axis(indices.shape), batch_dims(indices.shape));
    kernels::gather(size_of(params.dtype), params.data, view.outer, view.n, view.inner, indices.dtype, indices.data,
                    view.count, impl_of(y)->data, view.batches);
  }
  auto gradient(Dy dy, X<1, 0> indices) const {
    return partials(
        [=, this] {
          const Shape& shape = impl_of(*indices)->shape;
          return gather_gradient(dy, indices, axis(shape), batch_dims(shape), params_shape);
        },
        no_partial);
  }
  Tensor all_rows(const RowInputs& x) const {
    const Shape& indices = x[1].shape();
    return x.only(0) && batch_dims(indices) == 0 ? gather(x[0], x[1], axis(indices) + 1) : Tensor();
  }
  static std::vector<Sample> samples() {
    return {
        {[](const Values& x) { return gather(x[0], x[1]); },
         {sample_values({4}, -2, 2), constant({{0, 3, 3}, {1, 0, 3}})}},
        {[](const Values& x) { return gather(x[0], x[1], 1); },
         {sample_values({2, 3, 2}, -2, 2), constant({2, 0, 2, 2})}},
        {[](const Values& x) { return gather(x[0], x[1], -1); }, {sample_values({2, 3}, -2, 2), constant(1, int64)}},
        {[](const Values& x) { return gather(x[0], x[1]); }, {sample_values({3, 2}, -2, 2), zeros({0}, int32)}},
        {[](const Values& x) { return gather(x[0], x[1], {}, {.batch_dims = 1}); },
         {sample_values({2, 3, 2}, -2, 2), constant({{2, 0, 2}, {1, 1, 0}})}},
        {[](const Values& x) { return gather(x[0], x[1], 2, {.batch_dims = 1}); },
         {sample_values({2, 1, 3, 2}, -2, 2), constant({{2, 2}, {0, 1}})}},
        {[](const Values& x) { return gather(x[0], x[1], -1, {.batch_dims = -1}); },
         {sample_values({2, 3}, -2, 2), constant({{2, 2}, {0, 1}})}},
        {[](const Values& x) { return gather(x[0], x[1]); }, {sample_values({1}, -2, 2), constant({0, 0})}}};
  }
};

struct GatherGradient {
  static constexpr std::string_view name = "gather_gradient";
  static constexpr bool mixed_dtypes = true;
  int axis, batch_dims;
  Shape params_shape;

  Shape infer(const Inputs&) const { return params_shape; }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &dy = x.impl(0), &indices = x.impl(1), &result = *impl_of(y);
    const std::int64_t zero = 0;
    kernels::fill(dy.dtype, &zero, result.data, result.count);
    const GatherView view(params_shape, indices.shape, axis, batch_dims);
    kernels::scatter(kernels::Scatter::add, dy.dtype, dy.data, view.outer, view.n, view.inner, indices.dtype,
                     indices.data, view.count, result.data, view.batches);
  }
  auto gradient(Dy dy, X<1, 0> indices) const {
    return partials([=, this] { return gather(dy, indices, axis, {.batch_dims = batch_dims}); }, no_partial);
  }
  Tensor all_rows(const RowInputs& x) const {
    if (!x.only(0) || batch_dims != 0) return {};
    return gather_gradient(x[0], x[1], axis + 1, 0, behind_rows(x.count(), params_shape));
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) {
               return gather_gradient(x[0], x[1], 1, 0, {2, 3, 2});
             },
             {sample_values({2, 4, 2}, -2, 2), constant({0, 2, 0, 1})}},
            {[](const Values& x) {
               return gather_gradient(x[0], x[1], 1, 1, {2, 3});
             },
             {sample_values({2, 2}, -2, 2), constant({{0, 2}, {1, 1}})}},
            {[](const Values& x) { return gather_gradient(x[0], x[1], 0, 0, {3}); },
             {sample_values({}, -2, 2), constant(2)}}};
  }
};

struct OneHot {
  static constexpr std::string_view name = "one_hot";
  static constexpr std::string_view not_differentiable = "its input is indices";
  std::int64_t depth;
  OneHotOptions options;

  DType dtype(const Inputs&) const { return options.dtype; }
  Shape infer(const Inputs& x) const {
    const Shape& indices = x.shape(0);
    if (options.dtype == DType::string)
      throw InvalidArgumentError("a dtype of numbers or bool is needed, got string");
    if (depth < 0) throw InvalidArgumentError("a depth that is not negative is needed, got " + std::to_string(depth));
    const int place = normalize_axis(options.axis, indices.rank() + 1);
    Shape shape = indices.sub(0, place);
    shape.push_back(depth);
    for (int i = place; i < indices.rank(); ++i) shape.push_back(indices[i]);
    return shape;
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &indices = *impl_of(x[0]), &result = *impl_of(y);
    const int place = normalize_axis(options.axis, result.shape.rank());
    std::int64_t on = 0, off = 0;  // room for one element of any dtype
    kernels::cast(float64, &options.on_value, options.dtype, &on, 1);
    kernels::cast(float64, &options.off_value, options.dtype, &off, 1);
    kernels::one_hot(indices.dtype, indices.data, product_of(result.shape, 0, place), depth,
                     product_of(result.shape, place + 1, result.shape.rank()), options.dtype, &on, &off, result.data);
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) { return one_hot(x[0], 3); }, {constant({{0, 2}, {1, 3}})}},
            {[](const Values& x) { return one_hot(x[0], 2, {.axis = 0, .dtype = float64}); }, {constant({0, 1, 1})}}};
  }
};

using ArgKernel = void (*)(DType, const void*, std::int64_t, std::int64_t, std::int64_t, std::int64_t*);

template <ArgKernel kernel>
struct ArgOp {
  static constexpr std::string_view not_differentiable = "its result is indices";
  int axis;
  DType output_type;

  DType dtype(const Inputs&) const { return output_type; }
  Shape infer(const Inputs& x) const {
    if (output_type != int64 && output_type != int32)
      throw InvalidArgumentError("the output_type is int64 or int32, got " + text_of(output_type));
    const Shape& input = x.shape(0);
    if (x.dtype(0) == DType::string) throw InvalidArgumentError("numbers are needed, got string");
    const int place = normalize_axis(axis, input.rank());
    if (input[place] == 0)
      throw InvalidArgumentError("axis " + std::to_string(place) + " of shape " + to_string(input) +
                                 " has no elements to choose from");
    return reduced_shape(input, 1u << place, false);
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& input = *impl_of(x[0]);
    const int place = normalize_axis(axis, input.shape.rank());
    const Tensor places = output_type == int64 ? y : uninitialized(int64, impl_of(y)->shape);
    const TensorImpl& result = *impl_of(places);
    kernel(input.dtype, input.data, product_of(input.shape, 0, place), input.shape[place],
           product_of(input.shape, place + 1, input.shape.rank()), static_cast<std::int64_t*>(result.data));
    if (output_type != int64) kernels::cast(int64, result.data, output_type, impl_of(y)->data, result.count);
  }
  static std::vector<Sample> samples_of(Tensor (*op)(const Tensor&, int, const ArgOptions&, Where)) {
    return {{[op](const Values& x) { return op(x[0], 0, {.output_type = int32}, {}); }, {sample_values({5}, -2, 2)}},
            {[op](const Values& x) { return op(x[0], -2, {}, {}); }, {sample_values({2, 3, 2}, -2, 2)}},
            {[op](const Values& x) { return op(x[0], 1, {}, {}); }, {sample_values({0, 3}, -2, 2)}}};
  }
};

struct ArgMax : ArgOp<kernels::arg_max> {
  static constexpr std::string_view name = "argmax";
  static auto samples() { return samples_of(argmax); }
};

struct ArgMin : ArgOp<kernels::arg_min> {
  static constexpr std::string_view name = "argmin";
  static auto samples() { return samples_of(argmin); }
};

}  // namespace

std::vector<OpRow> indexing_ops() {
  std::vector<OpRow> rows{row<Gather>("indexing"), row<GatherGradient>("indexing"), row<OneHot>("indexing"),
                          row<ArgMax>("indexing"), row<ArgMin>("indexing")};
  for (auto family :
       {choosing_ops, take_along_ops, scatter_ops, partition_ops, diagonal_ops, creation_ops, random_ops}) {
    const std::vector<OpRow> more = family();
    rows.insert(rows.end(), more.begin(), more.end());
  }
  return rows;
}

Tensor gather_gradient(const Tensor& dy, const Tensor& indices, int axis, int batch_dims, const Shape& params_shape) {
  return record(GatherGradient{axis, batch_dims, params_shape}, {dy, indices}, {});
}

}  // namespace detail

using namespace detail;

Tensor gather(const Tensor& params, const Tensor& indices, std::optional<int> axis, const GatherOptions& options,
              Where where) {
  return in_function(Gather::name, where, [&] {
    return record(Gather{axis, options.batch_dims, shape_of(params)}, {params, IndexTensor(indices)}, where);
  });
}
Tensor one_hot(const Tensor& indices, std::int64_t depth, const OneHotOptions& options, Where where) {
  return in_function(OneHot::name, where, [&] {
    return record(OneHot{depth, options}, {IndexTensor(indices)}, where);
  });
}
Tensor argmax(const Tensor& input, int axis, const ArgOptions& options, Where where) {
  return record(ArgMax{axis, options.output_type}, {input}, where);
}
Tensor argmin(const Tensor& input, int axis, const ArgOptions& options, Where where) {
  return record(ArgMin{axis, options.output_type}, {input}, where);
}

}  // namespace gradtape
