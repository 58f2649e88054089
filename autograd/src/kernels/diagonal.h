#pragma once
// Diagonals and bands of matrices. Moves elements of `size` bytes.

#include <cstddef>
#include <cstdint>

namespace gradtape::kernels {

/// Matrices (batch, rows, cols) and their diagonals from low to high in rows of max_length elements: (batch, high -
/// low + 1, max_length), the highest first. A shorter diagonal lies at the left of its row, or at the right.
struct Diagonals {
  std::int64_t batch, rows, cols;
  std::int64_t low, high;
  std::int64_t max_length;
  bool left_above, left_below;
};

/// Copies the diagonals out of the matrices, or into them; what lies elsewhere stays as it is.
void read_diagonals(std::size_t size, const Diagonals& diagonals, const void* matrices, void* packed);
void write_diagonals(std::size_t size, const Diagonals& diagonals, const void* packed, void* matrices);

/// The same element in every place of the diagonals.
void fill_diagonals(std::size_t size, const Diagonals& diagonals, const void* element, void* matrices);

/// y = x where low <= column - row <= high, else zero bytes; x and y viewed (batch, rows, cols).
void band_part(std::size_t size, const void* x, std::int64_t batch, std::int64_t rows, std::int64_t cols,
               std::int64_t low, std::int64_t high, void* y);

}  // namespace gradtape::kernels
