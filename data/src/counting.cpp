// repeat, take and skip.

#include <algorithm>

#include "pipeline.h"

namespace gradtape::data::detail {
namespace {

struct Take {
  std::int64_t count;

  std::int64_t cardinality(std::int64_t input) const {
    if (count < 0) return input;
    if (input == infinite_cardinality) return count;
    return input == unknown_cardinality && count > 0 ? unknown_cardinality
                                                     : std::min(count, std::max<std::int64_t>(input, 0));
  }

  template <class Item>
  class Cursor final : public detail::Cursor<Item> {
   public:
    Cursor(const Take& settings, CursorPointer<Item> input)
        : limit_(limit_of(settings.count)), left_(limit_), input_(std::move(input)) {}
    std::int64_t read(Item* items, std::int64_t count) override {
      if (left_ == 0) return 0;
      const std::int64_t wanted = std::min(count, left_), received = input_->read(items, wanted);
      left_ = received < wanted ? 0 : left_ - received;
      return received;
    }
    void restart() override {
      left_ = limit_;
      input_->restart();
    }

   private:
    std::int64_t limit_, left_;
    CursorPointer<Item> input_;
  };
};

struct Skip {
  std::int64_t count;

  std::int64_t cardinality(std::int64_t input) const {
    if (count < 0) return 0;
    return input < 0 ? input : std::max<std::int64_t>(input - count, 0);
  }

  template <class Item>
  class Cursor final : public detail::Cursor<Item> {
   public:
    Cursor(const Skip& settings, CursorPointer<Item> input)
        : count_(settings.count), left_(count_), input_(std::move(input)) {}
    std::int64_t read(Item* items, std::int64_t count) override {
      if (count_ < 0) return 0;
      while (left_ > 0) {
        const std::int64_t wanted = std::min(count, left_);
        left_ -= wanted;
        if (input_->read(items, wanted) < wanted) left_ = 0;
      }
      return input_->read(items, count);
    }
    void restart() override {
      left_ = count_;
      input_->restart();
    }

   private:
    std::int64_t count_, left_;
    CursorPointer<Item> input_;
  };
};

struct Repeat {
  std::int64_t count;

  std::int64_t cardinality(std::int64_t input) const {
    if (input == 0 || count == 0) return 0;
    if (count < 0 && input != unknown_cardinality) return infinite_cardinality;
    if (input < 0) return input;
    std::int64_t product;
    return __builtin_mul_overflow(input, count, &product) ? infinite_cardinality : product;
  }

  template <class Item>
  class Cursor final : public detail::Cursor<Item> {
   public:
    Cursor(const Repeat& settings, CursorPointer<Item> input)
        : limit_(limit_of(settings.count)), left_(limit_), input_(std::move(input)) {}
    std::int64_t read(Item* items, std::int64_t count) override {
      std::int64_t received = 0;
      while (left_ > 0) {
        const std::int64_t more = input_->read(items + received, count - received);
        received += more;
        pass_is_empty_ = pass_is_empty_ && more == 0;
        if (received == count) break;
        left_ = pass_is_empty_ ? 0 : left_ - 1;
        if (left_ > 0) next_pass();
      }
      return received;
    }
    void restart() override {
      left_ = limit_;
      next_pass();
    }

   private:
    void next_pass() {
      input_->restart();
      pass_is_empty_ = true;
    }

    std::int64_t limit_, left_;
    bool pass_is_empty_ = true;
    CursorPointer<Item> input_;
  };
};

void require_count(const char* function, std::int64_t count, Where where) {
  if (count < -1)
    reject(function, where, "a count of at least 0 is needed, or -1 for no limit, got " + std::to_string(count));
}

}  // namespace

PipelinePointer repeated(PipelinePointer input, std::int64_t count, Where where) {
  require_count("Dataset.repeat", count, where);
  return passing_stage(std::move(input), Repeat{count});
}

PipelinePointer taken(PipelinePointer input, std::int64_t count, Where where) {
  require_count("Dataset.take", count, where);
  return passing_stage(std::move(input), Take{count});
}

PipelinePointer skipped(PipelinePointer input, std::int64_t count, Where where) {
  require_count("Dataset.skip", count, where);
  return passing_stage(std::move(input), Skip{count});
}

}  // namespace gradtape::data::detail
