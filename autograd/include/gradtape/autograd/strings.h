#pragma once
// Tensors of text, DType::string: constant("text"), constant({"a", "b"}). They are printed, compared, and moved by
// every op that moves elements (reshape, gather, concat, batching); they have no arithmetic and no gradient.

#include <string>
#include <vector>

#include "gradtape/autograd/tensor.h"

namespace gradtape {

/// The texts of a string tensor, row-major. Throws InvalidArgumentError for another dtype.
std::vector<std::string> strings_of(const Tensor& tensor);

}  // namespace gradtape
