// Distinct values: unique, setdiff1d.
#include "gradtape/autograd/name_scope.h"
#include "gradtape/autograd/ops/counting.h"
#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/indexing.h"
#include "gradtape/autograd/ops/math.h"
#include "kernels/search.h"
#include "ops/checks.h"
#include "ops/composite.h"
#include "ops/reduction_families.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

void check_vector(const Tensor& x) {
  if (described(x).shape.rank() != 1)
    throw InvalidArgumentError("a tensor with one axis is needed, got shape " + to_string(x.shape()));
}

void check_index_dtype(DType dtype) {
  if (dtype != int32 && dtype != int64)
    throw InvalidArgumentError("indices are int32 or int64, not " + text_of(dtype));
}

/// The distinct values of x in `y`, and what is asked for of the rest.
UniqueWithCounts distinct_of(const Tensor& x, DType out_idx) {
  const TensorImpl& input = *impl_of(x);
  const kernels::Distinct found = kernels::distinct(input.dtype, input.data, input.count);
  std::vector<std::int64_t> counts(found.first.size());
  for (const std::int64_t index : found.index) ++counts[static_cast<std::size_t>(index)];
  return {gather(x, constant(found.first)), cast(constant(found.index), out_idx), cast(constant(counts), out_idx)};
}

std::vector<Sample> unique_samples() {
  const auto call = [](const Values& x) { return unique(x[0]).y; };
  return {{call, {sample_values({5}, -2, 2)}}, {call, {sample_values({1}, -2, 2)}}, {call, {zeros({0}, float64)}}};
}

std::vector<Sample> unique_with_counts_samples() {
  return {{[](const Values& x) { return unique_with_counts(x[0]).y; }, {sample_values({5}, -2, 2)}},
          {[](const Values& x) { return unique_with_counts(x[0]).y; }, {zeros({0}, float64)}}};
}

std::vector<Sample> setdiff1d_samples() {
  return {{[](const Values& x) {
             return setdiff1d(x[0], constant({7.0, 8.0}, float64)).out;
           },
           {sample_values({5}, -2, 2)}}};
}

}  // namespace

std::vector<OpRow> distinct_ops() {
  return {composite("unique", "counting", unique_samples),
          composite("unique_with_counts", "counting", unique_with_counts_samples),
          composite("setdiff1d", "counting", setdiff1d_samples)};
}

}  // namespace detail

using namespace detail;

Unique unique(const Tensor& x, DType out_idx, Where where) {
  in_function("unique", where, [&] {
    check_vector(x);
    check_index_dtype(out_idx);
  });
  const NameScope scope("unique", where);
  const UniqueWithCounts found = distinct_of(x, out_idx);
  return {found.y, found.idx};
}

UniqueWithCounts unique_with_counts(const Tensor& x, DType out_idx, Where where) {
  in_function("unique_with_counts", where, [&] {
    check_vector(x);
    check_index_dtype(out_idx);
  });
  const NameScope scope("unique_with_counts", where);
  return distinct_of(x, out_idx);
}

SetDifference setdiff1d(const Tensor& x, const Tensor& y, DType index_dtype, Where where) {
  in_function("setdiff1d", where, [&] {
    check_vector(x);
    check_vector(y);
    check_index_dtype(index_dtype);
    if (x.dtype() != y.dtype()) throw_different_dtypes(x.dtype(), y.dtype());
  });
  const NameScope scope("setdiff1d", where);
  const TensorImpl &from = *impl_of(x), &excluded = *impl_of(y);
  const Tensor places =
      constant(kernels::places_not_in(from.dtype, from.data, from.count, excluded.data, excluded.count));
  return {gather(x, places), cast(places, index_dtype)};
}

}  // namespace gradtape
