#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gradtape/nn/callback.h"

namespace gradtape::nn {

/// Named series of numbers, in the order of their first values.
class Series {
 public:
  using Entry = std::pair<std::string, std::vector<double>>;

  /// Throws NotFoundError that lists the names there are.
  const std::vector<double>& at(std::string_view name) const;
  const std::vector<double>& operator[](std::string_view name) const { return at(name); }
  bool contains(std::string_view name) const { return find(name) != nullptr; }
  void append(std::string_view name, double value);
  void clear() { entries_.clear(); }

  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  std::vector<Entry>::const_iterator begin() const { return entries_.begin(); }
  std::vector<Entry>::const_iterator end() const { return entries_.end(); }

 private:
  const std::vector<double>* find(std::string_view name) const;
  std::vector<Entry> entries_;
};

/// tf.keras.callbacks.History: what fit() returns.
class History : public Callback {
 public:
  /// The values at each epoch's end: history["loss"], history["val_accuracy"].
  Series history;
  /// The epochs that were run, counted from 0.
  std::vector<int> epoch;

  const std::vector<double>& operator[](std::string_view name) const { return history.at(name); }

  void on_train_begin(Logs& logs) override;
  void on_epoch_end(int epoch, Logs& logs) override;
};

}  // namespace gradtape::nn
