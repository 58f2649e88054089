#include "gradtape/autograd/ops/shape_ops.h"

#include "kernels/copy.h"
#include "kernels/elementwise.h"
#include "ops/checks.h"
#include "ops/op.h"
#include "ops/shape_families.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

std::string text_of_target(const Shape& shape) {
  std::string text = "(";
  for (int i = 0; i < shape.rank(); ++i) text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
  return text + (shape.rank() == 1 ? ",)" : ")");
}

struct Reshape {
  static constexpr std::string_view name = "reshape";
  Shape shape;  // may have a -1
  Shape input_shape;

  Tensor compute(const Inputs& x) const { return view(x[0], resolved(x.shape(0))); }
  Tensor all_rows(const RowInputs& x) const { return reshape(x[0], behind_rows(x.count(), resolved(x.shape(0)))); }
  auto gradient(Dy dy) const {
    return partials([=, this] { return reshape(dy, input_shape); });
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) {
               return reshape(x[0], {3, -1});
             },
             {sample_values({2, 3, 2}, -2, 2)}},
            {[](const Values& x) {
               return reshape(x[0], {1, 1});
             },
             {sample_values({}, -2, 2)}},
            {[](const Values& x) { return reshape(x[0], {}); }, {sample_values({1}, -2, 2)}},
            {[](const Values& x) { return reshape(x[0], {-1}); }, {sample_values({0, 3}, -2, 2)}}};
  }

 private:
  Shape resolved(const Shape& input) const {
    const auto refuse = [&](const std::string& why) {
      throw InvalidArgumentError("shape " + to_string(input) + ", " + std::to_string(input.num_elements()) +
                                 " elements, cannot become " + text_of_target(shape) + why);
    };
    int unknown = -1;
    std::int64_t known = 1;
    for (int i = 0; i < shape.rank(); ++i) {
      if (shape[i] < -1) refuse(": lengths are not negative, except one -1");
      if (shape[i] == -1 && unknown >= 0) refuse(": only one length may be -1");
      if (shape[i] == -1)
        unknown = i;
      else if (__builtin_mul_overflow(known, shape[i], &known))
        refuse(", which has more elements than can be counted");
    }
    const std::int64_t count = input.num_elements();
    Shape result = shape;
    if (unknown >= 0) {
      if (known == 0) refuse(": with a length of 0 beside it, -1 could be anything");
      if (count % known != 0) refuse(": " + std::to_string(known) + " does not divide them");
      result[unknown] = count / known;
    } else if (known != count) {
      refuse(", which has " + std::to_string(known));
    }
    return result;
  }
};

struct ExpandDims {
  static constexpr std::string_view name = "expand_dims";
  int axis;
  Shape input_shape;

  Tensor compute(const Inputs& x) const {
    const Shape& input = x.shape(0);
    const int place = normalize_axis(axis, input.rank() + 1);
    Shape shape = input.sub(0, place);
    shape.push_back(1);
    for (int i = place; i < input.rank(); ++i) shape.push_back(input[i]);
    return view(x[0], shape);
  }
  Tensor all_rows(const RowInputs& x) const { return expand_dims(x[0], normalize_axis(axis, x.rank(0) + 1) + 1); }
  auto gradient(Dy dy) const {
    return partials([=, this] { return reshape(dy, input_shape); });
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) { return expand_dims(x[0], 0); }, {sample_values({}, -2, 2)}},
            {[](const Values& x) { return expand_dims(x[0], 1); }, {sample_values({2, 3}, -2, 2)}},
            {[](const Values& x) { return expand_dims(x[0], -1); }, {sample_values({2, 3}, -2, 2)}}};
  }
};

struct Squeeze {
  static constexpr std::string_view name = "squeeze";
  Axes axis;
  Shape input_shape;

  Tensor compute(const Inputs& x) const { return view(x[0], squeezed(x.shape(0))); }
  Tensor all_rows(const RowInputs& x) const { return reshape(x[0], behind_rows(x.count(), squeezed(x.shape(0)))); }
  Shape squeezed(const Shape& input) const {
    unsigned removed = axis.mask(input.rank());
    for (int i = 0; i < input.rank(); ++i) {
      if (input[i] == 1) continue;
      if (axis.all())
        removed &= ~(1u << i);
      else if (removed >> i & 1)
        throw InvalidArgumentError("axis " + std::to_string(i) + " of shape " + to_string(input) + " has length " +
                                   std::to_string(input[i]) + "; only axes of length 1 can be squeezed");
    }
    return reduced_shape(input, removed, false);
  }
  auto gradient(Dy dy) const {
    return partials([=, this] { return reshape(dy, input_shape); });
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) { return squeeze(x[0]); }, {sample_values({1, 3, 1}, -2, 2)}},
            {[](const Values& x) { return squeeze(x[0], -1); }, {sample_values({1, 3, 1}, -2, 2)}},
            {[](const Values& x) {
               return squeeze(x[0], {0, 1});
             },
             {sample_values({1, 1}, -2, 2)}}};
  }
};

struct Transpose {
  static constexpr std::string_view name = "transpose";
  Axes perm;

  Tensor compute(const Inputs& x) const {
    const TensorImpl& input = *impl_of(x[0]);
    const Axes axes = counted_from_the_front(input.shape);
    Shape shape;
    int last = -1;
    bool moves = false;  // an axis of length 1 may move without any element moving
    for (int axis : axes) {
      shape.push_back(input.shape[axis]);
      if (input.shape[axis] == 1) continue;
      moves |= axis < last;
      last = axis;
    }
    if (!moves) return view(x[0], shape);
    Tensor y = uninitialized(input.dtype, shape);
    kernels::transpose(size_of(input.dtype), input.data, input.shape, axes.begin(), impl_of(y)->data);
    return y;
  }
  auto gradient(Dy dy) const {
    return partials([=, this] { return transpose(dy, inverse_permutation(counted_from_the_front(dy->shape()))); });
  }
  Tensor all_rows(const RowInputs& x) const {
    Axes axes = 0;
    for (int axis : counted_from_the_front(x.shape(0))) axes.push_back(axis + 1);
    return transpose(x[0], axes);
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) { return transpose(x[0]); }, {sample_values({2, 3}, -2, 2)}},
            {[](const Values& x) { return transpose(x[0]); }, {sample_values({}, -2, 2)}},
            {[](const Values& x) {
               return transpose(x[0], {2, 0, 1});
             },
             {sample_values({2, 3, 4}, -2, 2)}},
            {[](const Values& x) {
               return transpose(x[0], {0, -1, -2});
             },
             {sample_values({2, 3, 1}, -2, 2)}}};
  }

 private:
  Axes counted_from_the_front(const Shape& shape) const {
    const int rank = shape.rank();
    Axes axes = Axes::none();
    if (perm.all()) {
      for (int i = rank - 1; i >= 0; --i) axes.push_back(i);
      return axes;
    }
    if (perm.count() != rank)
      throw InvalidArgumentError("perm names " + std::to_string(perm.count()) + " axes, shape " + to_string(shape) +
                                 " has " + std::to_string(rank));
    static_cast<void>(perm.mask(rank));  // throws for an axis that is out of range or named twice
    for (int axis : perm) axes.push_back(normalize_axis(axis, rank));
    return axes;
  }
};

struct BroadcastTo {
  static constexpr std::string_view name = "broadcast_to";
  Shape shape;

  Shape infer(const Inputs& x) const {
    const Shape& input = x.shape(0);
    bool fits = input.rank() <= shape.rank();
    for (int i = 1; fits && i <= input.rank(); ++i) fits = input[-i] == shape[-i] || input[-i] == 1;
    if (!fits)
      throw InvalidArgumentError("shape " + to_string(input) + " does not broadcast to " + text_of_target(shape) +
                                 ": aligned at the last axis, each length must be equal or 1");
    return shape;
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& input = *impl_of(x[0]);
    kernels::broadcast(input.dtype, input.data, input.shape, impl_of(y)->data, shape);
  }
  Tensor all_rows(const RowInputs& x) const {
    Shape padded{x.count()};
    for (int i = x.rank(0); i < shape.rank(); ++i) padded.push_back(1);
    for (std::int64_t length : x.shape(0)) padded.push_back(length);
    return broadcast_to(reshape(x[0], padded), behind_rows(x.count(), shape));
  }
  // The tape itself sums over what was stretched.
  auto gradient(Dy dy) const {
    return partials([=] { return *dy; });
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) {
               return broadcast_to(x[0], {2, 3});
             },
             {sample_values({}, -2, 2)}},
            {[](const Values& x) {
               return broadcast_to(x[0], {2, 3, 4});
             },
             {sample_values({3, 1}, -2, 2)}},
            {[](const Values& x) {
               return broadcast_to(x[0], {2, 3});
             },
             {sample_values({2, 3}, -2, 2)}},
            {[](const Values& x) {
               return broadcast_to(x[0], {0, 3});
             },
             {sample_values({1, 3}, -2, 2)}}};
  }
};

}  // namespace

std::vector<OpRow> shape_ops() {
  std::vector<OpRow> rows = {row<Reshape>("shape"), row<ExpandDims>("shape"), row<Squeeze>("shape"),
                             row<Transpose>("shape"), row<BroadcastTo>("shape")};
  for (const auto family : {joining_ops, splitting_ops, slicing_ops, strided_slice_ops, repeating_ops, axis_order_ops,
                            shape_query_ops, rearranging_ops, sequence_rearranging_ops, block_ops, padding_ops}) {
    const std::vector<OpRow> others = family();
    rows.insert(rows.end(), others.begin(), others.end());
  }
  return rows;
}

}  // namespace detail

using namespace detail;

Tensor reshape(const Tensor& tensor, const Shape& shape, Where where) {
  return record(Reshape{shape, shape_of(tensor)}, {tensor}, where);
}
Tensor expand_dims(const Tensor& input, int axis, Where where) {
  return record(ExpandDims{axis, shape_of(input)}, {input}, where);
}
Tensor squeeze(const Tensor& input, const Axes& axis, Where where) {
  return record(Squeeze{axis, shape_of(input)}, {input}, where);
}
Tensor transpose(const Tensor& a, const Axes& perm, Where where) { return record(Transpose{perm}, {a}, where); }
Tensor broadcast_to(const Tensor& input, const Shape& shape, Where where) {
  return record(BroadcastTo{shape}, {input}, where);
}

}  // namespace gradtape
