#include "tape/explain.h"

#include <vector>

namespace gradtape::detail {
namespace {

std::string at(Where where, const LayerFrame* layer) {
  where = user_line(where, layer);
  const std::string path = path_of(layer);
  std::string text = path.empty() ? "" : " in " + path;
  if (where.line <= 0) return text;
  std::string_view file = where.file;
  if (const auto slash = file.find_last_of('/'); slash != file.npos) file.remove_prefix(slash + 1);
  return text + " at " + std::string(file) + ":" + std::to_string(where.line);
}

std::string describe(const Source& source) {
  return source.is_variable() ? "the variable " + source.variable().name() : "the source";
}

std::string why_cut(const Node& node) {
  if (!node.kind->not_differentiable.empty()) return std::string(node.kind->not_differentiable);
  return "its result is " + std::string(name_of(node.dtype));
}

// From which entries the source can be reached, through cut nodes too, and the cut node nearest to the source.
struct Reach {
  std::vector<char> reached;
  std::vector<Edge> cut_by;
  Edge first_user = no_edge;
};

Reach reach_from(const ExplainRequest& request, Edge source) {
  const Log& log = request.log;
  const std::size_t size = log.size();
  Reach reach{std::vector<char>(size, 0), std::vector<Edge>(size, no_edge), no_edge};
  reach.reached[source] = 1;
  for (std::size_t i = source + 1; i < size; ++i) {
    const Node& node = log.node(i);
    if (!(node.tapes & request.tape)) continue;
    bool open = false;
    for (int k = 0; k < node.input_count; ++k) {
      const Edge edge = node.edges()[k];
      if (edge < static_cast<Edge>(request.first) || !reach.reached[edge]) continue;
      if (edge == source && reach.first_user == no_edge) reach.first_user = static_cast<Edge>(i);
      reach.reached[i] = 1;
      if (reach.cut_by[edge] == no_edge)
        open = true;
      else
        reach.cut_by[i] = reach.cut_by[edge];
    }
    if (!reach.reached[i]) continue;
    const bool cuts_here = node.kind != &leaf_kind && (node.kind->backward == nullptr || !is_floating(node.dtype));
    if (open) reach.cut_by[i] = cuts_here ? static_cast<Edge>(i) : no_edge;
  }
  return reach;
}

}  // namespace

std::string explain(const ExplainRequest& request, const Tensor& target, const Source& source) {
  const Log& log = request.log;
  const TensorImpl& target_impl = checked(target);
  const TensorImpl& source_impl = checked(source.tensor());
  const std::string name = describe(source);

  if (!is_floating(source_impl.dtype))
    return name + " is " + std::string(name_of(source_impl.dtype)) +
           ", and only floating-point tensors have gradients";

  const Edge target_edge = log.find_existing(target_impl);
  const auto is_recorded = [&](Edge edge) {
    return edge >= static_cast<Edge>(request.first) &&
           (log.node(static_cast<std::size_t>(edge)).tapes & request.tape);
  };
  const bool target_known = is_recorded(target_edge);
  if (!target_known && target_impl.id >> id_thread_shift != next_tensor_id() >> id_thread_shift)
    return "the target was computed on another thread, and a tape records its own thread only";

  Edge source_edge = log.first_leaf(source_impl.id, request.tape, request.first);
  if (source_edge == no_edge) {
    const Edge edge = log.find_existing(source_impl);
    if (is_recorded(edge) && log.node(edge).kind != &leaf_kind) source_edge = edge;
  }
  if (source_edge == no_edge) {
    if (source.is_variable() && !source.variable().trainable())
      return name + " is not trainable and was never watched; call tape.watch() before it is used";
    if (source.is_variable() && request.watches_variables) return name + " was not used while the tape recorded";
    if (source.is_variable())
      return name +
             " was never watched: the tape has watch_accessed_variables = false, so call tape.watch() before it "
             "is used";
    return name + " was never watched: call tape.watch() before it is used";
  }

  const Reach reach = reach_from(request, source_edge);
  if (!target_known || !reach.reached[target_edge]) {
    if (reach.first_user == no_edge) return name + " was not used after the tape began to watch it";
    if (!target_known)
      return "the target was not computed from anything that the tape watched while it recorded: it was computed "
             "before, in a part under stop_recording(), or from values that left gradtape by data() or item()";
    const Node& user = log.node(reach.first_user);
    return "the target does not depend on " + name + ", which was used by " + std::string(user.kind->name) +
           at(user.where, user.layer) + " without reaching it";
  }
  if (reach.cut_by[target_edge] != no_edge) {
    const Node& cut = log.node(reach.cut_by[target_edge]);
    return "the path from " + name + " to the target passes " + std::string(cut.kind->name) +
           at(cut.where, cut.layer) + ", which has no gradient: " + why_cut(cut);
  }
  return "";
}

}  // namespace gradtape::detail
