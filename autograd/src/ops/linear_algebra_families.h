#pragma once
// The parts of the linear algebra family that have files of their own.

#include "ops/sample.h"

namespace gradtape::detail {

std::vector<OpRow> generalized_diagonal_ops();
std::vector<OpRow> product_ops();
std::vector<OpRow> einsum_ops();
std::vector<OpRow> norm_ops();
std::vector<OpRow> determinant_ops();
std::vector<OpRow> solver_ops();
std::vector<OpRow> triangular_decomposition_ops();
std::vector<OpRow> spectral_decomposition_ops();
std::vector<OpRow> least_squares_ops();
std::vector<OpRow> matrix_function_ops();
std::vector<OpRow> matrix_root_ops();
std::vector<OpRow> lu_function_ops();
std::vector<OpRow> tridiagonal_ops();

}  // namespace gradtape::detail
