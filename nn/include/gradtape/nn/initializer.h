#pragma once
// Initializer: the first value of a weight.

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include "gradtape/autograd/shape.h"
#include "gradtape/autograd/tensor.h"

namespace gradtape::nn {

class Initializer;

template <class F>
concept InitializerFunction =
    !std::derived_from<F, Initializer> && std::is_invocable_r_v<Tensor, const F&, const Shape&, DType>;

/// tf.keras.initializers: a name, one of the classes below, or any function of a shape and a dtype. A random one with
/// a seed gives the same tensor for the same shape each time; without one it goes on from set_seed.
class Initializer {
 public:
  using Function = std::function<Tensor(const Shape&, DType)>;

  /// None: a layer takes its default for it.
  Initializer() = default;
  /// Keras's names: "zeros", "ones", "constant", "random_normal", "random_uniform", "truncated_normal",
  /// "variance_scaling", "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform",
  /// "lecun_normal", or the classes' names. Throws InvalidArgumentError for another name.
  Initializer(const char* name);
  Initializer(const std::string& name);
  template <InitializerFunction F>
  Initializer(F function, std::string name = "custom")
      : Initializer(std::move(name), Function(std::move(function))) {}

  /// A tensor of this shape and dtype. Throws FailedPreconditionError where there is no initializer.
  Tensor operator()(const Shape& shape, DType dtype = float32) const;
  explicit operator bool() const { return definition_ != nullptr; }
  std::string name() const;

 protected:
  struct Definition;
  explicit Initializer(std::shared_ptr<const Definition> definition) : definition_(std::move(definition)) {}
  Initializer(std::string name, Function function);

 private:
  std::shared_ptr<const Definition> definition_;
};

namespace initializers {

class Zeros : public Initializer {
 public:
  Zeros();
};
class Ones : public Initializer {
 public:
  Ones();
};
class Constant : public Initializer {
 public:
  explicit Constant(double value = 0);
};

struct RandomNormalOptions {
  double mean = 0;
  double stddev = 0.05;
  std::optional<std::uint64_t> seed = {};

  void describe(auto& visit) {
    visit("mean", mean);
    visit("stddev", stddev);
    visit("seed", seed);
  }
};
class RandomNormal : public Initializer {
 public:
  explicit RandomNormal(RandomNormalOptions options = {});
};
/// A normal distribution whose values beyond two standard deviations are drawn again.
class TruncatedNormal : public Initializer {
 public:
  explicit TruncatedNormal(RandomNormalOptions options = {});
};

struct RandomUniformOptions {
  double minval = -0.05;
  double maxval = 0.05;
  std::optional<std::uint64_t> seed = {};

  void describe(auto& visit) {
    visit("minval", minval);
    visit("maxval", maxval);
    visit("seed", seed);
  }
};
class RandomUniform : public Initializer {
 public:
  explicit RandomUniform(RandomUniformOptions options = {});
};

struct VarianceScalingOptions {
  double scale = 1;
  std::string mode = "fan_in";                    ///< or "fan_out", "fan_avg"
  std::string distribution = "truncated_normal";  ///< or "untruncated_normal", "uniform"
  std::optional<std::uint64_t> seed = {};

  void describe(auto& visit) {
    visit("scale", scale);
    visit("mode", mode);
    visit("distribution", distribution);
    visit("seed", seed);
  }
};
/// tf.keras.initializers.VarianceScaling: variance scale / n with mean 0, n being the weight's inputs (fan_in), its
/// outputs (fan_out) or their mean. A kernel (..., inputs, outputs) counts the product of its leading axes to both.
/// Throws InvalidArgumentError for an unknown mode or distribution and a scale that is not positive.
class VarianceScaling : public Initializer {
 public:
  explicit VarianceScaling(VarianceScalingOptions options = {});
};

struct SeedOptions {
  std::optional<std::uint64_t> seed = {};

  void describe(auto& visit) { visit("seed", seed); }
};
/// Glorot and Bengio (2010): scale 1, fan_avg.
class GlorotUniform : public Initializer {
 public:
  explicit GlorotUniform(SeedOptions options = {});
};
class GlorotNormal : public Initializer {
 public:
  explicit GlorotNormal(SeedOptions options = {});
};
/// He et al. (2015): scale 2, fan_in.
class HeUniform : public Initializer {
 public:
  explicit HeUniform(SeedOptions options = {});
};
class HeNormal : public Initializer {
 public:
  explicit HeNormal(SeedOptions options = {});
};
/// LeCun et al. (1998): scale 1, fan_in.
class LecunUniform : public Initializer {
 public:
  explicit LecunUniform(SeedOptions options = {});
};
class LecunNormal : public Initializer {
 public:
  explicit LecunNormal(SeedOptions options = {});
};

}  // namespace initializers
}  // namespace gradtape::nn
