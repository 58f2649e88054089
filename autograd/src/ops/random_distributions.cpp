// Distributions whose parameters may be tensors.
#include <cmath>
#include <limits>

#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "ops/indexing_families.h"
#include "ops/places.h"
#include "ops/random_draws.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

void check_number_dtype(DType dtype) {
  if (dtype == boolean || dtype == DType::string)
    throw InvalidArgumentError("a dtype of numbers is needed, got " + text_of(dtype));
}

/// Throws InvalidArgumentError for the first parameter, a float64, that lies outside [low, high] or is not finite.
void check_parameter(const Inputs& x, int input, const char* name, const char* range, double low, double high) {
  const TensorImpl& parameter = x.impl(input);
  for (std::int64_t i = 0; i < parameter.count; ++i) {
    const double value = static_cast<const double*>(parameter.data)[i];
    if (!(value >= low && value <= high) || std::isinf(value))
      throw InvalidArgumentError(std::string(name) + " is " + std::to_string(value) + " at " +
                                 position_of(i, parameter.shape) + "; it must be " + range);
  }
}

const double* parameters_of(const Inputs& x, int input) { return static_cast<const double*>(x.impl(input).data); }

/// The inputs are the parameters in float64, all of the shape that `shape` ends with.
struct Draws {
  Shape shape;
  DType result_dtype;
  const TakeStream* take;  // of the call, which it does not outlive

  DType dtype(const Inputs&) const { return result_dtype; }
};

struct RandomGamma : Draws {
  static constexpr std::string_view name = "random.gamma";
  static constexpr std::string_view not_differentiable = "samples are not differentiated with respect to alpha";

  Shape infer(const Inputs& x) const {
    check_floating(result_dtype);
    check_parameter(x, 0, "alpha", "finite and not negative", 0, HUGE_VAL);
    return shape;
  }
  void forward(const Inputs& x, Tensor& y) const {
    kernels::random_gamma((*take)(), result_dtype, parameters_of(x, 0), x.impl(0).count, impl_of(y)->data,
                          y.num_elements());
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) { return random::gamma({3}, x[0], {.dtype = float64, .seed = 1}); },
             {sample_values({2, 2}, 0.3, 3)}},
            {[](const Values& x) {
               return random::gamma({2, 0}, x[0], {.dtype = float64, .seed = 1});
             },
             {sample_values({}, 0.3, 3)}}};
  }
};

struct RandomPoisson : Draws {
  static constexpr std::string_view name = "random.poisson";
  static constexpr std::string_view not_differentiable = "its samples are counts";

  Shape infer(const Inputs& x) const {
    check_number_dtype(result_dtype);
    check_parameter(x, 0, "lam", "finite and not negative", 0, HUGE_VAL);
    return shape;
  }
  void forward(const Inputs& x, Tensor& y) const {
    kernels::random_poisson((*take)(), result_dtype, parameters_of(x, 0), x.impl(0).count, impl_of(y)->data,
                            y.num_elements());
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) { return random::poisson({3}, x[0], {.dtype = float64, .seed = 1}); },
             {sample_values({2, 2}, 0, 30)}}};
  }
};

struct RandomBinomial : Draws {
  static constexpr std::string_view name = "random.binomial";
  static constexpr std::string_view not_differentiable = "its samples are counts";

  Shape infer(const Inputs& x) const {
    check_number_dtype(result_dtype);
    check_parameter(x, 0, "counts", "finite and not negative", 0, HUGE_VAL);
    check_parameter(x, 1, "probs", "in [0, 1]", 0, 1);
    return shape;
  }
  void forward(const Inputs& x, Tensor& y) const {
    kernels::random_binomial((*take)(), result_dtype, parameters_of(x, 0), parameters_of(x, 1), x.impl(0).count,
                             impl_of(y)->data, y.num_elements());
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) { return random::binomial({3}, 20, x[0], {.dtype = float64, .seed = 1}); },
             {sample_values({2, 2}, 0, 1)}}};
  }
};

struct RandomCategorical {
  static constexpr std::string_view name = "random.categorical";
  static constexpr std::string_view not_differentiable = "its samples are indices";
  std::int64_t num_samples;
  DType result_dtype;
  const TakeStream* take;

  DType dtype(const Inputs&) const { return result_dtype; }
  Shape infer(const Inputs& x) const {
    const TensorImpl& logits = x.impl(0);
    check_floating(logits.dtype);
    if (result_dtype != int64 && result_dtype != int32)
      throw InvalidArgumentError("the dtype is int64 or int32, got " + text_of(result_dtype));
    if (logits.shape.rank() != 2)
      throw InvalidArgumentError("logits of shape " + to_string(logits.shape) + "; they must be (batch, classes)");
    if (num_samples < 0)
      throw InvalidArgumentError("num_samples is " + std::to_string(num_samples) + "; it must not be negative");
    if (logits.shape[1] == 0)
      throw InvalidArgumentError("logits of shape " + to_string(logits.shape) + " have no classes");
    return {logits.shape[0], num_samples};
  }
  void forward(const Inputs& x, Tensor& y) const {
    const Tensor logits = cast(x[0], float64);
    const TensorImpl& from = *impl_of(logits);
    const std::int64_t rows = from.shape[0], classes = from.shape[1];
    const double* logit = static_cast<const double*>(from.data);
    for (std::int64_t row = 0; row < rows; ++row) {
      bool has_class = false;
      for (std::int64_t i = row * classes; i < (row + 1) * classes; ++i) {
        has_class |= std::isfinite(logit[i]);
        if (std::isnan(logit[i]) || logit[i] > std::numeric_limits<double>::max())
          throw InvalidArgumentError("the logit at " + position_of(i, from.shape) + " is " +
                                     std::to_string(logit[i]) +
                                     "; it must be finite, or -infinity for a class that is never drawn");
      }
      if (!has_class)
        throw InvalidArgumentError("row " + std::to_string(row) + " of the logits has no finite one to draw");
    }
    if (y.num_elements() == 0) return;
    kernels::random_categorical((*take)(), logit, rows, classes, num_samples, result_dtype, impl_of(y)->data);
  }
  static std::vector<Sample> samples() {
    return {
        {[](const Values& x) { return random::categorical(x[0], 4, {.seed = 1}); }, {sample_values({2, 3}, -2, 2)}},
        {[](const Values& x) { return random::categorical(x[0], 2, {.dtype = int32, .seed = 1}); },
         {sample_values({0, 3}, -2, 2)}}};
  }
};

/// The shape of the result and, broadcast to what it ends with, the parameters.
struct DrawShapes {
  Shape result, parameters;
  DrawShapes(const Shape& given, ShapeIs kind, const Shape& own) : result(given), parameters(own) {
    if (kind == ShapeIs::before_parameters) {
      for (std::int64_t length : own) result.push_back(length);
      return;
    }
    bool fits = own.rank() <= given.rank();
    if (fits) {
      parameters = given.sub(given.rank() - own.rank(), given.rank());
      for (int i = 0; i < own.rank(); ++i) fits &= own[i] == 1 || own[i] == parameters[i];
    }
    if (!fits)
      throw InvalidArgumentError("parameters of shape " + to_string(own) + " do not broadcast to what the shape " +
                                 to_string(given) + " ends with");
  }
};

/// A number, or a tensor, as float64 of a shape. Kept on the tape, so that it can say why there is no gradient.
Tensor parameter(const Operand& operand, const Shape& shape) {
  return broadcast_to(operand.is_number() ? operand.as(float64) : cast(operand.tensor(), float64), shape);
}
Shape own_shape(const Operand& operand) { return operand.is_number() ? Shape() : described(operand.tensor()).shape; }

}  // namespace

Tensor draw_gamma(const Shape& shape, ShapeIs kind, const Operand& alpha, const Operand& beta, DType dtype,
                  TakeStream take) {
  return in_function(RandomGamma::name, alpha.where(), [&] {
    check_floating(dtype);
    for (const Operand* operand : {&alpha, &beta})
      if (!operand->is_number() && described(operand->tensor()).dtype != dtype)
        throw InvalidArgumentError("parameters of dtype " + text_of(operand->tensor().dtype()) +
                                   " for samples of dtype " + text_of(dtype) + "; they must be the same");
    const DrawShapes shapes(shape, kind, broadcast_shapes(own_shape(alpha), own_shape(beta)));
    const Tensor scale = parameter(beta, own_shape(beta));
    for (const double value : scale.data<double>())
      if (!(value > 0) || std::isinf(value))
        throw InvalidArgumentError("beta is " + std::to_string(value) + "; it must be finite and above 0");
    const Tensor samples =
        record(RandomGamma{{shapes.result, dtype, &take}}, {parameter(alpha, shapes.parameters)}, alpha.where());
    const double tiny = dtype == float32 ? std::numeric_limits<float>::min() : std::numeric_limits<double>::min();
    const bool is_one = beta.is_number() && scale.data<double>()[0] == 1;
    return maximum(tiny, is_one ? samples : divide(samples, beta));
  });
}

Tensor draw_poisson(const Shape& shape, ShapeIs kind, const Operand& lam, DType dtype, TakeStream take) {
  return in_function(RandomPoisson::name, lam.where(), [&] {
    const DrawShapes shapes(shape, kind, own_shape(lam));
    return record(RandomPoisson{{shapes.result, dtype, &take}}, {parameter(lam, shapes.parameters)}, lam.where());
  });
}

Tensor draw_binomial(const Shape& shape, ShapeIs kind, const Operand& counts, const Operand& probs, DType dtype,
                     TakeStream take) {
  return in_function(RandomBinomial::name, counts.where(), [&] {
    const DrawShapes shapes(shape, kind, broadcast_shapes(own_shape(counts), own_shape(probs)));
    return record(RandomBinomial{{shapes.result, dtype, &take}},
                  {floor(parameter(counts, shapes.parameters)), parameter(probs, shapes.parameters)}, counts.where());
  });
}

Tensor draw_categorical(const Tensor& logits, std::int64_t num_samples, DType dtype, TakeStream take, Where where) {
  return record(RandomCategorical{num_samples, dtype, &take}, {logits}, where);
}

std::vector<OpRow> random_ops() {
  return {row<RandomGamma>("random"), row<RandomPoisson>("random"), row<RandomBinomial>("random"),
          row<RandomCategorical>("random")};
}

}  // namespace detail
}  // namespace gradtape
