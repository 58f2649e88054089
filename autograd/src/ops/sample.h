#pragma once
// Samples: what the generated tests call an op with, and the op table.

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "gradtape/autograd/tensor.h"

namespace gradtape::detail {

/// One call of an op: inputs in its smooth domain, away from kinks, float64 where they are floating-point.
struct Sample {
  std::function<Tensor(const std::vector<Tensor>& inputs)> call;
  std::vector<Tensor> inputs;
};

/// A unary op of float64 values drawn from [low, high), over several shapes: 0-d, an axis of length 1 and 0, a
/// matrix.
std::vector<Sample> unary_samples(Tensor (*op)(const Tensor&, Where), double low, double high);
/// A binary op of values drawn from [low, high), over pairs of shapes that broadcast in different ways.
std::vector<Sample> binary_samples(std::function<Tensor(const Tensor&, const Tensor&)> op, double low, double high);
/// float64 values from [low, high), the same in every run; no two are closer than a step of the numeric check.
Tensor sample_values(const Shape& shape, double low, double high);

/// One row of the op table.
struct OpRow {
  std::string_view name;
  std::string_view family;
  int gradient_order;                   // 0: no gradient; 2: the generated tests check the first and the second order
  std::string_view not_differentiable;  // why, for order 0
  std::vector<Sample> (*samples)();
};

template <class O>
OpRow row(std::string_view family) {
  if constexpr (requires { &O::gradient; })
    return {O::name, family, 2, "", &O::samples};
  else
    return {O::name, family, 0, O::not_differentiable, &O::samples};
}

/// The row of a function that is made of other ops, which have its gradient. A function without a gradient says why.
inline OpRow composite(std::string_view name, std::string_view family, std::vector<Sample> (*samples)(),
                       std::string_view not_differentiable = "") {
  return {name, family, not_differentiable.empty() ? 2 : 0, not_differentiable, samples};
}

/// Each family's rows stand at the end of its file.
std::vector<OpRow> binary_math_ops();
std::vector<OpRow> unary_math_ops();
std::vector<OpRow> casting_ops();
std::vector<OpRow> comparison_ops();
std::vector<OpRow> shape_ops();
std::vector<OpRow> indexing_ops();
std::vector<OpRow> reduction_ops();
std::vector<OpRow> linear_algebra_ops();
std::vector<OpRow> neural_ops();
/// All of them.
std::vector<OpRow> op_table();

}  // namespace gradtape::detail
