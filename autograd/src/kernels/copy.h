#pragma once
// Moving elements without arithmetic. Every dtype; `size` is the bytes of one element (1, 2, 4 or 8).

#include <cstddef>
#include <cstdint>

#include "gradtape/autograd/dtype.h"
#include "gradtape/autograd/shape.h"

namespace gradtape::kernels {

/// y = x with its axes permuted: axis i of y is axis perm[i] of x. Blocked, so that large transposes run at memory
/// speed; adjacent axes that stay together are merged first.
void transpose(std::size_t size, const void* x, const Shape& x_shape, const int* perm, void* y);

/// y (contiguous, `shape`) = x at element offsets sum(i[a] * strides[a]) from x; strides in elements, may be 0 or
/// negative. x points at the element for i = 0.
void strided_read(std::size_t size, const void* x, const std::int64_t* strides, void* y, const Shape& shape);
/// The reverse: writes contiguous x of `shape` to strided places of y (which do not overlap).
void strided_write(std::size_t size, const void* x, void* y, const std::int64_t* strides, const Shape& shape);

/// Both strided.
void copy_block(std::size_t size, const void* x, const std::int64_t* x_strides, void* y,
                const std::int64_t* y_strides, const Shape& shape);

/// y = x repeated multiples[a] times along each axis.
void tile(std::size_t size, const void* x, const Shape& x_shape, const Shape& multiples, void* y);

/// y viewed (outer, sum of lengths, inner) from parts viewed (outer, lengths[p], inner).
void concat(std::size_t size, const void* const* parts, const std::int64_t* lengths, int part_count,
            std::int64_t outer, std::int64_t inner, void* y);

/// y[b][o][i][:] = x[b][o][indices[b][i]][:] with x viewed (batches, outer, n, inner). indices: int32 or int64, in
/// [0, n): the caller checked them with first_invalid_index.
void gather(std::size_t size, const void* x, std::int64_t outer, std::int64_t n, std::int64_t inner,
            DType index_dtype, const void* indices, std::int64_t index_count, void* y, std::int64_t batches = 1);

/// y[o][i][inner] = x[o][indices[o][i][inner]][inner] with x viewed (outer, n, inner), y and indices viewed (outer,
/// index_count, inner). indices: int32 or int64; a negative one counts from the end. Returns the place of the first
/// index outside [-n, n), whose presence leaves y unfinished, or -1.
std::int64_t take_along(std::size_t size, const void* x, std::int64_t outer, std::int64_t n, std::int64_t inner,
                        DType index_dtype, const void* indices, std::int64_t index_count, void* y);

/// places[i] = the row-major place of the index tuple i of `depth` numbers in a tensor whose first axes have these
/// lengths. Each `per_batch` tuples count within the next of the tensors that lie one behind the other. Returns the
/// place of the first number outside its axis, whose presence leaves places unfinished, or -1. indices: int32 or
/// int64.
std::int64_t flat_places(DType index_dtype, const void* indices, std::int64_t count, int depth,
                         const std::int64_t* lengths, std::int64_t per_batch, std::int64_t* places);

/// The place of the first index outside [0, n), or -1.
std::int64_t first_invalid_index(DType index_dtype, const void* indices, std::int64_t count, std::int64_t n);

/// y viewed (outer, depth, inner): on_value where the index equals the place on the middle axis, else off_value.
/// indices viewed (outer, inner), any integer dtype; an index outside [0, depth) gives off_value throughout.
void one_hot(DType index_dtype, const void* indices, std::int64_t outer, std::int64_t depth, std::int64_t inner,
             DType dtype, const void* on_value, const void* off_value, void* y);

}  // namespace gradtape::kernels
