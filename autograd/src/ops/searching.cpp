#include <cmath>
#include <limits>

#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/sorting.h"
#include "kernels/dispatch.h"
#include "kernels/search.h"
#include "ops/checks.h"
#include "ops/op.h"
#include "ops/reduction_families.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

void check_index_dtype(std::string_view what, DType dtype) {
  if (dtype != int32 && dtype != int64)
    throw InvalidArgumentError(std::string(what) + " must be int32 or int64, got " + text_of(dtype));
}

struct Searchsorted {
  static constexpr std::string_view name = "searchsorted";
  static constexpr std::string_view not_differentiable = "its result is indices";
  std::string_view side;
  DType out_type;

  DType dtype(const Inputs&) const { return out_type; }
  Shape infer(const Inputs& x) const {
    const Shape &sequence = x.shape(0), &values = x.shape(1);
    if (side != "left" && side != "right")
      throw InvalidArgumentError("side \"" + std::string(side) + "\" is unknown; known are \"left\" and \"right\"");
    check_index_dtype("out_type", out_type);
    check_number(x.dtype(0));
    const int rank = sequence.rank();
    if (rank == 0 || values.rank() != rank || sequence.sub(0, rank - 1) != values.sub(0, rank - 1))
      throw InvalidArgumentError("a sorted sequence of shape " + to_string(sequence) + " and values of shape " +
                                 to_string(values) + " must agree on all axes but the last");
    if (out_type == int32 && sequence.back() > std::numeric_limits<std::int32_t>::max())
      throw InvalidArgumentError("a sequence of " + std::to_string(sequence.back()) +
                                 " elements needs out_type int64");
    return values;
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &sequence = *impl_of(x[0]), &values = *impl_of(x[1]);
    if (values.count == 0) return;
    const std::int64_t count = values.shape.back();
    kernels::search_sorted(sequence.dtype, sequence.data, sequence.shape.back(), values.data, count,
                           values.count / count, side == "right", out_type, impl_of(y)->data);
  }
  static std::vector<Sample> samples() {
    const auto left = [](const Values& x) { return searchsorted(x[0], x[1]); };
    const auto right = [](const Values& x) { return searchsorted(x[0], x[1], "right", {.out_type = int64}); };
    return {{left, {constant({1.0, 2.0, 4.0}, float64), sample_values({5}, 0, 5)}},
            {right, {constant({{1.0, 2.0, 4.0}, {0.0, 3.0, 3.0}}, float64), sample_values({2, 2}, 0, 5)}},
            {left, {zeros({2, 0}, float64), sample_values({2, 2}, 0, 5)}},
            {left, {zeros({2, 3}, float64), zeros({2, 0}, float64)}}};
  }
};

struct InTopK {
  static constexpr std::string_view name = "in_top_k";
  static constexpr std::string_view not_differentiable = "its result is bool";
  static constexpr bool mixed_dtypes = true;
  std::int64_t k;

  DType dtype(const Inputs&) const { return boolean; }
  Shape infer(const Inputs& x) const {
    const Shape &targets = x.shape(0), &predictions = x.shape(1);
    check_index_dtype("targets", x.dtype(0));
    check_floating(x.dtype(1));
    if (targets.rank() != 1 || predictions.rank() != 2 || targets[0] != predictions[0])
      throw InvalidArgumentError("targets (batch) and predictions (batch, classes) are needed, got shapes " +
                                 to_string(targets) + " and " + to_string(predictions));
    return targets;
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &targets = *impl_of(x[0]), &predictions = *impl_of(x[1]);
    auto* result = static_cast<bool*>(impl_of(y)->data);
    const std::int64_t classes = predictions.shape[1];
    kernels::with_floating_type(predictions.dtype, [&](auto zero) {
      const auto* row = static_cast<const decltype(zero)*>(predictions.data);
      for (std::int64_t i = 0; i < targets.count; ++i, row += classes)
        result[i] = is_among(row, classes, integer_at(targets, i));
    });
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) {
               return in_top_k(constant({0, 2}), x[0], 1);
             },
             {sample_values({2, 3}, -2, 2)}},
            {[](const Values& x) { return in_top_k(zeros({0}, int64), x[0], 2); }, {sample_values({0, 3}, -2, 2)}}};
  }

 private:
  template <class T>
  bool is_among(const T* row, std::int64_t classes, std::int64_t target) const {
    if (target < 0 || target >= classes || !std::isfinite(row[target])) return false;
    std::int64_t larger = 0;
    for (std::int64_t c = 0; c < classes && larger < k; ++c) {
      if (!std::isfinite(row[c])) return false;
      larger += row[c] > row[target];
    }
    return larger < k;
  }
};

struct InvertPermutation {
  static constexpr std::string_view name = "invert_permutation";
  static constexpr std::string_view not_differentiable = "its input is indices";

  Shape infer(const Inputs& x) const {
    const TensorImpl& input = x.impl(0);
    check_index_dtype("x", input.dtype);
    if (input.shape.rank() != 1)
      throw InvalidArgumentError("a permutation has one axis, got shape " + to_string(input.shape));
    std::vector<bool> seen(static_cast<std::size_t>(input.count));
    for (std::int64_t i = 0; i < input.count; ++i) {
      const std::int64_t place = integer_at(input, i);
      if (place < 0 || place >= input.count)
        throw InvalidArgumentError(std::to_string(place) + " is outside [0, " + std::to_string(input.count) +
                                   "): no permutation");
      if (seen[static_cast<std::size_t>(place)])
        throw InvalidArgumentError(std::to_string(place) + " appears twice: no permutation");
      seen[static_cast<std::size_t>(place)] = true;
    }
    return input.shape;
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& input = *impl_of(x[0]);
    const auto fill = [&](auto* inverse) {
      for (std::int64_t i = 0; i < input.count; ++i)
        inverse[integer_at(input, i)] = static_cast<std::remove_reference_t<decltype(*inverse)>>(i);
    };
    if (input.dtype == int32)
      fill(static_cast<std::int32_t*>(impl_of(y)->data));
    else
      fill(static_cast<std::int64_t*>(impl_of(y)->data));
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) { return invert_permutation(x[0]); }, {constant({2, 0, 1})}},
            {[](const Values& x) { return invert_permutation(x[0]); }, {zeros({0}, int64)}}};
  }
};

}  // namespace

std::vector<OpRow> searching_ops() {
  return {row<Searchsorted>("sorting"), row<InTopK>("sorting"), row<InvertPermutation>("sorting")};
}

}  // namespace detail

using namespace detail;

Tensor searchsorted(const Tensor& sorted_sequence, const Tensor& values, std::string_view side,
                    SearchsortedOptions options, Where where) {
  return record(Searchsorted{side, options.out_type}, {sorted_sequence, values}, where);
}
Tensor in_top_k(const Tensor& targets, const Tensor& predictions, std::int64_t k, Where where) {
  return record(InTopK{k}, {targets, predictions}, where);
}
Tensor invert_permutation(const Tensor& x, Where where) { return record(InvertPermutation{}, {x}, where); }

}  // namespace gradtape
