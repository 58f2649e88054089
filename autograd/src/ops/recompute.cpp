#include "gradtape/autograd/recompute.h"

#include <algorithm>

#include "gradtape/autograd/custom_gradient.h"
#include "gradtape/autograd/detail_annotation.h"
#include "gradtape/autograd/tape.h"
#include "ops/random_replay.h"
#include "tape/log.h"
#include "tensor/impl.h"
#include "tensor/variable_reads.h"

namespace gradtape::detail {
namespace {

// What the first run of f saw.
struct Recorded {
  TensorsFunction f;
  std::vector<Tensor> arguments;
  std::vector<VariableReads::Read> variables;
  std::vector<RandomReplay::Stream> streams;

  std::vector<Tensor> gradients(const std::vector<Tensor>& upstream) const {
    const RestoredVariables then(variables);
    const RandomReplay same(streams);
    GradientTape tape;
    std::vector<Source> sources;
    for (const Tensor& argument : arguments) {
      sources.emplace_back(argument);
      if (is_floating(argument.dtype())) tape.watch(argument);
    }
    for (const VariableReads::Read& read : variables)
      if (impl_of(read.value)->is_variable) sources.emplace_back(read.value);
    const Tensors values = f(arguments);
    return tape.gradient(values, Sources(sources), {.output_gradients = upstream});
  }
};

}  // namespace

Tensors recomputed(const TensorsFunction& f, const std::vector<Tensor>& arguments, Where where) {
  if (recording_log() == nullptr) return f(arguments);
  Recorded recorded{f, arguments, {}, {}};
  Tensors values;
  {
    const NoRecording pause;
    VariableReads reads;
    RandomReplay streams;
    values = f(arguments);
    recorded.variables = reads.take();
    recorded.streams = streams.take();
  }
  std::vector<Tensor> inputs = arguments;
  for (const VariableReads::Read& read : recorded.variables)
    if (impl_of(read.value)->is_variable) inputs.push_back(read.value);
  if (values.size() != 1) {
    const auto gradient = [recorded = std::move(recorded)](const std::vector<Tensor>& upstream) {
      return recorded.gradients(upstream);
    };
    return record_custom(WithGradients{values, gradient}, inputs, where);
  }
  const auto gradient = [recorded = std::move(recorded)](const Tensor& upstream) {
    return recorded.gradients({upstream});
  };
  return record_custom(WithGradient{values.single(), gradient}, inputs, where);
}

}  // namespace gradtape::detail
