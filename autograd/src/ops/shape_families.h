#pragma once
// The parts of the shape family that have files of their own.

#include "ops/sample.h"

namespace gradtape::detail {

std::vector<OpRow> joining_ops();
std::vector<OpRow> slicing_ops();

}  // namespace gradtape::detail
