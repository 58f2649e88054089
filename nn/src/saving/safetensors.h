#pragma once
// The safetensors format: named tensors in one file. A header's length (8 bytes, little-endian), a JSON header of
// dtypes, shapes and offsets, then the elements.

#include <string>
#include <utility>
#include <vector>

#include "gradtape/autograd/tensor.h"

namespace gradtape::nn {

using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

/// Under a temporary name first: the file is complete or not changed. Throws PermissionDeniedError, and
/// InvalidArgumentError for a name that occurs twice.
void write_safetensors(const std::string& path, const NamedTensors& tensors);

/// In the order of the elements in the file. Throws NotFoundError; DataLossError where the file is damaged.
NamedTensors read_safetensors(const std::string& path);

}  // namespace gradtape::nn
