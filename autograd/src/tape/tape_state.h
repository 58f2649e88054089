#pragma once
// What is behind a GradientTape.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gradtape/autograd/error.h"
#include "gradtape/autograd/tape.h"
#include "tape/explain.h"
#include "tape/log.h"
#include "tensor/pool.h"

namespace gradtape {

struct GradientTape::State {
  // A tape for each step: its state comes from the pool.
  static void* operator new(std::size_t bytes) { return detail::allocate_block(bytes).memory; }
  static void operator delete(void* memory, std::size_t bytes) {
    detail::free_block(memory, static_cast<std::uint8_t>(detail::class_for(bytes)));
  }

  std::shared_ptr<detail::Log> log = detail::Log::of_this_thread();
  GradientTapeOptions options;
  std::uint64_t bit = 0;  // 0 once the tape has ended
  std::size_t first = 0;
  std::shared_ptr<Pause::State> pauses;
  // The answers for the sources that had no gradient when the tape ended.
  struct Explanation {
    std::uint64_t target, source;
    std::string text;
  };
  std::vector<Explanation> explanations;

  void begin() {
    first = log->size();
    bit = log->begin_tape(options.watch_accessed_variables);
  }
  void end() {
    if (bit != 0) log->end_tape(std::exchange(bit, 0), first);
  }
  detail::ExplainRequest explain_request() const { return {*log, bit, first, options.watch_accessed_variables}; }
  void require_own_thread(const char* function) const {
    if (detail::Log::of_this_thread() != log)
      throw FailedPreconditionError(std::string("GradientTape::") + function +
                                    " was called on another thread than the one that made the tape");
  }
  void require_alive(const char* function) const {
    require_own_thread(function);
    if (bit == 0)
      throw FailedPreconditionError(std::string("GradientTape::") + function +
                                    ": the tape has ended with its first gradient(); make it with "
                                    "{.persistent = true} to ask several times");
  }

  // The empty gradient that says why it is, also to why_no_gradient() after the tape has ended.
  Tensor explained(const Tensors& targets, const Source& source) {
    std::string text = "there is no target";
    if (!targets.empty()) text = detail::explain(explain_request(), targets[0], source);
    for (const Tensor& target : targets) explanations.push_back({target.id(), source.tensor().id(), text});
    return detail::empty_tensor("it is a gradient that does not exist: " + text);
  }

  bool is_recorded(detail::Edge edge) const {
    return edge >= static_cast<detail::Edge>(first) && (log->node(edge).tapes & bit);
  }

  // The entry that the tape knows the tensor by as a source, or none.
  detail::Edge find_source(const Source& source) const {
    const detail::TensorImpl& impl = detail::checked(source.tensor());
    if (!is_floating(impl.dtype)) return detail::no_edge;
    const detail::Edge leaf = log->first_leaf(impl.id, bit, first);
    if (leaf != detail::no_edge) return leaf;
    const detail::Edge edge = log->find_existing(impl);
    return is_recorded(edge) && log->node(edge).kind != &detail::leaf_kind ? edge : detail::no_edge;
  }
  detail::Edge find_target(const Tensor& target) const {
    const detail::TensorImpl& impl = detail::checked(target);
    const detail::Edge edge = log->find_existing(impl);
    return is_floating(impl.dtype) && is_recorded(edge) ? edge : detail::no_edge;
  }
};

// A tape that is not persistent does not record its own backward pass, and ends with it, whatever happens in it.
class GradientTape::Ending {
 public:
  explicit Ending(State& state) : state_(state.options.persistent ? nullptr : &state) {
    if (state_ != nullptr) state_->log->set_recording(state_->bit, false);
  }
  ~Ending() {
    if (state_ != nullptr) state_->end();
  }
  Ending(const Ending&) = delete;
  Ending& operator=(const Ending&) = delete;

 private:
  State* state_;
};

}  // namespace gradtape
