#pragma once
// Layer: weights and what is computed with them.
//
// Terms. A layer is a handle: a copy shares its weights, its name and its layers. A weight is a Variable member made
// by add_weight, which gets its shape in build(). The layers that a layer calls inside call() are its own: it adopts
// them, in the order of their first calls. A LayerHandle keeps any kind of layer.
//
// Algorithm. operator() opens a name scope, casts floating-point inputs to the layer's dtype, builds the layer on its
// first call from the first input's shape, and runs call(). `training` holds for the layers called inside unless they
// are given their own. On symbolic tensors (see input.h) the layer runs on zeros and remembers the call.
//
// Invariants. What training changes is a Variable; plain members are not shared between copies.

#include <concepts>
#include <memory>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "gradtape/autograd/tensors.h"
#include "gradtape/autograd/variable.h"
#include "gradtape/nn/layer_options.h"

namespace gradtape::nn {

class LayerHandle;
struct LayerAccess;
struct LayerState;

/// tf.keras.layers.Layer.
class Layer {
 public:
  Layer(const Layer&) = default;
  Layer(Layer&&) = default;
  Layer& operator=(const Layer&) = default;
  Layer& operator=(Layer&&) = default;
  virtual ~Layer() = default;

  /// Runs the layer. Throws InvalidArgumentError that names the layer where the inputs do not fit it.
  Tensors operator()(const Tensors& inputs, CallOptions options = {}, Where where = Where::here());

  /// Gives the weights their shapes; `input` is the first input's shape with its batch axis. Called before the first
  /// call(), and again harmless.
  virtual void build(const Shape& input);
  bool built() const;

  /// Unique in the process unless it was given.
  const std::string& name() const;
  /// The class's name: "Dense".
  virtual std::string type_name() const;
  DType dtype() const;

  bool trainable() const;
  /// Whether training changes this layer's weights and those of its layers. Takes effect at once.
  void set_trainable(bool trainable);

  /// The layers that it is made of, in the order in which they were added or first called.
  std::vector<LayerHandle> layers() const;

  /// The weights that exist by now: each layer's trainable ones before its others, this layer's before its layers'.
  std::vector<Variable> weights() const;
  std::vector<Variable> trainable_variables() const;
  std::vector<Variable> non_trainable_variables() const;
  /// Elements of all weights. Throws FailedPreconditionError before the layer is built.
  std::int64_t count_params() const;

  /// The values of weights(), which training does not change afterwards.
  std::vector<Tensor> get_weights() const;
  /// Throws InvalidArgumentError, before anything has changed, unless there is one value of the right shape for each
  /// of weights().
  void set_weights(const std::vector<Tensor>& values);

  /// Shows every option to the visitor; a layer with options of its own overrides it.
  virtual void describe(OptionVisitor& visit);

 protected:
  explicit Layer(LayerOptions options = {});

  /// The computation. A layer with one input takes `inputs` as a Tensor.
  virtual Tensors call(const Tensors& inputs, bool training) = 0;

  /// Declares a weight, for a member's initializer; build() gives it a shape.
  Variable add_weight(std::string name, WeightOptions options = {});

  /// States that these layers are this layer's, in this order.
  template <std::derived_from<Layer>... L>
  void track(L&... layers) {
    (adopt(layers), ...);
  }

  /// A copy on the heap, where the class knows how to make one.
  virtual std::shared_ptr<Layer> clone() const { return nullptr; }

 private:
  friend struct LayerAccess;
  void adopt(Layer& layer);
  std::shared_ptr<LayerState> state_;
};

/// Any layer: a shared handle, as a Python reference is.
class LayerHandle {
 public:
  template <class L>
  requires(std::derived_from<std::remove_cvref_t<L>, Layer> && !std::is_abstract_v<std::remove_cvref_t<L>>)
      LayerHandle(L&& layer)
      : layer_(std::make_shared<std::remove_cvref_t<L>>(std::forward<L>(layer))) {}
  explicit LayerHandle(std::shared_ptr<Layer> layer) : layer_(std::move(layer)) {}
  /// The function as a layer: nn::Sequential({nn::Dense(8), nn::Activation("relu")}).
  LayerHandle(const Activation& activation);

  Layer* operator->() const { return layer_.get(); }
  Layer& operator*() const { return *layer_; }
  const std::shared_ptr<Layer>& pointer() const { return layer_; }

  Tensors operator()(const Tensors& inputs, CallOptions options = {}, Where where = Where::here()) const;

 private:
  std::shared_ptr<Layer> layer_;
};

/// A layer of the user's own for a symbolic call: nn::layer(Scale())(x).
template <std::derived_from<Layer> L>
LayerHandle layer(L layer) {
  return LayerHandle(std::move(layer));
}

namespace detail {

/// What a library layer with options derives from: it can be copied to the heap and shows its options.
template <class Derived, class Options>
class OptionsLayer : public Layer {
 public:
  void describe(OptionVisitor& visit) override { options_.describe(visit); }

 protected:
  explicit OptionsLayer(Options options) : Layer(common(options)), options_(std::move(options)) {}
  std::shared_ptr<Layer> clone() const override {
    if (typeid(*this) != typeid(Derived)) return nullptr;
    return std::make_shared<Derived>(static_cast<const Derived&>(*this));
  }

  Options options_;
};

}  // namespace detail
}  // namespace gradtape::nn
