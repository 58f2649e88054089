#pragma once
// Products of two tensors whose axes have labels, what einsum and tensordot are made of.

#include <string>

#include "gradtape/autograd/tensor.h"
#include "gradtape/autograd/where.h"

namespace gradtape::detail {

/// A tensor and one label for each of its axes, no two the same.
struct Labelled {
  Tensor tensor;
  std::string labels;
};

/// a times b, summed over the labels that both have and `kept` has not. Labels of a alone, or of b alone, stay. The
/// result has the labels common to both that are kept, then those of a, then those of b.
Labelled contract(const Labelled& a, const Labelled& b, const std::string& kept, Where where);

/// With its axes in the order of `labels`.
Tensor arranged(const Labelled& x, const std::string& labels, Where where);

}  // namespace gradtape::detail
