#pragma once

#include "gradtape/nn/batch_source.h"

namespace gradtape::nn {

/// Batches of tensors that have one sample for each index of their first axis.
class TensorBatches final : public BatchSource {
 public:
  /// The lengths have been checked; y may have no tensors.
  TensorBatches(Tensors x, Tensors y, std::int64_t batch_size, bool shuffle);
  void restart() override;
  bool next(Tensors& x, Tensors& y) override;
  std::int64_t batches() const override { return (samples_ + batch_size_ - 1) / batch_size_; }

 private:
  Tensors x_, y_;
  std::int64_t samples_, batch_size_, position_ = 0;
  bool shuffle_;
  Tensor order_;
};

/// Samples [begin, begin + count), sharing memory.
Tensors samples(const Tensors& tensors, std::int64_t begin, std::int64_t count);

/// The number of samples. Throws InvalidArgumentError for no tensors, scalars, no samples, different numbers, and a
/// batch size below 1.
std::int64_t check_samples(const char* function, const Tensors& x, const Tensors* y, std::int64_t batch_size);

}  // namespace gradtape::nn
