#include "ops/random_replay.h"

#include "gradtape/autograd/error.h"

namespace gradtape::detail {
namespace {
constinit thread_local RandomReplay* innermost = nullptr;
}

RandomReplay::RandomReplay(const std::vector<Stream>* same) : same_(same), outer_(innermost) { innermost = this; }
RandomReplay::~RandomReplay() { innermost = outer_; }

std::optional<RandomReplay::Stream> RandomReplay::instead() {
  // A function inside a function that runs again: those around the innermost that gives streams note nothing.
  for (RandomReplay* streams = innermost; streams != nullptr; streams = streams->outer_) {
    if (streams->same_ == nullptr) continue;
    if (streams->next_ >= streams->same_->size())
      throw FailedPreconditionError(
          "a function that is recomputed for its gradient draws more random numbers than the first time");
    return (*streams->same_)[streams->next_++];
  }
  return std::nullopt;
}

void RandomReplay::note(const Stream& stream) {
  for (RandomReplay* streams = innermost; streams != nullptr && streams->same_ == nullptr; streams = streams->outer_)
    streams->taken_.push_back(stream);
}

}  // namespace gradtape::detail
