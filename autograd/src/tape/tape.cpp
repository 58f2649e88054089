#include "gradtape/autograd/tape.h"

#include <algorithm>

#include "gradtape/autograd/error.h"
#include "tape/backward.h"
#include "tape/explain.h"
#include "tape/log.h"
#include "tape/vector_space.h"

namespace gradtape {

using detail::Edge;
using detail::Log;
using detail::no_edge;

struct GradientTape::State {
  // A tape for each step: its state comes from the pool.
  static void* operator new(std::size_t bytes) { return detail::allocate_block(bytes).memory; }
  static void operator delete(void* memory, std::size_t bytes) {
    detail::free_block(memory, static_cast<std::uint8_t>(detail::class_for(bytes)));
  }

  std::shared_ptr<Log> log = Log::of_this_thread();
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
    if (Log::of_this_thread() != log)
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

  bool is_recorded(Edge edge) const { return edge >= static_cast<Edge>(first) && (log->node(edge).tapes & bit); }

  // The entry that the tape knows the tensor by as a source, or none.
  Edge find_source(const Source& source) const {
    const detail::TensorImpl& impl = detail::checked(source.tensor());
    if (!is_floating(impl.dtype)) return no_edge;
    const Edge leaf = log->first_leaf(impl.id, bit, first);
    if (leaf != no_edge) return leaf;
    const Edge edge = log->find_existing(impl);
    return is_recorded(edge) && log->node(edge).kind != &detail::leaf_kind ? edge : no_edge;
  }
  Edge find_target(const Tensor& target) const {
    const detail::TensorImpl& impl = detail::checked(target);
    const Edge edge = log->find_existing(impl);
    return is_floating(impl.dtype) && is_recorded(edge) ? edge : no_edge;
  }
};

struct GradientTape::Pause::State {
  std::shared_ptr<Log> log;
  std::uint64_t bit;
  int depth;
};

GradientTape::GradientTape(GradientTapeOptions options) : state_(std::make_unique<State>()) {
  state_->options = options;
  state_->begin();
}
GradientTape::GradientTape(GradientTape&&) noexcept = default;
GradientTape& GradientTape::operator=(GradientTape&& other) noexcept {
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

Tensor GradientTape::rows(const char* function, const Tensor& target, const Source& source, bool batched,
                          const GradientOptions& options) {
  State& s = state();
  s.require_alive(function);
  const Shape target_shape = target.shape(), source_shape = source.tensor().shape();
  const int batch_axes = batched ? 1 : 0;
  if (batched && (target_shape.rank() == 0 || source_shape.rank() == 0 || target_shape[0] != source_shape[0]))
    throw InvalidArgumentError("batch_jacobian of a target of shape " + to_string(target_shape) +
                               " with respect to a source of shape " + to_string(source_shape) +
                               ": both need a first axis of the same length");
  Shape shape = target_shape;
  for (std::int64_t length : source_shape.sub(batch_axes, source_shape.rank())) shape.push_back(length);

  detail::BackwardRequest request{.tape = s.bit,
                                  .first = s.first,
                                  .targets = {s.find_target(target)},
                                  .seeds = {},
                                  .sources = {s.find_source(source)},
                                  .free_as_it_goes = false};
  const Ending ending(s);
  const std::int64_t count = target_shape.sub(batch_axes, target_shape.rank()).num_elements();
  std::vector<Tensor> rows;
  for (std::int64_t i = 0; i < count; ++i) {
    request.seeds = {batched ? detail::batch_unit(target.dtype(), target_shape, i)
                             : detail::unit(target.dtype(), target_shape, i)};
    detail::backward(*s.log, request, &rows.emplace_back());
    if (!rows.back()) break;
  }
  const bool connected = !rows.empty() && rows.back();
  if (connected) return detail::stack_rows(rows, batch_axes, shape);
  if (rows.empty() || options.unconnected_gradients == UnconnectedGradients::zero)
    return detail::zeros_of(source.tensor().dtype(), shape);
  return s.explained(target, source);
}

Tensor GradientTape::jacobian(const Tensor& target, const Source& source, const GradientOptions& options) {
  return rows("jacobian", target, source, false, options);
}

Tensor GradientTape::batch_jacobian(const Tensor& target, const Source& source, const GradientOptions& options) {
  return rows("batch_jacobian", target, source, true, options);
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
