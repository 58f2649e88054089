#pragma once
// The streams of random numbers that a function draws from, and running it again with the same.

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "kernels/random.h"

namespace gradtape::detail {

class RandomReplay {
 public:
  using Stream = kernels::PhiloxStream;

  /// While it lives, notes the streams that this thread takes from generators.
  RandomReplay() : RandomReplay(nullptr) {}
  /// While it lives, this thread gets these streams instead. FailedPreconditionError when it wants more.
  explicit RandomReplay(const std::vector<Stream>& same) : RandomReplay(&same) {}
  ~RandomReplay();
  RandomReplay(const RandomReplay&) = delete;
  RandomReplay& operator=(const RandomReplay&) = delete;
  std::vector<Stream> take() { return std::move(taken_); }

  /// For every generator with a state: the stream that take() gives, or the one that is to come again.
  template <class Take>
  static Stream next(Take take) {
    std::optional<Stream> stream = instead();
    if (!stream) stream = take();
    note(*stream);
    return *stream;
  }

 private:
  static std::optional<Stream> instead();
  static void note(const Stream& stream);
  explicit RandomReplay(const std::vector<Stream>* same);
  std::vector<Stream> taken_;
  const std::vector<Stream>* same_;
  std::size_t next_ = 0;
  RandomReplay* outer_;
};

}  // namespace gradtape::detail
