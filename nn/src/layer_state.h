#pragma once
// What the copies of a layer share, and what runs around every call.

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "gradtape/nn/layer.h"

namespace gradtape::nn {

struct LayerState {
  std::string name;       // empty until it is first asked for, unless it was given
  std::string type_name;  // known from then on
  bool trainable = true;
  bool built = false;
  bool building = false;  // its first call runs build() now
  bool casts_inputs = true;
  DType dtype = float32;
  InputShape input_shape;

  struct Weight {
    std::string name;
    Variable variable;
  };
  std::vector<Weight> weights;        // in the order of add_weight
  std::vector<LayerHandle> children;  // in the order of their adoption

  // Of the first call, for the summary.
  std::vector<Shape> output_shapes;
  bool several_output_shapes = false;

  // All variables below this layer, found again when the structure of any layer has changed.
  struct Found {
    Variable variable;
    bool trainable;  // no layer above it is frozen
  };
  std::mutex mutex;
  std::uint64_t found_version = 0;
  std::vector<Found> found;
};

/// Counts the changes to the structure of layers, of all layers together.
extern std::atomic<std::uint64_t> structure_version;
inline void structure_changed() { structure_version.fetch_add(1, std::memory_order_acq_rel); }

/// The layer that runs now on this thread, and those around it.
class CallFrame {
 public:
  CallFrame(Layer& layer, std::optional<bool> training, Where where);
  ~CallFrame();
  CallFrame(const CallFrame&) = delete;
  CallFrame& operator=(const CallFrame&) = delete;

  bool training() const { return training_; }
  Where where() const { return where_; }
  /// The layer around this one takes it for its own. `handle` is null where there is only the object.
  void adopt_into_parent(Layer& layer, const LayerHandle* handle);

 private:
  Layer& layer_;
  CallFrame* parent_;
  bool training_;
  Where where_;
  std::size_t cursor_ = 0;  // the child that is expected next
};

struct LayerAccess {
  static LayerState& state(const Layer& layer) { return *layer.state_; }
  static bool is_building(const Layer& layer) { return layer.state_->building; }
  static std::shared_ptr<Layer> clone(const Layer& layer) { return layer.clone(); }
  static Tensors run(Layer& layer, const Tensors& inputs, bool training) { return layer.call(inputs, training); }

  static Tensors invoke(Layer& layer, const LayerHandle* handle, const Tensors& inputs, CallOptions options,
                        Where where);
  /// Makes the child one of the layer's, if it is not yet; its place among them.
  static std::size_t adopt(Layer& layer, const Layer& child, const LayerHandle* handle, std::size_t expected);
  /// A layer object as a handle: a copy, or where the class cannot be copied, one that shares its weights only.
  static LayerHandle handle_of(const Layer& layer);
  /// A layer that shares the state of another.
  static void share_state(Layer& layer, const Layer& original) { layer.state_ = original.state_; }
};

/// "dense", "dense_1": the next free name for a class.
std::string unique_name(const std::string& type_name);
/// "WideAndDeep" from the class of the object.
std::string class_name(const std::type_info& type);

/// A weight, and the path of layer names that leads to it: "dense/kernel", "encoder/dense/kernel".
struct NamedWeight {
  std::string path;
  Variable variable;
};
std::vector<NamedWeight> named_weights(const Layer& layer);

}  // namespace gradtape::nn
