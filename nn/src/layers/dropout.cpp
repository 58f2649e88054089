#include "gradtape/nn/dropout.h"

#include <atomic>

#include "gradtape/autograd/error.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/random.h"

namespace gradtape::nn {

struct Dropout::Stream {
  explicit Stream(std::uint64_t first) : next(first) {}
  std::atomic<std::uint64_t> next;
};

Dropout::Dropout(double rate, DropoutOptions options) : OptionsLayer(std::move(options)), rate_(rate) {
  if (!(rate >= 0 && rate < 1))
    throw InvalidArgumentError("Dropout takes a rate in [0, 1), the share of elements that become 0; got " +
                               std::to_string(rate));
  // The golden ratio's multiples keep the masks of neighbouring seeds apart.
  if (options_.seed) stream_ = std::make_shared<Stream>(*options_.seed * 0x9e3779b97f4a7c15u);
}

Tensors Dropout::call(const Tensors& inputs, bool training) {
  const Tensor& x = inputs;
  if (!training || rate_ == 0) return x;
  if (!is_floating(x.dtype()))
    throw InvalidArgumentError("expected floating-point inputs, got " + std::string(name_of(x.dtype())));
  const std::optional<std::uint64_t> seed = stream_ ? std::optional(stream_->next++) : std::nullopt;
  return x * gradtape::detail::dropout_mask(x.shape(), x.dtype(), 1 - rate_, 1 / (1 - rate_), seed);
}

void Dropout::describe(OptionVisitor& visit) {
  visit("rate", rate_);
  options_.describe(visit);
}

}  // namespace gradtape::nn
