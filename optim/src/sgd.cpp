#include "gradtape/optim/sgd.h"

#include "gradtape/autograd/detail/update.h"
#include "gradtape/autograd/error.h"

namespace gradtape::optim {

namespace {

class SGDRule final : public UpdateRule {
 public:
  explicit SGDRule(SGDOptions options) : options_(std::move(options)) {
    if (!(options_.momentum >= 0 && options_.momentum <= 1))
      throw InvalidArgumentError("SGD's momentum is " + std::to_string(options_.momentum) +
                                 ": it must lie between 0 and 1");
  }

  std::string name() const override { return options_.name; }

  std::vector<Slot> slots() const override {
    if (options_.momentum == 0) return {};
    return {{.name = "momentum"}};
  }

  void update(Variable& variable, const Tensor& gradient, std::span<Variable> slots,
              const UpdateStep& step) override {
    if (slots.empty())
      detail::sgd_update(variable, gradient, step.learning_rate);
    else
      detail::momentum_update(variable, slots[0], gradient, step.learning_rate, options_.momentum, options_.nesterov);
  }

 private:
  SGDOptions options_;
};

}  // namespace

SGD::SGD(SGDOptions options) : Optimizer(std::make_shared<SGDRule>(options), options.learning_rate) {}

}  // namespace gradtape::optim
