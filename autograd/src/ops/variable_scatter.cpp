// Changes of a Variable at chosen places.
#include "gradtape/autograd/variable.h"
#include "kernels/elementwise.h"
#include "kernels/scatter.h"
#include "ops/places.h"
#include "tensor/variable_state.h"

namespace gradtape {
namespace {

using namespace detail;
using kernels::Scatter;

/// The operand as a tensor of one element, or of the shape that the indices ask for.
Tensor checked_updates(const Variable& variable, Scatter kind, const Operand& operand, const Shape& expected) {
  if (kind == Scatter::divide) check_floating(variable.dtype());
  if (kind != Scatter::update || variable.dtype() == DType::string) check_number(variable.dtype());
  const Tensor updates = operand.is_number() ? operand.as(variable.dtype()) : operand.tensor();
  const TensorImpl& given = checked(updates);
  if (given.dtype != variable.dtype()) throw_different_dtypes(variable.dtype(), given.dtype);
  if (given.shape.rank() != 0 && given.shape != expected)
    throw InvalidArgumentError("the updates have shape " + to_string(given.shape) + "; indices of the variable " +
                               variable.name() + " with shape " + to_string(variable.shape()) + " ask for " +
                               to_string(expected));
  return updates;
}

/// `places`, int32 or int64, are row numbers of the variable viewed (rows, inner).
void write(Variable& variable, Scatter kind, const Tensor& places, const Tensor& updates, const Shape& expected,
           std::int64_t rows, std::int64_t inner) {
  const TensorImpl &at = checked(places), &from = checked(updates);
  Tensor spread = updates;
  if (from.shape != expected) {
    spread = uninitialized(from.dtype, expected);
    kernels::fill(from.dtype, from.data, mutable_data(spread), impl_of(spread)->count);
  }
  // `updates` may be the variable's own value: it is held by then, so that the variable gets a buffer of its own.
  kernels::scatter(kind, variable.dtype(), checked(spread).data, 1, rows, inner, at.dtype, at.data, at.count,
                   VariableAccess::writable_data(variable));
}

Variable& scatter(Variable& variable, Scatter kind, const char* name, const Tensor& index_tensor,
                  const Operand& operand) {
  in_function(name, operand.where(), [&] {
    const Shape shape = variable.shape();
    if (shape.rank() == 0)
      throw InvalidArgumentError("the variable " + variable.name() + " is a scalar, which has no parts");
    const IndexTensor indices(index_tensor);
    check_indices(checked(*indices), 0, shape);
    Shape expected = described(*indices).shape;
    for (int i = 1; i < shape.rank(); ++i) expected.push_back(shape[i]);
    const Tensor updates = checked_updates(variable, kind, operand, expected);
    write(variable, kind, indices, updates, expected, shape[0], product_of(shape, 1, shape.rank()));
  });
  return variable;
}

Variable& scatter_nd(Variable& variable, Scatter kind, const char* name, const Tensor& indices,
                     const Operand& operand) {
  in_function(name, operand.where(), [&] {
    const Chosen chosen = chosen_by(indices, variable.shape());
    const Tensor updates = checked_updates(variable, kind, operand, chosen.shape);
    write(variable, kind, chosen.places, updates, chosen.shape, chosen.rows, chosen.inner);
  });
  return variable;
}

}  // namespace

Variable& Variable::scatter_update(const Tensor& indices, const Operand& updates) {
  return scatter(*this, Scatter::update, "scatter_update", indices, updates);
}
Variable& Variable::scatter_add(const Tensor& indices, const Operand& updates) {
  return scatter(*this, Scatter::add, "scatter_add", indices, updates);
}
Variable& Variable::scatter_sub(const Tensor& indices, const Operand& updates) {
  return scatter(*this, Scatter::subtract, "scatter_sub", indices, updates);
}
Variable& Variable::scatter_mul(const Tensor& indices, const Operand& updates) {
  return scatter(*this, Scatter::multiply, "scatter_mul", indices, updates);
}
Variable& Variable::scatter_div(const Tensor& indices, const Operand& updates) {
  return scatter(*this, Scatter::divide, "scatter_div", indices, updates);
}
Variable& Variable::scatter_max(const Tensor& indices, const Operand& updates) {
  return scatter(*this, Scatter::maximum, "scatter_max", indices, updates);
}
Variable& Variable::scatter_min(const Tensor& indices, const Operand& updates) {
  return scatter(*this, Scatter::minimum, "scatter_min", indices, updates);
}
Variable& Variable::scatter_nd_update(const Tensor& indices, const Operand& updates) {
  return scatter_nd(*this, Scatter::update, "scatter_nd_update", indices, updates);
}
Variable& Variable::scatter_nd_add(const Tensor& indices, const Operand& updates) {
  return scatter_nd(*this, Scatter::add, "scatter_nd_add", indices, updates);
}
Variable& Variable::scatter_nd_sub(const Tensor& indices, const Operand& updates) {
  return scatter_nd(*this, Scatter::subtract, "scatter_nd_sub", indices, updates);
}
Variable& Variable::scatter_nd_max(const Tensor& indices, const Operand& updates) {
  return scatter_nd(*this, Scatter::maximum, "scatter_nd_max", indices, updates);
}
Variable& Variable::scatter_nd_min(const Tensor& indices, const Operand& updates) {
  return scatter_nd(*this, Scatter::minimum, "scatter_nd_min", indices, updates);
}

}  // namespace gradtape
