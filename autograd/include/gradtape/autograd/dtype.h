#pragma once
// Element types. A Tensor's dtype is a value known at run time, as in TensorFlow.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gradtape {

enum class DType : std::uint8_t {
  float32,
  float64,
  int32,
  int64,
  uint8,
  boolean,
  int8,
  int16,
  uint16,
  uint32,
  uint64,
  string
};

inline constexpr int dtype_count = 12;

inline constexpr DType float32 = DType::float32;
inline constexpr DType float64 = DType::float64;
inline constexpr DType int32 = DType::int32;
inline constexpr DType int64 = DType::int64;
inline constexpr DType uint8 = DType::uint8;
/// tf.bool; `bool` itself is a keyword.
inline constexpr DType boolean = DType::boolean;
inline constexpr DType int8 = DType::int8;
inline constexpr DType int16 = DType::int16;
inline constexpr DType uint16 = DType::uint16;
inline constexpr DType uint32 = DType::uint32;
inline constexpr DType uint64 = DType::uint64;
// DType::string, text of any length, has no short name: it would clash with std::string under two using directives.

/// Bytes of one element; of a string, of the handle to its text.
constexpr std::size_t size_of(DType dtype) {
  constexpr std::size_t sizes[dtype_count] = {4, 8, 4, 8, 1, 1, 1, 2, 2, 4, 8, 8};
  return sizes[static_cast<int>(dtype)];
}

/// TensorFlow's name of the dtype: "float32", "bool", ...
constexpr std::string_view name_of(DType dtype) {
  constexpr std::string_view names[dtype_count] = {"float32", "float64", "int32",  "int64",  "uint8",  "bool",
                                                   "int8",    "int16",   "uint16", "uint32", "uint64", "string"};
  return names[static_cast<int>(dtype)];
}

constexpr bool is_floating(DType dtype) { return dtype == DType::float32 || dtype == DType::float64; }
constexpr bool is_integer(DType dtype) {
  return dtype == DType::int32 || dtype == DType::int64 || dtype == DType::uint8 ||
         (dtype >= DType::int8 && dtype <= DType::uint64);
}

namespace detail {
template <class T>
struct DTypeOf;  // no member for a type that no Tensor holds
template <>
struct DTypeOf<float> {
  static constexpr DType value = DType::float32;
};
template <>
struct DTypeOf<double> {
  static constexpr DType value = DType::float64;
};
template <>
struct DTypeOf<std::int32_t> {
  static constexpr DType value = DType::int32;
};
template <>
struct DTypeOf<std::int64_t> {
  static constexpr DType value = DType::int64;
};
template <>
struct DTypeOf<long long> {
  static constexpr DType value = DType::int64;
};
template <>
struct DTypeOf<std::uint8_t> {
  static constexpr DType value = DType::uint8;
};
template <>
struct DTypeOf<std::int8_t> {
  static constexpr DType value = DType::int8;
};
template <>
struct DTypeOf<std::int16_t> {
  static constexpr DType value = DType::int16;
};
template <>
struct DTypeOf<std::uint16_t> {
  static constexpr DType value = DType::uint16;
};
template <>
struct DTypeOf<std::uint32_t> {
  static constexpr DType value = DType::uint32;
};
template <>
struct DTypeOf<std::uint64_t> {
  static constexpr DType value = DType::uint64;
};
template <>
struct DTypeOf<unsigned long long> {
  static constexpr DType value = DType::uint64;
};
template <>
struct DTypeOf<bool> {
  static constexpr DType value = DType::boolean;
};
}  // namespace detail

/// The dtype that holds C++ elements of type T.
template <class T>
inline constexpr DType dtype_of = detail::DTypeOf<T>::value;

}  // namespace gradtape
