#pragma once
// Dataset: a pipeline that hands out training data, element by element.
//
// Terms. An element is what one step of a loop receives: N tensors, its components. The number is part of the type,
// so that `for (const auto& [x, y] : dataset)` works. A Dataset is a description: making one reads nothing, every
// loop over it starts anew, and any number of loops may run at the same time, on any threads. Copies share the
// description.
//
// Cost. Until they are batched, the elements of from_tensor_slices are row numbers, through shuffle, repeat, take and
// skip: batch then copies the rows of a batch once, or not at all where they lie one after the other (the batch
// shares the memory of the source). A map before batch handles samples one by one; after batch it handles whole
// batches, which is faster. prefetch is the only stage that starts a thread, one for each loop that runs.
//
// Invariants. Nothing that a pipeline does is recorded on a tape. The order depends on the seed alone, never on
// threads or timing.

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "gradtape/autograd/tensor.h"
#include "gradtape/autograd/where.h"

namespace gradtape::data {

/// What cardinality() gives for a dataset without end, and where nobody knows (tf.data.INFINITE_CARDINALITY,
/// tf.data.UNKNOWN_CARDINALITY).
inline constexpr std::int64_t infinite_cardinality = -1;
inline constexpr std::int64_t unknown_cardinality = -2;
/// Lets prefetch choose (tf.data.AUTOTUNE).
inline constexpr std::int64_t autotune = -1;

struct ShuffleOptions {
  /// Without one, gradtape::set_seed decides at the call of shuffle().
  std::optional<std::uint64_t> seed = {};
  bool reshuffle_each_iteration = true;
};
struct BatchOptions {
  bool drop_remainder = false;
};

namespace detail {

class Pipeline;
using PipelinePointer = std::shared_ptr<const Pipeline>;
using MapFunction = std::function<void(const Tensor* inputs, Tensor* outputs)>;

PipelinePointer slices(std::initializer_list<Tensor> components, Where where);
PipelinePointer shuffled(PipelinePointer input, std::int64_t buffer_size, const ShuffleOptions& options, Where where);
PipelinePointer batched(PipelinePointer input, std::int64_t batch_size, const BatchOptions& options, Where where);
PipelinePointer mapped(PipelinePointer input, std::size_t arity, MapFunction function, Where where);
PipelinePointer repeated(PipelinePointer input, std::int64_t count, Where where);
PipelinePointer taken(PipelinePointer input, std::int64_t count, Where where);
PipelinePointer skipped(PipelinePointer input, std::int64_t count, Where where);
PipelinePointer prefetched(PipelinePointer input, std::int64_t buffer_size, Where where);
std::int64_t cardinality(const Pipeline& pipeline);

/// One pass over a pipeline.
class Iteration {
 public:
  explicit Iteration(PipelinePointer pipeline);
  Iteration(Iteration&&) noexcept;
  Iteration& operator=(Iteration&&) noexcept;
  ~Iteration();
  /// Fills the components; false at the end. After an exception the iteration has ended.
  bool next(Tensor* components);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The components that a map function returns: a Tensor counts as one, a tuple or array as its parts.
template <class Result>
constexpr std::size_t component_count() {
  if constexpr (std::is_convertible_v<Result, Tensor>)
    return 1;
  else
    return std::tuple_size_v<std::remove_cvref_t<Result>>;
}

}  // namespace detail

template <std::size_t N>
class Dataset {
  static_assert(N > 0, "an element has at least one component");

 public:
  using Element = std::array<Tensor, N>;

  struct End {};

  /// Moves through one pass; it can be moved but not copied. Reading ahead, it holds the current element.
  class Iterator {
   public:
    using value_type = Element;
    using difference_type = std::ptrdiff_t;

    explicit Iterator(detail::PipelinePointer pipeline) : iteration_(std::move(pipeline)) { ++*this; }
    const Element& operator*() const { return element_; }
    const Element* operator->() const { return &element_; }
    Iterator& operator++() {
      element_ = {};  // its memory can then serve the next one
      at_end_ = !iteration_.next(element_.data());
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const Iterator& iterator, End) { return iterator.at_end_; }

   private:
    detail::Iteration iteration_;
    Element element_;
    bool at_end_ = true;
  };

  explicit Dataset(detail::PipelinePointer pipeline) : pipeline_(std::move(pipeline)) {}

  /// tf.data.Dataset.shuffle: each element is drawn from a buffer of the next buffer_size ones; a buffer of at least
  /// the number of elements gives a full permutation. With reshuffle_each_iteration each pass, and each repetition of
  /// a repeat() after it, has an order of its own. The same seed gives the same orders, pass by pass, on every
  /// machine. Throws InvalidArgumentError for a buffer_size below 1.
  Dataset shuffle(std::int64_t buffer_size, const ShuffleOptions& options = {}, Where where = Where::here()) const {
    return Dataset(detail::shuffled(pipeline_, buffer_size, options, where));
  }

  /// tf.data.Dataset.batch: batch_size elements stacked along a new first axis; the last batch is smaller where they
  /// do not come out even, or dropped with drop_remainder. Throws InvalidArgumentError for a batch_size below 1;
  /// while iterating, for elements of different shapes or dtypes.
  Dataset batch(std::int64_t batch_size, const BatchOptions& options = {}, Where where = Where::here()) const {
    return Dataset(detail::batched(pipeline_, batch_size, options, where));
  }

  /// tf.data.Dataset.map: function takes the N components as `const Tensor&` and returns a Tensor, or a std::array,
  /// std::pair or std::tuple of M tensors, which makes a Dataset<M>. It runs once for each element of each pass,
  /// behind prefetch() on the background thread, and never on a tape. What it throws reaches the loop; an empty
  /// Tensor as its result throws InvalidArgumentError.
  template <class Function>
  auto map(Function function, Where where = Where::here()) const {
    return map_with(std::move(function), where, std::make_index_sequence<N>());
  }

  /// tf.data.Dataset.repeat: the elements count times over, -1 meaning for ever. A pass without a single element ends
  /// it. Throws InvalidArgumentError below -1.
  Dataset repeat(std::int64_t count = -1, Where where = Where::here()) const {
    return Dataset(detail::repeated(pipeline_, count, where));
  }

  /// tf.data.Dataset.take, tf.data.Dataset.skip: only the first count elements, or all but these; -1 means all there
  /// are. Throws InvalidArgumentError below -1.
  Dataset take(std::int64_t count, Where where = Where::here()) const {
    return Dataset(detail::taken(pipeline_, count, where));
  }
  Dataset skip(std::int64_t count, Where where = Where::here()) const {
    return Dataset(detail::skipped(pipeline_, count, where));
  }

  /// tf.data.Dataset.prefetch: a background thread keeps up to buffer_size elements ready. autotune: up to 16
  /// elements that hold 16 MiB together, but at least two. A loop pays once for the start of the thread (some 50
  /// microseconds) and one to three microseconds an element. What the stages before throw reaches the loop when the
  /// elements before it are used up, and ends the thread; leaving the loop early waits for the element in the making,
  /// then ends it. Before batch(), where elements are row numbers still, it does nothing. Throws InvalidArgumentError
  /// for a buffer_size of 0 or below -1.
  Dataset prefetch(std::int64_t buffer_size = autotune, Where where = Where::here()) const {
    return Dataset(detail::prefetched(pipeline_, buffer_size, where));
  }

  /// tf.data.Dataset.cardinality: the elements of one pass, infinite_cardinality or unknown_cardinality.
  std::int64_t cardinality() const { return detail::cardinality(*pipeline_); }

  /// Starts a pass.
  Iterator begin() const { return Iterator(pipeline_); }
  End end() const { return {}; }

 private:
  template <class Function, std::size_t... I>
  auto map_with(Function function, Where where, std::index_sequence<I...>) const {
    static_assert(std::is_invocable_v<Function&, decltype((I, std::declval<const Tensor&>()))...>,
                  "the function of map takes one const Tensor& for each component of an element");
    using Result = std::invoke_result_t<Function&, decltype((I, std::declval<const Tensor&>()))...>;
    constexpr std::size_t count = detail::component_count<Result>();
    auto erased = [function = std::move(function)](const Tensor* inputs, Tensor* outputs) mutable {
      if constexpr (std::is_convertible_v<Result, Tensor>)
        outputs[0] = function(inputs[I]...);
      else
        std::apply(
            [outputs](auto&&... parts) {
              std::size_t place = 0;
              ((outputs[place++] = std::forward<decltype(parts)>(parts)), ...);
            },
            function(inputs[I]...));
    };
    return Dataset<count>(detail::mapped(pipeline_, count, std::move(erased), where));
  }

  detail::PipelinePointer pipeline_;
};

/// tf.data.Dataset.from_tensor_slices: one element for each index of the first axis, which all tensors share. They
/// are not copied. Throws InvalidArgumentError for a scalar, an empty Tensor, or first axes of different lengths.
inline Dataset<1> from_tensor_slices(const Tensor& x, Where where = Where::here()) {
  return Dataset<1>(detail::slices({x}, where));
}
inline Dataset<2> from_tensor_slices(const Tensor& x, const Tensor& y, Where where = Where::here()) {
  return Dataset<2>(detail::slices({x, y}, where));
}
/// With sample weights.
inline Dataset<3> from_tensor_slices(const Tensor& x, const Tensor& y, const Tensor& sample_weight,
                                     Where where = Where::here()) {
  return Dataset<3>(detail::slices({x, y, sample_weight}, where));
}

}  // namespace gradtape::data
