#include "pipeline.h"

namespace gradtape::data::detail {
namespace {

class Map final : public Pipeline {
 public:
  Map(PipelinePointer input, std::size_t arity, MapFunction function, Where where)
      : input_(std::move(input)), arity_(arity), function_(std::move(function)), where_(where) {}
  std::int64_t cardinality() const override { return input_->cardinality(); }
  std::size_t arity() const override { return arity_; }
  CursorPointer<Components> elements() const override { return std::make_unique<MapCursor>(*this); }

 private:
  class MapCursor final : public Cursor<Components> {
   public:
    explicit MapCursor(const Map& map) : map_(map), input_(map.input_->elements()) {}
    std::int64_t read(Components* items, std::int64_t count) override {
      for (std::int64_t i = 0; i < count; ++i) {
        Components element;
        if (input_->read(&element, 1) == 0) return i;
        items[i].assign(map_.arity_, Tensor());
        map_.function_(element.data(), items[i].data());
        require_elements(items[i]);
      }
      return count;
    }
    void restart() override { input_->restart(); }

   private:
    void require_elements(const Components& result) const {
      for (std::size_t c = 0; c < result.size(); ++c)
        if (!result[c])
          reject("Dataset.map", map_.where_,
                 "the function returned an empty Tensor as component " + std::to_string(c) + ": " +
                     result[c].why_empty());
    }

    const Map& map_;
    CursorPointer<Components> input_;
  };

  PipelinePointer input_;
  std::size_t arity_;
  MapFunction function_;
  Where where_;
};

}  // namespace

PipelinePointer mapped(PipelinePointer input, std::size_t arity, MapFunction function, Where where) {
  return std::make_shared<Map>(std::move(input), arity, std::move(function), where);
}

}  // namespace gradtape::data::detail
