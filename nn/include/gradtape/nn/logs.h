#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gradtape::nn {

/// Named numbers in order, "loss" first: what callbacks receive, and what evaluate returns.
class Logs {
 public:
  using Entry = std::pair<std::string, double>;

  /// Throws NotFoundError that lists the names there are; set() adds one.
  double& operator[](std::string_view name);
  double operator[](std::string_view name) const;
  /// By place: 0 is the loss. Throws OutOfRangeError.
  template <std::integral I>
  double operator[](I index) const {
    return at(static_cast<std::size_t>(index));
  }
  template <std::integral I>
  double& operator[](I index) {
    return const_cast<double&>(at(static_cast<std::size_t>(index)));
  }

  bool contains(std::string_view name) const { return find(name) != nullptr; }
  /// Null where there is none.
  const double* find(std::string_view name) const;
  void set(std::string_view name, double value);
  void clear() { entries_.clear(); }

  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  std::vector<Entry>::const_iterator begin() const { return entries_.begin(); }
  std::vector<Entry>::const_iterator end() const { return entries_.end(); }
  /// "loss, accuracy"
  std::string names() const;

 private:
  const double& at(std::size_t index) const;
  std::vector<Entry> entries_;
};

/// The loss, then the metrics.
using Scores = Logs;

}  // namespace gradtape::nn
