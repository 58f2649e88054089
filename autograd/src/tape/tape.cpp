#include "gradtape/autograd/tape.h"

#include <algorithm>

#include "gradtape/autograd/error.h"
#include "tape/backward.h"
#include "tape/tape_state.h"
#include "tape/vector_space.h"

namespace gradtape {

struct GradientTape::Pause::State {
  std::shared_ptr<detail::Log> log;
  std::uint64_t bit;
  int depth;
};

GradientTape::GradientTape(GradientTapeOptions options) : state_(std::make_unique<State>()) {
  state_->options = options;
  state_->begin();
}
GradientTape::GradientTape(GradientTape&&) noexcept = default;
GradientTape& GradientTape::operator=(GradientTape&& other) noexcept {
  if (this == &other) return *this;
  if (state_) state_->end();
  state_ = std::move(other.state_);
  return *this;
}
GradientTape::~GradientTape() {
  if (state_) state_->end();
}

GradientTape::State& GradientTape::state() const {
  if (!state_) throw FailedPreconditionError("this GradientTape has been moved from");
  return *state_;
}

std::vector<Tensor> GradientTape::gradient(const Tensors& targets, const Sources& sources,
                                           const GradientOptions& options) {
  std::vector<Tensor> gradients(sources.size());
  write_gradients(targets, sources.begin(), sources.size(), options, gradients.data());
  return gradients;
}

namespace {

detail::PooledVector<Tensor> seeds_for(const Tensors& targets, const std::vector<Tensor>& given) {
  if (!given.empty() && given.size() != targets.size())
    throw InvalidArgumentError("gradient of " + std::to_string(targets.size()) + " targets with " +
                               std::to_string(given.size()) + " output gradients");
  detail::PooledVector<Tensor> seeds;
  seeds.reserve(targets.size());
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const Tensor& target = targets[i];
    if (i >= given.size() || !given[i]) {
      seeds.push_back(is_floating(target.dtype()) ? detail::ones_of(target.dtype(), target.shape()) : Tensor());
      continue;
    }
    if (given[i].shape() != target.shape() || given[i].dtype() != target.dtype())
      throw InvalidArgumentError("output gradient " + std::to_string(i) + " has shape " +
                                 to_string(given[i].shape()) + " and dtype " +
                                 std::string(name_of(given[i].dtype())) + ", its target " +
                                 to_string(target.shape()) + " and " + std::string(name_of(target.dtype())));
    seeds.push_back(given[i]);
  }
  return seeds;
}

}  // namespace

void GradientTape::write_gradients(const Tensors& targets, const Source* sources, std::size_t count,
                                   const GradientOptions& options, Tensor* gradients) {
  State& s = state();
  s.require_alive("gradient");
  detail::BackwardRequest request{.tape = s.bit,
                                  .first = s.first,
                                  .targets = {},
                                  .seeds = seeds_for(targets, options.output_gradients),
                                  .sources = {},
                                  .free_as_it_goes = !s.options.persistent};
  request.targets.reserve(targets.size());
  request.sources.reserve(count);
  for (const Tensor& target : targets) request.targets.push_back(s.find_target(target));
  for (std::size_t i = 0; i < count; ++i) request.sources.push_back(s.find_source(sources[i]));

  const Ending ending(s);
  detail::backward(*s.log, request, gradients);
  for (std::size_t i = 0; i < count; ++i) {
    if (gradients[i]) continue;
    const Tensor& source = sources[i].tensor();
    if (options.unconnected_gradients == UnconnectedGradients::zero) {
      gradients[i] = detail::zeros_of(source.dtype(), source.shape());
      continue;
    }
    gradients[i] = s.explained(targets, sources[i]);
  }
}

void GradientTape::watch(const Tensors& tensors) {
  State& s = state();
  s.require_alive("watch");
  for (const Tensor& tensor : tensors) s.log->watch(detail::checked(tensor), s.bit);
}

void GradientTape::watch(const Variable& variable) { watch(Tensors(variable.value())); }

void GradientTape::reset() {
  State& s = state();
  s.require_own_thread("reset");
  s.end();
  s.explanations.clear();
  s.begin();
}

GradientTape::Pause GradientTape::stop_recording() {
  State& s = state();
  s.require_alive("stop_recording");
  if (!s.pauses || s.pauses->bit != s.bit) s.pauses = std::make_shared<Pause::State>(Pause::State{s.log, s.bit, 0});
  if (s.pauses->depth++ == 0) s.log->set_recording(s.bit, false);
  return Pause(s.pauses);
}

GradientTape::Pause::Pause(Pause&& other) noexcept = default;

GradientTape::Pause::~Pause() {
  if (!state_ || --state_->depth > 0) return;
  if (state_->log->is_live(state_->bit)) state_->log->set_recording(state_->bit, true);
}

std::vector<std::uint64_t> GradientTape::watched() const {
  const State& s = state();
  std::vector<std::uint64_t> ids;
  for (std::size_t i = s.first; s.bit != 0 && i < s.log->size(); ++i) {
    const detail::Node& node = s.log->node(i);
    const std::uint64_t id = s.log->id(i);
    if ((node.watchers & s.bit) && std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  }
  return ids;
}

std::string GradientTape::why_no_gradient(const Tensor& target, const Source& source) const {
  const State& s = state();
  s.require_own_thread("why_no_gradient");
  const std::uint64_t source_id = source.tensor().id();
  if (!target) return "the target is empty: " + target.why_empty();
  for (const State::Explanation& known : s.explanations)
    if (known.target == target.id() && known.source == source_id) return known.text;
  if (s.bit == 0) return "the gradient exists, or was not asked for before the tape ended with its first gradient()";
  const std::string text = detail::explain(s.explain_request(), target, source);
  return text.empty() ? "the gradient exists" : text;
}

}  // namespace gradtape
