#include "gradtape/autograd/ops/shape_ops.h"
#include "kernels/copy.h"
#include "ops/checks.h"
#include "ops/op.h"
#include "ops/shape_families.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

/// Writes the inputs side by side along `axis` of y, each with its own length there.
void join(const Inputs& x, int axis, bool new_axis, Tensor& y) {
  const TensorImpl& result = *impl_of(y);
  constexpr int inline_parts = 16;
  const void* few_parts[inline_parts];
  std::int64_t few_lengths[inline_parts];
  std::vector<const void*> many_parts;
  std::vector<std::int64_t> many_lengths;
  const void** parts = few_parts;
  std::int64_t* lengths = few_lengths;
  if (x.size() > inline_parts) {
    many_parts.resize(static_cast<std::size_t>(x.size()));
    many_lengths.resize(static_cast<std::size_t>(x.size()));
    parts = many_parts.data();
    lengths = many_lengths.data();
  }
  for (int i = 0; i < x.size(); ++i) {
    const TensorImpl& part = *impl_of(x[i]);
    parts[i] = part.data;
    lengths[i] = new_axis ? 1 : part.shape[axis];
  }
  kernels::concat(size_of(result.dtype), parts, lengths, x.size(), product_of(result.shape, 0, axis),
                  product_of(result.shape, axis + 1, result.shape.rank()), result.data);
}

std::vector<Tensor> all_in_rows(const RowInputs& x) {
  std::vector<Tensor> parts;
  for (int i = 0; i < x.size(); ++i) parts.push_back(x.in_rows(i));
  return parts;
}

struct Concat {
  static constexpr std::string_view name = "concat";
  int axis;
  std::vector<std::int64_t> begins;  // of the inputs along the axis, and the end of the last

  Shape infer(const Inputs& x) const {
    if (x.size() == 0) throw InvalidArgumentError("there are no tensors to join");
    Shape shape = x.shape(0);
    if (shape.rank() == 0) throw InvalidArgumentError("scalars have no axis to be joined along; stack joins them");
    const int place = normalize_axis(axis, shape.rank());
    for (int i = 1; i < x.size(); ++i) {
      const Shape& other = x.shape(i);
      bool fits = other.rank() == shape.rank();
      for (int k = 0; fits && k < shape.rank(); ++k) fits = k == place || other[k] == shape[k];
      if (!fits)
        throw InvalidArgumentError("shapes " + to_string(x.shape(0)) + " and " + to_string(other) + " (tensor " +
                                   std::to_string(i) + ") must agree on all axes but axis " + std::to_string(place));
      if (__builtin_add_overflow(shape[place], other[place], &shape[place]))
        throw ResourceExhaustedError("the tensors have more elements along the axis than can be counted");
    }
    return shape;
  }
  void forward(const Inputs& x, Tensor& y) const { join(x, normalize_axis(axis, y.rank()), false, y); }
  Tensor all_rows(const RowInputs& x) const { return concat(all_in_rows(x), normalize_axis(axis, x.rank(0)) + 1); }
  auto gradient(Dy dy) const {
    return each_partial([=, this](int i) {
      Shape begin, size = dy->shape();
      for (int k = 0; k < size.rank(); ++k) begin.push_back(0);
      const std::int64_t* place = &begins[static_cast<std::size_t>(i)];
      begin[axis] = place[0];
      size[axis] = place[1] - place[0];
      return slice(dy, begin, size);
    });
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) {
               return concat({x[0], x[1], x[2]}, 0);
             },
             {sample_values({2, 3}, -2, 2), sample_values({1, 3}, -2, 2), sample_values({0, 3}, -2, 2)}},
            {[](const Values& x) {
               return concat({x[0], x[1]}, -1);
             },
             {sample_values({2, 1, 3}, -2, 2), sample_values({2, 1, 2}, -2, 2)}},
            {[](const Values& x) {
               return concat({x[0], x[1], x[0]}, 1);
             },
             {sample_values({2, 1, 3}, -2, 2), sample_values({2, 2, 3}, -2, 2)}},
            {[](const Values& x) { return concat({x[0]}, 0); }, {sample_values({3}, -2, 2)}}};
  }
};

struct Stack {
  static constexpr std::string_view name = "stack";
  int axis;

  Shape infer(const Inputs& x) const {
    if (x.size() == 0) throw InvalidArgumentError("there are no tensors to stack");
    const Shape& each = x.shape(0);
    const int place = normalize_axis(axis, each.rank() + 1);
    for (int i = 1; i < x.size(); ++i)
      if (x.shape(i) != each)
        throw InvalidArgumentError("shapes " + to_string(each) + " and " + to_string(x.shape(i)) + " (tensor " +
                                   std::to_string(i) + ") must be equal");
    Shape shape = each.sub(0, place);
    shape.push_back(x.size());
    for (int i = place; i < each.rank(); ++i) shape.push_back(each[i]);
    return shape;
  }
  void forward(const Inputs& x, Tensor& y) const { join(x, normalize_axis(axis, y.rank()), true, y); }
  Tensor all_rows(const RowInputs& x) const { return stack(all_in_rows(x), normalize_axis(axis, x.rank(0) + 1) + 1); }
  auto gradient(Dy dy) const {
    return each_partial([=, this](int i) {
      Shape begin, size = dy->shape();
      for (int k = 0; k < size.rank(); ++k) begin.push_back(0);
      begin[axis] = i;
      size[axis] = 1;
      return squeeze(slice(dy, begin, size), axis);
    });
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) {
               return stack({x[0], x[1]});
             },
             {sample_values({}, -2, 2), sample_values({}, 1, 3)}},
            {[](const Values& x) {
               return stack({x[0], x[1], x[0]}, 1);
             },
             {sample_values({2, 3}, -2, 2), sample_values({2, 3}, 1, 3)}},
            {[](const Values& x) {
               return stack({x[0], x[1]}, -1);
             },
             {sample_values({2, 1}, -2, 2), sample_values({2, 1}, 1, 3)}}};
  }
};

std::vector<TensorRef> references_to(const Tensors& values) { return {values.begin(), values.end()}; }

/// 0 where there is none, which infer refuses.
std::int64_t length_along(int axis, const Tensor& tensor) {
  const Shape shape = shape_of(tensor);
  return axis >= -shape.rank() && axis < shape.rank() ? shape[axis] : 0;
}

}  // namespace

std::vector<OpRow> joining_ops() { return {row<Concat>("shape"), row<Stack>("shape")}; }

}  // namespace detail

using namespace detail;

Tensor concat(const Tensors& values, int axis, Where where) {
  const std::vector<TensorRef> parts = references_to(values);
  std::vector<std::int64_t> begins{0};
  begins.reserve(parts.size() + 1);
  std::uint64_t end = 0;  // infer refuses lengths that overflow
  for (const Tensor& value : values) {
    end += static_cast<std::uint64_t>(length_along(axis, value));
    begins.push_back(static_cast<std::int64_t>(end));
  }
  return record(Concat{axis, std::move(begins)}, Inputs(parts.data(), static_cast<int>(parts.size())), where);
}
Tensor stack(const Tensors& values, int axis, Where where) {
  const std::vector<TensorRef> parts = references_to(values);
  return record(Stack{axis}, Inputs(parts.data(), static_cast<int>(parts.size())), where);
}

}  // namespace gradtape
