#pragma once
// Optimizer: moves variables along their gradients.
//
// Terms. An update rule says how one variable moves (SGD, Adam, a user's own). A slot is a Variable that the rule
// keeps beside each variable that it moves, such as its momentum. An Optimizer holds a rule, a learning rate, the
// number of updates made (its iterations) and the slots; it is a handle, and copies share all of that.
//
// Invariants. Nothing changes before every gradient has been checked. A variable whose old value somebody still holds
// (a tape, a Tensor) gets a new buffer, as with Variable::assign.

#include <array>
#include <concepts>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gradtape/autograd/variable.h"
#include "gradtape/optim/learning_rate.h"

namespace gradtape::optim {

/// A Variable that a rule wants beside each variable, of the same shape and dtype.
struct Slot {
  std::string name;
  double initial_value = 0;
};

/// Which update this is.
struct UpdateStep {
  std::int64_t number;  ///< 1 for the first update
  double learning_rate;
};

/// How one variable moves. A user's own optimizer derives from this and is passed to Optimizer's constructor:
///
///     struct SignSGD : optim::UpdateRule {
///       std::string name() const override { return "SignSGD"; }
///       void update(Variable& variable, const Tensor& gradient, std::span<Variable>, const optim::UpdateStep& step)
///           override { variable.assign_sub(step.learning_rate * sign(gradient)); }
///     };
///     optim::Optimizer optimizer(SignSGD(), 0.01);
class UpdateRule {
 public:
  virtual ~UpdateRule() = default;
  virtual std::string name() const = 0;
  /// The slots that update() receives, in this order.
  virtual std::vector<Slot> slots() const { return {}; }
  /// The gradient has the variable's shape and dtype, which is float32 or float64.
  virtual void update(Variable& variable, const Tensor& gradient, std::span<Variable> slots,
                      const UpdateStep& step) = 0;
};

/// tf.keras.optimizers.Optimizer.
class Optimizer {
 public:
  /// No optimizer: assign one to it before use.
  Optimizer() = default;
  /// "sgd" or "adam" with their defaults; upper and lower case are alike. Throws InvalidArgumentError for another
  /// name.
  Optimizer(const char* name);
  Optimizer(const std::string& name);
  template <std::derived_from<UpdateRule> Rule>
  Optimizer(Rule rule, LearningRate learning_rate = 0.001)
      : Optimizer(std::make_shared<Rule>(std::move(rule)), std::move(learning_rate)) {}

  /// One update of each variable with the gradient at its place. A variable whose gradient is empty stays as it is,
  /// and one line on std::cerr names it, once for the same set of variables. Throws InvalidArgumentError, before
  /// anything has changed, when the lists differ in length, when every gradient is empty, when a gradient's shape or
  /// dtype is not its variable's, or when a variable is not floating-point.
  void apply_gradients(const std::vector<Tensor>& gradients, const std::vector<Variable>& variables) {
    apply(gradients, variables);
  }
  /// For what tape.gradient(loss, w, b) returns.
  template <std::size_t N>
  void apply_gradients(const std::array<Tensor, N>& gradients, const std::vector<Variable>& variables) {
    apply(gradients, variables);
  }
  /// Keras's zip(gradients, variables), written out: {{dw, w}, {db, b}}.
  void apply_gradients(const std::vector<std::pair<Tensor, Variable>>& gradients_and_variables);

  /// Updates made so far.
  std::int64_t iterations() const;
  void set_iterations(std::int64_t iterations);
  /// The learning rate of the next update.
  double learning_rate() const;
  /// Throws InvalidArgumentError for a negative number.
  void set_learning_rate(LearningRate learning_rate);
  /// Whether the learning rate follows a schedule.
  bool has_schedule() const;

  /// Makes the slots of these variables, which the first update of each does otherwise. tf.keras's build().
  void build(const std::vector<Variable>& variables);
  /// The slots, by variable in the order of their first update; a slot is called "<variable>/<slot>".
  std::vector<Variable> variables() const;

  std::string name() const;
  const UpdateRule& rule() const;
  explicit operator bool() const { return state_ != nullptr; }

 protected:
  Optimizer(std::shared_ptr<UpdateRule> rule, LearningRate learning_rate);

 private:
  struct State;
  State& state() const;
  void apply(std::span<const Tensor> gradients, std::span<const Variable> variables);
  std::shared_ptr<State> state_;
};

}  // namespace gradtape::optim
