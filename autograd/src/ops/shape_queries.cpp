#include <limits>

#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "ops/checks.h"
#include "ops/composite.h"
#include "ops/shape_families.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

void check_out_type(DType out_type) {
  if (out_type != int32 && out_type != int64)
    throw InvalidArgumentError("out_type is int32 or int64, got " + text_of(out_type));
}

void write_number(std::int64_t number, const Tensor& y, std::int64_t place) {
  const TensorImpl& result = *impl_of(y);
  if (result.dtype == int64) {
    static_cast<std::int64_t*>(result.data)[place] = number;
    return;
  }
  if (number > std::numeric_limits<std::int32_t>::max())
    throw InvalidArgumentError("int32 cannot hold " + std::to_string(number) + "; ask for int64");
  static_cast<std::int32_t*>(result.data)[place] = static_cast<std::int32_t>(number);
}

struct ShapeOf {
  static constexpr std::string_view name = "shape";
  static constexpr std::string_view not_differentiable = "its result is lengths";
  DType out_type;

  DType dtype(const Inputs&) const { return out_type; }
  Shape infer(const Inputs& x) const {
    check_out_type(out_type);
    return {x.shape(0).rank()};
  }
  void forward(const Inputs& x, Tensor& y) const {
    for (int i = 0; i < x.shape(0).rank(); ++i) write_number(x.shape(0)[i], y, i);
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) { return shape(x[0]); }, {sample_values({2, 0, 3}, -2, 2)}},
            {[](const Values& x) { return shape(x[0], int64); }, {sample_values({}, -2, 2)}}};
  }
};

struct SizeOf {
  static constexpr std::string_view name = "size";
  static constexpr std::string_view not_differentiable = "its result is a number of elements";
  DType out_type;

  DType dtype(const Inputs&) const { return out_type; }
  Shape infer(const Inputs&) const {
    check_out_type(out_type);
    return {};
  }
  void forward(const Inputs& x, Tensor& y) const { write_number(x.impl(0).count, y, 0); }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) { return size(x[0]); }, {sample_values({2, 3}, -2, 2)}}};
  }
};

struct RankOf {
  static constexpr std::string_view name = "rank";
  static constexpr std::string_view not_differentiable = "its result is a number of axes";

  DType dtype(const Inputs&) const { return int32; }
  Shape infer(const Inputs&) const { return {}; }
  void forward(const Inputs& x, Tensor& y) const { write_number(x.shape(0).rank(), y, 0); }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) { return rank(x[0]); }, {sample_values({2, 3}, -2, 2)}}};
  }
};

struct EnsureShape {
  static constexpr std::string_view name = "ensure_shape";
  Shape shape;

  Tensor compute(const Inputs& x) const {
    const Shape& input = x.shape(0);
    bool fits = input.rank() == shape.rank();
    for (int i = 0; fits && i < shape.rank(); ++i) fits = shape[i] == -1 || shape[i] == input[i];
    if (!fits) throw InvalidArgumentError("the tensor has shape " + to_string(input) + ", not " + to_string(shape));
    return view(x[0], input);
  }
  auto gradient(Dy dy) const {
    return partials([=] { return *dy; });
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) {
               return ensure_shape(x[0], {-1, 3});
             },
             {sample_values({2, 3}, -2, 2)}},
            {[](const Values& x) { return ensure_shape(x[0], {}); }, {sample_values({}, -2, 2)}}};
  }
};

Shape shape_in(const Tensor& tensor) {
  const TensorImpl& lengths = checked(tensor);
  if ((lengths.dtype != int32 && lengths.dtype != int64) || lengths.shape.rank() != 1)
    throw InvalidArgumentError("a shape is an int32 or int64 tensor with one axis, got dtype " +
                               text_of(lengths.dtype) + " and shape " + to_string(lengths.shape));
  Shape shape;
  for (std::int64_t i = 0; i < lengths.count; ++i) shape.push_back(integer_at(lengths, i));
  return shape;
}

std::vector<Sample> shape_n_samples() {
  return {{[](const Values& x) {
             return shape_n({x[0], x[1]})[1];
           },
           {constant({{1, 2}, {3, 4}}), constant({1, 2, 3})}}};
}
std::vector<Sample> identity_n_samples() {
  return {{[](const Values& x) {
             const std::vector<Tensor> same = identity_n({x[0], x[1]});
             return same[0] * same[1];
           },
           {sample_values({2, 3}, -2, 2), sample_values({3}, -2, 2)}}};
}
std::vector<Sample> broadcast_dynamic_shape_samples() {
  return {
      {[](const Values& x) { return broadcast_dynamic_shape(x[0], x[1]); }, {constant({2, 1, 3}), constant({4, 3})}}};
}

}  // namespace

std::vector<OpRow> shape_query_ops() {
  return {row<ShapeOf>("shape"),
          row<SizeOf>("shape"),
          row<RankOf>("shape"),
          row<EnsureShape>("shape"),
          composite("shape_n", "shape", shape_n_samples, ShapeOf::not_differentiable),
          composite("identity_n", "shape", identity_n_samples),
          composite("broadcast_dynamic_shape", "shape", broadcast_dynamic_shape_samples, "its inputs are shapes")};
}

}  // namespace detail

using namespace detail;

Tensor shape(const Tensor& input, DType out_type, Where where) { return record(ShapeOf{out_type}, {input}, where); }
std::vector<Tensor> shape_n(const Tensors& input, DType out_type, Where where) {
  std::vector<Tensor> shapes;
  for (const Tensor& tensor : input) shapes.push_back(shape(tensor, out_type, where));
  return shapes;
}
Tensor size(const Tensor& input, DType out_type, Where where) { return record(SizeOf{out_type}, {input}, where); }
Tensor rank(const Tensor& input, Where where) { return record(RankOf{}, {input}, where); }
Tensor ensure_shape(const Tensor& x, const Shape& shape, Where where) {
  return record(EnsureShape{shape}, {x}, where);
}
std::vector<Tensor> identity_n(const Tensors& input, Where where) {
  std::vector<Tensor> same;
  for (const Tensor& tensor : input) same.push_back(identity(tensor, where));
  return same;
}
Shape broadcast_static_shape(const Shape& shape_x, const Shape& shape_y) {
  return broadcast_shapes(shape_x, shape_y);
}
Tensor broadcast_dynamic_shape(const Tensor& shape_x, const Tensor& shape_y, Where where) {
  return in_function("broadcast_dynamic_shape", where, [&] {
    const Shape result = broadcast_shapes(shape_in(shape_x), shape_in(shape_y));
    const bool is_wide = shape_x.dtype() == int64 || shape_y.dtype() == int64;
    const Tensor lengths = uninitialized(is_wide ? int64 : int32, {result.rank()});
    for (int i = 0; i < result.rank(); ++i) write_number(result[i], lengths, i);
    return lengths;
  });
}

}  // namespace gradtape
