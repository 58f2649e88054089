#include "elementwise_broadcast.h"

#include <algorithm>
#include <cstring>

#include "dispatch.h"

namespace gradtape::kernels {

namespace {

constexpr std::int64_t short_row = 64;     // elements; shorter rows are not worth a loop each
constexpr std::int64_t block_size = 1024;  // elements in an expansion buffer

/// The output's axes after merging, outermost first, and how far each operand moves along them, in elements.
struct Layout {
  int rank = 0;
  std::int64_t length[Shape::max_rank];
  std::int64_t stride[max_operands][Shape::max_rank];

  std::int64_t row() const { return length[rank - 1]; }
};

Layout merged_layout(const Operand* operands, int count, const Shape& y_shape) {
  // Axes from the innermost one outwards; reversed at the end.
  Layout reversed;
  std::int64_t step[max_operands] = {1, 1, 1};
  for (int axis = 1; axis <= y_shape.rank(); ++axis) {
    const std::int64_t length = y_shape[-axis];
    std::int64_t stride[max_operands];
    for (int i = 0; i < count; ++i) {
      const Shape& shape = *operands[i].shape;
      const bool moves = axis <= shape.rank() && shape[-axis] != 1;
      stride[i] = moves ? step[i] : 0;
      if (moves) step[i] *= length;
    }
    if (length == 1) continue;
    const int inner = reversed.rank - 1;
    bool merges = inner >= 0;
    for (int i = 0; i < count && merges; ++i)
      merges = stride[i] == reversed.stride[i][inner] * reversed.length[inner];
    if (merges) {
      reversed.length[inner] *= length;
      continue;
    }
    for (int i = 0; i < count; ++i) reversed.stride[i][reversed.rank] = stride[i];
    reversed.length[reversed.rank++] = length;
  }
  if (reversed.rank == 0) {
    reversed.rank = 1;
    reversed.length[0] = 1;
    for (int i = 0; i < count; ++i) reversed.stride[i][0] = 0;
  }
  std::reverse(reversed.length, reversed.length + reversed.rank);
  for (int i = 0; i < count; ++i) std::reverse(reversed.stride[i], reversed.stride[i] + reversed.rank);
  return reversed;
}

/// A place in the output: the index along each axis, and each operand's offset at the start of the present row.
class Position {
 public:
  Position(const Layout& layout, int count, std::int64_t element) : layout_(layout), count_(count) {
    for (int axis = layout.rank - 1; axis >= 0; --axis) {
      index_[axis] = element % layout.length[axis];
      element /= layout.length[axis];
      if (axis == layout.rank - 1) continue;
      for (int i = 0; i < count; ++i) offset_[i] += index_[axis] * layout.stride[i][axis];
    }
  }

  std::int64_t column() const { return index_[layout_.rank - 1]; }
  std::int64_t offset(int operand) const {
    return offset_[operand] + column() * layout_.stride[operand][layout_.rank - 1];
  }
  /// Moves within the row, or to the start of the next one.
  void advance(std::int64_t elements) {
    int axis = layout_.rank - 1;
    index_[axis] += elements;
    if (index_[axis] < layout_.length[axis]) return;
    index_[axis] = 0;
    for (--axis; axis >= 0; --axis) {
      for (int i = 0; i < count_; ++i) offset_[i] += layout_.stride[i][axis];
      if (++index_[axis] < layout_.length[axis]) return;
      index_[axis] = 0;
      for (int i = 0; i < count_; ++i) offset_[i] -= layout_.stride[i][axis] * layout_.length[axis];
    }
  }

 private:
  const Layout& layout_;
  int count_;
  std::int64_t index_[Shape::max_rank];
  std::int64_t offset_[max_operands] = {};
};

const char* at(const Operand& operand, std::int64_t element) {
  return static_cast<const char*>(operand.data) + element * static_cast<std::int64_t>(operand.size);
}

void run_rows(const Operand* operands, int count, const Layout& layout, char* y, std::size_t y_size,
              std::int64_t begin, std::int64_t end, ElementLoop loop) {
  unsigned advance = 0;
  for (int i = 0; i < max_operands; ++i)
    if (i < count && layout.stride[i][layout.rank - 1] != 0) advance |= 1u << i;
  Position position(layout, count, begin);
  while (begin < end) {
    const std::int64_t n = std::min(layout.row() - position.column(), end - begin);
    const void* data[max_operands];
    for (int i = 0; i < count; ++i) data[i] = at(operands[i], position.offset(i));
    loop(data, advance, y + begin * static_cast<std::int64_t>(y_size), n);
    position.advance(n);
    begin += n;
  }
}

template <class T>
void expand(const T* x, const Layout& layout, std::int64_t begin, std::int64_t n, T* buffer) {
  const bool moves = layout.stride[0][layout.rank - 1] != 0;
  Position position(layout, 1, begin);
  for (std::int64_t i = 0; i < n;) {
    const std::int64_t length = std::min(layout.row() - position.column(), n - i);
    const T* from = x + position.offset(0);
    if (moves) {
      for (std::int64_t j = 0; j < length; ++j) buffer[i + j] = from[j];
    } else {
      const T value = *from;
      for (std::int64_t j = 0; j < length; ++j) buffer[i + j] = value;
    }
    position.advance(length);
    i += length;
  }
}

/// An operand as a contiguous array beside the output, block by block.
class Expansion {
 public:
  Expansion(const Operand& operand, const Shape& y_shape, std::int64_t total)
      : operand_(operand), layout_(merged_layout(&operand, 1, y_shape)) {
    contiguous_ = layout_.rank == 1 && layout_.stride[0][0] == 1;
    for (int axis = 0; axis < layout_.rank && layout_.stride[0][axis] == 0; ++axis) total /= layout_.length[axis];
    period_ = total;
  }

  bool contiguous() const { return contiguous_; }
  /// After so many elements of the output the operand repeats.
  std::int64_t period() const { return period_; }

  /// The elements [begin, begin + n). The calls for one range start `block` elements apart.
  const void* read(std::int64_t begin, std::int64_t n, std::int64_t block, char* buffer, bool first) const {
    if (contiguous_) return at(operand_, begin);
    if (!first && block % period_ == 0) return buffer;
    with_size(operand_.size, [&](auto zero) { fill<decltype(zero)>(begin, n, buffer); });
    return buffer;
  }

 private:
  template <class T>
  void fill(std::int64_t begin, std::int64_t n, char* buffer) const {
    expand(static_cast<const T*>(operand_.data), layout_, begin, n, reinterpret_cast<T*>(buffer));
  }

  const Operand& operand_;
  Layout layout_;
  bool contiguous_;
  std::int64_t period_;
};

void run_blocks(const Expansion* expansions, int count, char* y, std::size_t y_size, std::int64_t begin,
                std::int64_t end, ElementLoop loop) {
  std::int64_t block = block_size;
  for (int i = 0; i < count; ++i)
    if (!expansions[i].contiguous() && expansions[i].period() <= block_size)
      block = block_size / expansions[i].period() * expansions[i].period();
  alignas(64) char buffers[max_operands][block_size * sizeof(std::uint64_t)];
  bool first = true;
  for (; begin < end; begin += block, first = false) {
    const std::int64_t n = std::min(block, end - begin);
    const void* data[max_operands];
    for (int i = 0; i < count; ++i) data[i] = expansions[i].read(begin, n, block, buffers[i], first);
    loop(data, (1u << count) - 1, y + begin * static_cast<std::int64_t>(y_size), n);
  }
}

}  // namespace

void broadcast_loop(const Operand* operands, int count, void* y, const Shape& y_shape, std::size_t y_size,
                    std::int64_t n, std::int64_t grain, ElementLoop loop) {
  char* out = static_cast<char*>(y);
  const Layout layout = merged_layout(operands, count, y_shape);
  if (layout.row() >= short_row || layout.rank == 1) {
    parallel_for(n, grain, [&](std::int64_t begin, std::int64_t end) {
      run_rows(operands, count, layout, out, y_size, begin, end, loop);
    });
    return;
  }
  static_assert(max_operands == 3);
  const Expansion expansions[max_operands] = {{operands[0], y_shape, n},
                                              {operands[count > 1 ? 1 : 0], y_shape, n},
                                              {operands[count > 2 ? 2 : 0], y_shape, n}};
  parallel_for(n, grain, [&](std::int64_t begin, std::int64_t end) {
    run_blocks(expansions, count, out, y_size, begin, end, loop);
  });
}

}  // namespace gradtape::kernels
