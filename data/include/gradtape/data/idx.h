#pragma once
// The idx format, in which MNIST and its relatives come.

#include <string>

#include "gradtape/autograd/tensor.h"

namespace gradtape::data {

/// The array in an idx file, plain or gzip-compressed (told apart by content, not by name). uint8, int32, float32 and
/// float64 keep their dtype; int8 and int16 become int32. Throws NotFoundError for a missing file,
/// PermissionDeniedError for one that cannot be read, DataLossError for one that is not idx, truncated, or longer
/// than its header says.
Tensor read_idx(const std::string& path);

}  // namespace gradtape::data
