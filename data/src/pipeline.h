#pragma once
// How a pipeline works inside.
//
// A Pipeline describes one stage and holds the stage before it; opening it gives a Cursor, one pass over its items,
// which holds the cursor of the stage before. Items are of two kinds. As long as elements are rows of the tensors
// that from_tensor_slices was given (the source), they travel as row numbers, many at a time; from batch or map on
// they are tensors. Stages that do not look into items (shuffle, repeat, take, skip) are written once for both.
//
// Cursors are opened on the thread that starts the loop and then used by one thread at a time.

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "gradtape/autograd/error.h"
#include "gradtape/data/dataset.h"

namespace gradtape::data::detail {

using Row = std::int64_t;
using Components = std::vector<Tensor>;

template <class Item>
class Cursor {
 public:
  virtual ~Cursor() = default;
  /// Reads up to count items: fewer only at the end, and none from there on. Where items are tensors, callers read
  /// one at a time, so that those before an error are not lost.
  virtual std::int64_t read(Item* items, std::int64_t count) = 0;
  /// Back to the first item, for a repetition within the same pass.
  virtual void restart() = 0;
};

template <class Item>
using CursorPointer = std::unique_ptr<Cursor<Item>>;

/// Tensors of one length on the first axis.
struct Source {
  Components components;
  std::int64_t rows;
};

class Pipeline {
 public:
  virtual ~Pipeline() = default;
  virtual std::int64_t cardinality() const = 0;
  /// Tensors of an element.
  virtual std::size_t arity() const = 0;
  /// Where the rows lie, or null where elements are not rows.
  virtual const Source* source() const { return nullptr; }
  /// A pass over row numbers; null without a source.
  virtual CursorPointer<Row> rows() const { return nullptr; }
  /// A pass over elements. Where there is a source: views of its rows.
  virtual CursorPointer<Components> elements() const;
};

template <class Item>
CursorPointer<Item> open(const Pipeline& pipeline) {
  if constexpr (std::is_same_v<Item, Row>)
    return pipeline.rows();
  else
    return pipeline.elements();
}

/// A stage that drops, repeats or reorders items without looking into them. Settings has a template
/// Settings::Cursor<Item>, made from the settings and the cursor before it, and cardinality(of the stage before).
template <class Settings>
class PassingStage final : public Pipeline {
 public:
  PassingStage(PipelinePointer input, Settings settings) : input_(std::move(input)), settings_(std::move(settings)) {}
  std::int64_t cardinality() const override { return settings_.cardinality(input_->cardinality()); }
  std::size_t arity() const override { return input_->arity(); }
  const Source* source() const override { return input_->source(); }
  CursorPointer<Row> rows() const override { return source() != nullptr ? cursor<Row>() : nullptr; }
  CursorPointer<Components> elements() const override {
    return source() != nullptr ? Pipeline::elements() : cursor<Components>();
  }

 private:
  template <class Item>
  CursorPointer<Item> cursor() const {
    return std::make_unique<typename Settings::template Cursor<Item>>(settings_, open<Item>(*input_));
  }

  PipelinePointer input_;
  Settings settings_;
};

template <class Settings>
PipelinePointer passing_stage(PipelinePointer input, Settings settings) {
  return std::make_shared<PassingStage<Settings>>(std::move(input), std::move(settings));
}

[[noreturn]] inline void reject(std::string_view function, Where where, std::string message) {
  InvalidArgumentError error(std::move(message));
  error.add_context(function, "", where);
  throw error;
}

/// The number of items that a count argument of -1 or more stands for.
inline std::int64_t limit_of(std::int64_t count) {
  return count < 0 ? std::numeric_limits<std::int64_t>::max() : count;
}

}  // namespace gradtape::data::detail
