#pragma once
// What is behind a Variable handle, for the library's own code.

#include <string>

#include "gradtape/autograd/variable.h"
#include "tensor/impl.h"

namespace gradtape {

struct Variable::State {
  Tensor value;
  std::uint64_t id = detail::next_tensor_id();
  DType dtype = float32;
  bool trainable = true;
  std::string name;
  Initializer initializer;

  // A fresh buffer that carries the variable's identity.
  Tensor new_value(const Shape& shape) const {
    Tensor fresh = detail::uninitialized(dtype, shape);
    detail::TensorImpl* impl = detail::impl_of(fresh);
    impl->id = id;
    impl->is_variable = trainable;
    impl->is_watched = value && detail::impl_of(value)->is_watched.load();
    return fresh;
  }
};

struct VariableAccess {
  static Variable::State& state(Variable& variable) { return variable.state(); }
  /// The variable's elements, to be overwritten: when somebody else holds them, the variable gets a copy first.
  static void* writable_data(Variable& variable);
};

}  // namespace gradtape
