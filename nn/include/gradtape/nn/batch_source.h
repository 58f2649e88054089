#pragma once
// BatchSource: where fit, evaluate and predict take their batches from.

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "gradtape/autograd/tensors.h"

namespace gradtape::nn {

/// Batches that can be read several times over.
class BatchSource {
 public:
  virtual ~BatchSource() = default;
  /// Back to the first batch; shuffled anew where the source shuffles.
  virtual void restart() = 0;
  /// False at the end. A source without targets leaves y empty.
  virtual bool next(Tensors& x, Tensors& y) = 0;
  /// Batches from a restart to the end; negative when that is not known.
  virtual std::int64_t batches() const = 0;
  /// Whether the batches never end.
  virtual bool endless() const { return false; }
};

/// What can be read as batches: data::Dataset<1> and data::Dataset<2>, and any range whose elements are
/// std::array<Tensor, 1 or 2> and which knows its cardinality.
template <class D>
concept DatasetLike = requires(D& dataset) {
  dataset.begin();
  dataset.end();
  { dataset.cardinality() } -> std::convertible_to<std::int64_t>;
  requires std::tuple_size_v<std::remove_cvref_t<decltype(*dataset.begin())>>
  <= 2;
};

namespace detail {

template <class D>
class DatasetBatches final : public BatchSource {
 public:
  explicit DatasetBatches(const D& dataset) : dataset_(dataset) {}
  void restart() override { position_.reset(); }
  bool next(Tensors& x, Tensors& y) override {
    x = {};  // their memory can then serve the next batch
    y = {};
    // A dataset's iterator reads ahead: it moves only when the batch is asked for.
    if (position_)
      ++*position_;
    else
      position_.emplace(dataset_.begin());
    if (*position_ == dataset_.end()) return false;
    const auto& element = **position_;
    x = Tensors(element[0]);
    if constexpr (std::tuple_size_v<std::remove_cvref_t<decltype(element)>> == 2) y = Tensors(element[1]);
    return true;
  }
  std::int64_t batches() const override { return static_cast<std::int64_t>(dataset_.cardinality()); }
  bool endless() const override { return dataset_.cardinality() == -1; }  // tf.data's INFINITE_CARDINALITY

 private:
  const D dataset_;
  std::optional<decltype(std::declval<const D&>().begin())> position_;
};

}  // namespace detail

/// A dataset, or a source of the user's own, as an argument.
class Batches {
 public:
  template <class D>
  requires DatasetLike<const D> Batches(const D& dataset)
      : source_(std::make_shared<detail::DatasetBatches<D>>(dataset)) {}
  template <std::derived_from<BatchSource> S>
  Batches(std::shared_ptr<S> source) : source_(std::move(source)) {}
  BatchSource& operator*() const { return *source_; }
  BatchSource* operator->() const { return source_.get(); }
  const std::shared_ptr<BatchSource>& pointer() const { return source_; }

 private:
  std::shared_ptr<BatchSource> source_;
};

}  // namespace gradtape::nn
