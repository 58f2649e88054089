#include <algorithm>

#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/sequence_loss.h"
#include "kernels/dispatch.h"
#include "kernels/reduce.h"
#include "ops/checks.h"
#include "ops/neural_gradients.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

struct CtcGreedyDecoder {
  static constexpr std::string_view name = "ctc_greedy_decoder";
  static constexpr std::string_view not_differentiable = "ctc_greedy_decoder returns classes";
  static constexpr bool mixed_dtypes = true;
  CtcGreedyDecoderOptions options;
  mutable Tensor lengths, neg_sum_logits;  // by compute

  Tensor compute(const Inputs& x) const {
    const TensorImpl& inputs = *impl_of(x[0]);
    const std::int64_t blank = check_ctc_inputs(inputs, x[1], options.blank_index);
    const std::int64_t frames = inputs.shape[0], batch = inputs.shape[1], classes = inputs.shape[2];
    const Tensor best = uninitialized(int64, {frames, batch});
    auto* places = static_cast<std::int64_t*>(mutable_data(best));
    kernels::arg_max(inputs.dtype, inputs.data, frames * batch, classes, 1, places);
    lengths = uninitialized(int64, {batch});
    neg_sum_logits = uninitialized(inputs.dtype, {batch, 1});
    std::vector<std::vector<std::int64_t>> decoded(static_cast<std::size_t>(batch));
    std::size_t longest = 0;
    for (std::int64_t i = 0; i < batch; ++i) {
      auto& labels = decoded[static_cast<std::size_t>(i)];
      std::int64_t last = -1;
      double sum = 0;
      for (std::int64_t t = 0; t < integer_at(*impl_of(x[1]), i); ++t) {
        const std::int64_t place = t * batch + i, label = places[place];
        sum += value_at(inputs, place * classes + label);
        if (label != blank && !(options.merge_repeated && label == last)) labels.push_back(label);
        last = label;
      }
      longest = std::max(longest, labels.size());
      static_cast<std::int64_t*>(mutable_data(lengths))[i] = static_cast<std::int64_t>(labels.size());
      kernels::with_floating_type(inputs.dtype, [&](auto zero) {
        using T = decltype(zero);
        static_cast<T*>(mutable_data(neg_sum_logits))[i] = static_cast<T>(0 - sum);
      });
    }
    const Tensor y = uninitialized(int64, {batch, static_cast<std::int64_t>(longest)});
    auto* out = static_cast<std::int64_t*>(mutable_data(y));
    std::fill_n(out, y.num_elements(), -1);
    for (std::size_t i = 0; i < decoded.size(); ++i)
      std::copy(decoded[i].begin(), decoded[i].end(), out + i * longest);
    return y;
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) { return ctc_greedy_decoder(x[0], x[1]).decoded; },
             {sample_values({4, 2, 3}, -2, 2), constant({4, 3})}}};
  }

 private:
  static double value_at(const TensorImpl& t, std::int64_t place) {
    return kernels::with_floating_type(
        t.dtype, [&](auto zero) { return static_cast<double>(static_cast<const decltype(zero)*>(t.data)[place]); });
  }
};

}  // namespace

std::vector<OpRow> ctc_decoder_ops() { return {row<CtcGreedyDecoder>("neural")}; }

}  // namespace detail

using namespace detail;

CtcDecoded ctc_greedy_decoder(const Tensor& inputs, const Tensor& sequence_length,
                              const CtcGreedyDecoderOptions& options, Where where) {
  const CtcGreedyDecoder op{options, {}, {}};
  Tensor decoded = record(op, {inputs, sequence_length}, where);
  return {std::move(decoded), op.lengths, op.neg_sum_logits};
}

}  // namespace gradtape
