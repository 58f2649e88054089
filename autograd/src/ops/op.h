#pragma once
// An op is written once, as a struct:
//
//   struct Tanh {
//     static constexpr std::string_view name = "tanh";
//     Shape infer(const Inputs& x) const;                  // checks, and the shape of the result
//     void forward(const Inputs& x, Tensor& y) const;      // fills y
//     auto gradient(Dy dy, Y y) const {                    // one partial for each input, run only when needed
//       return partials([=] { return dy * (1 - square(y)); });
//     }
//     static std::vector<Sample> samples();                // what the generated tests call it with (see sample.h)
//   };
//   Tensor tanh(const Tensor& x, Where where) { return record(Tanh{}, {x}, where); }
//
// Attributes are data members. Instead of infer and forward an op may have `Tensor compute(const Inputs& x) const`,
// when its result shares memory with an input. `DType dtype(const Inputs& x) const` says the result's dtype, else it
// is that of the first input, and all inputs must have it unless the op has `static constexpr bool mixed_dtypes =
// true`.
//
// The parameters of gradient decide what the tape keeps: Dy is the gradient of the result; Y the result; X<i> the
// i-th input, and X<i, j...> the same when it serves the partials of the inputs j... only, so that it is kept for
// those. Xs are all inputs of an op that takes any number; such an op returns each_partial([=](int i) {...}).
//
// A dy of one element may stand for one that is the same everywhere, when the op has `static constexpr bool
// is_elementwise = true`; every other op gets a dy of its result's shape. A partial may likewise be smaller than the
// input, and is broadcast to it. A partial that is zero outside a part of the input is a PartialAt, which the engine
// adds in place. An op with several results computes them into one (parts.h).
//
// Partials are made of public ops: an outer tape records them, and so every order works. The engine runs those that
// lie on a path to a source, sums a partial back to the shape of a broadcast input, and adds up. An op without a
// gradient says why: static constexpr std::string_view not_differentiable = "argmax returns indices".
//
// An op that occurs in gradients may say how it treats several rows of a Jacobian at once (rows.h): `Tensor
// all_rows(const RowInputs& x) const`. Elementwise ops need not, and what any other op has no rule for is run row by
// row.

#include <concepts>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "gradtape/autograd/error.h"
#include "gradtape/autograd/operand.h"
#include "gradtape/autograd/tensor.h"
#include "ops/inputs.h"
#include "ops/numerics.h"
#include "ops/rows.h"
#include "tape/log.h"
#include "tensor/impl.h"

namespace gradtape::detail {

struct Dy : TensorRef {
  using TensorRef::TensorRef;
};
struct Y : TensorRef {
  using TensorRef::TensorRef;
};
template <int index, int... for_partials>
struct X : TensorRef {
  using TensorRef::TensorRef;
};
struct Xs {
  const std::vector<Tensor>* tensors;
  const Tensor& operator[](int i) const { return (*tensors)[static_cast<std::size_t>(i)]; }
  int size() const { return static_cast<int>(tensors->size()); }
};

template <class... F>
struct Partials {
  std::tuple<F...> functions;
};
template <class... F>
Partials<F...> partials(F... functions) {
  return {std::tuple<F...>(std::move(functions)...)};
}
template <class F>
struct EachPartial {
  F function;
};
template <class F>
EachPartial<F> each_partial(F function) {
  return {std::move(function)};
}
/// The place of an input that has no gradient, such as indices.
inline Tensor no_partial() { return {}; }

template <class O>
concept Computes = requires(const O op, const Inputs& x) {
  { op.compute(x) } -> std::same_as<Tensor>;
};
template <class O>
concept Fills = requires(const O op, const Inputs& x, Tensor& y) {
  { op.infer(x) } -> std::same_as<Shape>;
  op.forward(x, y);
};
template <class O>
concept Differentiable = requires {
  &O::gradient;
};
template <class O>
concept Op = std::copy_constructible<O> && requires {
  { O::name } -> std::convertible_to<std::string_view>;
  O::samples();
} &&(Computes<O> || Fills<O>)&&(Differentiable<O> || requires {
  { O::not_differentiable } -> std::convertible_to<std::string_view>;
});

// What the tape keeps for a parameter of gradient: nothing for Dy, a Tensor for Y and X, all inputs for Xs.
struct Nothing {};
template <class Parameter>
struct Saved {
  using type = Tensor;
};
template <>
struct Saved<Dy> {
  using type = Nothing;
};
template <>
struct Saved<Xs> {
  using type = std::vector<Tensor>;
};

inline Nothing save(Dy*, const Inputs&, const Tensor&, const Edge*) { return {}; }
inline Tensor save(Y*, const Inputs&, const Tensor& y, const Edge*) { return y; }
inline std::vector<Tensor> save(Xs*, const Inputs& x, const Tensor&, const Edge*) { return {x.begin(), x.end()}; }
template <int index, int... for_partials>
Tensor save(X<index, for_partials...>*, const Inputs& x, const Tensor&, const Edge* edges) {
  const bool needed = sizeof...(for_partials) == 0 || ((edges[for_partials] != no_edge) || ...);
  return needed ? x[index] : Tensor();
}

inline Dy restore(Dy*, const Nothing&, const Tensor& dy) { return dy; }
inline Xs restore(Xs*, const std::vector<Tensor>& saved, const Tensor&) { return {&saved}; }
template <class Parameter>
Parameter restore(Parameter*, const Tensor& saved, const Tensor&) {
  return saved;
}

template <class O, class Method>
struct Payload;

/// An op's attributes and what its gradient keeps, as they lie behind a node.
template <class O, class Declaring, class Result, class... Parameters>
struct Payload<O, Result (Declaring::*)(Parameters...) const> {
  O op;
  std::tuple<typename Saved<Parameters>::type...> saved;

  Payload(const O& o, const Inputs& x, const Tensor& y, const Edge* edges)
      : op(o), saved(save(static_cast<Parameters*>(nullptr), x, y, edges)...) {}

  static void backward(Node& node, const Tensor& dy, GradientSink& sink) {
    const Payload& self = *static_cast<const Payload*>(node.payload);
    const auto result = std::apply(
        [&](const auto&... saved) {
          return self.op.gradient(restore(static_cast<Parameters*>(nullptr), saved, dy)...);
        },
        self.saved);
    run(result, node, sink);
  }
  static void destroy(Node& node) { static_cast<Payload*>(node.payload)->~Payload(); }

 private:
  template <class... F>
  static void run(const Partials<F...>& partials, Node&, GradientSink& sink) {
    int index = 0;
    std::apply(
        [&](const F&... f) {
          (
              [&](const auto& function) {
                if (sink.wants(index)) sink.add(index, function());
                ++index;
              }(f),
              ...);
        },
        partials.functions);
  }
  template <class F>
  static void run(const EachPartial<F>& partials, Node& node, GradientSink& sink) {
    for (int i = 0; i < node.input_count; ++i)
      if (sink.wants(i)) sink.add(i, partials.function(i));
  }
};

template <Op O>
constexpr NodeKind make_kind() {
  if constexpr (Differentiable<O>) {
    using P = Payload<O, decltype(&O::gradient)>;
    return {O::name, "", requires {O::is_elementwise;
  }
  , &P::backward, &P::destroy
};
}  // namespace gradtape::detail
else {
  return {O::name, O::not_differentiable, false, nullptr, nullptr};
}
}
template <Op O>
inline constexpr NodeKind kind_of = make_kind<O>();

template <Op O>
void note(Log& log, const O& op, const Inputs& x, const Tensor& y, Where where) {
  constexpr int inline_edges = 8;
  Edge small[inline_edges];
  std::vector<Edge> large;
  Edge* edges = small;
  if (x.size() > inline_edges) {
    large.resize(static_cast<std::size_t>(x.size()));
    edges = large.data();
  }
  bool tracked = false;
  for (int i = 0; i < x.size(); ++i) {
    edges[i] = log.find(*impl_of(x[i]));
    tracked |= edges[i] != no_edge;
  }
  if (!tracked) return;
  if constexpr (Differentiable<O>) {
    using P = Payload<O, decltype(&O::gradient)>;
    Node& node = log.append(kind_of<O>, *impl_of(y), edges, x.size(), sizeof(P), where);
    if (node.cut) return;
    try {
      ::new (node.payload) P(op, x, y, edges);
    } catch (...) {
      node.payload = nullptr;
      throw;
    }
  } else {
    log.append(kind_of<O>, *impl_of(y), edges, x.size(), 0, where);
  }
}

/// Throws the error with the op, the scope and the user's line.
[[noreturn]] void rethrow_in(std::string_view op, Where where, Error& error);
[[noreturn]] void throw_different_dtypes(DType a, DType b);
/// Throws InvalidArgumentError unless all inputs have one dtype.
inline void check_same_dtype(const Inputs& x) {
  for (int i = 1; i < x.size(); ++i)
    if (x.dtype(i) != x.dtype(0)) throw_different_dtypes(x.dtype(0), x.dtype(i));
}

/// A string tensor's elements are handles: the result keeps what its inputs' texts lie in.
void keep_texts_of(const Inputs& x, const Tensor& y);

template <Op O>
Tensor record(const O& op, const Inputs& x, Where where);

/// Elementwise ops: the axes are aligned behind that of the rows.
template <Op O>
Tensor elementwise_rows(const O& op, const RowInputs& x, Where where = {}) {
  const std::vector<Tensor> aligned = x.aligned();
  const std::vector<TensorRef> inputs(aligned.begin(), aligned.end());
  return record(op, Inputs(inputs.data(), static_cast<int>(inputs.size())), where);
}

/// An op on tensors that have rows.
template <Op O>
[[gnu::noinline]] Tensor record_rows(const O& op, const Inputs& x, Where where) {
  const RowInputs rows(x);
  Tensor y;
  if constexpr (requires { op.all_rows(rows); })
    y = op.all_rows(rows);
  else if constexpr (requires { O::is_elementwise; })
    y = elementwise_rows(op, rows, where);
  if (y) return with_rows(std::move(y));
  const auto one = [](const void* self, const Inputs& row, Where line) {
    return record(*static_cast<const O*>(self), row, line);
  };
  return rows.one_by_one(&op, one, where);
}

/// Runs an op, and writes it down if a tape records and any input is watched.
template <Op O>
Tensor record(const O& op, const Inputs& x, Where where) {
  const unsigned extras = record_extras;
  if (extras != 0 && has_rows(x)) [[unlikely]]
    return record_rows(op, x, where);
  Tensor y;
  try {
    for (const TensorRef& input : x) checked(*input);
    if constexpr (!requires { O::mixed_dtypes; }) check_same_dtype(x);
    if constexpr (Computes<O>) {
      y = op.compute(x);
    } else {
      const Shape shape = op.infer(x);
      if constexpr (requires { op.dtype(x); })
        y = uninitialized(op.dtype(x), shape);
      else
        y = uninitialized(x.dtype(0), shape);
      op.forward(x, y);
    }
    if (impl_of(y)->dtype == DType::string) keep_texts_of(x, y);
    if ((extras & numerics_extra) != 0) [[unlikely]]
      require_finite(y, x);
  } catch (Error& error) {
    rethrow_in(O::name, where, error);
  }
  if (Log* log = recording_log()) note(*log, op, x, y, where);
  return y;
}

/// The operands of a binary op as tensors: a number takes the dtype of the tensor beside it.
class OperandPair {
 public:
  OperandPair(const Operand& a, const Operand& b);
  const Tensor& a() const { return *a_; }
  const Tensor& b() const { return *b_; }

 private:
  Tensor number_;
  Tensor other_number_;
  const Tensor* a_;
  const Tensor* b_;
};

}  // namespace gradtape::detail
