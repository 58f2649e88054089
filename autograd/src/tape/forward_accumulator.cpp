#include "gradtape/autograd/forward_accumulator.h"

#include "gradtape/autograd/error.h"
#include "tape/vector_space.h"

namespace gradtape {

ForwardAccumulator::ForwardAccumulator(const Sources& primals, const Tensors& tangents)
    : tape_({.persistent = true, .watch_accessed_variables = false}),
      primals_(primals.begin(), primals.end()),
      tangents_(tangents.begin(), tangents.end()) {
  if (primals_.size() != tangents_.size())
    throw InvalidArgumentError("a ForwardAccumulator of " + std::to_string(primals_.size()) + " primals with " +
                               std::to_string(tangents_.size()) + " tangents");
  for (std::size_t i = 0; i < primals_.size(); ++i) {
    const Tensor &primal = primals_[i].tensor(), &tangent = tangents_[i];
    if (!is_floating(primal.dtype()) || primal.dtype() != tangent.dtype() || primal.shape() != tangent.shape())
      throw InvalidArgumentError(
          "a tangent of shape " + to_string(tangent.shape()) + " and dtype " + std::string(name_of(tangent.dtype())) +
          " for primal " + std::to_string(i) + " of shape " + to_string(primal.shape()) + " and dtype " +
          std::string(name_of(primal.dtype())) + "; both must be the same, and floating-point");
    for (std::size_t k = 0; k < i; ++k)
      if (primals_[k].tensor().id() == primal.id())
        throw InvalidArgumentError("primals " + std::to_string(k) + " and " + std::to_string(i) +
                                   " are the same tensor; add up their tangents");
    tape_.watch(primal);
  }
}

std::vector<Tensor> ForwardAccumulator::jvp(const Tensors& targets, const JvpOptions& options) {
  const auto pause = tape_.stop_recording();
  GradientTape linear({.watch_accessed_variables = false});
  std::vector<Tensor> upstream;
  for (const Tensor& target : targets) {
    upstream.push_back(is_floating(target.dtype()) ? detail::ones_of(target.dtype(), target.shape()) : Tensor());
    if (upstream.back()) linear.watch(upstream.back());
  }
  const std::vector<Tensor> gradients = tape_.gradient(targets, Sources(primals_), {.output_gradients = upstream});
  std::vector<Tensor> connected, directions;
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    if (!gradients[i]) continue;
    connected.push_back(gradients[i]);
    directions.push_back(tangents_[i]);
  }
  std::vector<Source> sources;
  for (std::size_t i = 0; i < targets.size(); ++i) sources.push_back(upstream[i] ? upstream[i] : targets[i]);
  std::vector<Tensor> derivatives = linear.gradient(connected, sources, {.output_gradients = directions});
  for (std::size_t i = 0; i < derivatives.size(); ++i) {
    if (derivatives[i]) continue;
    // A gradient that is zero whatever arrives from above, as that of sign, depends on nothing: then so is this.
    bool is_zero = options.unconnected_gradients == UnconnectedGradients::zero;
    std::string reason;
    for (const Source& primal : primals_) {
      reason = tape_.why_no_gradient(targets[i], primal);
      is_zero |= reason == "the gradient exists";
    }
    derivatives[i] = is_zero ? detail::zeros_of(targets[i].dtype(), targets[i].shape())
                             : detail::empty_tensor("it is a derivative that does not exist: " + reason);
  }
  return derivatives;
}

Tensor ForwardAccumulator::jvp(const Tensor& target, const JvpOptions& options) {
  return jvp(Tensors(target), options)[0];
}

}  // namespace gradtape
