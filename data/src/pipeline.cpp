#include "pipeline.h"

#include <algorithm>
#include <numeric>

#include "gradtape/autograd/detail_annotation.h"

namespace gradtape::data::detail {
namespace {

class SliceCursor final : public Cursor<Row> {
 public:
  explicit SliceCursor(std::int64_t rows) : rows_(rows) {}
  std::int64_t read(Row* items, std::int64_t count) override {
    count = std::min(count, rows_ - next_);
    std::iota(items, items + count, next_);
    next_ += count;
    return count;
  }
  void restart() override { next_ = 0; }

 private:
  std::int64_t rows_, next_ = 0;
};

class Slices final : public Pipeline {
 public:
  explicit Slices(Source source) : source_(std::move(source)) {}
  std::int64_t cardinality() const override { return source_.rows; }
  std::size_t arity() const override { return source_.components.size(); }
  const Source* source() const override { return &source_; }
  CursorPointer<Row> rows() const override { return std::make_unique<SliceCursor>(source_.rows); }

 private:
  Source source_;
};

class RowViewCursor final : public Cursor<Components> {
 public:
  RowViewCursor(const Source& source, CursorPointer<Row> rows) : source_(source), rows_(std::move(rows)) {}
  std::int64_t read(Components* items, std::int64_t count) override {
    Row row;
    for (std::int64_t i = 0; i < count; ++i) {
      if (rows_->read(&row, 1) == 0) return i;
      items[i].clear();
      for (const Tensor& component : source_.components) {
        const Shape shape = component.shape().sub(1, component.rank());
        items[i].push_back(gradtape::detail::view(component, shape, row * shape.num_elements()));
      }
    }
    return count;
  }
  void restart() override { rows_->restart(); }

 private:
  const Source& source_;
  CursorPointer<Row> rows_;
};

std::string shapes_of(const Components& components) {
  std::string text;
  for (const Tensor& component : components)
    text += (text.empty() ? "" : &component == &components.back() ? " and " : ", ") + to_string(component.shape());
  return text;
}

}  // namespace

CursorPointer<Components> Pipeline::elements() const { return std::make_unique<RowViewCursor>(*source(), rows()); }

PipelinePointer slices(std::initializer_list<Tensor> components, Where where) {
  for (const Tensor& component : components) {
    if (!component)
      reject("from_tensor_slices", where,
             "a tensor with elements is needed, got an empty Tensor: " + component.why_empty());
    if (component.rank() == 0) reject("from_tensor_slices", where, "a scalar has no first axis to take slices along");
  }
  Source source{components, components.begin()->shape()[0]};
  for (const Tensor& component : components)
    if (component.shape()[0] != source.rows)
      reject("from_tensor_slices", where,
             "the first axes of shapes " + shapes_of(components) + " have different lengths, " +
                 std::to_string(source.rows) + " and " + std::to_string(component.shape()[0]) +
                 "; each sample needs one entry in every tensor");
  return std::make_shared<Slices>(std::move(source));
}

std::int64_t cardinality(const Pipeline& pipeline) { return pipeline.cardinality(); }

struct Iteration::State {
  PipelinePointer pipeline;
  CursorPointer<Components> cursor;  // refers to the pipeline's stages
  Components element;
};

Iteration::Iteration(PipelinePointer pipeline) {
  auto cursor = pipeline->elements();
  state_ = std::make_unique<State>(State{std::move(pipeline), std::move(cursor), {}});
}
Iteration::Iteration(Iteration&&) noexcept = default;
Iteration& Iteration::operator=(Iteration&&) noexcept = default;
Iteration::~Iteration() = default;

bool Iteration::next(Tensor* components) {
  if (state_ == nullptr) return false;
  const gradtape::detail::NoRecording pause;
  try {
    if (state_->cursor->read(&state_->element, 1) == 1) {
      std::move(state_->element.begin(), state_->element.end(), components);
      return true;
    }
  } catch (...) {
    state_.reset();
    throw;
  }
  state_.reset();
  return false;
}

}  // namespace gradtape::data::detail
