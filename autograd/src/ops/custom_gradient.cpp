#include "gradtape/autograd/custom_gradient.h"

#include "gradtape/autograd/ops/shape_ops.h"
#include "ops/op.h"
#include "ops/parts.h"
#include "ops/sample.h"

namespace gradtape::detail {
namespace {

// Its result is the function's value under an identity of its own, so that the gradient goes the function's way and
// not through the ops inside, which an outer tape needs for higher orders.
struct CustomGradient {
  std::function<std::vector<Tensor>(const Tensor&)> function;
  Tensor value;
  std::vector<Shape> shapes;

  static constexpr std::string_view name = "custom_gradient";
  static constexpr bool mixed_dtypes = true;
  Tensor compute(const Inputs&) const { return view(value, value.shape()); }
  auto gradient(Dy dy) const {
    std::vector<Tensor> gradients = function(dy);
    if (gradients.size() != shapes.size())
      throw InvalidArgumentError("[custom_gradient] the gradient function returned " +
                                 std::to_string(gradients.size()) + " tensors for " + std::to_string(shapes.size()) +
                                 " arguments");
    for (std::size_t i = 0; i < shapes.size(); ++i)
      if (gradients[i] && gradients[i].shape() != shapes[i])
        throw InvalidArgumentError("[custom_gradient] the gradient of argument " + std::to_string(i) + " has shape " +
                                   to_string(gradients[i].shape()) + ", the argument " + to_string(shapes[i]));
    return each_partial([gradients = std::move(gradients)](int i) { return gradients[static_cast<std::size_t>(i)]; });
  }
  static std::vector<Sample> samples() { return {}; }
};

// Inside a vectorised pass the value has rows already, and without a tape that is all there is to it.
bool needs_no_record(const Tensor& value) { return rows_of(value) != nullptr && recording_log() == nullptr; }

}  // namespace

Tensor record_custom(WithGradient result, const std::vector<Tensor>& arguments, Where where) {
  if (needs_no_record(result.value)) return result.value;
  CustomGradient op{std::move(result.gradient), std::move(result.value), {}};
  for (const Tensor& argument : arguments) op.shapes.push_back(argument.shape());
  const std::vector<TensorRef> references(arguments.begin(), arguments.end());
  return record(op, Inputs(references.data(), static_cast<int>(references.size())), where);
}

// One result of all values side by side is what is recorded.
Tensors record_custom(WithGradients results, const std::vector<Tensor>& arguments, Where where) {
  if (results.values.empty()) throw InvalidArgumentError("[custom_gradient] the function returned no value");
  if (needs_no_record(results.values[0])) return results.values;
  std::vector<Tensor> flat;
  std::vector<Shape> shapes;
  for (const Tensor& value : results.values) {
    if (!is_floating(value.dtype()) || value.dtype() != results.values[0].dtype())
      throw InvalidArgumentError(
          "[custom_gradient] several values must have one floating-point dtype, and they are " +
          std::string(name_of(results.values[0].dtype())) + " and " + std::string(name_of(value.dtype())));
    flat.push_back(reshape(value, {-1}));
    shapes.push_back(value.shape());
  }
  const auto split = [shapes](const Tensor& packed) {
    std::vector<Tensor> parts;
    std::int64_t offset = 0;
    for (const Shape& shape : shapes) {
      parts.push_back(piece(packed, offset, shape));
      offset += shape.num_elements();
    }
    return parts;
  };
  const auto gradient = [split, function = std::move(results.gradient)](const Tensor& upstream) {
    return function(split(upstream));
  };
  return split(record_custom(WithGradient{concat(flat, 0), gradient}, arguments, where));
}

}  // namespace gradtape::detail
