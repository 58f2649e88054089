#include "gradtape/autograd/custom_gradient.h"

#include "ops/op.h"
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

}  // namespace

Tensor record_custom(WithGradient result, const std::vector<Tensor>& arguments, Where where) {
  CustomGradient op{std::move(result.gradient), std::move(result.value), {}};
  for (const Tensor& argument : arguments) op.shapes.push_back(argument.shape());
  const std::vector<TensorRef> references(arguments.begin(), arguments.end());
  return record(op, Inputs(references.data(), static_cast<int>(references.size())), where);
}

}  // namespace gradtape::detail
