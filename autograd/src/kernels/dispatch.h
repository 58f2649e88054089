#pragma once
// From a dtype, known at run time, to a C++ type: with_type(dtype, [&](auto zero) { using T = decltype(zero); ... }).

#include <cstddef>
#include <cstdint>

#include "gradtape/autograd/dtype.h"

namespace gradtape::kernels {

/// float or double; the caller has seen to it that the dtype is floating-point.
template <class F>
decltype(auto) with_floating_type(DType dtype, F&& f) {
  return dtype == DType::float32 ? f(float{}) : f(double{});
}

/// Any numeric dtype; bool counts as std::uint8_t. Not string, which has no arithmetic.
template <class F>
decltype(auto) with_type(DType dtype, F&& f) {
  switch (dtype) {
    case DType::float32:
      return f(float{});
    case DType::float64:
      return f(double{});
    case DType::int32:
      return f(std::int32_t{});
    case DType::int64:
      return f(std::int64_t{});
    case DType::uint8:
    case DType::boolean:
      return f(std::uint8_t{});
    case DType::int8:
      return f(std::int8_t{});
    case DType::int16:
      return f(std::int16_t{});
    case DType::uint16:
      return f(std::uint16_t{});
    case DType::uint32:
      return f(std::uint32_t{});
    case DType::uint64:
      return f(std::uint64_t{});
    case DType::string:
      break;
  }
  return f(std::uint8_t{});
}

/// An unsigned integer of an element's size, for code that moves elements without arithmetic.
template <class F>
decltype(auto) with_size(std::size_t size, F&& f) {
  switch (size) {
    case 1:
      return f(std::uint8_t{});
    case 2:
      return f(std::uint16_t{});
    case 4:
      return f(std::uint32_t{});
    default:
      return f(std::uint64_t{});
  }
}

}  // namespace gradtape::kernels
