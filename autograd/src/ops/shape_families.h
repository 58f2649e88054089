#pragma once
// The parts of the shape family that have files of their own.

#include "ops/sample.h"

namespace gradtape::detail {

std::vector<OpRow> joining_ops();
std::vector<OpRow> splitting_ops();
std::vector<OpRow> slicing_ops();
std::vector<OpRow> strided_slice_ops();
std::vector<OpRow> repeating_ops();
std::vector<OpRow> axis_order_ops();
std::vector<OpRow> shape_query_ops();
std::vector<OpRow> rearranging_ops();
std::vector<OpRow> sequence_rearranging_ops();
std::vector<OpRow> block_ops();
std::vector<OpRow> padding_ops();

}  // namespace gradtape::detail
