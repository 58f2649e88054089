#pragma once
// String tensors.
//
// An element is a handle, a pointer to a std::string that never changes; null stands for "". The texts lie in blocks
// that the tensors share: a block lives as long as a tensor that may point into it. So ops that move elements move
// handles by their bytes, like any dtype's, and only the result must be told whose blocks to keep (see record()).

#include <string>
#include <vector>

#include "gradtape/autograd/tensor.h"

namespace gradtape::detail {

/// A string tensor of these texts.
Tensor from_texts(std::vector<std::string> texts, const Shape& shape);

/// The text at `place` of a string tensor.
const std::string& text_at(const Tensor& tensor, std::int64_t place);

/// Makes `result`, whose elements are handles out of `source`, keep the texts of source.
void keep_texts(const Tensor& result, const Tensor& source);

}  // namespace gradtape::detail
