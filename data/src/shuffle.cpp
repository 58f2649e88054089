// shuffle: elements drawn from a buffer of the next ones.
//
// The order of a pass is a function of the seed, of how many passes the stage has begun before, and of the repetition
// within the pass. The first number is taken where a loop begins, on the loop's own thread: a background thread that
// has or has not reached the next repetition when its loop is left makes no difference to later loops.

#include <algorithm>

#include "gradtape/autograd/random.h"
#include "pipeline.h"

namespace gradtape::data::detail {
namespace {

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t state) : state_(state) {}
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// Uniform in [0, n). The numbers above the largest multiple of n are drawn again.
  std::uint64_t below(std::uint64_t n) {
    std::uint64_t number, remainder;
    do {
      number = next();
      remainder = number % n;
    } while (number - remainder > -n);
    return remainder;
  }

 private:
  std::uint64_t state_;
};

struct Shuffle {
  std::int64_t buffer_size;
  std::uint64_t seed;
  std::shared_ptr<std::atomic<std::uint64_t>> passes;  // null: the same order each time

  std::int64_t cardinality(std::int64_t input) const { return input; }

  SplitMix64 generator(std::uint64_t pass, std::uint64_t repetition) const {
    std::uint64_t state = seed;
    for (const std::uint64_t number : {pass, repetition})
      state = SplitMix64(SplitMix64(state).next() + number).next();
    return SplitMix64(state);
  }

  template <class Item>
  class Cursor final : public detail::Cursor<Item> {
   public:
    Cursor(const Shuffle& settings, CursorPointer<Item> input)
        : settings_(settings),
          pass_(settings.passes != nullptr ? settings.passes->fetch_add(1) : 0),
          generator_(settings.generator(pass_, 0)),
          input_(std::move(input)) {}

    std::int64_t read(Item* items, std::int64_t count) override {
      if (!filled_) fill();
      // Each new item takes the place of the one that is drawn.
      const std::int64_t received = input_ended_ ? 0 : input_->read(items, count);
      if (received < count) input_ended_ = true;
      for (std::int64_t i = 0; i < received; ++i) std::swap(items[i], buffer_[generator_.below(buffer_.size())]);
      if (received == count) return count;
      const std::int64_t drained = std::min(count - received, static_cast<std::int64_t>(buffer_.size()));
      for (std::int64_t i = received; i < received + drained; ++i) {
        std::swap(buffer_[generator_.below(buffer_.size())], buffer_.back());
        items[i] = std::move(buffer_.back());
        buffer_.pop_back();
      }
      return received + drained;
    }

    void restart() override {
      if (settings_.passes != nullptr) ++repetition_;
      generator_ = settings_.generator(pass_, repetition_);
      buffer_.clear();
      filled_ = input_ended_ = false;
      input_->restart();
    }

   private:
    void fill() {
      constexpr std::int64_t block = std::is_same_v<Item, Row> ? 4096 : 1;
      filled_ = true;
      for (std::int64_t held = 0; held < settings_.buffer_size && !input_ended_;) {
        const std::int64_t wanted = std::min(block, settings_.buffer_size - held);
        buffer_.resize(held + wanted);
        const std::int64_t received = input_->read(buffer_.data() + held, wanted);
        held += received;
        if (received < wanted) {
          input_ended_ = true;
          buffer_.resize(held);
        }
      }
    }

    const Shuffle& settings_;
    std::uint64_t pass_, repetition_ = 0;
    SplitMix64 generator_;
    CursorPointer<Item> input_;
    std::vector<Item> buffer_;
    bool filled_ = false, input_ended_ = false;
  };
};

std::uint64_t seed_of_process() {
  constexpr double integers_of_double = 9007199254740992.0;  // 2^53
  return random::uniform({1}, {.maxval = integers_of_double, .dtype = int64}).item<std::uint64_t>();
}

}  // namespace

PipelinePointer shuffled(PipelinePointer input, std::int64_t buffer_size, const ShuffleOptions& options,
                         Where where) {
  if (buffer_size < 1)
    reject("Dataset.shuffle", where, "a buffer_size of at least 1 is needed, got " + std::to_string(buffer_size));
  Shuffle shuffle{
      .buffer_size = buffer_size,
      .seed = options.seed ? *options.seed : seed_of_process(),
      .passes = options.reshuffle_each_iteration ? std::make_shared<std::atomic<std::uint64_t>>(0) : nullptr};
  return passing_stage(std::move(input), std::move(shuffle));
}

}  // namespace gradtape::data::detail
