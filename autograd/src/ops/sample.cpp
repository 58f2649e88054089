#include "ops/sample.h"

#include "gradtape/autograd/random.h"

namespace gradtape::detail {

Tensor sample_values(const Shape& shape, double low, double high) {
  // A value for each place of a fixed order of equal steps: random-looking, and no two are close.
  Tensor values = uninitialized(float64, shape);
  const std::int64_t count = values.num_elements();
  const Tensor order = random::permutation(count, {.seed = static_cast<std::uint64_t>(17 + count)});
  double* value = static_cast<double*>(mutable_data(values));
  for (std::int64_t i = 0; i < count; ++i) {
    const double place = (static_cast<double>(order.data<std::int64_t>()[i]) + 0.37) / static_cast<double>(count);
    value[i] = low + (high - low) * place;
  }
  return values;
}

std::vector<Sample> unary_samples(Tensor (*op)(const Tensor&, Where), double low, double high) {
  std::vector<Sample> samples;
  for (const Shape& shape : {Shape{3, 4}, Shape{}, Shape{1}, Shape{0, 3}, Shape{2, 1, 3}})
    samples.push_back({[op](const auto& x) { return op(x[0], Where::here()); }, {sample_values(shape, low, high)}});
  return samples;
}

std::vector<Sample> binary_samples(std::function<Tensor(const Tensor&, const Tensor&)> op, double low, double high) {
  const Shape pairs[][2] = {{{3, 4}, {3, 4}}, {{3, 4}, {4}}, {{3, 1}, {1, 4}}, {{}, {2, 3}},
                            {{2, 3}, {}},     {{1}, {5}},    {{2, 0}, {1, 1}}, {{2, 1, 3}, {4, 1}}};
  std::vector<Sample> samples;
  for (const auto& [a, b] : pairs) {
    // From disjoint halves of an interleaved order, so that no two values across the operands are equal.
    const double step = (high - low) / 64;
    samples.push_back({[op](const auto& x) { return op(x[0], x[1]); },
                       {sample_values(a, low, high - step), sample_values(b, low + step / 3, high)}});
  }
  return samples;
}

std::vector<OpRow> op_table() {
  std::vector<OpRow> table;
  for (auto family : {binary_math_ops, unary_math_ops, casting_ops, comparison_ops, shape_ops, indexing_ops,
                      reduction_ops, linear_algebra_ops, neural_ops}) {
    const std::vector<OpRow> rows = family();
    table.insert(table.end(), rows.begin(), rows.end());
  }
  return table;
}

}  // namespace gradtape::detail
