// prefetch: a thread that reads ahead.
//
// The loop and the thread share a queue. The thread makes the next element only when there is room for it, and sleeps
// otherwise until the queue is half empty, so that it is not woken for every element.

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "pipeline.h"

namespace gradtape::data::detail {
namespace {

constexpr std::size_t autotune_elements = 16;
constexpr std::size_t autotune_bytes = std::size_t{16} << 20;

std::size_t bytes_of(const Components& element) {
  std::size_t bytes = 0;
  for (const Tensor& component : element) bytes += component.num_elements() * size_of(component.dtype());
  return bytes;
}

class PrefetchCursor final : public Cursor<Components> {
 public:
  PrefetchCursor(std::int64_t buffer_size, CursorPointer<Components> input)
      : buffer_size_(buffer_size), input_(std::move(input)) {}
  ~PrefetchCursor() override { stop(); }

  std::int64_t read(Components* items, std::int64_t count) override {
    if (!thread_.joinable() && !ended_) start();
    for (std::int64_t i = 0; i < count; ++i)
      if (!take(items[i])) return i;
    return count;
  }

  void restart() override {
    stop();
    queue_.clear();
    queued_bytes_ = 0;
    error_ = nullptr;
    ended_ = stopping_ = false;
    input_->restart();
  }

 private:
  void start() {
    try {
      thread_ = std::thread([this] { produce(); });
    } catch (const std::system_error& error) {
      throw ResourceExhaustedError(std::string("[Dataset.prefetch] the system gives no further thread: ") +
                                   error.what());
    }
  }

  void stop() {
    if (!thread_.joinable()) return;
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    room_.notify_one();
    thread_.join();
  }

  bool take(Components& item) {
    bool wake = false;
    {
      std::unique_lock lock(mutex_);
      loop_waits_ = queue_.empty() && !ended_;
      available_.wait(lock, [this] { return !queue_.empty() || ended_; });
      loop_waits_ = false;
      if (queue_.empty()) {
        if (error_ != nullptr) std::rethrow_exception(std::exchange(error_, nullptr));
        return false;
      }
      item = std::move(queue_.front());
      queue_.pop_front();
      queued_bytes_ -= bytes_of(item);
      wake = thread_waits_ && 2 * queue_.size() <= capacity();
    }
    if (wake) room_.notify_one();
    return true;
  }

  void produce() {
    std::exception_ptr error;
    try {
      Components element;
      while (wait_for_room() && input_->read(&element, 1) == 1) hand_over(std::exchange(element, {}));
    } catch (...) {
      error = std::current_exception();
    }
    {
      const std::lock_guard lock(mutex_);
      error_ = std::move(error);
      ended_ = true;
    }
    available_.notify_one();
  }

  bool wait_for_room() {
    std::unique_lock lock(mutex_);
    if (queue_.size() >= capacity() && !stopping_) {
      thread_waits_ = true;
      room_.wait(lock, [this] { return stopping_ || 2 * queue_.size() <= capacity(); });
      thread_waits_ = false;
    }
    return !stopping_;
  }

  void hand_over(Components element) {
    const std::size_t bytes = bytes_of(element);
    bool wake = false;
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(std::move(element));
      queued_bytes_ += bytes;
      wake = loop_waits_;
    }
    if (wake) available_.notify_one();
  }

  /// Elements that the queue may hold. Called with the mutex held.
  std::size_t capacity() const {
    if (buffer_size_ != autotune) return static_cast<std::size_t>(buffer_size_);
    if (queue_.empty()) return autotune_elements;
    const std::size_t mean = queued_bytes_ / queue_.size() + 1;
    return std::min(autotune_elements, std::max<std::size_t>(autotune_bytes / mean, 2));
  }

  const std::int64_t buffer_size_;
  CursorPointer<Components> input_;  // the thread's, while it runs
  std::thread thread_;

  std::mutex mutex_;  // for all that follows
  std::condition_variable available_, room_;
  std::deque<Components> queue_;
  std::size_t queued_bytes_ = 0;
  std::exception_ptr error_;
  bool ended_ = false, stopping_ = false;
  bool loop_waits_ = false, thread_waits_ = false;
};

class Prefetch final : public Pipeline {
 public:
  Prefetch(PipelinePointer input, std::int64_t buffer_size) : input_(std::move(input)), buffer_size_(buffer_size) {}
  std::int64_t cardinality() const override { return input_->cardinality(); }
  std::size_t arity() const override { return input_->arity(); }
  CursorPointer<Components> elements() const override {
    return std::make_unique<PrefetchCursor>(buffer_size_, input_->elements());
  }

 private:
  PipelinePointer input_;
  std::int64_t buffer_size_;
};

}  // namespace

PipelinePointer prefetched(PipelinePointer input, std::int64_t buffer_size, Where where) {
  if (buffer_size < 1 && buffer_size != autotune)
    reject("Dataset.prefetch", where,
           "a buffer_size of at least 1 is needed, or data::autotune, got " + std::to_string(buffer_size));
  if (input->source() != nullptr) return input;  // row numbers cost nothing to make
  return std::make_shared<Prefetch>(std::move(input), buffer_size);
}

}  // namespace gradtape::data::detail
