#include "gradtape/nn/initializer.h"

#include <algorithm>
#include <cmath>

#include "gradtape/autograd/error.h"
#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/random.h"
#include "known_names.h"

namespace gradtape::nn {

namespace {

template <class Class>
Initializer made() {
  return Class();
}

struct Known {
  const char* name;
  Initializer (*make)();
};

constexpr Known known_initializers[] = {
    {"zeros", made<initializers::Zeros>},
    {"ones", made<initializers::Ones>},
    {"constant", made<initializers::Constant>},
    {"random_normal", made<initializers::RandomNormal>},
    {"random_uniform", made<initializers::RandomUniform>},
    {"truncated_normal", made<initializers::TruncatedNormal>},
    {"variance_scaling", made<initializers::VarianceScaling>},
    {"glorot_uniform", made<initializers::GlorotUniform>},
    {"glorot_normal", made<initializers::GlorotNormal>},
    {"he_uniform", made<initializers::HeUniform>},
    {"he_normal", made<initializers::HeNormal>},
    {"lecun_uniform", made<initializers::LecunUniform>},
    {"lecun_normal", made<initializers::LecunNormal>},
};

}  // namespace

struct Initializer::Definition {
  std::string name;
  Function function;
};

Initializer::Initializer(const std::string& name)
    : Initializer(find_known("initializer", name, known_initializers).make()) {}

Initializer::Initializer(const char* name) : Initializer(std::string(name)) {}

Initializer::Initializer(std::string name, Function function)
    : definition_(std::make_shared<Definition>(Definition{std::move(name), std::move(function)})) {}

Tensor Initializer::operator()(const Shape& shape, DType dtype) const {
  if (definition_ == nullptr) throw FailedPreconditionError("no initializer is given");
  return definition_->function(shape, dtype);
}

std::string Initializer::name() const { return definition_ == nullptr ? "" : definition_->name; }

namespace initializers {

namespace {

struct Fans {
  double in, out;
};

/// How many inputs reach one output of a weight of this shape, and the other way round.
Fans fans_of(const Shape& shape) {
  const auto length = [&](int axis) { return static_cast<double>(shape[axis]); };
  if (shape.rank() == 0) return {1, 1};
  if (shape.rank() == 1) return {length(0), length(0)};
  double receptive_field = 1;
  for (int axis = 0; axis < shape.rank() - 2; ++axis) receptive_field *= length(axis);
  return {length(-2) * receptive_field, length(-1) * receptive_field};
}

/// The standard deviation of a standard normal distribution cut off at two standard deviations.
constexpr double truncated_stddev = 0.87962566103423978;

Tensor scaled(const VarianceScalingOptions& options, const Shape& shape, DType dtype) {
  const Fans fans = fans_of(shape);
  const double n = options.mode == "fan_in"    ? fans.in
                   : options.mode == "fan_out" ? fans.out
                                               : (fans.in + fans.out) / 2;
  const double variance = options.scale / std::max(1.0, n);
  if (options.distribution == "uniform") {
    const double limit = std::sqrt(3 * variance);
    return random::uniform(shape, {.minval = -limit, .maxval = limit, .dtype = dtype, .seed = options.seed});
  }
  const double stddev = std::sqrt(variance);
  if (options.distribution == "untruncated_normal")
    return random::normal(shape, {.stddev = stddev, .dtype = dtype, .seed = options.seed});
  return random::truncated_normal(shape, {.stddev = stddev / truncated_stddev, .dtype = dtype, .seed = options.seed});
}

VarianceScalingOptions checked(VarianceScalingOptions options) {
  if (!(options.scale > 0))
    throw InvalidArgumentError("VarianceScaling's scale is " + std::to_string(options.scale) +
                               ": it must be positive");
  if (options.mode != "fan_in" && options.mode != "fan_out" && options.mode != "fan_avg")
    throw InvalidArgumentError("VarianceScaling's mode is '" + options.mode +
                               "': the known ones are 'fan_in', 'fan_out', 'fan_avg'");
  if (options.distribution == "normal") options.distribution = "truncated_normal";
  if (options.distribution != "truncated_normal" && options.distribution != "untruncated_normal" &&
      options.distribution != "uniform")
    throw InvalidArgumentError("VarianceScaling's distribution is '" + options.distribution +
                               "': the known ones are 'truncated_normal', 'untruncated_normal', 'uniform'");
  return options;
}

Initializer::Function variance_scaling(VarianceScalingOptions options) {
  return [options = checked(std::move(options))](const Shape& shape, DType dtype) {
    return scaled(options, shape, dtype);
  };
}

}  // namespace

Zeros::Zeros() : Initializer("zeros", [](const Shape& shape, DType dtype) { return zeros(shape, dtype); }) {}
Ones::Ones() : Initializer("ones", [](const Shape& shape, DType dtype) { return ones(shape, dtype); }) {}
Constant::Constant(double value)
    : Initializer("constant", [value](const Shape& shape, DType dtype) { return full(shape, value, dtype); }) {}

RandomNormal::RandomNormal(RandomNormalOptions options)
    : Initializer("random_normal", [options](const Shape& shape, DType dtype) {
        return random::normal(shape,
                              {.mean = options.mean, .stddev = options.stddev, .dtype = dtype, .seed = options.seed});
      }) {}

TruncatedNormal::TruncatedNormal(RandomNormalOptions options)
    : Initializer("truncated_normal", [options](const Shape& shape, DType dtype) {
        return random::truncated_normal(
            shape, {.mean = options.mean, .stddev = options.stddev, .dtype = dtype, .seed = options.seed});
      }) {}

RandomUniform::RandomUniform(RandomUniformOptions options)
    : Initializer("random_uniform", [options](const Shape& shape, DType dtype) {
        return random::uniform(
            shape, {.minval = options.minval, .maxval = options.maxval, .dtype = dtype, .seed = options.seed});
      }) {}

VarianceScaling::VarianceScaling(VarianceScalingOptions options)
    : Initializer("variance_scaling", variance_scaling(std::move(options))) {}

GlorotUniform::GlorotUniform(SeedOptions options)
    : Initializer("glorot_uniform", variance_scaling({1, "fan_avg", "uniform", options.seed})) {}
GlorotNormal::GlorotNormal(SeedOptions options)
    : Initializer("glorot_normal", variance_scaling({1, "fan_avg", "truncated_normal", options.seed})) {}
HeUniform::HeUniform(SeedOptions options)
    : Initializer("he_uniform", variance_scaling({2, "fan_in", "uniform", options.seed})) {}
HeNormal::HeNormal(SeedOptions options)
    : Initializer("he_normal", variance_scaling({2, "fan_in", "truncated_normal", options.seed})) {}
LecunUniform::LecunUniform(SeedOptions options)
    : Initializer("lecun_uniform", variance_scaling({1, "fan_in", "uniform", options.seed})) {}
LecunNormal::LecunNormal(SeedOptions options)
    : Initializer("lecun_normal", variance_scaling({1, "fan_in", "truncated_normal", options.seed})) {}

}  // namespace initializers
}  // namespace gradtape::nn
