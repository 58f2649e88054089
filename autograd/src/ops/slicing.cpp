#include <cstring>

#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "kernels/copy.h"
#include "kernels/elementwise.h"
#include "ops/checks.h"
#include "ops/op.h"
#include "ops/parts.h"
#include "ops/shape_families.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

struct SliceOp {
  static constexpr std::string_view name = "slice";
  Shape begin, size;  // a size may be -1
  Shape input_shape;

  Tensor compute(const Inputs& x) const {
    const TensorImpl& input = *impl_of(x[0]);
    const Shape shape = resolved(input.shape);
    if (shape.num_elements() == 0) return uninitialized(input.dtype, shape);
    const Part part(input.shape, begin);
    if (lies_together(input.shape, shape)) return view(x[0], shape, part.offset);
    Tensor y = uninitialized(input.dtype, shape);
    const std::size_t bytes = size_of(input.dtype);
    kernels::strided_read(bytes,
                          static_cast<const char*>(input.data) + part.offset * static_cast<std::int64_t>(bytes),
                          part.strides, impl_of(y)->data, shape);
    return y;
  }
  auto gradient(Dy dy) const {
    return partials([=, this] { return PartialAt{dy, begin}; });
  }
  Tensor all_rows(const RowInputs& x) const {
    return slice(x[0], behind_rows(0, begin), behind_rows(x.count(), resolved(x.shape(0))));
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) { return slice(x[0], {1}, {-1}); }, {sample_values({4}, -2, 2)}},
            {[](const Values& x) {
               return slice(x[0], {1, 0}, {2, 3});
             },
             {sample_values({4, 3}, -2, 2)}},
            {[](const Values& x) {
               return slice(x[0], {0, 1, 2}, {2, -1, 1});
             },
             {sample_values({3, 3, 4}, -2, 2)}},
            {[](const Values& x) {
               return slice(x[0], {1, 1}, {0, 2});
             },
             {sample_values({2, 3}, -2, 2)}},
            {[](const Values& x) { return slice(x[0], {}, {}); }, {sample_values({}, -2, 2)}}};
  }

 private:
  Shape resolved(const Shape& input) const {
    if (begin.rank() != input.rank() || size.rank() != input.rank())
      throw InvalidArgumentError("begin has " + std::to_string(begin.rank()) + " numbers and size " +
                                 std::to_string(size.rank()) + "; both need one for each axis of shape " +
                                 to_string(input));
    Shape shape = size;
    for (int i = 0; i < input.rank(); ++i) {
      const bool begins_inside = begin[i] >= 0 && begin[i] <= input[i];
      const std::int64_t remaining = begins_inside ? input[i] - begin[i] : 0;
      if (size[i] == -1) shape[i] = remaining;
      if (!begins_inside || size[i] < -1 || shape[i] > remaining)
        throw InvalidArgumentError("axis " + std::to_string(i) + " of shape " + to_string(input) + " has no " +
                                   std::to_string(size[i]) + " elements from " + std::to_string(begin[i]));
    }
    return shape;
  }
};

/// Zeros of `shape` with dy at `begin`.
struct SliceGradient {
  static constexpr std::string_view name = "slice_gradient";
  Shape begin, size, shape;

  Shape infer(const Inputs&) const { return shape; }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &dy = *impl_of(x[0]), &result = *impl_of(y);
    const std::size_t bytes = size_of(result.dtype);
    std::memset(result.data, 0, static_cast<std::size_t>(result.count) * bytes);
    if (dy.count == 0) return;
    const Part part(shape, begin);
    kernels::strided_write(bytes, dy.data,
                           static_cast<char*>(result.data) + part.offset * static_cast<std::int64_t>(bytes),
                           part.strides, dy.shape);
  }
  auto gradient(Dy dy) const {
    return partials([=, this] { return slice(dy, begin, size); });
  }
  Tensor all_rows(const RowInputs& x) const {
    return slice_gradient(x[0], behind_rows(0, begin), behind_rows(x.count(), shape));
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) {
               return slice_gradient(x[0], {1, 2}, {3, 4});
             },
             {sample_values({2, 1}, -2, 2)}},
            {[](const Values& x) { return slice_gradient(x[0], {1}, {3}); }, {sample_values({0}, -2, 2)}}};
  }
};

struct At {
  static constexpr std::string_view name = "at";
  std::int64_t index;
  Shape input_shape;

  Tensor compute(const Inputs& x) const {
    const Shape& input = x.shape(0);
    if (input.rank() == 0) throw InvalidArgumentError("a scalar has no axis to index");
    const std::int64_t n = input.front();
    if (index < -n || index >= n)
      throw OutOfRangeError("index " + std::to_string(index) + " is outside [" + std::to_string(-n) + ", " +
                            std::to_string(n) + "), the first axis of shape " + to_string(input));
    const Shape shape = input.sub(1, input.rank());
    return view(x[0], shape, (index < 0 ? index + n : index) * shape.num_elements());
  }
  auto gradient(Dy dy) const {
    return partials([=, this] {
      Shape begin = input_shape;
      for (int i = 1; i < begin.rank(); ++i) begin[i] = 0;
      begin[0] = index < 0 ? index + input_shape[0] : index;
      return PartialAt{expand_dims(dy, 0), begin};
    });
  }
  Tensor all_rows(const RowInputs& x) const {
    Shape begin, size = behind_rows(x.count(), x.shape(0));
    for (int i = 0; i < size.rank(); ++i) begin.push_back(0);
    begin[1] = index < 0 ? index + size[1] : index;
    size[1] = 1;
    return squeeze(slice(x[0], begin, size), 1);
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) { return x[0][2]; }, {sample_values({4}, -2, 2)}},
            {[](const Values& x) { return x[0][-1]; }, {sample_values({3, 1, 2}, -2, 2)}}};
  }
};

struct Piece {
  static constexpr std::string_view name = "piece";
  std::int64_t offset;
  Shape shape;

  Tensor compute(const Inputs& x) const { return view(x[0], shape, offset); }
  auto gradient(Dy dy) const {
    return partials([=, this] { return PartialAt{reshape(dy, {-1}), {offset}}; });
  }
  Tensor all_rows(const RowInputs& x) const {
    return reshape(slice(x[0], {0, offset}, {x.count(), shape.num_elements()}), behind_rows(x.count(), shape));
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) {
               return piece(x[0], 2, {2, 3});
             },
             {sample_values({9}, -2, 2)}},
            {[](const Values& x) { return piece(x[0], 0, {1}) * piece(x[0], 0, {3}); }, {sample_values({3}, -2, 2)}}};
  }
};

}  // namespace

Tensor slice_gradient(const Tensor& dy, const Shape& begin, const Shape& shape) {
  return record(SliceGradient{begin, shape_of(dy), shape}, {dy}, {});
}

Tensor piece(const Tensor& packed, std::int64_t offset, const Shape& shape) {
  return record(Piece{offset, shape}, {packed}, {});
}

void add_part(const Tensor& total, const Tensor& part, const Shape& begin) {
  const TensorImpl &to = *impl_of(total), &from = *impl_of(part);
  if (from.count == 0) return;
  const auto bytes = static_cast<std::int64_t>(size_of(to.dtype));
  const Part place(to.shape, begin);
  char* first = static_cast<char*>(to.data) + place.offset * bytes;
  if (lies_together(to.shape, from.shape))
    return kernels::binary(kernels::Binary::add, to.dtype, first, from.data, first, from.count);
  const Tensor sum = uninitialized(to.dtype, from.shape);
  void* elements = impl_of(sum)->data;
  kernels::strided_read(size_of(to.dtype), first, place.strides, elements, from.shape);
  kernels::binary(kernels::Binary::add, to.dtype, elements, from.data, elements, from.count);
  kernels::strided_write(size_of(to.dtype), elements, first, place.strides, from.shape);
}

Part::Part(const Shape& shape, const Shape& begin) {
  std::int64_t stride = 1;
  for (int i = shape.rank() - 1; i >= 0; --i) {
    strides[i] = stride;
    offset += begin[i] * stride;
    stride *= shape[i];
  }
}

bool lies_together(const Shape& input, const Shape& shape) {
  int axis = input.rank() - 1;
  while (axis > 0 && shape[axis] == input[axis]) --axis;
  for (int i = 0; i < axis; ++i)
    if (shape[i] != 1) return false;
  return true;
}

std::vector<OpRow> slicing_ops() {
  return {row<SliceOp>("shape"), row<SliceGradient>("shape"), row<At>("shape"), row<Piece>("shape")};
}

}  // namespace detail

using namespace detail;

Tensor slice(const Tensor& input, const Shape& begin, const Shape& size, Where where) {
  return record(SliceOp{begin, size, shape_of(input)}, {input}, where);
}

Tensor Tensor::slice(const Shape& begin, const Shape& size, Where where) const {
  return gradtape::slice(*this, begin, size, where);
}
Tensor Tensor::at(std::int64_t index, Where where) const {
  return record(At{index, shape_of(*this)}, {*this}, where);
}

}  // namespace gradtape
