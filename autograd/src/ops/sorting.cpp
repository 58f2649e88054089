#include "gradtape/autograd/ops/sorting.h"

#include <cstring>
#include <limits>

#include "gradtape/autograd/ops/creation.h"
#include "kernels/sort.h"
#include "ops/checks.h"
#include "ops/op.h"
#include "ops/reduction_families.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

struct Lines {
  int axis;
  std::int64_t outer, n, inner;
  Lines(const Shape& shape, int chosen_axis) : axis(normalize_axis(chosen_axis, shape.rank())) {
    outer = product_of(shape, 0, axis);
    n = shape[axis];
    inner = product_of(shape, axis + 1, shape.rank());
  }
};

const std::int32_t* places_in(const Tensor& tensor) {
  return static_cast<const std::int32_t*>(impl_of(tensor)->data);
}

bool is_descending(std::string_view direction) {
  if (direction != "ASCENDING" && direction != "DESCENDING")
    throw InvalidArgumentError("direction \"" + std::string(direction) +
                               "\" is unknown; known are \"ASCENDING\" and \"DESCENDING\"");
  return direction == "DESCENDING";
}

/// The places of the first k elements in order, or of all.
struct Places {
  static constexpr std::int64_t all = std::numeric_limits<std::int64_t>::min();
  static constexpr std::string_view not_differentiable = "its result is indices";
  int axis;
  std::int64_t k;
  std::string_view direction;

  DType dtype(const Inputs&) const { return int32; }
  Shape infer(const Inputs& x) const {
    if (x.dtype(0) == DType::string) throw InvalidArgumentError("numbers or bool are needed, got string");
    is_descending(direction);
    const Lines lines(x.shape(0), axis);
    if (lines.n > std::numeric_limits<std::int32_t>::max())
      throw InvalidArgumentError("axis " + std::to_string(lines.axis) + " of shape " + to_string(x.shape(0)) +
                                 " is too long for int32 indices");
    if (k != all && (k < 0 || k > lines.n))
      throw InvalidArgumentError("k = " + std::to_string(k) + " is outside [0, " + std::to_string(lines.n) +
                                 "], the length of the last axis of shape " + to_string(x.shape(0)));
    Shape shape = x.shape(0);
    if (k != all) shape[lines.axis] = k;
    return shape;
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &input = *impl_of(x[0]), &result = *impl_of(y);
    const Lines lines(input.shape, axis);
    kernels::sorted_places(input.dtype, input.data, lines.outer, lines.n, lines.inner, result.shape[lines.axis],
                           is_descending(direction), static_cast<std::int32_t*>(result.data));
  }
};

struct Argsort : Places {
  static constexpr std::string_view name = "argsort";
  static std::vector<Sample> samples() {
    return {{[](const Values& x) { return argsort(x[0]); }, {sample_values({2, 5}, -2, 2)}},
            {[](const Values& x) { return argsort(x[0], 0, "DESCENDING"); }, {sample_values({3, 2, 2}, -2, 2)}},
            {[](const Values& x) { return argsort(x[0]); }, {sample_values({2, 0}, -2, 2)}}};
  }
};

struct SortPlaces : Places {
  static constexpr std::string_view name = "sort";
  static std::vector<Sample> samples() {
    return {{[](const Values& x) { return sort(x[0]); }, {sample_values({5}, -2, 2)}},
            {[](const Values& x) { return sort(x[0], 0); }, {sample_values({3, 4}, -2, 2)}},
            {[](const Values& x) { return sort(x[0], -2, "DESCENDING"); }, {sample_values({2, 3, 2}, -2, 2)}},
            {[](const Values& x) { return sort(x[0]); }, {sample_values({2, 1}, -2, 2)}},
            {[](const Values& x) { return sort(x[0]); }, {sample_values({2, 0}, -2, 2)}}};
  }
};

struct TopKPlaces : Places {
  static constexpr std::string_view name = "top_k";
  static std::vector<Sample> samples() {
    return {{[](const Values& x) { return top_k(x[0], 2).values; }, {sample_values({5}, -2, 2)}},
            {[](const Values& x) { return top_k(x[0]).values; }, {sample_values({3, 4}, -2, 2)}},
            {[](const Values& x) { return top_k(x[0], 3).values; }, {sample_values({2, 1, 3}, -2, 2)}},
            {[](const Values& x) { return top_k(x[0], 1).values; }, {sample_values({0, 3}, -2, 2)}}};
  }
};

Tensor take_lines_gradient(const Tensor& dy, const Tensor& places, int axis, std::int64_t n);

struct TakeLines {
  static constexpr std::string_view name = "take_lines";
  static constexpr bool mixed_dtypes = true;
  int axis;
  std::int64_t n;

  Shape infer(const Inputs& x) const { return x.shape(1); }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& input = *impl_of(x[0]);
    const Lines lines(input.shape, axis);
    kernels::take_lines(size_of(input.dtype), input.data, lines.outer, lines.n, lines.inner, places_in(x[1]),
                        x.shape(1)[axis], impl_of(y)->data);
  }
  auto gradient(Dy dy, X<1, 0> places) const {
    return partials([=, this] { return take_lines_gradient(dy, places, axis, n); }, no_partial);
  }
  static std::vector<Sample> samples() { return SortPlaces::samples(); }
};

struct TakeLinesGradient {
  static constexpr std::string_view name = "take_lines_gradient";
  static constexpr bool mixed_dtypes = true;
  int axis;
  std::int64_t n;

  Shape infer(const Inputs& x) const {
    Shape shape = x.shape(0);
    shape[axis] = n;
    return shape;
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &dy = *impl_of(x[0]), &result = *impl_of(y);
    const Lines lines(result.shape, axis);
    std::memset(result.data, 0, static_cast<std::size_t>(result.count) * size_of(result.dtype));
    kernels::add_lines(dy.dtype, dy.data, lines.outer, n, lines.inner, places_in(x[1]), dy.shape[axis], result.data);
  }
  auto gradient(Dy dy, X<1, 0> places) const {
    return partials([=, this] { return record(TakeLines{axis, n}, {dy, places}, {}); }, no_partial);
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) { return take_lines_gradient(x[0], argsort(x[0], 0), 0, 5); },
             {sample_values({3, 2}, -2, 2)}},
            {[](const Values& x) { return take_lines_gradient(x[0], argsort(x[0]), 1, 3); },
             {sample_values({2, 3}, -2, 2)}}};
  }
};

Tensor take_lines_gradient(const Tensor& dy, const Tensor& places, int axis, std::int64_t n) {
  return record(TakeLinesGradient{axis, n}, {dy, places}, {});
}

/// `places` has come from the op: the axis is in the rank.
Tensor taken(const Tensor& values, const Tensor& places, int axis, Where where) {
  const int place = normalize_axis(axis, values.rank());
  return record(TakeLines{place, values.shape()[place]}, {values, places}, where);
}

}  // namespace

std::vector<OpRow> sorting_ops() {
  return {row<Argsort>("sorting"), composite("sort", "sorting", &SortPlaces::samples),
          composite("top_k", "sorting", &TopKPlaces::samples), row<TakeLines>("sorting"),
          row<TakeLinesGradient>("sorting")};
}

}  // namespace detail

using namespace detail;

Tensor argsort(const Tensor& values, int axis, std::string_view direction, bool, Where where) {
  return record(Argsort{{axis, Places::all, direction}}, {values}, where);
}

Tensor sort(const Tensor& values, int axis, std::string_view direction, Where where) {
  return taken(values, record(SortPlaces{{axis, Places::all, direction}}, {values}, where), axis, where);
}

TopK top_k(const Tensor& input, std::int64_t k, bool, Where where) {
  const Tensor indices = record(TopKPlaces{{-1, k, "DESCENDING"}}, {input}, where);
  return {taken(input, indices, -1, where), indices};
}

}  // namespace gradtape
