#include "gradtape/autograd/ops/math.h"
#include "kernels/elementwise.h"
#include "ops/checks.h"
#include "ops/math_families.h"
#include "ops/op.h"

namespace gradtape {
namespace detail {
namespace {

struct AddN {
  static constexpr std::string_view name = "add_n";

  Shape infer(const Inputs& x) const {
    if (x.size() == 0) throw InvalidArgumentError("there are no tensors to add");
    check_number(x.dtype(0));
    for (int i = 1; i < x.size(); ++i)
      if (x.shape(i) != x.shape(0))
        throw InvalidArgumentError("shapes " + to_string(x.shape(0)) + " and " + to_string(x.shape(i)) + " (tensor " +
                                   std::to_string(i) + ") must be equal");
    return x.shape(0);
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& sum = *impl_of(y);
    if (x.size() == 1) return kernels::cast(sum.dtype, x.impl(0).data, sum.dtype, sum.data, sum.count);
    const void* so_far = x.impl(0).data;
    for (int i = 1; i < x.size(); ++i, so_far = sum.data)
      kernels::binary(kernels::Binary::add, sum.dtype, so_far, x.impl(i).data, sum.data, sum.count);
  }
  auto gradient(Dy dy) const {
    return each_partial([=](int) { return *dy; });
  }
  static std::vector<Sample> samples_of(Tensor (*op)(const Tensors&, Where)) {
    const auto call = [op](const std::vector<Tensor>& x) { return op(Tensors(x), {}); };
    return {{call, {sample_values({2, 3}, -2, 2), sample_values({2, 3}, -1, 3), sample_values({2, 3}, 0, 1)}},
            {call, {sample_values({}, -2, 2), sample_values({}, -1, 3)}},
            {call, {sample_values({2, 1, 2}, -2, 2)}},
            {call, {sample_values({0, 3}, -2, 2), sample_values({0, 3}, -2, 2)}}};
  }
  static auto samples() { return samples_of(add_n); }
};

std::vector<Sample> accumulate_samples() { return AddN::samples_of(accumulate_n); }
std::vector<Sample> lerp_samples() {
  const auto call = [](const std::vector<Tensor>& x) { return lerp(x[0], x[1], x[2]); };
  return {{call, {sample_values({2, 3}, -2, 2), sample_values({2, 3}, -1, 3), sample_values({}, 0, 1)}},
          {call, {sample_values({3}, -2, 2), sample_values({2, 1}, -1, 3), sample_values({2, 3}, 0, 1)}}};
}

}  // namespace

std::vector<OpRow> sum_ops() {
  return {row<AddN>("math"), composite("accumulate_n", "math", accumulate_samples),
          composite("lerp", "math", lerp_samples)};
}

}  // namespace detail

using namespace detail;

Tensor add_n(const Tensors& inputs, Where where) {
  const std::vector<TensorRef> terms(inputs.begin(), inputs.end());
  return record(AddN{}, Inputs(terms.data(), static_cast<int>(terms.size())), where);
}
Tensor accumulate_n(const Tensors& inputs, Where where) { return add_n(inputs, where); }
Tensor lerp(const Operand& start, const Operand& end, const Operand& weight) {
  return add(start, multiply(weight, subtract(end, start)));
}

}  // namespace gradtape
