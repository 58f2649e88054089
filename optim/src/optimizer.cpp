#include "gradtape/optim/optimizer.h"

#include <iostream>

#include "gradtape/autograd/error.h"
#include "gradtape/autograd/ops/creation.h"
#include "gradtape/optim/adam.h"
#include "gradtape/optim/sgd.h"

namespace gradtape::optim {

namespace {

/// A variable that the optimizer has moved, and what it keeps beside it.
struct Moved {
  std::uint64_t id;
  std::vector<Variable> slots;
};

constexpr std::size_t none = static_cast<std::size_t>(-1);

std::string joined_names(std::span<const Variable> variables, const std::vector<std::size_t>& positions) {
  std::string names;
  for (const std::size_t position : positions) {
    if (!names.empty()) names += ", ";
    names += variables[position].name();
  }
  return names;
}

std::string described(DType dtype, const Shape& shape) {
  return "shape " + to_string(shape) + " and dtype " + std::string(name_of(dtype));
}

void check_pair(const Tensor& gradient, const Variable& variable) {
  const Tensor& value = variable.value();
  if (!is_floating(value.dtype()))
    throw InvalidArgumentError("the variable " + variable.name() + " has the dtype " +
                               std::string(name_of(value.dtype())) + ": an optimizer moves float32 and float64 only");
  if (gradient.dtype() != value.dtype() || gradient.shape() != value.shape())
    throw InvalidArgumentError("the gradient for the variable " + variable.name() + " has " +
                               described(gradient.dtype(), gradient.shape()) + ", the variable " +
                               described(value.dtype(), value.shape()));
}

void check_learning_rate(const LearningRate& learning_rate) {
  if (!learning_rate.is_constant()) return;
  const double rate = learning_rate.at(0);
  if (!(rate >= 0))
    throw InvalidArgumentError("the learning rate is " + std::to_string(rate) + ": it cannot be negative");
}

std::string lower_case(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

}  // namespace

struct Optimizer::State {
  State(std::shared_ptr<UpdateRule> a_rule, LearningRate rate)
      : rule(std::move(a_rule)), learning_rate(std::move(rate)), slots(rule->slots()) {
    check_learning_rate(learning_rate);
  }

  std::shared_ptr<UpdateRule> rule;
  LearningRate learning_rate;
  std::vector<Slot> slots;
  std::int64_t iterations = 0;
  std::vector<Moved> moved;           // in the order of their first update
  std::vector<std::size_t> by_place;  // where in `moved` the variable at a place of the last call's list is
  std::string warned;                 // the variables that the last warning named

  /// Where the variable is in `moved`; usually where the one at the same place was in the last call.
  std::size_t find(const Variable& variable, std::size_t place) {
    const std::uint64_t id = variable.id();
    if (place < by_place.size() && by_place[place] != none && moved[by_place[place]].id == id) return by_place[place];
    std::size_t found = 0;
    while (found < moved.size() && moved[found].id != id) ++found;
    if (found == moved.size()) moved.push_back({id, new_slots(variable)});
    if (place >= by_place.size()) by_place.resize(place + 1, none);
    by_place[place] = found;
    return found;
  }

  std::vector<Variable> new_slots(const Variable& variable) const {
    std::vector<Variable> result;
    result.reserve(slots.size());
    for (const Slot& slot : slots)
      result.emplace_back(full(variable.shape(), slot.initial_value, variable.dtype()),
                          VariableOptions{.trainable = false, .name = variable.name() + "/" + slot.name});
    return result;
  }

  void warn(const std::string& names) {
    if (names == warned) return;
    warned = names;
    std::cerr << "warning: no gradient for " << names
              << ": these variables stay as they are (tape.why_no_gradient(loss, variable) says why)\n";
  }
};

Optimizer::Optimizer(const std::string& name) {
  const std::string lower = lower_case(name);
  if (lower == "sgd")
    *this = SGD();
  else if (lower == "adam")
    *this = Adam();
  else
    throw InvalidArgumentError("unknown optimizer '" + name + "': the known ones are 'sgd' and 'adam'");
}

Optimizer::Optimizer(const char* name) : Optimizer(std::string(name)) {}

Optimizer::Optimizer(std::shared_ptr<UpdateRule> rule, LearningRate learning_rate)
    : state_(std::make_shared<State>(std::move(rule), std::move(learning_rate))) {}

Optimizer::State& Optimizer::state() const {
  if (state_ == nullptr)
    throw FailedPreconditionError("this Optimizer is not an optimizer yet: assign one to it first");
  return *state_;
}

void Optimizer::apply(std::span<const Tensor> gradients, std::span<const Variable> variables) {
  State& s = state();
  if (gradients.size() != variables.size())
    throw InvalidArgumentError("apply_gradients got " + std::to_string(gradients.size()) + " gradients for " +
                               std::to_string(variables.size()) + " variables: each variable needs its own");
  std::vector<std::size_t> without;
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    if (gradients[i])
      check_pair(gradients[i], variables[i]);
    else
      without.push_back(i);
  }
  if (without.size() == gradients.size()) {
    if (gradients.empty()) throw InvalidArgumentError("apply_gradients got no gradients");
    throw InvalidArgumentError("no gradient for any variable (" + joined_names(variables, without) +
                               "): " + gradients[0].why_empty());
  }
  if (!without.empty()) s.warn(joined_names(variables, without));

  const UpdateStep step{s.iterations + 1, s.learning_rate.at(s.iterations)};
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    if (!gradients[i]) continue;
    Variable variable = variables[i];
    s.rule->update(variable, gradients[i], s.moved[s.find(variable, i)].slots, step);
  }
  ++s.iterations;
}

void Optimizer::apply_gradients(const std::vector<std::pair<Tensor, Variable>>& gradients_and_variables) {
  std::vector<Tensor> gradients;
  std::vector<Variable> variables;
  for (const auto& [gradient, variable] : gradients_and_variables) {
    gradients.push_back(gradient);
    variables.push_back(variable);
  }
  apply(gradients, variables);
}

std::int64_t Optimizer::iterations() const { return state().iterations; }
void Optimizer::set_iterations(std::int64_t iterations) { state().iterations = iterations; }

double Optimizer::learning_rate() const { return state().learning_rate.at(state().iterations); }
void Optimizer::set_learning_rate(LearningRate learning_rate) {
  check_learning_rate(learning_rate);
  state().learning_rate = std::move(learning_rate);
}
bool Optimizer::has_schedule() const { return !state().learning_rate.is_constant(); }

void Optimizer::build(const std::vector<Variable>& variables) {
  for (std::size_t i = 0; i < variables.size(); ++i) state().find(variables[i], i);
}

std::vector<Variable> Optimizer::variables() const {
  std::vector<Variable> result;
  for (const Moved& moved : state().moved) result.insert(result.end(), moved.slots.begin(), moved.slots.end());
  return result;
}

std::string Optimizer::name() const { return rule().name(); }
const UpdateRule& Optimizer::rule() const { return *state().rule; }

}  // namespace gradtape::optim
