#include "tape/backward.h"

#include <algorithm>

#include "tape/vector_space.h"

namespace gradtape::detail {
namespace {

class Walk final : public GradientSink {
 public:
  Walk(Log& log, const BackwardRequest& request)
      : log_(log), request_(request), first_(static_cast<Edge>(request.first)), end_(static_cast<Edge>(log.size())) {
    const std::size_t count = log.size() - request.first;
    needed_.assign(count, 0);
    gradients_.resize(count);
  }

  void run(Tensor* result) {
    mark_needed();
    Edge last = no_edge;
    for (std::size_t i = 0; i < request_.targets.size(); ++i) {
      const Edge target = request_.targets[i];
      if (target == no_edge || !needed(target)) continue;
      accumulate_at(target, request_.seeds[i]);
      last = std::max(last, target);
    }
    for (Edge entry = last; entry >= first_source_ && entry != no_edge; --entry) visit(entry);
    for (Edge source : request_.sources) {
      if (source != no_edge) *result = in_full(gradients_[index(source)], node(source).shape);
      ++result;
    }
  }

  bool wants(int input) const override {
    const Edge edge = edges_[input];
    return edge >= first_ && needed(edge);
  }

  void add(int input, Tensor partial) override {
    if (!partial) return;
    accumulate_at(edges_[input], std::move(partial));
  }
  void add(int input, PartialAt partial) override {
    const Edge entry = edges_[input];
    const Shape& shape = node(entry).shape;
    Tensor& total = gradients_[index(entry)];
    total = detail::accumulate_at(in_full(std::move(total), shape), partial.value, partial.begin, shape);
  }

 private:
  std::size_t index(Edge entry) const { return static_cast<std::size_t>(entry - first_); }
  bool needed(Edge entry) const { return needed_[index(entry)] != 0; }

  // An entry is needed when a source can be reached from it by edges that pass a gradient.
  void mark_needed() {
    first_source_ = end_;
    for (Edge source : request_.sources) {
      if (source == no_edge) continue;
      needed_[index(source)] = is_source;
      first_source_ = std::min(first_source_, source);
    }
    for (Edge entry = first_source_; entry < end_; ++entry) {
      if (needed_[index(entry)]) continue;
      const Node& op = node(entry);
      if (op.cut || !(op.tapes & request_.tape)) continue;
      for (int i = 0; i < op.input_count; ++i) {
        const Edge edge = op.edges()[i];
        if (edge >= first_source_ && needed(edge)) {
          needed_[index(entry)] = on_path;
          break;
        }
      }
    }
  }

  Node& node(Edge entry) { return log_.node(static_cast<std::size_t>(entry)); }

  // A gradient of one element stands for one that is the same everywhere, as that of a sum: most of the ops before it
  // need no more.
  static bool stands_for_all(const Tensor& gradient) { return impl_of(gradient)->count == 1; }
  static Tensor in_full(Tensor gradient, const Shape& shape) {
    if (!gradient || gradient.shape() == shape) return gradient;  // moved: a copy would keep it from being added to
    return sum_to_shape(gradient, shape);
  }

  void accumulate_at(Edge entry, Tensor partial) {
    const Shape& shape = node(entry).shape;
    if (described(partial).shape != shape && !(stands_for_all(partial) && partial.rank() <= shape.rank()))
      partial = sum_to_shape(partial, shape);
    Tensor& total = gradients_[index(entry)];
    total = total ? accumulate(in_full(std::move(total), shape), partial) : std::move(partial);
  }

  // Where the op broadcast an input, that input's gradient is a sum over the full dy.
  bool passes_on_one_element(const Node& op) {
    if (!op.kind->is_elementwise) return false;
    for (int i = 0; i < op.input_count; ++i)
      if (op.edges()[i] >= first_ && node(op.edges()[i]).shape != op.shape) return false;
    return true;
  }

  void visit(Edge entry) {
    Tensor& slot = gradients_[index(entry)];
    if (!slot) return;
    Node& op = node(entry);
    // What a source depends on may be a source as well, so its gradient is kept and passed on.
    const bool source = needed_[index(entry)] == is_source;
    Tensor dy = source ? slot : std::move(slot);
    edges_ = op.edges();
    if (op.kind == &leaf_kind) {
      if (wants(0)) add(0, dy);
      return;
    }
    if (op.payload == nullptr) return;
    if (dy.shape() != op.shape && !passes_on_one_element(op)) dy = in_full(dy, op.shape);
    log_.differentiated = &op;
    op.kind->backward(op, dy, *this);
    if (request_.free_as_it_goes && (op.tapes & log_.live_tapes()) == request_.tape) log_.free_payload(op);
  }

  enum : std::uint8_t { not_needed = 0, on_path = 1, is_source = 2 };

  Log& log_;
  const BackwardRequest& request_;
  const Edge first_, end_;
  Edge first_source_ = 0;
  const Edge* edges_ = nullptr;
  PooledVector<std::uint8_t> needed_;
  PooledVector<Tensor> gradients_;
};

}  // namespace

void backward(Log& log, const BackwardRequest& request, Tensor* gradients) {
  struct Restore {
    Log& log;
    const Node* before;
    ~Restore() { log.differentiated = before; }
  } restore{log, log.differentiated};
  Walk(log, request).run(gradients);
}

}  // namespace gradtape::detail
