#pragma once
// Variable: state that training changes.

#include <functional>
#include <memory>
#include <string>
#include <type_traits>

#include "gradtape/autograd/operand.h"
#include "gradtape/autograd/tensor.h"

namespace gradtape {

struct VariableOptions {
  bool trainable = true;
  std::string name = "Variable";
};

/// tf.Variable: a handle to a tensor that can be replaced. Copying the handle shares the state. A tape that is
/// recording watches every trainable Variable that an op reads. An op that read the old value keeps it: assigning
/// writes in place only when nothing else holds the buffer.
///
/// A Variable may be declared before its shape is known and built later, as a layer's weights are: reading it before
/// throws FailedPreconditionError.
class Variable {
 public:
  using Initializer = std::function<Tensor(const Shape&, DType)>;

  /// Not a variable yet: assign another Variable to it.
  Variable() = default;
  explicit Variable(const Tensor& initial_value, VariableOptions options = {});
  /// A scalar: float and double give float32, int gives int32, as literals do.
  template <class T>
  requires std::is_arithmetic_v<T>
  explicit Variable(T initial_value, VariableOptions options = {})
      : Variable(detail::literal_tensor(Operand(initial_value)), std::move(options)) {}
  /// A Variable whose shape and value come with build().
  static Variable deferred(Initializer initializer, DType dtype, VariableOptions options);

  /// Gives a deferred Variable its shape and its first value; again with the same shape, nothing happens.
  /// Throws InvalidArgumentError when it has another shape already.
  void build(const Shape& shape);
  bool is_built() const;

  const Tensor& value() const;
  operator const Tensor&() const { return value(); }

  /// As a Tensor's.
  Tensor operator[](const Index& index) const { return value()[index]; }
  Tensor operator()(const Index& first, const Index& second = {}, const Index& third = {}, const Index& fourth = {},
                    const Index& fifth = {}, const Index& sixth = {}, const Index& seventh = {},
                    const Index& eighth = {}) const {
    return value()(first, second, third, fourth, fifth, sixth, seventh, eighth);
  }

  const Shape& shape() const { return value().shape(); }
  DType dtype() const;
  const std::string& name() const;
  void set_name(std::string name);
  bool trainable() const;
  void set_trainable(bool trainable);
  std::uint64_t id() const;

  /// The new value must have the variable's shape and dtype, else InvalidArgumentError; a scalar literal is spread
  /// over the whole variable by assign_add and assign_sub.
  Variable& assign(const Operand& value);
  Variable& assign_add(const Operand& delta);
  Variable& assign_sub(const Operand& delta);

  /// tf.Variable's updates at chosen places; as assign, they change nothing that an op has read. indices, of any
  /// integer dtype, number parts along the first axis: updates has the shape indices.shape + shape[1:], or is a
  /// scalar. Repeated indices act one after the other. Throws OutOfRangeError, InvalidArgumentError.
  Variable& scatter_update(const Tensor& indices, const Operand& updates);
  Variable& scatter_add(const Tensor& indices, const Operand& updates);
  Variable& scatter_sub(const Tensor& indices, const Operand& updates);
  Variable& scatter_mul(const Tensor& indices, const Operand& updates);
  Variable& scatter_div(const Tensor& indices, const Operand& updates);
  Variable& scatter_max(const Tensor& indices, const Operand& updates);
  Variable& scatter_min(const Tensor& indices, const Operand& updates);
  /// The same with index tuples, the last axis of indices, as in tensor_scatter_nd_update.
  Variable& scatter_nd_update(const Tensor& indices, const Operand& updates);
  Variable& scatter_nd_add(const Tensor& indices, const Operand& updates);
  Variable& scatter_nd_sub(const Tensor& indices, const Operand& updates);
  Variable& scatter_nd_max(const Tensor& indices, const Operand& updates);
  Variable& scatter_nd_min(const Tensor& indices, const Operand& updates);

  explicit operator bool() const { return state_ != nullptr; }
  /// Whether both are handles of one variable.
  bool is_same(const Variable& other) const { return state_ == other.state_; }

 private:
  friend struct VariableAccess;
  struct State;
  State& state() const;
  std::shared_ptr<State> state_;
};

std::ostream& operator<<(std::ostream& out, const Variable& variable);

}  // namespace gradtape
