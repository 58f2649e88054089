#pragma once
// GradientTape: records what runs, and gives gradients.
//
// Terms. The target is what is differentiated, the sources are what it is differentiated with respect to. A tape
// watches a tensor when its uses are recorded: every trainable Variable that an op reads, unless
// watch_accessed_variables is false, and whatever watch() names.
//
// Algorithm. While a tape lives, each op on this thread that depends on a watched tensor is written down, with just
// what its gradient needs. gradient() walks backwards over what was written down, once, in a loop: each op's partial
// derivatives are run where they lie on a path from a source to the target, added up in a fixed order, and what the
// tape kept for them is freed as it goes. Partial derivatives are ordinary ops, so an outer tape records them: second
// and higher orders come from nesting tapes.
//
// Invariants. A tape belongs to the thread that made it. A recorded value never changes: assigning to a Variable
// leaves a tape with the value that was read. A tape that is not persistent ends with its first gradient().

#include <array>
#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "gradtape/autograd/tensors.h"
#include "gradtape/autograd/variable.h"

namespace gradtape {

struct GradientTapeOptions {
  bool persistent = false;
  bool watch_accessed_variables = true;
};

/// What gradient() gives for a source that the target does not depend on: an empty Tensor (TensorFlow's None), which
/// says why, or zeros of the source's shape.
enum class UnconnectedGradients { none, zero };

struct GradientOptions {
  /// The gradient that arrives at each target, of its shape; ones where there is none.
  std::vector<Tensor> output_gradients = {};
  UnconnectedGradients unconnected_gradients = UnconnectedGradients::none;
};

struct JacobianOptions {
  UnconnectedGradients unconnected_gradients = UnconnectedGradients::none;
  /// Many rows in one backward pass (TensorFlow's experimental_use_pfor), which is several times faster; rows that
  /// cannot be taken together, such as those of a custom gradient that reads values, are computed one by one. False:
  /// all of them are.
  bool vectorize = true;
};

/// What a gradient is taken with respect to.
class Source {
 public:
  Source(const Tensor& tensor) : tensor_(tensor) {}
  Source(const Tensors& tensors) : tensor_(tensors.single()) {}
  Source(const Variable& variable) : variable_(variable) {}
  /// A Variable's value is not held here: it could not be updated in place as long as it was.
  const Tensor& tensor() const { return variable_ ? variable_.value() : tensor_; }
  const Variable& variable() const { return variable_; }
  bool is_variable() const { return static_cast<bool>(variable_); }

 private:
  Tensor tensor_;
  Variable variable_;
};

/// Several of them: a braced list, model.trainable_variables(), a vector of tensors.
class Sources {
 public:
  Sources(std::initializer_list<Source> sources) : items_(sources) {}
  Sources(const std::vector<Source>& sources) : items_(sources) {}
  Sources(const std::vector<Variable>& variables) : items_(variables.begin(), variables.end()) {}
  Sources(const std::vector<Tensor>& tensors) : items_(tensors.begin(), tensors.end()) {}
  std::size_t size() const { return items_.size(); }
  const Source& operator[](std::size_t index) const { return items_[index]; }
  const Source* begin() const { return items_.data(); }
  const Source* end() const { return items_.data() + items_.size(); }

 private:
  std::vector<Source> items_;
};

class GradientTape {
 public:
  explicit GradientTape(GradientTapeOptions options = {});
  GradientTape(GradientTape&&) noexcept;
  GradientTape& operator=(GradientTape&&) noexcept;
  ~GradientTape();

  /// tf.GradientTape.gradient: the sum of the targets' elements differentiated with respect to the source; of the
  /// source's shape. An empty Tensor where the target does not depend on the source.
  /// Throws FailedPreconditionError on a second call unless the tape is persistent, and from another thread than the
  /// tape's; InvalidArgumentError when an output gradient's shape or dtype is not its target's.
  template <class S>
  requires std::is_convertible_v<const S&, Source> Tensor gradient(const Tensors& targets, const S& source,
                                                                   const GradientOptions& options = {}) {
    const Source one(source);
    Tensor gradient;
    write_gradients(targets, &one, 1, options, &gradient);
    return gradient;
  }
  /// The gradients with respect to several sources, in their order.
  std::vector<Tensor> gradient(const Tensors& targets, const Sources& sources, const GradientOptions& options = {});
  /// auto [dw, db] = tape.gradient(loss, w, b);
  template <class... S>
  requires(sizeof...(S) >= 2 && (std::is_convertible_v<const S&, Source> &&
                                 ...)) std::array<Tensor, sizeof...(S)> gradient(const Tensors& targets,
                                                                                 const S&... sources) {
    const Source list[] = {Source(sources)...};
    std::array<Tensor, sizeof...(S)> gradients;
    write_gradients(targets, list, gradients.size(), {}, gradients.data());
    return gradients;
  }

  /// Records the uses of these tensors from here on.
  void watch(const Tensors& tensors);
  void watch(const Variable& variable);
  /// Forgets everything recorded and watched so far, and records again.
  void reset();

  /// While the returned object lives, the tape does not record.
  class Pause {
   public:
    Pause(Pause&& other) noexcept;
    Pause& operator=(Pause&&) = delete;
    ~Pause();

   private:
    friend class GradientTape;
    struct State;
    explicit Pause(std::shared_ptr<State> state) : state_(std::move(state)) {}
    std::shared_ptr<State> state_;
  };
  [[nodiscard]] Pause stop_recording();

  /// The Variables' and tensors' ids that the tape has watched, in the order of their first use.
  std::vector<std::uint64_t> watched() const;

  /// tf.GradientTape.jacobian: shape target.shape + source.shape. Empty where the target does not depend on the
  /// source. Rows are taken together in blocks, whose largest tensor has about a million elements.
  template <class S>
  requires std::is_convertible_v<const S&, Source> Tensor jacobian(const Tensor& target, const S& source,
                                                                   const JacobianOptions& options = {}) {
    const Source one(source);
    return jacobians("jacobian", target, &one, 1, false, options)[0];
  }
  /// With respect to several sources, in their order.
  std::vector<Tensor> jacobian(const Tensor& target, const Sources& sources, const JacobianOptions& options = {});
  /// tf.GradientTape.batch_jacobian: for a target (b, ...) whose row i depends on the source's row i only, shape
  /// (b, target.shape[1:], source.shape[1:]). Throws InvalidArgumentError when the first axes differ.
  Tensor batch_jacobian(const Tensor& target, const Source& source, const JacobianOptions& options = {});

  /// In a sentence, why the gradient of target with respect to source does not exist: not watched, not used, cut by
  /// an op that has no gradient (which, and at which line), not floating-point, recorded on another thread. For a
  /// gradient that does exist it says so. May be called after gradient() has ended the tape for the sources asked for
  /// there.
  std::string why_no_gradient(const Tensor& target, const Source& source) const;

 private:
  struct State;
  class Ending;
  class Rows;
  State& state() const;
  void write_gradients(const Tensors& targets, const Source* sources, std::size_t count,
                       const GradientOptions& options, Tensor* gradients);
  std::vector<Tensor> jacobians(const char* function, const Tensor& target, const Source* sources, std::size_t count,
                                bool batched, const JacobianOptions& options);
  std::unique_ptr<State> state_;
};

}  // namespace gradtape
