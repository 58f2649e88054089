#include "gradtape/optim/adam.h"

#include <cmath>

#include "gradtape/autograd/detail/update.h"
#include "gradtape/autograd/error.h"

namespace gradtape::optim {

namespace {

void check_beta(const char* name, double beta) {
  if (!(beta >= 0 && beta < 1))
    throw InvalidArgumentError("Adam's " + std::string(name) + " is " + std::to_string(beta) +
                               ": it must lie in [0, 1)");
}

class AdamRule final : public UpdateRule {
 public:
  explicit AdamRule(AdamOptions options) : options_(std::move(options)) {
    check_beta("beta_1", options_.beta_1);
    check_beta("beta_2", options_.beta_2);
    if (!(options_.epsilon >= 0))
      throw InvalidArgumentError("Adam's epsilon is " + std::to_string(options_.epsilon) + ": it cannot be negative");
  }

  std::string name() const override { return options_.name; }

  std::vector<Slot> slots() const override {
    std::vector<Slot> result = {{.name = "m"}, {.name = "v"}};
    if (options_.amsgrad) result.push_back({.name = "vhat"});
    return result;
  }

  void update(Variable& variable, const Tensor& gradient, std::span<Variable> slots,
              const UpdateStep& step) override {
    if (step.number != corrected_for_) {
      const double t = static_cast<double>(step.number);
      correction_ = std::sqrt(1 - std::pow(options_.beta_2, t)) / (1 - std::pow(options_.beta_1, t));
      corrected_for_ = step.number;
    }
    detail::adam_update(variable, slots[0], slots[1], options_.amsgrad ? &slots[2] : nullptr, gradient,
                        {step.learning_rate * correction_, options_.beta_1, options_.beta_2, options_.epsilon});
  }

 private:
  AdamOptions options_;
  std::int64_t corrected_for_ = 0;
  double correction_ = 0;
};

}  // namespace

Adam::Adam(AdamOptions options) : Optimizer(std::make_shared<AdamRule>(options), options.learning_rate) {}

}  // namespace gradtape::optim
