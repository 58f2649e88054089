// Jacobians: a backward pass for each row, or for a block of rows at once.

#include <algorithm>

#include "tape/backward.h"
#include "tape/tape_state.h"
#include "tape/vector_space.h"

namespace gradtape {
namespace {

// Of the largest tensor of a block of rows: as many as still lie in a processor's caches, more or less.
constexpr std::int64_t block_elements = std::int64_t{1} << 20;

struct Request {
  const Tensor& target;
  std::vector<detail::Edge> sources;
  bool batched;
  std::int64_t rows;
};

}  // namespace

class GradientTape::Rows {
 public:
  Rows(State& state, const Request& request)
      : state_(state),
        request_(request),
        backward_{.tape = state.bit,
                  .first = state.first,
                  .targets = {state.find_target(request.target)},
                  .seeds = {},
                  .sources = {request.sources.begin(), request.sources.end()},
                  .free_as_it_goes = false} {}

  /// For each source (rows, source.shape...) in parts, or nothing where there is no gradient.
  std::vector<std::vector<Tensor>> one_by_one() {
    start();
    for (std::int64_t row = 0; row < request_.rows; ++row) {
      run(detail::unit(request_.target.dtype(), request_.target.shape(), request_.batched, row));
      for (std::size_t i = 0; i < parts_.size(); ++i)
        if (gradients_[i]) parts_[i].push_back(detail::rows_in_full(gradients_[i], 1));
      if (row == 0 && !is_connected()) break;
    }
    return std::move(parts_);
  }

  std::vector<std::vector<Tensor>> in_blocks() {
    start();
    const detail::RowsScope scope;
    const std::int64_t block = std::max<std::int64_t>(1, block_elements / largest());
    for (std::int64_t first = 0; first < request_.rows; first += block) {
      const std::int64_t count = std::min(block, request_.rows - first);
      run(detail::units(request_.target.dtype(), request_.target.shape(), request_.batched, first, count));
      for (std::size_t i = 0; i < parts_.size(); ++i)
        if (gradients_[i]) parts_[i].push_back(detail::rows_in_full(gradients_[i], count));
      if (first == 0 && !is_connected()) break;
    }
    return std::move(parts_);
  }

 private:
  void start() { parts_.assign(request_.sources.size(), {}); }
  void run(const Tensor& seed) {
    backward_.seeds = {seed};
    gradients_.assign(request_.sources.size(), {});
    detail::backward(*state_.log, backward_, gradients_.data());
  }
  bool is_connected() const {
    return std::any_of(gradients_.begin(), gradients_.end(), [](const Tensor& t) { return static_cast<bool>(t); });
  }
  // Elements of the largest tensor that a gradient may have on the way.
  std::int64_t largest() const {
    std::int64_t most = 1;
    for (std::size_t i = state_.first; i < state_.log->size(); ++i)
      if (state_.log->node(i).tapes & state_.bit) most = std::max(most, state_.log->node(i).shape.num_elements());
    return most;
  }

  State& state_;
  const Request& request_;
  detail::BackwardRequest backward_;
  std::vector<Tensor> gradients_;
  std::vector<std::vector<Tensor>> parts_;
};

std::vector<Tensor> GradientTape::jacobians(const char* function, const Tensor& target, const Source* sources,
                                            std::size_t count, bool batched, const JacobianOptions& options) {
  State& s = state();
  s.require_alive(function);
  const Shape target_shape = target.shape();
  std::vector<Shape> shapes;
  for (std::size_t i = 0; i < count; ++i) {
    const Shape& source = sources[i].tensor().shape();
    if (batched && (target_shape.rank() == 0 || source.rank() == 0 || target_shape[0] != source[0]))
      throw InvalidArgumentError("batch_jacobian of a target of shape " + to_string(target_shape) +
                                 " with respect to a source of shape " + to_string(source) +
                                 ": both need a first axis of the same length");
    Shape shape = target_shape;
    for (std::int64_t length : source.sub(batched ? 1 : 0, source.rank())) shape.push_back(length);
    shapes.push_back(shape);
  }
  const std::int64_t row_count = target_shape.sub(batched ? 1 : 0, target_shape.rank()).num_elements();
  Request request{target, {}, batched, row_count};
  for (std::size_t i = 0; i < count; ++i) request.sources.push_back(s.find_source(sources[i]));

  const Ending ending(s);
  Rows rows(s, request);
  std::vector<std::vector<Tensor>> parts;
  bool done = false;
  if (options.vectorize && row_count > 1) {
    try {
      parts = rows.in_blocks();
      done = true;
    } catch (const Error&) {
      // A gradient reads values, or has more axes than fit beside that of the rows; any other error comes again.
      if (detail::rows_are_strict) throw;
    }
  }
  if (!done) parts = rows.one_by_one();

  std::vector<Tensor> results;
  for (std::size_t i = 0; i < count; ++i) {
    if (!parts[i].empty())
      results.push_back(detail::join_rows(parts[i], batched, shapes[i]));
    else if (row_count == 0 || options.unconnected_gradients == UnconnectedGradients::zero)
      results.push_back(detail::zeros_of(sources[i].tensor().dtype(), shapes[i]));
    else
      results.push_back(s.explained(target, sources[i]));
  }
  return results;
}

std::vector<Tensor> GradientTape::jacobian(const Tensor& target, const Sources& sources,
                                           const JacobianOptions& options) {
  return jacobians("jacobian", target, sources.begin(), sources.size(), false, options);
}

Tensor GradientTape::batch_jacobian(const Tensor& target, const Source& source, const JacobianOptions& options) {
  return jacobians("batch_jacobian", target, &source, 1, true, options)[0];
}

}  // namespace gradtape
