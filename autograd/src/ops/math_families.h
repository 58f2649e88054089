#pragma once
// The parts of the math family that have files of their own.

#include "ops/sample.h"

namespace gradtape::detail {

std::vector<OpRow> trigonometry_ops();
std::vector<OpRow> exponential_ops();
std::vector<OpRow> division_ops();
std::vector<OpRow> sum_ops();
std::vector<OpRow> special_math_ops();
std::vector<OpRow> incomplete_function_ops();
std::vector<OpRow> activation_ops();
std::vector<OpRow> smooth_activation_ops();
std::vector<OpRow> bitwise_ops();
std::vector<OpRow> clipping_ops();
std::vector<OpRow> number_class_ops();

}  // namespace gradtape::detail
