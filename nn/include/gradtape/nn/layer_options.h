#pragma once
// What the layers' options are made of.

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>

#include "gradtape/autograd/dtype.h"
#include "gradtape/autograd/shape.h"
#include "gradtape/nn/initializer.h"

namespace gradtape::nn {

class Activation;

/// The shape of one sample, without the batch axis, or nothing. -1 stands for a length that is not known.
class InputShape {
 public:
  InputShape() = default;
  InputShape(std::initializer_list<std::int64_t> lengths) : shape_(lengths), given_(true) {}
  InputShape(const Shape& shape) : shape_(shape), given_(true) {}
  explicit operator bool() const { return given_; }
  const Shape& shape() const { return shape_; }

 private:
  Shape shape_;
  bool given_ = false;
};

/// What every layer can be given: Keras's keyword arguments of Layer.
struct LayerOptions {
  InputShape input_shape = {};
  std::string name = {};  ///< empty: the class's name in snake_case and a number, as Keras makes it
  bool trainable = true;
  DType dtype = float32;  ///< of the weights; floating-point inputs of another dtype are cast to it
};

struct CallOptions {
  /// Nothing: what the layer around this call was given, or false outside of any.
  std::optional<bool> training = {};
};

struct WeightOptions {
  std::optional<DType> dtype = {};  ///< nothing: the layer's
  Initializer initializer = "glorot_uniform";
  bool trainable = true;
};

/// Visits a layer's options by name: what writes and reads configs, prints and compares.
class OptionVisitor {
 public:
  virtual ~OptionVisitor() = default;
  virtual void operator()(const char* name, bool& value) = 0;
  virtual void operator()(const char* name, std::int64_t& value) = 0;
  virtual void operator()(const char* name, double& value) = 0;
  virtual void operator()(const char* name, std::string& value) = 0;
  virtual void operator()(const char* name, DType& value) = 0;
  virtual void operator()(const char* name, InputShape& value) = 0;
  virtual void operator()(const char* name, Activation& value) = 0;
  virtual void operator()(const char* name, Initializer& value) = 0;
  virtual void operator()(const char* name, std::optional<std::uint64_t>& value) = 0;
};

namespace detail {
/// The end of every layer's options.
void describe_common(auto& options, auto& visit) {
  visit("input_shape", options.input_shape);
  visit("name", options.name);
  visit("trainable", options.trainable);
  visit("dtype", options.dtype);
}
LayerOptions common(const auto& options) {
  return {options.input_shape, options.name, options.trainable, options.dtype};
}
}  // namespace detail

}  // namespace gradtape::nn
