#include "gradtape/autograd/shape.h"

#include <algorithm>

#include "gradtape/autograd/error.h"

namespace gradtape {

Shape::Shape(std::initializer_list<std::int64_t> lengths) : Shape(lengths.begin(), lengths.end()) {}

Shape::Shape(const std::int64_t* first, const std::int64_t* last) {
  if (last - first > max_rank)
    throw InvalidArgumentError("a tensor has at most 8 axes, got " + std::to_string(last - first));
  rank_ = static_cast<int>(last - first);
  std::copy(first, last, lengths_);
}

void Shape::push_back(std::int64_t length) {
  if (rank_ == max_rank) throw InvalidArgumentError("a tensor has at most 8 axes, got 9");
  lengths_[rank_++] = length;
}

std::string to_string(const Shape& shape) {
  std::string text = "(";
  for (int i = 0; i < shape.rank(); ++i) {
    if (i > 0) text += ", ";
    text += shape[i] == -1 ? "None" : std::to_string(shape[i]);
  }
  return text + (shape.rank() == 1 ? ",)" : ")");
}

Shape broadcast_shapes(const Shape& a, const Shape& b) {
  const Shape& longer = a.rank() >= b.rank() ? a : b;
  const Shape& shorter = a.rank() >= b.rank() ? b : a;
  Shape result = longer;
  for (int i = 1; i <= shorter.rank(); ++i) {
    const std::int64_t x = longer[-i], y = shorter[-i];
    if (x != y && x != 1 && y != 1)
      throw InvalidArgumentError("shapes " + to_string(a) + " and " + to_string(b) + " do not broadcast: lengths " +
                                 std::to_string(a[-i]) + " and " + std::to_string(b[-i]) + " at axis " +
                                 std::to_string(-i) + " differ and neither is 1");
    result[-i] = x == 1 ? y : x;
  }
  return result;
}

int normalize_axis(int axis, int rank) {
  if (axis < -rank || axis >= rank)
    throw InvalidArgumentError(rank == 0 ? "axis " + std::to_string(axis) + " given for a scalar, which has no axes"
                                         : "axis " + std::to_string(axis) + " is outside [" + std::to_string(-rank) +
                                               ", " + std::to_string(rank) + ")");
  return axis < 0 ? axis + rank : axis;
}

Axes::Axes(std::initializer_list<int> axes) {
  if (axes.size() > Shape::max_rank)
    throw InvalidArgumentError("at most 8 axes can be named, got " + std::to_string(axes.size()));
  count_ = static_cast<int>(axes.size());
  std::copy(axes.begin(), axes.end(), axes_);
}

void Axes::push_back(int axis) {
  if (count_ == Shape::max_rank) throw InvalidArgumentError("at most 8 axes can be named, got 9");
  axes_[count_++] = axis;
}

unsigned Axes::mask(int rank) const {
  if (all()) return (1u << rank) - 1;
  unsigned mask = 0;
  for (int axis : *this) {
    const unsigned bit = 1u << normalize_axis(axis, rank);
    if (mask & bit) throw InvalidArgumentError("axis " + std::to_string(axis) + " is named twice");
    mask |= bit;
  }
  return mask;
}

Shape reduced_shape(const Shape& shape, unsigned mask, bool keepdims) {
  Shape result;
  for (int i = 0; i < shape.rank(); ++i) {
    if (!(mask >> i & 1))
      result.push_back(shape[i]);
    else if (keepdims)
      result.push_back(1);
  }
  return result;
}

}  // namespace gradtape
