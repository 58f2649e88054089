#include "training/tensor_batches.h"

#include <algorithm>
#include <string>

#include "gradtape/autograd/detail_annotation.h"
#include "gradtape/autograd/error.h"
#include "gradtape/autograd/ops/indexing.h"
#include "gradtape/autograd/random.h"

namespace gradtape::nn {
namespace {

Tensor rows(const Tensor& tensor, std::int64_t begin, std::int64_t count) {
  Shape shape = tensor.shape();
  const std::int64_t row = shape.sub(1, shape.rank()).num_elements();
  shape[0] = count;
  return gradtape::detail::view(tensor, shape, begin * row);
}

Tensors gathered(const Tensors& tensors, const Tensor& indices) {
  if (tensors.size() == 1) return gather(tensors[0], indices);
  std::vector<Tensor> result;
  result.reserve(tensors.size());
  for (const Tensor& tensor : tensors) result.push_back(gather(tensor, indices));
  return result;
}

}  // namespace

Tensors samples(const Tensors& tensors, std::int64_t begin, std::int64_t count) {
  if (tensors.size() == 1) return rows(tensors[0], begin, count);
  std::vector<Tensor> result;
  result.reserve(tensors.size());
  for (const Tensor& tensor : tensors) result.push_back(rows(tensor, begin, count));
  return result;
}

TensorBatches::TensorBatches(Tensors x, Tensors y, std::int64_t batch_size, bool shuffle)
    : x_(std::move(x)), y_(std::move(y)), samples_(x_[0].shape()[0]), batch_size_(batch_size), shuffle_(shuffle) {
  restart();
}

void TensorBatches::restart() {
  position_ = 0;
  order_ = {};
}

bool TensorBatches::next(Tensors& x, Tensors& y) {
  x = {};  // their memory can then serve the next batch
  y = {};
  if (position_ >= samples_) return false;
  const std::int64_t count = std::min(batch_size_, samples_ - position_);
  if (shuffle_) {
    const gradtape::detail::NoRecording no_recording;
    if (!order_) order_ = random::permutation(samples_);
    const Tensor indices = rows(order_, position_, count);
    x = gathered(x_, indices);
    y = gathered(y_, indices);
  } else if (count == samples_) {
    x = x_;
    y = y_;
  } else {
    x = samples(x_, position_, count);
    y = samples(y_, position_, count);
  }
  position_ += count;
  return true;
}

std::int64_t check_samples(const char* function, const Tensors& x, const Tensors* y, std::int64_t batch_size) {
  const auto fail = [&](const std::string& text) { throw InvalidArgumentError(std::string(function) + ": " + text); };
  if (batch_size < 1) fail("the batch size must be at least 1, got " + std::to_string(batch_size));
  if (x.empty()) fail("x has no tensors");
  if (y != nullptr && y->empty()) fail("y has no tensors");
  std::int64_t count = -1;
  const auto check = [&](const Tensors& tensors, const char* what) {
    for (const Tensor& tensor : tensors) {
      if (!tensor) fail(std::string(what) + " is empty: " + tensor.why_empty());
      if (tensor.rank() < 1) fail(std::string(what) + " is a scalar; it needs a first axis for the samples");
      if (count < 0) count = tensor.shape()[0];
      if (tensor.shape()[0] != count)
        fail("x has " + std::to_string(count) + " samples, and a tensor of " + what + " has shape " +
             to_string(tensor.shape()));
    }
  };
  check(x, "x");
  if (y != nullptr) check(*y, "y");
  if (count < 1) fail("there are no samples: x has shape " + to_string(x[0].shape()));
  return count;
}

}  // namespace gradtape::nn
