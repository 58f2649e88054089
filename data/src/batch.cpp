#include <algorithm>
#include <cstddef>
#include <cstring>

#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/indexing.h"
#include "pipeline.h"

namespace gradtape::data::detail {
namespace {

struct Batching {
  std::int64_t size;
  bool drop_remainder;
  Where where;
};

Shape with_rows(const Shape& row, std::int64_t count) {
  Shape shape{count};
  for (const std::int64_t length : row) shape.push_back(length);
  return shape;
}

bool are_consecutive(const std::vector<Row>& rows) {
  for (std::size_t i = 1; i < rows.size(); ++i)
    if (rows[i] != rows[0] + static_cast<Row>(i)) return false;
  return true;
}

/// Consecutive rows share memory with the source.
Components rows_of(const Components& sources, const std::vector<Row>& rows) {
  const bool consecutive = are_consecutive(rows);
  const Tensor numbers = consecutive ? Tensor() : constant(rows);
  Components batch;
  for (const Tensor& source : sources) {
    if (!consecutive) {
      batch.push_back(gather(source, numbers));
      continue;
    }
    const Shape row = source.shape().sub(1, source.rank());
    batch.push_back(gradtape::detail::view(source, with_rows(row, static_cast<std::int64_t>(rows.size())),
                                           rows[0] * row.num_elements()));
  }
  return batch;
}

/// Batches of rows.
class RowBatchCursor final : public Cursor<Components> {
 public:
  RowBatchCursor(const Batching& batching, const Source& source, CursorPointer<Row> input)
      : batching_(batching), source_(source), input_(std::move(input)) {}

  std::int64_t read(Components* items, std::int64_t count) override {
    for (std::int64_t i = 0; i < count; ++i) {
      read_rows();
      const auto rows = static_cast<std::int64_t>(rows_.size());
      if (rows == 0 || (rows < batching_.size && batching_.drop_remainder)) return i;
      items[i] = rows_of(source_.components, rows_);
    }
    return count;
  }
  void restart() override { input_->restart(); }

 private:
  void read_rows() {
    constexpr std::int64_t block = 4096;  // a batch size beyond the elements that there are takes no memory
    rows_.clear();
    for (std::int64_t held = 0; held < batching_.size;) {
      const std::int64_t wanted = std::min(block, batching_.size - held);
      rows_.resize(held + wanted);
      const std::int64_t received = input_->read(rows_.data() + held, wanted);
      held += received;
      rows_.resize(held);
      if (received < wanted) break;
    }
  }

  const Batching& batching_;
  const Source& source_;
  CursorPointer<Row> input_;
  std::vector<Row> rows_;
};

/// Batches of elements that are tensors already.
class StackCursor final : public Cursor<Components> {
 public:
  StackCursor(const Batching& batching, CursorPointer<Components> input)
      : batching_(batching), input_(std::move(input)) {}

  std::int64_t read(Components* items, std::int64_t count) override {
    for (std::int64_t i = 0; i < count; ++i) {
      std::vector<Components> elements;
      Components element;
      while (static_cast<std::int64_t>(elements.size()) < batching_.size && input_->read(&element, 1) == 1) {
        if (!elements.empty()) require_same(elements.front(), element, elements.size());
        elements.push_back(std::move(element));
      }
      const auto received = static_cast<std::int64_t>(elements.size());
      if (received == 0 || (received < batching_.size && batching_.drop_remainder)) return i;
      items[i].clear();
      for (std::size_t c = 0; c < elements.front().size(); ++c) items[i].push_back(stack(elements, c));
    }
    return count;
  }
  void restart() override { input_->restart(); }

 private:
  void require_same(const Components& first, const Components& element, std::size_t place) const {
    for (std::size_t c = 0; c < first.size(); ++c) {
      const Tensor &expected = first[c], &found = element[c];
      if (found.shape() == expected.shape() && found.dtype() == expected.dtype()) continue;
      reject("Dataset.batch", batching_.where,
             "elements of different shapes or dtypes cannot be stacked: component " + std::to_string(c) + " is " +
                 to_string(expected.shape()) + " " + std::string(name_of(expected.dtype())) +
                 " in the batch's first element and " + to_string(found.shape()) + " " +
                 std::string(name_of(found.dtype())) + " in its element " + std::to_string(place) +
                 "; make them alike with map() first");
    }
  }

  Tensor stack(const std::vector<Components>& elements, std::size_t component) const {
    const Tensor& first = elements.front()[component];
    if (first.rank() == Shape::max_rank)
      reject("Dataset.batch", batching_.where,
             "elements of shape " + to_string(first.shape()) +
                 " have no room for the batch's axis: a tensor has at most " + std::to_string(Shape::max_rank) +
                 " axes");
    const std::size_t bytes = first.num_elements() * size_of(first.dtype());
    Tensor batch = gradtape::detail::uninitialized(
        first.dtype(), with_rows(first.shape(), static_cast<std::int64_t>(elements.size())));
    auto* to = static_cast<std::byte*>(gradtape::detail::mutable_data(batch));
    for (const Components& element : elements) {
      std::memcpy(to, gradtape::detail::mutable_data(element[component]), bytes);
      to += bytes;
    }
    return batch;
  }

  const Batching& batching_;
  CursorPointer<Components> input_;
};

class Batch final : public Pipeline {
 public:
  Batch(PipelinePointer input, const Batching& batching) : input_(std::move(input)), batching_(batching) {}
  std::int64_t cardinality() const override {
    const std::int64_t elements = input_->cardinality();
    if (elements < 0) return elements;
    const bool remainder = elements % batching_.size != 0 && !batching_.drop_remainder;
    return elements / batching_.size + (remainder ? 1 : 0);
  }
  std::size_t arity() const override { return input_->arity(); }
  CursorPointer<Components> elements() const override {
    if (const Source* source = input_->source())
      return std::make_unique<RowBatchCursor>(batching_, *source, input_->rows());
    return std::make_unique<StackCursor>(batching_, input_->elements());
  }

 private:
  PipelinePointer input_;
  Batching batching_;
};

}  // namespace

PipelinePointer batched(PipelinePointer input, std::int64_t batch_size, const BatchOptions& options, Where where) {
  if (batch_size < 1)
    reject("Dataset.batch", where, "a batch_size of at least 1 is needed, got " + std::to_string(batch_size));
  return std::make_shared<Batch>(std::move(input), Batching{batch_size, options.drop_remainder, where});
}

}  // namespace gradtape::data::detail
