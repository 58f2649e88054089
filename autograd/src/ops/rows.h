#pragma once
// Several rows of a Jacobian in one backward pass.
//
// A row of a Jacobian is a backward pass that starts at a one in another place. A vectorised pass takes a block of
// rows at once. What differs between them is a Tensor that "has rows": its shape is that of one row, so that
// gradients are written without a thought of it, and the elements of all rows lie in a tensor of the shape (rows,
// shape...) behind it. What is the same in all rows, as everything that was recorded is, remains an ordinary tensor.
//
// record() gives an op that meets rows its inputs as RowInputs. The op's rule, all_rows, makes the result for all
// rows out of public ops, so that outer tapes record it; it returns an empty Tensor for a case that it does not know.
// An op without a rule is run row by row. A tensor that has rows has no elements of its own: code that would read
// them throws, and the Jacobian is then computed row by row altogether.

#include <cstdint>
#include <vector>

#include "gradtape/autograd/where.h"
#include "ops/inputs.h"

namespace gradtape::detail {

/// The tensor of one row's shape that has these rows (rows, ...).
Tensor with_rows(Tensor rows);
/// The rows behind a tensor, or null where all rows are the same.
const Tensor* rows_of(const Tensor& tensor);
bool has_rows(const Inputs& x);

class RowInputs {
 public:
  explicit RowInputs(const Inputs& x);
  int size() const { return x_.size(); }
  std::int64_t count() const { return count_; }
  bool has_rows(int i) const { return rows_[static_cast<std::size_t>(i)] != nullptr; }
  /// (rows, ...) where the input has rows, else the input.
  const Tensor& operator[](int i) const { return has_rows(i) ? *rows_[static_cast<std::size_t>(i)] : x_[i]; }
  /// (rows, ...) in any case.
  Tensor in_rows(int i) const;
  /// One row's.
  const Shape& shape(int i) const { return x_.shape(i); }
  int rank(int i) const { return shape(i).rank(); }
  /// Only input i has rows.
  bool only(int i) const;

  /// The inputs such that they broadcast behind the axis of the rows.
  std::vector<Tensor> aligned() const;
  using One = Tensor (*)(const void* op, const Inputs& row, Where where);
  Tensor one_by_one(const void* op, One run, Where where) const;

 private:
  const Inputs& x_;
  std::vector<const Tensor*> rows_;
  std::int64_t count_ = 0;
};

/// The axes of one row of this rank, behind the axis of the rows.
Axes behind_rows(const Axes& axes, int rank);
/// (rows, shape...).
Shape behind_rows(std::int64_t rows, const Shape& shape);

}  // namespace gradtape::detail
