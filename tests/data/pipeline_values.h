#pragma once
// What the tests of pipelines share.

#include <cstdint>
#include <numeric>
#include <vector>

#include "gradtape/autograd/autograd.h"
#include "gradtape/data/data.h"

namespace gradtape::test {

/// int64 numbers 0, 1, ..., n - 1.
inline Tensor numbers(std::int64_t n) {
  std::vector<std::int64_t> values(static_cast<std::size_t>(n));
  std::iota(values.begin(), values.end(), 0);
  return constant(values);
}

/// The int64 elements of the first component, one vector for each element of the dataset.
template <std::size_t N>
std::vector<std::vector<std::int64_t>> values_of(const data::Dataset<N>& dataset) {
  std::vector<std::vector<std::int64_t>> values;
  for (const auto& element : dataset) {
    const auto elements = element[0].template data<std::int64_t>();
    values.emplace_back(elements.begin(), elements.end());
  }
  return values;
}

/// The same, one after the other.
template <std::size_t N>
std::vector<std::int64_t> flat_values_of(const data::Dataset<N>& dataset) {
  std::vector<std::int64_t> flat;
  for (const auto& values : values_of(dataset)) flat.insert(flat.end(), values.begin(), values.end());
  return flat;
}

/// start, start + 1, ..., end - 1.
inline std::vector<std::int64_t> counting(std::int64_t start, std::int64_t end) {
  std::vector<std::int64_t> values(static_cast<std::size_t>(end - start));
  std::iota(values.begin(), values.end(), start);
  return values;
}

/// The message of the Error that a call throws.
template <class E, class Call>
std::string message_of(const Call& call) {
  try {
    call();
  } catch (const E& error) {
    return error.what();
  }
  return "";
}

}  // namespace gradtape::test
