#pragma once
// What runs is written down once for each thread, in a Log, and every tape of the thread is a range of it.
//
// Terms. A node is one op that ran, or a leaf: a tensor or Variable that a tape watches. An entry is a place on the
// log that holds the id of a tensor and its node. An edge is the entry that a node's input came from, or none.
//
// Recording. An op is written down when a tape records and at least one of its inputs has an entry. A tensor finds
// its entry without a search: it keeps its place, which is valid when the log holds the tensor's id there. Only
// leaves, which any thread may share, are looked up by id. Nodes lie in an arena in recording order; what a gradient
// needs lies inline behind them.
//
// Nesting. Inner and outer tapes share the nodes. A node keeps one bit for each tape that recorded when it was
// made and that knows one of its inputs, so that a tape keeps nothing alive for another. An edge to an entry before a
// tape's first is no edge for that tape. A leaf that an inner tape watches again gets a new entry, with an edge to
// the older one, so that the outer tape's gradient finds its way.
//
// Cut nodes. An op without a gradient (argmax, a comparison, stop_gradient) is written down as well, as a node that
// keeps nothing and passes no gradient: it is what why_no_gradient() names.
//
// The log ends when its last tape ends; when an inner tape ends, the trailing nodes that no other tape needs are
// freed.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gradtape/autograd/name_scope.h"
#include "gradtape/autograd/where.h"
#include "tape/arena.h"
#include "tape/leaf_table.h"
#include "tensor/impl.h"

namespace gradtape::detail {

struct Node;

/// A partial that is zero outside one part of the input: `value` at `begin`, of the input's rank. The walk adds it in
/// place, so that taking a tensor apart costs no zeros for each piece.
struct PartialAt {
  Tensor value;
  Shape begin;
};

/// Receives the partial derivatives of one node from its backward function.
class GradientSink {
 public:
  /// Whether input `index` lies on a path to a source.
  virtual bool wants(int index) const = 0;
  virtual void add(int index, Tensor partial) = 0;
  virtual void add(int index, PartialAt partial) = 0;

 protected:
  ~GradientSink() = default;
};

/// What is common to all nodes of one op.
struct NodeKind {
  std::string_view name;
  std::string_view not_differentiable;  // the reason, for ops without a gradient
  bool is_elementwise;                  // its gradient broadcasts a dy of one element
  void (*backward)(Node& node, const Tensor& dy, GradientSink& sink);
  void (*destroy)(Node& node);
};

/// The scopes that an op ran in, innermost first; they lie in the log's arena.
struct LayerFrame {
  const LayerFrame* parent;
  std::string_view name;
  Where where;
};
std::string path_of(const LayerFrame* frame);
/// The line to report: `where`, or for a line inside the library the call of the innermost scope that lies outside.
Where user_line(Where where, const LayerFrame* frame);

struct Node {
  // Written in full for each op that is recorded: kept small.
  const NodeKind* kind;
  std::uint64_t tapes;     // that recorded when it was made and know an input, or watch it
  std::uint64_t watchers;  // of a leaf: the tapes that watch it
  Where where;
  const LayerFrame* layer;
  void* payload;  // what the gradient keeps; null once freed
  Arena::Mark mark;
  int input_count;
  DType dtype;
  bool cut;  // passes no gradient: it has none, or all that it depends on is cut
  Shape shape;

  Edge* edges() { return reinterpret_cast<Edge*>(this + 1); }
  const Edge* edges() const { return reinterpret_cast<const Edge*>(this + 1); }
};

extern const NodeKind leaf_kind;

struct Entry {
  std::uint64_t id;
  Node* node;
};

class Log {
 public:
  /// The log of this thread.
  static const std::shared_ptr<Log>& of_this_thread();
  Log() = default;
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log() { truncate(0); }

  /// Tapes. begin() gives the bit of a new tape that records; at most 64 live at a time in a thread.
  std::uint64_t begin_tape(bool watch_accessed_variables);
  void set_recording(std::uint64_t tape, bool recording);
  void end_tape(std::uint64_t tape, std::size_t first_entry);
  /// Stops the recording of all tapes; resume() with what it returned makes those that still live record again. Tapes
  /// made in between record.
  std::uint64_t suspend();
  void resume(std::uint64_t tapes);
  bool is_live(std::uint64_t tape) const { return live_ & tape; }
  std::uint64_t live_tapes() const { return live_; }

  std::size_t size() const { return entries_.size(); }
  Node& node(std::size_t entry) { return *entries_[entry].node; }
  const Node& node(std::size_t entry) const { return *entries_[entry].node; }
  std::uint64_t id(std::size_t entry) const { return entries_[entry].id; }

  /// Makes the tensor a leaf from here on.
  Edge watch(TensorImpl& tensor, std::uint64_t tape);

  /// The entry of a tensor that an op reads now; a Variable's is made on its first use.
  Edge find(const TensorImpl& tensor) {
    const std::uint32_t place = tensor.entry;
    Edge edge = place < entries_.size() && entries_[place].id == tensor.id ? static_cast<Edge>(place) : no_edge;
    if (tensor.is_variable || tensor.is_watched.load(std::memory_order_relaxed)) edge = find_leaf(tensor, edge);
    return edge;
  }
  /// The same without making anything.
  Edge find_existing(const TensorImpl& tensor) const;
  /// The first entry at or after `first` at which the tape watched the leaf `id`, or none.
  Edge first_leaf(std::uint64_t id, std::uint64_t tape, std::size_t first) const;

  /// A node for `output`, with its edges; payload_bytes of memory for what the gradient keeps come with it, at
  /// node.payload, unless the node is cut. The caller constructs the payload at once.
  Node& append(const NodeKind& kind, TensorImpl& output, const Edge* edges, int input_count,
               std::size_t payload_bytes, Where where);

  /// Frees what the node keeps for its gradient.
  void free_payload(Node& node) {
    if (node.payload != nullptr && node.kind->destroy != nullptr) node.kind->destroy(node);
    node.payload = nullptr;
  }

  /// While the backward pass runs a node's gradient, the ops in it are reported at the line of the node.
  const Node* differentiated = nullptr;
  /// The line to report for an op that is called at `where` now.
  Where line_of(Where where) const;

 private:
  Edge newest_leaf(std::uint64_t id) const;
  Edge find_leaf(const TensorImpl& tensor, Edge found);
  Edge append_leaf(const TensorImpl& tensor, Edge older, std::uint64_t watchers);
  Node& new_node(const NodeKind& kind, std::uint64_t id, const TensorImpl& output, int input_count,
                 std::size_t payload_bytes, std::uint64_t tapes);
  const LayerFrame* current_layer();
  void truncate(std::size_t size);
  void publish();

  std::vector<Entry> entries_;
  Arena arena_;
  std::uint64_t live_ = 0, recording_ = 0, watching_variables_ = 0;
  std::uint64_t first_entries_[64] = {};
  std::size_t innermost_first_ = 0;  // the first entry of the innermost tape
  std::uint64_t generation_ = 1;
  LeafTable leaves_;  // the newest entry of each leaf
};

/// The log of this thread while a tape records on it, else null: the only thing that an op asks.
extern constinit thread_local Log* recording_log_of_thread [[gnu::tls_model("initial-exec")]];
inline Log* recording_log() { return recording_log_of_thread; }

/// What record() does besides on this thread, in bits that are asked in one branch.
inline constexpr unsigned rows_extra = 1;      ///< tensors may have rows: ops/rows.h
inline constexpr unsigned numerics_extra = 2;  ///< results are searched for NaN and Inf: ops/numerics.h
extern constinit thread_local unsigned record_extras [[gnu::tls_model("initial-exec")]];

}  // namespace gradtape::detail
