#pragma once
// The parts of the indexing family that have files of their own.

#include "ops/sample.h"

namespace gradtape::detail {

std::vector<OpRow> choosing_ops();
std::vector<OpRow> take_along_ops();
std::vector<OpRow> scatter_ops();
std::vector<OpRow> partition_ops();
std::vector<OpRow> diagonal_ops();
std::vector<OpRow> creation_ops();
std::vector<OpRow> random_ops();

}  // namespace gradtape::detail
