#include "tape/log.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

#include "gradtape/autograd/error.h"

namespace gradtape::detail {

constinit thread_local Log* recording_log_of_thread = nullptr;
constinit thread_local unsigned record_extras = 0;

const NodeKind leaf_kind{
    .name = "watch", .not_differentiable = "", .is_elementwise = false, .backward = nullptr, .destroy = nullptr};

namespace {
constinit thread_local NameScope* innermost_scope = nullptr;
}

const std::shared_ptr<Log>& Log::of_this_thread() {
  thread_local const std::shared_ptr<Log> log = std::make_shared<Log>();
  return log;
}

std::uint64_t Log::begin_tape(bool watch_accessed_variables) {
  if (live_ == ~std::uint64_t{0})
    throw ResourceExhaustedError("64 tapes are alive in this thread, which is the most that can be");
  const int slot = std::countr_one(live_);
  const std::uint64_t bit = std::uint64_t{1} << slot;
  live_ |= bit;
  if (watch_accessed_variables) watching_variables_ |= bit;
  first_entries_[slot] = entries_.size();
  innermost_first_ = entries_.size();
  set_recording(bit, true);
  return bit;
}

void Log::set_recording(std::uint64_t tape, bool recording) {
  recording_ = recording ? recording_ | tape : recording_ & ~tape;
  publish();
}

std::uint64_t Log::suspend() {
  const std::uint64_t tapes = recording_;
  recording_ = 0;
  publish();
  return tapes;
}

void Log::resume(std::uint64_t tapes) {
  recording_ |= tapes & live_;
  publish();
}

void Log::publish() {
  // A tape may be used from another thread by mistake; it never changes that thread's own log.
  if (of_this_thread().get() == this) recording_log_of_thread = recording_ != 0 ? this : nullptr;
}

void Log::end_tape(std::uint64_t tape, std::size_t first_entry) {
  live_ &= ~tape;
  watching_variables_ &= ~tape;
  set_recording(tape, false);
  innermost_first_ = 0;
  for (std::uint64_t rest = live_; rest != 0; rest &= rest - 1)
    innermost_first_ = std::max(innermost_first_, first_entries_[std::countr_zero(rest)]);
  if (live_ == 0) return truncate(0);
  for (std::size_t i = first_entry; i < entries_.size(); ++i) {
    Node& node = *entries_[i].node;
    node.tapes &= ~tape;  // the next tape may get this bit
    node.watchers &= ~tape;
    if (node.tapes == 0) free_payload(node);
  }
  std::size_t size = entries_.size();
  while (size > innermost_first_ && entries_[size - 1].node->tapes == 0) --size;
  truncate(size);
}

void Log::truncate(std::size_t size) {
  if (size >= entries_.size()) return;
  for (std::size_t i = entries_.size(); i-- > size;) free_payload(*entries_[i].node);
  arena_.rewind(entries_[size].node->mark);
  entries_.resize(size);
  ++generation_;  // the arena's copies of the scopes are gone
  if (size == 0) leaves_.clear();
}

[[gnu::always_inline]] inline Node& Log::new_node(const NodeKind& kind, std::uint64_t id, const TensorImpl& output,
                                                  int input_count, std::size_t payload_bytes, std::uint64_t tapes) {
  const Arena::Mark mark = arena_.mark();
  const LayerFrame* layer = innermost_scope == nullptr ? nullptr : current_layer();
  const std::size_t header =
      (sizeof(Node) + static_cast<std::size_t>(input_count) * sizeof(Edge) + 15) & ~std::size_t{15};
  char* memory = static_cast<char*>(arena_.allocate(header + payload_bytes));
  Node* node = ::new (memory) Node{.kind = &kind,
                                   .tapes = tapes,
                                   .watchers = 0,
                                   .where = {},
                                   .layer = layer,
                                   .payload = payload_bytes > 0 ? memory + header : nullptr,
                                   .mark = mark,
                                   .input_count = input_count,
                                   .dtype = output.dtype,
                                   .cut = false,
                                   .shape = output.shape};
  entries_.push_back({id, node});
  return *node;
}

Node& Log::append(const NodeKind& kind, TensorImpl& output, const Edge* edges, int input_count,
                  std::size_t payload_bytes, Where where) {
  // A tape that knows none of the inputs needs nothing of this op: it would only keep it alive.
  std::uint64_t tapes = 0;
  bool open = false;
  for (int i = 0; i < input_count; ++i) {
    if (edges[i] == no_edge) continue;
    const Node& input = *entries_[edges[i]].node;
    tapes |= input.tapes;
    open |= !input.cut;
  }
  tapes &= recording_;
  const bool cut = !open || tapes == 0 || kind.backward == nullptr || !is_floating(output.dtype);
  const std::size_t place = entries_.size();
  Node& node = new_node(kind, output.id, output, input_count, cut ? 0 : payload_bytes, tapes);
  node.cut = cut;
  node.where = differentiated == nullptr ? where : differentiated->where;
  if (differentiated != nullptr) node.layer = differentiated->layer;
  for (int i = 0; i < input_count; ++i) node.edges()[i] = edges[i];
  output.entry = static_cast<std::uint32_t>(place);
  return node;
}

Edge Log::newest_leaf(std::uint64_t id) const {
  // An entry past a truncation may have been taken by another tensor since.
  const Edge edge = leaves_.find(id);
  const bool valid = edge != no_edge && static_cast<std::size_t>(edge) < entries_.size() && entries_[edge].id == id &&
                     entries_[edge].node->kind == &leaf_kind;
  return valid ? edge : no_edge;
}

Edge Log::append_leaf(const TensorImpl& tensor, Edge older, std::uint64_t watchers) {
  const Edge place = static_cast<Edge>(entries_.size());
  // For the tapes that know the tensor already it is a step on the way to the older entry.
  const std::uint64_t tapes = older == no_edge ? watchers : watchers | entries_[older].node->tapes;
  Node& node = new_node(leaf_kind, tensor.id, tensor, 1, 0, tapes);
  node.watchers = watchers;
  node.cut = !is_floating(tensor.dtype);
  node.edges()[0] = older;
  leaves_.set(tensor.id, place);
  return place;
}

Edge Log::find_leaf(const TensorImpl& tensor, Edge found) {
  const Edge leaf = newest_leaf(tensor.id);
  if (!tensor.is_variable) return std::max(leaf, found);
  if (leaf != no_edge && static_cast<std::size_t>(leaf) >= innermost_first_) return leaf;
  const std::uint64_t watching = watching_variables_ & recording_;
  return watching != 0 ? append_leaf(tensor, leaf, watching) : leaf;
}

Edge Log::find_existing(const TensorImpl& tensor) const {
  const std::uint32_t place = tensor.entry;
  const Edge edge = place < entries_.size() && entries_[place].id == tensor.id ? static_cast<Edge>(place) : no_edge;
  return std::max(edge, newest_leaf(tensor.id));
}

Edge Log::watch(TensorImpl& tensor, std::uint64_t tape) {
  const Edge existing = find_existing(tensor);
  tensor.is_watched.store(true, std::memory_order_relaxed);
  if (existing != no_edge && static_cast<std::size_t>(existing) >= innermost_first_ &&
      entries_[existing].node->kind == &leaf_kind) {
    entries_[existing].node->tapes |= tape;
    entries_[existing].node->watchers |= tape;
    return existing;
  }
  return append_leaf(tensor, existing, tape);
}

Edge Log::first_leaf(std::uint64_t id, std::uint64_t tape, std::size_t first) const {
  Edge found = no_edge;
  Edge edge = newest_leaf(id);
  while (edge != no_edge && static_cast<std::size_t>(edge) >= first && entries_[edge].node->kind == &leaf_kind) {
    if (entries_[edge].node->watchers & tape) found = edge;
    edge = entries_[edge].node->edges()[0];
  }
  return found;
}

const LayerFrame* Log::current_layer() {
  if (innermost_scope->frame_generation_ == generation_) return innermost_scope->frame_;
  // From the outermost scope without a copy inwards.
  const LayerFrame* parent = nullptr;
  std::vector<NameScope*> missing;
  for (NameScope* scope = innermost_scope; scope != nullptr; scope = scope->parent_) {
    if (scope->frame_generation_ == generation_) {
      parent = scope->frame_;
      break;
    }
    missing.push_back(scope);
  }
  for (std::size_t i = missing.size(); i-- > 0;) {
    NameScope* scope = missing[i];
    char* name = static_cast<char*>(arena_.allocate(scope->name_.size() + 1));
    std::memcpy(name, scope->name_.data(), scope->name_.size());
    parent =
        ::new (arena_.allocate(sizeof(LayerFrame))) LayerFrame{parent, {name, scope->name_.size()}, scope->where_};
    scope->frame_ = parent;
    scope->frame_generation_ = generation_;
  }
  return parent;
}

std::string path_of(const LayerFrame* frame) {
  if (frame == nullptr) return "";
  const std::string outer = path_of(frame->parent);
  return (outer.empty() ? "" : outer + "/") + std::string(frame->name);
}

namespace {
// The library is compiled with its source folder mapped to this prefix.
bool is_internal(Where where) { return std::string_view(where.file).starts_with("gradtape:"); }
}  // namespace

Where user_line(Where where, const LayerFrame* frame) {
  for (; is_internal(where) && frame != nullptr; frame = frame->parent) where = frame->where;
  return where;
}

}  // namespace gradtape::detail

namespace gradtape {

NameScope::NameScope(std::string_view name, Where where)
    : name_(name), where_(where), parent_(detail::innermost_scope) {
  detail::innermost_scope = this;
}

NameScope::~NameScope() { detail::innermost_scope = parent_; }

struct NameScopeAccess {
  static std::string path(const NameScope* scope) {
    if (scope == nullptr) return "";
    const std::string outer = path(scope->parent_);
    return (outer.empty() ? "" : outer + "/") + std::string(scope->name_);
  }
  static Where user_line(Where where, const NameScope* scope) {
    for (; detail::is_internal(where) && scope != nullptr; scope = scope->parent_) where = scope->where_;
    return where;
  }
};

Where detail::Log::line_of(Where where) const {
  if (differentiated != nullptr) return user_line(differentiated->where, differentiated->layer);
  return NameScopeAccess::user_line(where, innermost_scope);
}

std::string current_scope() { return NameScopeAccess::path(detail::innermost_scope); }

}  // namespace gradtape
