#pragma once
// The parts of the reduction family that have files of their own.

#include "ops/sample.h"

namespace gradtape::detail {

std::vector<OpRow> spread_ops();
std::vector<OpRow> statistics_ops();
std::vector<OpRow> scan_ops();
std::vector<OpRow> segment_ops();
std::vector<OpRow> sorting_ops();
std::vector<OpRow> searching_ops();
std::vector<OpRow> counting_ops();
std::vector<OpRow> distinct_ops();

}  // namespace gradtape::detail
