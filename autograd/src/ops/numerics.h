#pragma once
// The search for NaN and Inf in what ops compute.

#include <vector>

#include "ops/inputs.h"

namespace gradtape::detail {

/// Throws InvalidArgumentError when the result of an op has an element that is NaN or Inf.
void require_finite(const Tensor& result, const Inputs& x);

struct OpRow;
std::vector<OpRow> numerics_ops();

}  // namespace gradtape::detail
