#include <algorithm>

#include "gradtape/autograd/error.h"
#include "gradtape/nn/model.h"
#include "layer_state.h"
#include "saving/formats.h"
#include "saving/safetensors.h"

namespace gradtape::nn {

void require_weights_format(const std::string& path) {
  if (path.ends_with(".safetensors")) return;
  throw UnimplementedError("the format of " + path +
                           " is not known yet: weights are written and read as .safetensors");
}

void Model::save_weights(const std::string& path) const {
  require_weights_format(path);
  const std::vector<NamedWeight> weights = named_weights(*this);
  if (weights.empty() && !built())
    throw FailedPreconditionError("the model " + name() + " has no weights to save before it is built");
  NamedTensors tensors;
  for (const NamedWeight& weight : weights) tensors.emplace_back(weight.path, weight.variable.value());
  write_safetensors(path, tensors);
}

void Model::save(const std::string& path) const { save_weights(path); }

void Model::load_weights(const std::string& path) {
  require_weights_format(path);
  const NamedTensors tensors = read_safetensors(path);
  const std::vector<NamedWeight> weights = named_weights(*this);
  if (tensors.size() != weights.size())
    throw InvalidArgumentError("load_weights: the file " + path + " has " + std::to_string(tensors.size()) +
                               " weights, the model " + name() + " has " + std::to_string(weights.size()) +
                               (built() ? "" : "; it is not built yet, call it or build() first"));
  const auto named = [&](const std::string& wanted) {
    return std::find_if(tensors.begin(), tensors.end(), [&](const auto& t) { return t.first == wanted; });
  };
  const bool by_name = std::all_of(weights.begin(), weights.end(),
                                   [&](const NamedWeight& weight) { return named(weight.path) != tensors.end(); });
  std::vector<Tensor> values;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const auto& [file_name, value] = by_name ? *named(weights[i].path) : tensors[i];
    const Variable& variable = weights[i].variable;
    if (value.shape() != variable.shape() || value.dtype() != variable.dtype())
      throw InvalidArgumentError("load_weights: " + file_name + " in the file " + path + " has shape " +
                                 to_string(value.shape()) + " and dtype " + std::string(name_of(value.dtype())) +
                                 ", the weight " + weights[i].path + " has " + to_string(variable.shape()) + " and " +
                                 std::string(name_of(variable.dtype())));
    values.push_back(value);
  }
  for (std::size_t i = 0; i < weights.size(); ++i) Variable(weights[i].variable).assign(values[i]);
}

Model load_model(const std::string& path) {
  throw UnimplementedError("load_model(\"" + path +
                           "\"): whole models are not written yet; make the model and call "
                           "load_weights on a .safetensors file");
}

}  // namespace gradtape::nn
