#pragma once
// What may stand in x[...] and x(...): an integer, Slice(start, stop, step), all, ellipsis, newaxis, or a tensor.

#include <cstdint>
#include <type_traits>

#include "gradtape/autograd/where.h"

namespace gradtape {

class Tensor;

/// Python's None, where an integer may be left out.
struct NoneType {};
inline constexpr NoneType none{};

/// An integer or none.
struct OptionalInteger {
  std::int64_t value = 0;
  bool is_none = true;

  constexpr OptionalInteger(NoneType = none) {}
  template <class T>
  requires(std::is_integral_v<T> && !std::is_same_v<T, bool>) constexpr OptionalInteger(T integer)
      : value(static_cast<std::int64_t>(integer)), is_none(false) {}
};

/// Python's slice(start, stop, step), written start:stop:step there: from start up to but without stop, every step-th
/// element; backwards for a negative step. Negative ends count from the end; ends outside are moved inside.
struct Slice {
  OptionalInteger start, stop, step;
  constexpr Slice() = default;
  constexpr Slice(OptionalInteger start, OptionalInteger stop, OptionalInteger step = none)
      : start(start), stop(stop), step(step) {}
};

enum class IndexKeyword : std::uint8_t { all, ellipsis, newaxis };
/// A whole axis, Python's `:`.
inline constexpr IndexKeyword all = IndexKeyword::all;
/// As many whole axes as are left, Python's `...`.
inline constexpr IndexKeyword ellipsis = IndexKeyword::ellipsis;
/// A new axis of length 1.
inline constexpr IndexKeyword newaxis = IndexKeyword::newaxis;

/// One part of x(...): it takes one axis of x, unless it is ellipsis or newaxis. An integer removes its axis. A
/// tensor of integers gathers along its axis, which its own axes replace; a tensor of bools takes as many axes as it
/// has and keeps the places where it is true. It knows the line it was written in, which an operator could not learn.
struct Index {
  enum class Kind : std::uint8_t { absent, integer, slice, keyword, tensor };
  Kind kind = Kind::absent;
  IndexKeyword keyword{};
  std::int64_t value = 0;
  Slice slice;
  const Tensor* tensor = nullptr;
  Where where;

  Index() = default;
  template <class T>
  requires(std::is_integral_v<T> && !std::is_same_v<T, bool>)
      Index(T index, const char* file = __builtin_FILE(), int line = __builtin_LINE())
      : kind(Kind::integer), value(static_cast<std::int64_t>(index)), where{file, line} {}
  Index(const Slice& slice, const char* file = __builtin_FILE(), int line = __builtin_LINE())
      : kind(Kind::slice), slice(slice), where{file, line} {}
  Index(IndexKeyword keyword, const char* file = __builtin_FILE(), int line = __builtin_LINE())
      : kind(Kind::keyword), keyword(keyword), where{file, line} {}
  Index(const Tensor& tensor, const char* file = __builtin_FILE(), int line = __builtin_LINE())
      : kind(Kind::tensor), tensor(&tensor), where{file, line} {}
};

}  // namespace gradtape
