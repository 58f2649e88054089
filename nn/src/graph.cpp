#include "graph.h"

#include <algorithm>
#include <map>

#include "gradtape/autograd/error.h"
#include "gradtape/autograd/ops/math.h"
#include "symbolic.h"

namespace gradtape::nn {
namespace {

const Symbol& symbol(const Tensor& tensor, const char* what, std::size_t index) {
  if (const Symbol* found = symbol_of(tensor)) return *found;
  throw InvalidArgumentError(
      std::string(what) + " " + std::to_string(index) + " of the model, with shape " + to_string(tensor.shape()) +
      ", is not symbolic: it does not come from nn::Input through "
      "layers alone. An op cannot be applied to a symbolic tensor; use a layer for it, such as "
      "nn::Concatenate in place of concat");
}

// The calls that the outputs need, in the order in which they were made, down to the inputs.
std::vector<std::shared_ptr<const SymbolicCall>> reach(const Tensors& inputs, const Tensors& outputs) {
  const auto is_input = [&](const Symbol& s) {
    return std::any_of(inputs.begin(), inputs.end(), [&](const Tensor& input) {
      const Symbol* other = symbol_of(input);
      return other->call == s.call && other->index == s.index;
    });
  };
  std::map<std::uint64_t, std::shared_ptr<const SymbolicCall>> calls;
  std::vector<Symbol> pending;
  for (const Tensor& input : inputs) {
    const Symbol& s = *symbol_of(input);
    if (s.call->inputs.empty()) calls.emplace(s.call->number, s.call);
  }
  for (const Tensor& output : outputs) pending.push_back(*symbol_of(output));
  while (!pending.empty()) {
    const Symbol s = std::move(pending.back());
    pending.pop_back();
    if (is_input(s) || calls.contains(s.call->number)) continue;
    if (s.call->inputs.empty())
      throw InvalidArgumentError("an output of the model depends on " + s.call->layer->name() +
                                 ", which is not among the model's inputs");
    calls.emplace(s.call->number, s.call);
    for (const Tensor& input : s.call->inputs) pending.push_back(*symbol_of(input));
  }
  std::vector<std::shared_ptr<const SymbolicCall>> result;
  for (auto& [number, call] : calls) result.push_back(std::move(call));
  return result;
}

bool fits(const Shape& shape, const Shape& expected) {
  if (shape.rank() != expected.rank()) return false;
  for (int axis = 0; axis < shape.rank(); ++axis)
    if (expected[axis] >= 0 && shape[axis] != expected[axis]) return false;
  return true;
}

}  // namespace

Graph::Graph(const Tensors& inputs, const Tensors& outputs) {
  if (inputs.empty() || outputs.empty())
    throw InvalidArgumentError("a model needs at least one input and one output");
  std::size_t place = 0;
  for (const Tensor& input : inputs) symbol(input, "input", place++);
  place = 0;
  for (const Tensor& output : outputs) symbol(output, "output", place++);

  std::map<std::pair<const SymbolicCall*, std::size_t>, std::size_t> slots;
  const auto slot = [&](const Symbol& s) {
    const auto [found, is_new] = slots.try_emplace({s.call.get(), s.index}, slot_count_);
    if (is_new) ++slot_count_;
    return found->second;
  };
  for (const Tensor& input : inputs) {
    const Symbol& s = *symbol_of(input);
    const std::size_t before = slot_count_;
    inputs_.push_back({s.call->layer->name(), slot(s), s.call->outputs[s.index], input.dtype()});
    if (slot_count_ == before) throw InvalidArgumentError("the input " + s.call->layer->name() + " is given twice");
  }
  for (const auto& call : reach(inputs, outputs)) {
    Call entry{call->layer, {}, {}, {}, call->outputs};
    for (const Tensor& input : call->inputs) entry.inputs.push_back(slot(*symbol_of(input)));
    for (std::size_t i = 0; i < call->outputs.size(); ++i) entry.outputs.push_back(slot(Symbol{call, i}));
    calls_.push_back(std::move(entry));
  }
  for (const Tensor& output : outputs) outputs_.push_back(slot(*symbol_of(output)));

  std::vector<bool> needed(slot_count_, false);
  for (const std::size_t output : outputs_) needed[output] = true;
  for (std::size_t i = calls_.size(); i-- > 0;)
    for (const std::size_t input : calls_[i].inputs)
      if (!needed[input]) {
        needed[input] = true;
        calls_[i].finished.push_back(input);
      }
}

Tensors Graph::run(const Tensors& inputs) const {
  if (inputs.size() != inputs_.size())
    throw InvalidArgumentError("the model takes " + std::to_string(inputs_.size()) + " inputs and was given " +
                               std::to_string(inputs.size()));
  std::vector<Tensor> slots(slot_count_);
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const Input& input = inputs_[i];
    if (!fits(inputs[i].shape(), input.shape))
      throw InvalidArgumentError("the input " + input.name + " expects the shape " + to_string(input.shape) +
                                 " and was given " + to_string(inputs[i].shape()));
    slots[input.slot] = inputs[i].dtype() == input.dtype ? inputs[i] : cast(inputs[i], input.dtype);
  }
  for (const Call& call : calls_) {
    if (call.inputs.empty()) continue;
    std::vector<Tensor> arguments;
    arguments.reserve(call.inputs.size());
    for (const std::size_t input : call.inputs) arguments.push_back(slots[input]);
    const Tensors results = call.layer(std::move(arguments));
    for (std::size_t i = 0; i < call.outputs.size(); ++i) slots[call.outputs[i]] = results[i];
    for (const std::size_t finished : call.finished) slots[finished] = Tensor();
  }
  std::vector<Tensor> outputs;
  for (const std::size_t output : outputs_) outputs.push_back(slots[output]);
  return outputs;
}

}  // namespace gradtape::nn
