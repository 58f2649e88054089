#include "gradtape/autograd/ops/diagonal.h"

#include <algorithm>

#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "kernels/copy_elements.h"
#include "kernels/diagonal.h"
#include "kernels/elementwise.h"
#include "ops/indexing_families.h"
#include "ops/places.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

void fill_with(double value, const TensorImpl& tensor) {
  std::int64_t element = 0;  // room for one of any dtype
  if (tensor.dtype != DType::string) kernels::cast(float64, &value, tensor.dtype, &element, 1);
  kernels::fill(tensor.dtype, &element, tensor.data, tensor.count);
}

/// The attributes that all three ops have.
struct DiagonalAttributes {
  DiagonalBand k;
  std::string align;

  std::int64_t count() const { return std::int64_t{k.high} - k.low + 1; }
  kernels::Diagonals places(const Shape& matrices) const {
    const int rank = matrices.rank();
    const std::int64_t rows = matrices[rank - 2], cols = matrices[rank - 1];
    return {product_of(matrices, 0, rank - 2),
            rows,
            cols,
            k.low,
            k.high,
            longest(rows, cols),
            align.starts_with("LEFT"),
            align.ends_with("LEFT")};
  }
  std::int64_t longest(std::int64_t rows, std::int64_t cols) const {
    return std::min(rows + std::min(k.high, 0), cols - std::max(k.low, 0));
  }
  void check() const {
    if (k.low > k.high)
      throw InvalidArgumentError("the band goes from diagonal " + std::to_string(k.low) + " down to " +
                                 std::to_string(k.high) + "; the lower number comes first");
    if (align != "RIGHT_LEFT" && align != "LEFT_RIGHT" && align != "LEFT_LEFT" && align != "RIGHT_RIGHT")
      throw InvalidArgumentError("the alignment \"" + align +
                                 "\" is not known; there are \"RIGHT_LEFT\", \"LEFT_RIGHT\", \"LEFT_LEFT\" and "
                                 "\"RIGHT_RIGHT\"");
  }
  /// The shape of the diagonals of these matrices.
  Shape packed_shape(const Shape& matrices) const {
    check();
    if (matrices.rank() < 2)
      throw InvalidArgumentError("shape " + to_string(matrices) + " has no matrices: two axes are needed at least");
    const std::int64_t rows = matrices[-2], cols = matrices[-1];
    for (const std::int64_t diagonal : {k.low, k.high})
      if (diagonal != 0 && (diagonal <= -rows || diagonal >= cols))
        throw InvalidArgumentError("matrices of shape " + to_string(matrices) + " have no diagonal " +
                                   std::to_string(diagonal));
    Shape shape = matrices.sub(0, matrices.rank() - 2);
    if (k.low != k.high) shape.push_back(count());
    shape.push_back(longest(rows, cols));
    return shape;
  }
};

struct Diag : DiagonalAttributes {
  static constexpr std::string_view name = "diag";
  std::int64_t num_rows, num_cols;
  double padding_value;

  Shape infer(const Inputs& x) const {
    check();
    const Shape& diagonal = x.shape(0);
    const bool is_band = k.low != k.high;
    if (diagonal.rank() < (is_band ? 2 : 1) || (is_band && diagonal[-2] != count()))
      throw InvalidArgumentError("a diagonal of shape " + to_string(diagonal) + " for the diagonals " +
                                 std::to_string(k.low) + " to " + std::to_string(k.high) +
                                 "; its last axis holds one, a band has one row for each");
    const std::int64_t least_rows = diagonal[-1] - std::min(k.high, 0),
                       least_cols = diagonal[-1] + std::max(k.low, 0);
    const std::int64_t both = std::max(least_rows, least_cols);
    const std::int64_t rows = num_rows != -1 ? num_rows : num_cols == -1 ? both : least_rows;
    const std::int64_t cols = num_cols != -1 ? num_cols : num_rows == -1 ? both : least_cols;
    if (rows < least_rows || cols < least_cols || (rows != least_rows && cols != least_cols))
      throw InvalidArgumentError("matrices of " + std::to_string(rows) + " rows and " + std::to_string(cols) +
                                 " columns do not have the diagonals " + std::to_string(k.low) + " to " +
                                 std::to_string(k.high) + " with " + std::to_string(diagonal[-1]) + " elements");
    Shape shape = diagonal.sub(0, diagonal.rank() - (is_band ? 2 : 1));
    shape.push_back(rows);
    shape.push_back(cols);
    packed_shape(shape);
    return shape;
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& result = *impl_of(y);
    fill_with(padding_value, result);
    kernels::write_diagonals(size_of(result.dtype), places(result.shape), x.impl(0).data, result.data);
  }
  auto gradient(Dy dy) const {
    return partials([=, this] { return diag_part(dy, {.k = k, .align = align}); });
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) { return diag(x[0]); }, {sample_values({3}, -2, 2)}},
            {[](const Values& x) { return diag(x[0], {.k = -1, .num_rows = 4, .num_cols = 3}); },
             {sample_values({2, 3}, -2, 2)}},
            {[](const Values& x) { return diag(x[0], {.k = 2, .padding_value = 7}); }, {sample_values({1}, -2, 2)}},
            {[](const Values& x) {
               return diag(x[0], {.k = {-1, 1}});
             },
             {sample_values({2, 3, 3}, -2, 2)}},
            {[](const Values& x) {
               return diag(x[0], {.k = {0, 1}, .num_rows = 2, .num_cols = 4, .align = "LEFT_RIGHT"});
             },
             {sample_values({2, 2}, -2, 2)}},
            {[](const Values& x) { return diag(x[0]); }, {sample_values({2, 0}, -2, 2)}}};
  }
};

struct DiagPart : DiagonalAttributes {
  static constexpr std::string_view name = "diag_part";
  double padding_value;
  Shape input_shape;

  Shape infer(const Inputs& x) const { return packed_shape(x.shape(0)); }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &input = x.impl(0), &result = *impl_of(y);
    if (k.low != k.high) fill_with(padding_value, result);
    kernels::read_diagonals(size_of(input.dtype), places(input.shape), input.data, result.data);
  }
  auto gradient(Dy dy) const {
    return partials([=, this] { return set_diag(zeros(input_shape, dy->dtype()), dy, {.k = k, .align = align}); });
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) { return diag_part(x[0]); }, {sample_values({3, 3}, -2, 2)}},
            {[](const Values& x) { return diag_part(x[0], {.k = 1}); }, {sample_values({2, 3, 4}, -2, 2)}},
            {[](const Values& x) {
               return diag_part(x[0], {.k = {-2, 1}, .padding_value = 9});
             },
             {sample_values({2, 3, 4}, -2, 2)}},
            {[](const Values& x) {
               return diag_part(x[0], {.k = {-1, 0}, .align = "LEFT_RIGHT"});
             },
             {sample_values({4, 2}, -2, 2)}},
            {[](const Values& x) { return diag_part(x[0]); }, {sample_values({1, 1}, -2, 2)}},
            {[](const Values& x) { return diag_part(x[0]); }, {sample_values({0, 3}, -2, 2)}}};
  }
};

struct SetDiag : DiagonalAttributes {
  static constexpr std::string_view name = "set_diag";
  Shape diagonal_shape;

  Shape infer(const Inputs& x) const {
    const Shape expected = packed_shape(x.shape(0));
    if (x.shape(1) != expected)
      throw InvalidArgumentError("a diagonal of shape " + to_string(x.shape(1)) + " for matrices of shape " +
                                 to_string(x.shape(0)) + ", whose diagonals " + std::to_string(k.low) + " to " +
                                 std::to_string(k.high) + " have shape " + to_string(expected));
    return x.shape(0);
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &input = x.impl(0), &result = *impl_of(y);
    kernels::copy_bytes(input.data, result.data, input.count * static_cast<std::int64_t>(size_of(input.dtype)));
    kernels::write_diagonals(size_of(input.dtype), places(input.shape), x.impl(1).data, result.data);
  }
  auto gradient(Dy dy) const {
    return partials([=, this] { return set_diag(dy, zeros(diagonal_shape, dy->dtype()), {.k = k, .align = align}); },
                    [=, this] { return diag_part(dy, {.k = k, .align = align}); });
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) { return set_diag(x[0], x[1]); },
             {sample_values({3, 3}, -2, 2), sample_values({3}, -1, 3)}},
            {[](const Values& x) { return set_diag(x[0], x[1], {.k = -1}); },
             {sample_values({2, 3, 4}, -2, 2), sample_values({2, 2}, -1, 3)}},
            {[](const Values& x) {
               return set_diag(x[0], x[1], {.k = {-1, 1}});
             },
             {sample_values({3, 3}, -2, 2), sample_values({3, 3}, -1, 3)}},
            {[](const Values& x) { return set_diag(x[0], x[1]); },
             {sample_values({2, 0}, -2, 2), sample_values({0}, -1, 3)}}};
  }
};

/// x where low <= column - row <= high, else 0.
Tensor keep_band(const Tensor& x, std::int64_t low, std::int64_t high, Where where);

struct BandPart {
  static constexpr std::string_view name = "band_part";
  std::int64_t low, high;

  Shape infer(const Inputs& x) const {
    if (x.shape(0).rank() < 2)
      throw InvalidArgumentError("shape " + to_string(x.shape(0)) + " has no matrices: two axes are needed at least");
    return x.shape(0);
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& input = x.impl(0);
    const std::int64_t *rows = input.shape.end() - 2, *cols = rows + 1;
    kernels::band_part(size_of(input.dtype), input.data, product_of(input.shape, 0, input.shape.rank() - 2), *rows,
                       *cols, low, high, impl_of(y)->data);
  }
  auto gradient(Dy dy) const {
    return partials([=, this] { return keep_band(dy, low, high, {}); });
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) { return band_part(x[0], 0, -1); }, {sample_values({3, 3}, -2, 2)}},
            {[](const Values& x) { return band_part(x[0], 1, 0); }, {sample_values({2, 4, 3}, -2, 2)}},
            {[](const Values& x) { return band_part(x[0], -1, -1); }, {sample_values({1, 1}, -2, 2)}},
            {[](const Values& x) { return band_part(x[0], 0, 0); }, {sample_values({0, 2}, -2, 2)}}};
  }
};

Tensor keep_band(const Tensor& x, std::int64_t low, std::int64_t high, Where where) {
  return record(BandPart{low, high}, {x}, where);
}

constexpr std::int64_t everything = std::int64_t{1} << 40;  // more than any matrix has rows or columns

std::int64_t bounded(std::int64_t k) { return std::clamp(k, -everything, everything); }

using TriangleFunction = Tensor (*)(const Tensor&, std::int64_t, Where);
std::vector<Sample> triangle_samples(TriangleFunction op) {
  return {{[op](const Values& x) { return op(x[0], 0, {}); }, {sample_values({3, 3}, -2, 2)}},
          {[op](const Values& x) { return op(x[0], 1, {}); }, {sample_values({2, 2, 4}, -2, 2)}},
          {[op](const Values& x) { return op(x[0], -1, {}); }, {sample_values({4, 2}, -2, 2)}},
          {[op](const Values& x) { return op(x[0], 0, {}); }, {sample_values({1, 0}, -2, 2)}}};
}
std::vector<Sample> tril_samples() { return triangle_samples(tril); }
std::vector<Sample> triu_samples() { return triangle_samples(triu); }

std::vector<Sample> tensor_diag_samples() {
  return {{[](const Values& x) { return tensor_diag(x[0]); }, {sample_values({2, 3}, -2, 2)}},
          {[](const Values& x) { return tensor_diag(x[0]); }, {sample_values({1}, -2, 2)}}};
}
std::vector<Sample> tensor_diag_part_samples() {
  return {{[](const Values& x) { return tensor_diag_part(x[0]); }, {sample_values({2, 3, 2, 3}, -2, 2)}},
          {[](const Values& x) { return tensor_diag_part(x[0]); }, {sample_values({3, 3}, -2, 2)}}};
}

}  // namespace

std::vector<OpRow> diagonal_ops() {
  return {row<Diag>("diagonal"),
          row<DiagPart>("diagonal"),
          row<SetDiag>("diagonal"),
          row<BandPart>("diagonal"),
          composite("tril", "diagonal", tril_samples),
          composite("triu", "diagonal", triu_samples),
          composite("tensor_diag", "diagonal", tensor_diag_samples),
          composite("tensor_diag_part", "diagonal", tensor_diag_part_samples)};
}

}  // namespace detail

using namespace detail;

Tensor diag(const Tensor& diagonal, const DiagOptions& options, Where where) {
  return record(Diag{{options.k, options.align}, options.num_rows, options.num_cols, options.padding_value},
                {diagonal}, where);
}
Tensor diag_part(const Tensor& input, const DiagPartOptions& options, Where where) {
  return record(DiagPart{{options.k, options.align}, options.padding_value, shape_of(input)}, {input}, where);
}
Tensor set_diag(const Tensor& input, const Tensor& diagonal, const SetDiagOptions& options, Where where) {
  return record(SetDiag{{options.k, options.align}, shape_of(diagonal)}, {input, diagonal}, where);
}

Tensor tensor_diag(const Tensor& diagonal, Where where) {
  return in_function("tensor_diag", where, [&] {
    const Shape& shape = described(diagonal).shape;
    Shape twice = shape;
    for (std::int64_t length : shape) twice.push_back(length);
    return reshape(diag(reshape(diagonal, {-1}, where), {}, where), twice, where);
  });
}
Tensor tensor_diag_part(const Tensor& input, Where where) {
  return in_function("tensor_diag_part", where, [&] {
    const Shape& shape = described(input).shape;
    const int half = shape.rank() / 2;
    const Shape first = shape.sub(0, half);
    if (shape.rank() == 0 || shape.rank() % 2 != 0 || first != shape.sub(half, shape.rank()))
      throw InvalidArgumentError("shape " + to_string(shape) + " is not one shape twice");
    const std::int64_t count = first.num_elements();
    return reshape(diag_part(reshape(input, {count, count}, where), {}, where), first, where);
  });
}

Tensor band_part(const Tensor& input, std::int64_t num_lower, std::int64_t num_upper, Where where) {
  return in_function(BandPart::name, where, [&] {
    const Shape& shape = described(input).shape;
    const int rank = shape.rank();
    if (rank >= 2 && (num_lower > shape[rank - 2] || num_upper > shape[rank - 1]))
      throw InvalidArgumentError("num_lower " + std::to_string(num_lower) + " and num_upper " +
                                 std::to_string(num_upper) + " for matrices of shape " + to_string(shape) +
                                 "; they are negative, or at most the numbers of rows and columns");
    return keep_band(input, num_lower < 0 ? -everything : -num_lower, num_upper < 0 ? everything : num_upper, where);
  });
}
Tensor tril(const Tensor& x, std::int64_t k, Where where) { return keep_band(x, -everything, bounded(k), where); }
Tensor triu(const Tensor& x, std::int64_t k, Where where) { return keep_band(x, bounded(k), everything, where); }

}  // namespace gradtape
