#include "ops/rows.h"

#include <algorithm>

#include "gradtape/autograd/error.h"
#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/shape_ops.h"

namespace gradtape::detail {

namespace {

struct Rows final : Annotation {
  explicit Rows(Tensor t) : tensor(std::move(t)) {}
  Tensor tensor;
};

}  // namespace

Tensor with_rows(Tensor rows) {
  const Shape& shape = rows.shape();
  TensorImpl* impl = new_view(nullptr, rows.dtype(), shape.sub(1, shape.rank()), nullptr);
  Tensor one = TensorAccess::adopt(impl);
  impl->has_rows = true;
  impl->annotation = new Rows(std::move(rows));
  return one;
}

const Tensor* rows_of(const Tensor& tensor) {
  const TensorImpl* impl = impl_of(tensor);
  return impl != nullptr && impl->has_rows ? &static_cast<const Rows*>(impl->annotation)->tensor : nullptr;
}

bool has_rows(const Inputs& x) {
  return std::any_of(x.begin(), x.end(), [](const TensorRef& input) { return rows_of(*input) != nullptr; });
}

RowInputs::RowInputs(const Inputs& x) : x_(x) {
  rows_.reserve(static_cast<std::size_t>(x.size()));
  for (const TensorRef& input : x) {
    described(*input);
    rows_.push_back(rows_of(*input));
    if (rows_.back() != nullptr) count_ = rows_.back()->shape()[0];
  }
}

bool RowInputs::only(int i) const {
  for (int k = 0; k < size(); ++k)
    if (has_rows(k) != (k == i)) return false;
  return true;
}

Tensor RowInputs::in_rows(int i) const {
  return has_rows(i) ? (*this)[i] : broadcast_to(x_[i], behind_rows(count_, shape(i)));
}

std::vector<Tensor> RowInputs::aligned() const {
  int highest = 0;
  for (int i = 0; i < size(); ++i) highest = std::max(highest, rank(i));
  std::vector<Tensor> inputs;
  for (int i = 0; i < size(); ++i) {
    if (!has_rows(i) || rank(i) == highest) {
      inputs.push_back((*this)[i]);
      continue;
    }
    Shape padded{count_};
    for (int k = rank(i); k < highest; ++k) padded.push_back(1);
    for (std::int64_t length : shape(i)) padded.push_back(length);
    inputs.push_back(reshape((*this)[i], padded));
  }
  return inputs;
}

Tensor RowInputs::one_by_one(const void* op, One run, Where where) const {
  std::vector<Tensor> results;
  for (std::int64_t row = 0; row < count_; ++row) {
    std::vector<Tensor> inputs;
    for (int i = 0; i < size(); ++i) inputs.push_back(has_rows(i) ? (*this)[i].at(row) : x_[i]);
    const std::vector<TensorRef> references(inputs.begin(), inputs.end());
    results.push_back(run(op, Inputs(references.data(), size()), where));
  }
  return with_rows(stack(results, 0));
}

Axes behind_rows(const Axes& axes, int rank) {
  const unsigned mask = axes.mask(rank);
  Axes shifted = Axes::none();
  for (int axis = 0; axis < rank; ++axis)
    if (mask >> axis & 1) shifted.push_back(axis + 1);
  return shifted;
}

Shape behind_rows(std::int64_t rows, const Shape& shape) {
  Shape result{rows};
  for (std::int64_t length : shape) result.push_back(length);
  return result;
}

}  // namespace gradtape::detail
