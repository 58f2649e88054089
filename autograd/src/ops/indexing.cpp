#include "gradtape/autograd/ops/indexing.h"

#include <cstring>

#include "gradtape/autograd/ops/creation.h"
#include "kernels/copy.h"
#include "kernels/elementwise.h"
#include "kernels/reduce.h"
#include "ops/checks.h"
#include "ops/op.h"
#include "ops/sample.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

Tensor gather_gradient(const Tensor& dy, const Tensor& indices, int axis, const Shape& params_shape);

struct Gather {
  static constexpr std::string_view name = "gather";
  static constexpr bool mixed_dtypes = true;
  int axis;
  Shape params_shape;

  Shape infer(const Inputs& x) const {
    const Shape& params = x.shape(0);
    const TensorImpl& indices = checked(x[1]);
    const int place = normalize_axis(axis, params.rank());
    if (indices.dtype != int32 && indices.dtype != int64)
      throw InvalidArgumentError("indices are int32 or int64, got " + text_of(indices.dtype) + "; cast them first");
    const std::int64_t invalid =
        kernels::first_invalid_index(indices.dtype, indices.data, indices.count, params[place]);
    if (invalid >= 0)
      throw OutOfRangeError("index " + std::to_string(integer_at(indices, invalid)) + " at " +
                            position_of(invalid, indices.shape) + " of the indices is outside [0, " +
                            std::to_string(params[place]) + "), axis " + std::to_string(place) + " of shape " +
                            to_string(params));
    Shape shape = params.sub(0, place);
    for (std::int64_t length : indices.shape) shape.push_back(length);
    for (int i = place + 1; i < params.rank(); ++i) shape.push_back(params[i]);
    return shape;
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &params = *impl_of(x[0]), &indices = *impl_of(x[1]);
    const int place = normalize_axis(axis, params.shape.rank());
    kernels::gather(size_of(params.dtype), params.data, product_of(params.shape, 0, place), params.shape[place],
                    product_of(params.shape, place + 1, params.shape.rank()), indices.dtype, indices.data,
                    indices.count, impl_of(y)->data);
  }
  auto gradient(Dy dy, X<1, 0> indices) const {
    return partials([=, this] { return gather_gradient(dy, indices, axis, params_shape); }, no_partial);
  }
  static std::vector<Sample> samples() {
    return {
        {[](const Values& x) { return gather(x[0], x[1]); },
         {sample_values({4}, -2, 2), constant({{0, 3, 3}, {1, 0, 3}})}},
        {[](const Values& x) { return gather(x[0], x[1], 1); },
         {sample_values({2, 3, 2}, -2, 2), constant({2, 0, 2, 2})}},
        {[](const Values& x) { return gather(x[0], x[1], -1); }, {sample_values({2, 3}, -2, 2), constant(1, int64)}},
        {[](const Values& x) { return gather(x[0], x[1]); }, {sample_values({3, 2}, -2, 2), zeros({0}, int32)}}};
  }
};

/// Zeros of the shape of params, to which the parts of dy are added at their indices.
struct GatherGradient {
  static constexpr std::string_view name = "gather_gradient";
  static constexpr bool mixed_dtypes = true;
  int axis;
  Shape params_shape;

  Shape infer(const Inputs&) const { return params_shape; }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &dy = *impl_of(x[0]), &indices = *impl_of(x[1]), &result = *impl_of(y);
    const int place = normalize_axis(axis, params_shape.rank());
    std::memset(result.data, 0, static_cast<std::size_t>(result.count) * size_of(result.dtype));
    kernels::scatter_add(dy.dtype, dy.data, product_of(params_shape, 0, place), params_shape[place],
                         product_of(params_shape, place + 1, params_shape.rank()), indices.dtype, indices.data,
                         indices.count, result.data);
  }
  auto gradient(Dy dy, X<1, 0> indices) const {
    return partials([=, this] { return gather(dy, indices, axis); }, no_partial);
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) {
               return gather_gradient(x[0], x[1], 0, {5, 2});
             },
             {sample_values({3, 2}, -2, 2), constant({4, 1, 4})}},
            {[](const Values& x) {
               return gather_gradient(x[0], x[1], -1, {2, 3});
             },
             {sample_values({2, 2, 2}, -2, 2), constant({{0, 1}, {1, 1}})}}};
  }
};

Tensor gather_gradient(const Tensor& dy, const Tensor& indices, int axis, const Shape& params_shape) {
  return record(GatherGradient{axis, params_shape}, {dy, indices}, {});
}

struct OneHot {
  static constexpr std::string_view name = "one_hot";
  static constexpr std::string_view not_differentiable = "its input is indices";
  std::int64_t depth;
  OneHotOptions options;

  DType dtype(const Inputs&) const { return options.dtype; }
  Shape infer(const Inputs& x) const {
    const Shape& indices = x.shape(0);
    if (!is_integer(x.dtype(0)))
      throw InvalidArgumentError("indices of an integer dtype are needed, got " + text_of(x.dtype(0)) +
                                 "; cast them first");
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

  DType dtype(const Inputs&) const { return int64; }
  Shape infer(const Inputs& x) const {
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
    kernel(input.dtype, input.data, product_of(input.shape, 0, place), input.shape[place],
           product_of(input.shape, place + 1, input.shape.rank()), static_cast<std::int64_t*>(impl_of(y)->data));
  }
  static std::vector<Sample> samples_of(Tensor (*op)(const Tensor&, int, Where)) {
    return {{[op](const Values& x) { return op(x[0], 0, {}); }, {sample_values({5}, -2, 2)}},
            {[op](const Values& x) { return op(x[0], -2, {}); }, {sample_values({2, 3, 2}, -2, 2)}},
            {[op](const Values& x) { return op(x[0], 1, {}); }, {sample_values({0, 3}, -2, 2)}}};
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
  return {row<Gather>("indexing"), row<GatherGradient>("indexing"), row<OneHot>("indexing"), row<ArgMax>("indexing"),
          row<ArgMin>("indexing")};
}

}  // namespace detail

using namespace detail;

Tensor gather(const Tensor& params, const Tensor& indices, int axis, Where where) {
  return record(Gather{axis, shape_of(params)}, {params, indices}, where);
}
Tensor one_hot(const Tensor& indices, std::int64_t depth, const OneHotOptions& options, Where where) {
  return record(OneHot{depth, options}, {indices}, where);
}
Tensor argmax(const Tensor& input, int axis, Where where) { return record(ArgMax{axis}, {input}, where); }
Tensor argmin(const Tensor& input, int axis, Where where) { return record(ArgMin{axis}, {input}, where); }

}  // namespace gradtape
