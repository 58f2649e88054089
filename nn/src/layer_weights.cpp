#include "gradtape/autograd/detail_annotation.h"
#include "gradtape/autograd/error.h"
#include "gradtape/autograd/ops/math.h"
#include "layer_state.h"

namespace gradtape::nn {

std::atomic<std::uint64_t> structure_version{1};

namespace {

void find_variables(const Layer& layer, bool trainable, std::vector<LayerState::Found>& found) {
  const LayerState& s = LayerAccess::state(layer);
  trainable &= s.trainable;
  const auto add = [&](const Variable& variable) {
    for (LayerState::Found& known : found)
      if (known.variable.is_same(variable)) {
        known.trainable &= trainable;
        return;
      }
    found.push_back({variable, trainable});
  };
  for (const bool wanted : {true, false})
    for (const LayerState::Weight& weight : s.weights)
      if (weight.variable.trainable() == wanted) add(weight.variable);
  for (const LayerHandle& child : s.children) find_variables(*child, trainable, found);
}

enum class Choice { all, trainable, non_trainable };

std::vector<Variable> choose(const Layer& layer, Choice choice) {
  LayerState& s = LayerAccess::state(layer);
  const std::uint64_t version = structure_version.load(std::memory_order_acquire);
  const std::lock_guard lock(s.mutex);
  if (s.found_version != version) {
    s.found.clear();
    find_variables(layer, true, s.found);
    s.found_version = version;
  }
  std::vector<Variable> result;
  result.reserve(s.found.size());
  for (const LayerState::Found& found : s.found) {
    if (!found.variable.is_built()) continue;
    const bool trainable = found.trainable && found.variable.trainable();
    if (choice == Choice::all || (choice == Choice::trainable) == trainable) result.push_back(found.variable);
  }
  return result;
}

void add_named(const Layer& layer, const std::string& path, std::vector<NamedWeight>& result) {
  const LayerState& s = LayerAccess::state(layer);
  const auto add = [&](const LayerState::Weight& weight) {
    for (const NamedWeight& known : result)
      if (known.variable.is_same(weight.variable)) return;
    if (weight.variable.is_built()) result.push_back({path + weight.name, weight.variable});
  };
  for (const bool wanted : {true, false})
    for (const LayerState::Weight& weight : s.weights)
      if (weight.variable.trainable() == wanted) add(weight);
  for (const LayerHandle& child : s.children) add_named(*child, path + child->name() + "/", result);
}

}  // namespace

std::vector<NamedWeight> named_weights(const Layer& layer) {
  std::vector<NamedWeight> result;
  add_named(layer, "", result);
  return result;
}

std::vector<Variable> Layer::weights() const { return choose(*this, Choice::all); }
std::vector<Variable> Layer::trainable_variables() const { return choose(*this, Choice::trainable); }
std::vector<Variable> Layer::non_trainable_variables() const { return choose(*this, Choice::non_trainable); }

std::int64_t Layer::count_params() const {
  const std::vector<Variable> all = weights();
  if (all.empty() && !built())
    throw FailedPreconditionError("the layer " + name() + " has no weights before it is built: call it, or build()");
  std::int64_t count = 0;
  for (const Variable& variable : all) count += variable.shape().num_elements();
  return count;
}

std::vector<Tensor> Layer::get_weights() const {
  std::vector<Tensor> values;
  // A view of its own: the variable's buffer is held, so that the next update writes elsewhere.
  for (const Variable& variable : weights())
    values.push_back(gradtape::detail::view(variable.value(), variable.shape()));
  return values;
}

void Layer::set_weights(const std::vector<Tensor>& values) {
  std::vector<Variable> variables = weights();
  if (values.size() != variables.size())
    throw InvalidArgumentError("set_weights on " + name() + ": " + std::to_string(values.size()) + " values for " +
                               std::to_string(variables.size()) + " weights" +
                               (variables.empty() ? "; the layer is not built yet, call it or build() first" : ""));
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i].shape() != variables[i].shape() ||
        !is_floating(values[i].dtype()) != !is_floating(variables[i].dtype()))
      throw InvalidArgumentError("set_weights on " + name() + ": weight " + std::to_string(i) + ", " +
                                 variables[i].name() + ", has shape " + to_string(variables[i].shape()) +
                                 " and dtype " + std::string(name_of(variables[i].dtype())) +
                                 ", the value has shape " + to_string(values[i].shape()) + " and dtype " +
                                 std::string(name_of(values[i].dtype())));
  const gradtape::detail::NoRecording no_recording;
  for (std::size_t i = 0; i < values.size(); ++i)
    variables[i].assign(values[i].dtype() == variables[i].dtype() ? values[i]
                                                                  : cast(values[i], variables[i].dtype()));
}

}  // namespace gradtape::nn
