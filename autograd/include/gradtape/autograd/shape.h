#pragma once
// Shape: the lengths of a tensor's axes, held inline, and Axes: a choice of axes.

#include <cstdint>
#include <initializer_list>
#include <string>

namespace gradtape {

/// The lengths of up to eight axes, outermost first; {} is the shape of a scalar. Lengths are not negative,
/// except in the places that say so (reshape's -1, a model's unknown batch axis).
class Shape {
 public:
  static constexpr int max_rank = 8;

  constexpr Shape() = default;
  /// Throws InvalidArgumentError for more than eight axes.
  Shape(std::initializer_list<std::int64_t> lengths);
  Shape(const std::int64_t* first, const std::int64_t* last);

  constexpr int rank() const { return rank_; }
  /// The length of an axis; a negative axis counts from the end. The axis is not checked: see normalize_axis.
  constexpr std::int64_t operator[](int axis) const { return lengths_[axis < 0 ? axis + rank_ : axis]; }
  constexpr std::int64_t& operator[](int axis) { return lengths_[axis < 0 ? axis + rank_ : axis]; }
  constexpr std::int64_t front() const { return lengths_[0]; }
  constexpr std::int64_t back() const { return lengths_[rank_ - 1]; }
  constexpr const std::int64_t* begin() const { return lengths_; }
  constexpr const std::int64_t* end() const { return lengths_ + rank_; }

  /// The product of the lengths: 1 for a scalar.
  constexpr std::int64_t num_elements() const {
    std::int64_t product = 1;
    for (int i = 0; i < rank_; ++i) product *= lengths_[i];
    return product;
  }

  /// Appends an axis. Throws InvalidArgumentError past eight axes.
  void push_back(std::int64_t length);
  /// The axes [first, last) as a shape of their own.
  Shape sub(int first, int last) const { return Shape(lengths_ + first, lengths_ + last); }

  friend constexpr bool operator==(const Shape& a, const Shape& b) {
    if (a.rank_ != b.rank_) return false;
    for (int i = 0; i < a.rank_; ++i)
      if (a.lengths_[i] != b.lengths_[i]) return false;
    return true;
  }

 private:
  int rank_ = 0;
  std::int64_t lengths_[max_rank] = {};
};

/// "(2, 3)", "(3,)", "()", as Python prints a tuple; a length of -1 prints as None.
std::string to_string(const Shape& shape);

/// The shape of an elementwise op on a and b by NumPy's rule: right-aligned, equal lengths or 1.
/// Throws InvalidArgumentError that names both shapes where they do not broadcast.
Shape broadcast_shapes(const Shape& a, const Shape& b);

/// The axis counted from the front. Throws InvalidArgumentError outside [-rank, rank).
int normalize_axis(int axis, int rank);

/// A choice of axes for a reduction: nothing given means all of them.
class Axes {
 public:
  constexpr Axes() = default;
  constexpr Axes(int axis) : count_(1) { axes_[0] = axis; }
  /// Throws InvalidArgumentError for more than eight axes.
  Axes(std::initializer_list<int> axes);
  /// No axis, to which push_back adds.
  static constexpr Axes none() {
    Axes axes;
    axes.count_ = 0;
    return axes;
  }
  /// Throws InvalidArgumentError past eight axes.
  void push_back(int axis);

  constexpr bool all() const { return count_ < 0; }
  constexpr int count() const { return count_ < 0 ? 0 : count_; }
  constexpr const int* begin() const { return axes_; }
  constexpr const int* end() const { return axes_ + count(); }

  /// One bit for each chosen axis of a tensor of this rank.
  /// Throws InvalidArgumentError for an axis outside [-rank, rank) or named twice.
  unsigned mask(int rank) const;

  friend constexpr bool operator==(const Axes& a, const Axes& b) {
    if (a.count_ != b.count_) return false;
    for (int i = 0; i < a.count_; ++i)
      if (a.axes_[i] != b.axes_[i]) return false;
    return true;
  }

 private:
  int count_ = -1;
  int axes_[Shape::max_rank] = {};
};

/// `shape` without the axes of `mask`, or with length 1 there when keepdims.
Shape reduced_shape(const Shape& shape, unsigned mask, bool keepdims);

}  // namespace gradtape
