#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/indexing.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "kernels/copy.h"
#include "kernels/elementwise.h"
#include "kernels/scatter.h"
#include "ops/indexing_families.h"
#include "ops/places.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

Tensor take_along_axis_gradient(const Tensor& dy, const Tensor& indices, int axis, const Shape& shape);

/// x and indices agree on every axis but `axis`, which counts from the front.
struct TakeAlongAxis {
  static constexpr std::string_view name = "take_along_axis";
  static constexpr bool mixed_dtypes = true;
  int axis;
  Shape shape;

  Shape infer(const Inputs& x) const { return x.shape(1); }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &from = x.impl(0), &indices = x.impl(1);
    const std::int64_t invalid =
        kernels::take_along(size_of(from.dtype), from.data, product_of(shape, 0, axis), shape[axis],
                            product_of(shape, axis + 1, shape.rank()), indices.dtype, indices.data,
                            indices.shape[axis], impl_of(y)->data);
    if (invalid >= 0) throw_outside(indices, invalid, -shape[axis], axis, shape);
  }
  auto gradient(Dy dy, X<1, 0> indices) const {
    return partials([=, this] { return take_along_axis_gradient(dy, indices, axis, shape); }, no_partial);
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) { return take_along_axis(x[0], x[1], 0); },
             {sample_values({3, 2}, -2, 2), constant({{2, 0}, {2, -1}, {0, 1}, {1, 1}})}},
            {[](const Values& x) { return take_along_axis(x[0], x[1], -1); },
             {sample_values({2, 3}, -2, 2), constant({{2, 2}, {0, 1}})}},
            {[](const Values& x) { return take_along_axis(x[0], x[1], 1); },
             {sample_values({2, 3, 2}, -2, 2), constant({{{2, 2}, {0, 1}}})}},
            {[](const Values& x) { return take_along_axis(x[0], x[1], 1); },
             {sample_values({1, 3}, -2, 2), constant({{2, 2}, {0, 1}})}},
            {[](const Values& x) { return take_along_axis(x[0], x[1], {}); },
             {sample_values({2, 3}, -2, 2), constant({5, 0, 5})}},
            {[](const Values& x) { return take_along_axis(x[0], x[1], 0); },
             {sample_values({3, 2}, -2, 2), zeros({0, 2}, int64)}}};
  }
};

struct TakeAlongAxisGradient {
  static constexpr std::string_view name = "take_along_axis_gradient";
  static constexpr bool mixed_dtypes = true;
  int axis;
  Shape shape;

  Shape infer(const Inputs&) const { return shape; }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &dy = x.impl(0), &indices = x.impl(1), &result = *impl_of(y);
    const std::int64_t zero = 0;
    kernels::fill(dy.dtype, &zero, result.data, result.count);
    kernels::put_along(kernels::Scatter::add, dy.dtype, dy.data, product_of(shape, 0, axis), shape[axis],
                       product_of(shape, axis + 1, shape.rank()), indices.dtype, indices.data, indices.shape[axis],
                       result.data);
  }
  auto gradient(Dy dy, X<1, 0> indices) const {
    return partials([=, this] { return take_along_axis(dy, indices, axis); }, no_partial);
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) {
               return take_along_axis_gradient(x[0], x[1], 1, {2, 3});
             },
             {sample_values({2, 2}, -2, 2), constant({{2, 2}, {0, 1}})}},
            {[](const Values& x) {
               return take_along_axis_gradient(x[0], x[1], 0, {3, 1});
             },
             {sample_values({2, 1}, -2, 2), constant({{2}, {0}})}}};
  }
};

Tensor take_along_axis_gradient(const Tensor& dy, const Tensor& indices, int axis, const Shape& shape) {
  return record(TakeAlongAxisGradient{axis, shape}, {dy, indices}, {});
}

Tensor broadcast_where_needed(const Tensor& tensor, const Shape& shape, Where where) {
  return tensor.shape() == shape ? tensor : broadcast_to(tensor, shape, where);
}

}  // namespace

std::vector<OpRow> take_along_ops() {
  return {row<TakeAlongAxis>("indexing"), row<TakeAlongAxisGradient>("indexing")};
}

}  // namespace detail

using namespace detail;

Tensor take_along_axis(const Tensor& x, const Tensor& index_tensor, std::optional<int> axis, Where where) {
  return in_function(TakeAlongAxis::name, where, [&] {
    if (!axis) return take_along_axis(reshape(x, {-1}, where), index_tensor, 0, where);
    const IndexTensor indices(index_tensor);
    Shape shape = described(x).shape, chosen = described(*indices).shape;
    if (shape.rank() != chosen.rank())
      throw InvalidArgumentError("shape " + to_string(shape) + " and indices " + to_string(chosen) +
                                 " must have the same number of axes");
    const int place = normalize_axis(*axis, shape.rank());
    const std::int64_t n = shape[place], count = chosen[place];
    shape[place] = chosen[place] = 1;
    shape = chosen = broadcast_shapes(shape, chosen);
    shape[place] = n;
    chosen[place] = count;
    return record(TakeAlongAxis{place, shape},
                  {broadcast_where_needed(x, shape, where), broadcast_where_needed(indices, chosen, where)}, where);
  });
}

}  // namespace gradtape
