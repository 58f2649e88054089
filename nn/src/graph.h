#pragma once
// Graph: the layer calls between the symbolic inputs and outputs of a model, and how they are run again.

#include <string>
#include <vector>

#include "gradtape/nn/layer.h"

namespace gradtape::nn {

class Graph {
 public:
  struct Call {
    LayerHandle layer;
    std::vector<std::size_t> inputs;  // slots
    std::vector<std::size_t> outputs;
    std::vector<std::size_t> finished;  // slots that no later call reads
    std::vector<Shape> output_shapes;
  };
  struct Input {
    std::string name;
    std::size_t slot;
    Shape shape;  // -1 where a length is not known
    DType dtype;
  };

  /// Throws InvalidArgumentError where an output does not come from the inputs through layers.
  Graph(const Tensors& inputs, const Tensors& outputs);

  Tensors run(const Tensors& inputs) const;

  /// In the order in which they were made; an Input is a call without inputs.
  const std::vector<Call>& calls() const { return calls_; }
  const std::vector<Input>& inputs() const { return inputs_; }
  const std::vector<std::size_t>& outputs() const { return outputs_; }

 private:
  std::vector<Call> calls_;
  std::vector<Input> inputs_;
  std::vector<std::size_t> outputs_;
  std::size_t slot_count_ = 0;
};

}  // namespace gradtape::nn
