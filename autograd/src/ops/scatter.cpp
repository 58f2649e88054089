#include "gradtape/autograd/ops/scatter.h"

#include "gradtape/autograd/ops/comparison.h"
#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/indexing.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "kernels/copy_elements.h"
#include "kernels/scatter.h"
#include "ops/indexing_families.h"
#include "ops/places.h"
#include "ops/scatter_updates.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;
using kernels::Scatter;

constexpr std::string_view name_of_scatter(Scatter kind) {
  switch (kind) {
    case Scatter::update:
      return "tensor_scatter_nd_update";
    case Scatter::add:
      return "tensor_scatter_nd_add";
    case Scatter::subtract:
      return "tensor_scatter_nd_sub";
    case Scatter::maximum:
      return "tensor_scatter_nd_max";
    default:
      return "tensor_scatter_nd_min";
  }
}

template <Scatter kind>
Tensor scatter_rows(const Tensor& tensor, const Tensor& places, const Tensor& updates, Where where);

using ScatterFunction = Tensor (*)(const Tensor&, const Tensor&, const Tensor&, Where);

std::vector<Sample> scatter_samples(ScatterFunction op) {
  const auto call = [op](const Values& x) { return op(x[0], x[1], x[2], {}); };
  return {
      {call, {sample_values({4}, -2, 2), constant({{3}, {0}}), sample_values({2}, -1.9, 2.1)}},
      {call, {sample_values({3, 2}, -2, 2), constant({{2}, {0}}), sample_values({2, 2}, -1.9, 2.1)}},
      {call, {sample_values({2, 3}, -2, 2), constant({{{1, 0}}, {{0, 2}}}, int64), sample_values({2, 1}, -1.9, 2.1)}},
      {call, {sample_values({3}, -2, 2), zeros({0, 1}, int32), sample_values({0}, -2, 2)}},
      {call, {sample_values({1, 2}, -2, 2), constant({0}), sample_values({2}, -1.9, 2.1)}},
      {call, {sample_values({3}, -2, 2), constant({{1}, {2}}), constant(0.17, float64)}}};
}

/// tensor (rows, inner) and updates (count, inner); the public functions see to that.
template <Scatter kind>
struct TensorScatter {
  static constexpr std::string_view name = name_of_scatter(kind);
  static constexpr bool mixed_dtypes = true;

  Shape infer(const Inputs& x) const {
    check_same_dtype({x[0], x[2]});
    if (kind != Scatter::update) check_number(x.dtype(0));
    return x.shape(0);
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &tensor = x.impl(0), &places = x.impl(1), &updates = x.impl(2);
    void* to = impl_of(y)->data;
    kernels::copy_bytes(tensor.data, to, tensor.count * static_cast<std::int64_t>(size_of(tensor.dtype)));
    kernels::scatter(kind, tensor.dtype, updates.data, 1, tensor.shape[0], tensor.shape[1], places.dtype, places.data,
                     places.count, to);
  }
};

struct TensorScatterUpdate : TensorScatter<Scatter::update> {
  auto gradient(Dy dy, X<1> places, X<2> updates) const {
    return partials([=] { return scatter_rows<Scatter::update>(dy, places, zeros_like(updates), {}); }, no_partial,
                    [=] { return gather(dy, places); });
  }
  static auto samples() { return scatter_samples(tensor_scatter_nd_update); }
};

struct TensorScatterAdd : TensorScatter<Scatter::add> {
  auto gradient(Dy dy, X<1, 2> places) const {
    return partials([=] { return *dy; }, no_partial, [=] { return gather(dy, places); });
  }
  static auto samples() { return scatter_samples(tensor_scatter_nd_add); }
};

struct TensorScatterSub : TensorScatter<Scatter::subtract> {
  auto gradient(Dy dy, X<1, 2> places) const {
    return partials([=] { return *dy; }, no_partial, [=] { return negative(gather(dy, places)); });
  }
  static auto samples() { return scatter_samples(tensor_scatter_nd_sub); }
};

/// An element's gradient is shared by all that are equal to it: the tensor's own, and the updates that arrived there.
template <Scatter kind>
struct TensorScatterExtreme : TensorScatter<kind> {
  auto gradient(Dy dy, X<0> tensor, X<1> places, X<2> updates, Y y) const {
    const auto is_update = [=] { return cast(equal(updates, gather(y, places)), dy->dtype()); };
    const auto is_tensor = [=] { return cast(equal(tensor, y), dy->dtype()); };
    const auto share = [=] { return divide(dy, scatter_rows<Scatter::add>(is_tensor(), places, is_update(), {})); };
    return partials([=] { return multiply(share(), is_tensor()); }, no_partial,
                    [=] { return multiply(gather(share(), places), is_update()); });
  }
};
struct TensorScatterMax : TensorScatterExtreme<Scatter::maximum> {
  static auto samples() { return scatter_samples(tensor_scatter_nd_max); }
};
struct TensorScatterMin : TensorScatterExtreme<Scatter::minimum> {
  static auto samples() { return scatter_samples(tensor_scatter_nd_min); }
};

template <Scatter kind>
Tensor scatter_rows(const Tensor& tensor, const Tensor& places, const Tensor& updates, Where where) {
  if constexpr (kind == Scatter::update) return record(TensorScatterUpdate{}, {tensor, places, updates}, where);
  if constexpr (kind == Scatter::add) return record(TensorScatterAdd{}, {tensor, places, updates}, where);
  if constexpr (kind == Scatter::subtract) return record(TensorScatterSub{}, {tensor, places, updates}, where);
  if constexpr (kind == Scatter::maximum) return record(TensorScatterMax{}, {tensor, places, updates}, where);
  if constexpr (kind == Scatter::minimum) return record(TensorScatterMin{}, {tensor, places, updates}, where);
}

/// The updates as rows; a scalar is spread over all of them.
Tensor rows_of(const Tensor& updates, const Chosen& chosen, Where where) {
  const Shape& shape = described(updates).shape;
  const Shape rows{chosen.places.num_elements(), chosen.inner};
  if (shape == chosen.shape) return reshape(updates, rows, where);
  if (shape.rank() == 0) return broadcast_to(updates, rows, where);
  throw InvalidArgumentError("the updates have shape " + to_string(shape) + "; the indices ask for " +
                             to_string(chosen.shape));
}

template <Scatter kind>
Tensor tensor_scatter(const Tensor& tensor, const Tensor& indices, const Tensor& updates, Where where) {
  return in_function(name_of_scatter(kind), where, [&] {
    const Shape& shape = described(tensor).shape;
    const Chosen chosen = chosen_by(indices, shape);
    const Tensor rows = reshape(tensor, {chosen.rows, chosen.inner}, where);
    return reshape(scatter_rows<kind>(rows, chosen.places, rows_of(updates, chosen, where), where), shape, where);
  });
}

std::vector<Sample> scatter_nd_samples() {
  return {{[](const Values& x) { return scatter_nd(x[0], x[1], {4}); },
           {constant({{3}, {0}, {3}}), sample_values({3}, -2, 2)}},
          {[](const Values& x) {
             return scatter_nd(x[0], x[1], {3, 2});
           },
           {constant({{2}, {2}}), sample_values({2, 2}, -2, 2)}},
          {[](const Values& x) {
             return scatter_nd(x[0], x[1], {2, 3, 1});
           },
           {constant({{{1, 2}, {0, 0}}}), sample_values({1, 2, 1}, -2, 2)}},
          {[](const Values& x) { return scatter_nd(x[0], x[1], {3}); },
           {zeros({0, 1}, int32), sample_values({0}, -2, 2)}}};
}

}  // namespace

Tensor with_rows(const Tensor& tensor, const Tensor& places, const Tensor& rows, Where where) {
  return scatter_rows<Scatter::update>(tensor, places, rows, where);
}

std::vector<OpRow> scatter_ops() {
  return {composite("scatter_nd", "scatter", scatter_nd_samples),
          row<TensorScatterUpdate>("scatter"),
          row<TensorScatterAdd>("scatter"),
          row<TensorScatterSub>("scatter"),
          row<TensorScatterMax>("scatter"),
          row<TensorScatterMin>("scatter")};
}

}  // namespace detail

using namespace detail;

Tensor scatter_nd(const Tensor& indices, const Tensor& updates, const Shape& shape, Where where) {
  return in_function("scatter_nd", where, [&] {
    check_number(described(updates).dtype);
    checked_count(shape, updates.dtype());
    const Chosen chosen = chosen_by(indices, shape);
    const Tensor sums =
        gather_gradient(rows_of(updates, chosen, where), chosen.places, 0, 0, {chosen.rows, chosen.inner});
    return reshape(sums, shape, where);
  });
}

Tensor tensor_scatter_nd_update(const Tensor& tensor, const Tensor& indices, const Tensor& updates, Where where) {
  return tensor_scatter<Scatter::update>(tensor, indices, updates, where);
}
Tensor tensor_scatter_nd_add(const Tensor& tensor, const Tensor& indices, const Tensor& updates, Where where) {
  return tensor_scatter<Scatter::add>(tensor, indices, updates, where);
}
Tensor tensor_scatter_nd_sub(const Tensor& tensor, const Tensor& indices, const Tensor& updates, Where where) {
  return tensor_scatter<Scatter::subtract>(tensor, indices, updates, where);
}
Tensor tensor_scatter_nd_max(const Tensor& tensor, const Tensor& indices, const Tensor& updates, Where where) {
  return tensor_scatter<Scatter::maximum>(tensor, indices, updates, where);
}
Tensor tensor_scatter_nd_min(const Tensor& tensor, const Tensor& indices, const Tensor& updates, Where where) {
  return tensor_scatter<Scatter::minimum>(tensor, indices, updates, where);
}

}  // namespace gradtape
