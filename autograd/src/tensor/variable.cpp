#include "gradtape/autograd/variable.h"

#include <cstring>
#include <ostream>

#include "gradtape/autograd/error.h"
#include "kernels/elementwise.h"
#include "tensor/text.h"
#include "tensor/variable_reads.h"
#include "tensor/variable_state.h"

namespace gradtape {

namespace {

void copy_elements(const Tensor& from, const Tensor& to) {
  const detail::TensorImpl& source = detail::checked(from);
  std::memcpy(detail::checked(to).data, source.data, static_cast<std::size_t>(source.count) * size_of(source.dtype));
  if (source.dtype == DType::string) detail::keep_texts(to, from);
}

std::string describe(const Tensor& tensor) {
  return "shape " + to_string(tensor.shape()) + " and dtype " + std::string(name_of(tensor.dtype()));
}

}  // namespace

Operand::Operand(const Variable& variable, const char* file, int line)
    : tensor_(&variable.value()), where_{file, line} {}

Variable::Variable(const Tensor& initial_value, VariableOptions options) : state_(std::make_shared<State>()) {
  state_->dtype = initial_value.dtype();
  state_->trainable = options.trainable;
  state_->name = std::move(options.name);
  state_->value = state_->new_value(initial_value.shape());
  copy_elements(initial_value, state_->value);
}

Variable Variable::deferred(Initializer initializer, DType dtype, VariableOptions options) {
  Variable variable;
  variable.state_ = std::make_shared<State>();
  variable.state_->dtype = dtype;
  variable.state_->trainable = options.trainable;
  variable.state_->name = std::move(options.name);
  variable.state_->initializer = std::move(initializer);
  return variable;
}

void Variable::build(const Shape& shape) {
  State& s = state();
  if (s.value) {
    if (s.value.shape() == shape) return;
    throw InvalidArgumentError("the variable " + s.name + " has the shape " + to_string(s.value.shape()) +
                               " and cannot be built again with " + to_string(shape));
  }
  if (!s.initializer)
    throw FailedPreconditionError("the variable " + s.name + " has no initializer to be built with");
  const Tensor initial = s.initializer(shape, s.dtype);
  if (initial.shape() != shape || initial.dtype() != s.dtype)
    throw InvalidArgumentError("the initializer of " + s.name + " gave " + describe(initial) + " where shape " +
                               to_string(shape) + " and dtype " + std::string(name_of(s.dtype)) + " were asked for");
  Tensor value = s.new_value(shape);
  copy_elements(initial, value);
  s.value = std::move(value);
}

bool Variable::is_built() const { return state_ != nullptr && static_cast<bool>(state_->value); }

Variable::State& Variable::state() const {
  if (state_ == nullptr) throw FailedPreconditionError("this Variable is not a variable yet: assign one to it first");
  return *state_;
}

const Tensor& Variable::value() const {
  const State& s = state();
  if (!s.value)
    throw FailedPreconditionError("the variable " + s.name + " has no value before build() has given it a shape");
  if (detail::variable_reads != nullptr) [[unlikely]]
    detail::VariableReads::note(*this, s.value);
  return s.value;
}

DType Variable::dtype() const { return state().dtype; }
const std::string& Variable::name() const { return state().name; }
void Variable::set_name(std::string name) { state().name = std::move(name); }
bool Variable::trainable() const { return state().trainable; }
void Variable::set_trainable(bool trainable) {
  State& s = state();
  s.trainable = trainable;
  if (s.value) detail::impl_of(s.value)->is_variable = trainable;
}
std::uint64_t Variable::id() const { return state().id; }

Variable& Variable::assign(const Operand& operand) {
  const Tensor& current = value();
  const Tensor next = operand.is_number() ? operand.as(dtype()) : operand.tensor();
  if (next.shape() != current.shape() || next.dtype() != current.dtype())
    throw InvalidArgumentError("assign to the variable " + name() + " with " + describe(current) + " a value with " +
                               describe(next));
  State& s = state();
  // A string tensor written over would keep the texts it had.
  if (detail::is_sole_owner(s.value) && s.dtype != DType::string) {
    if (detail::checked(next).data != detail::checked(s.value).data) copy_elements(next, s.value);
  } else {
    Tensor fresh = s.new_value(current.shape());
    copy_elements(next, fresh);
    s.value = std::move(fresh);
  }
  return *this;
}

namespace {

Tensor checked_delta(const Variable& variable, const Operand& operand, const char* function) {
  const Tensor& current = variable.value();
  if (!is_floating(current.dtype()) && !kernels::supports(kernels::Binary::add, current.dtype()))
    throw InvalidArgumentError(std::string(function) + " on the variable " + variable.name() + ", whose dtype is " +
                               std::string(name_of(current.dtype())));
  Tensor delta = operand.is_number() ? operand.as(variable.dtype()) : operand.tensor();
  const bool fits = operand.is_number() || delta.shape() == current.shape();
  if (!fits || delta.dtype() != current.dtype())
    throw InvalidArgumentError(std::string(function) + " on the variable " + variable.name() + " with " +
                               describe(current) + " a value with " + describe(delta));
  return delta;
}

}  // namespace

void* VariableAccess::writable_data(Variable& variable) {
  Variable::State& s = variable.state();
  if (!detail::is_sole_owner(s.value)) {
    Tensor copy = s.new_value(s.value.shape());
    copy_elements(s.value, copy);
    s.value = std::move(copy);
  }
  return detail::checked(s.value).data;
}

namespace {

void update(Variable& variable, kernels::Binary function, const Tensor& delta) {
  auto& s = VariableAccess::state(variable);
  const Tensor target = detail::is_sole_owner(s.value) ? Tensor() : s.new_value(s.value.shape());
  const detail::TensorImpl& from = detail::checked(s.value);
  const detail::TensorImpl& change = detail::checked(delta);
  void* to = target ? detail::checked(target).data : from.data;
  kernels::binary(function, s.dtype, from.data, from.shape, change.data, change.shape, to, from.shape);
  if (target) s.value = target;
}

}  // namespace

Variable& Variable::assign_add(const Operand& delta) {
  update(*this, kernels::Binary::add, checked_delta(*this, delta, "assign_add"));
  return *this;
}

Variable& Variable::assign_sub(const Operand& delta) {
  update(*this, kernels::Binary::subtract, checked_delta(*this, delta, "assign_sub"));
  return *this;
}

std::ostream& operator<<(std::ostream& out, const Variable& variable) {
  if (!variable.is_built()) return out << "<gt.Variable '" << variable.name() << "', not built>";
  return out << "<gt.Variable '" << variable.name() << "' shape=" << to_string(variable.shape())
             << " dtype=" << name_of(variable.dtype()) << ", value=" << values_to_string(variable.value()) << ">";
}

}  // namespace gradtape
