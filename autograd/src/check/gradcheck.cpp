#include "gradtape/autograd/gradcheck.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "gradtape/autograd/error.h"
#include "gradtape/autograd/ops.h"
#include "gradtape/autograd/random.h"
#include "tensor/impl.h"

namespace gradtape::detail {

void throw_arity(std::size_t expected, std::size_t given) {
  throw InvalidArgumentError("[gradcheck] the function takes " + std::to_string(expected) +
                             " tensors, the inputs have " + std::to_string(given));
}

namespace {

Tensor copy_of(const Tensor& tensor) {
  const TensorImpl& from = checked(tensor);
  Tensor copy = uninitialized(from.dtype, from.shape);
  std::memcpy(mutable_data(copy), from.data, static_cast<std::size_t>(from.count) * size_of(from.dtype));
  return copy;
}

std::vector<std::int64_t> place(std::int64_t flat, const Shape& shape) {
  std::vector<std::int64_t> index(static_cast<std::size_t>(shape.rank()));
  for (int axis = shape.rank(); axis-- > 0;) {
    index[static_cast<std::size_t>(axis)] = flat % shape[axis];
    flat /= shape[axis];
  }
  return index;
}

// The inputs of a check: tensors that are passed to the function and variables that it reads itself.
class Inputs {
 public:
  explicit Inputs(const Sources& sources) {
    for (const Source& source : sources) {
      Input input{copy_of(source.tensor()), source.variable(), is_floating(source.tensor().dtype())};
      if (source.tensor().dtype() == float32)
        throw InvalidArgumentError("[gradcheck] input " + std::to_string(items_.size()) +
                                   " is float32, whose precision is too low for numeric differences; use float64");
      items_.push_back(std::move(input));
    }
  }
  ~Inputs() {
    for (Input& input : items_)
      if (input.variable) input.variable.assign(input.value);
  }
  Inputs(const Inputs&) = delete;
  Inputs& operator=(const Inputs&) = delete;

  std::size_t size() const { return items_.size(); }
  bool is_checked(std::size_t i) const { return items_[i].is_floating; }
  const Tensor& value(std::size_t i) const { return items_[i].value; }

  /// The arguments for the function, with input i moved by step * direction.
  std::vector<Tensor> moved(std::size_t i, const std::vector<double>& direction, double step) {
    Tensor changed = copy_of(items_[i].value);
    double* x = static_cast<double*>(mutable_data(changed));
    for (std::size_t k = 0; k < direction.size(); ++k) x[k] += step * direction[k];
    return arguments(i, changed);
  }
  std::vector<Tensor> arguments() { return arguments(items_.size(), {}); }

  /// What a tape differentiates with respect to, given the arguments it saw.
  std::vector<Source> sources(const std::vector<Tensor>& arguments) const {
    std::vector<Source> sources;
    std::size_t next = 0;
    for (const Input& input : items_)
      sources.push_back(input.variable ? Source(input.variable) : Source(arguments[next++]));
    return sources;
  }

 private:
  struct Input {
    Tensor value;
    Variable variable;
    bool is_floating;
  };

  std::vector<Tensor> arguments(std::size_t changed_index, const Tensor& changed) {
    std::vector<Tensor> result;
    for (std::size_t i = 0; i < items_.size(); ++i) {
      const Tensor& value = i == changed_index ? changed : items_[i].value;
      if (items_[i].variable)
        items_[i].variable.assign(value);
      else
        result.push_back(value);
    }
    return result;
  }

  std::vector<Input> items_;
};

// What is compared: a number g of the inputs, and its gradients by the tape.
struct Objective {
  std::function<double(const std::vector<Tensor>& arguments)> value;
  std::function<std::vector<Tensor>(const std::vector<Tensor>& arguments)> gradients;
};

double dot(const Tensor& a, const Tensor& b) {
  const auto x = a.data<double>(), y = b.data<double>();
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += x[i] * y[i];
  return sum;
}

double at(const Tensor& gradient, std::size_t i) { return gradient ? gradient.data<double>()[i] : 0.0; }

// A NaN is the worst there is.
double excess(double analytic, double numeric, const GradcheckOptions& options) {
  const double allowed = options.atol + options.rtol * std::max(std::abs(analytic), std::abs(numeric));
  const double difference = std::abs(analytic - numeric) / allowed;
  return std::isnan(difference) ? HUGE_VAL : difference;
}

void compare(const Objective& objective, Inputs& inputs, int order, const GradcheckOptions& options,
             GradcheckReport& report, double& worst, std::int64_t& compared) {
  const std::vector<Tensor> analytic = objective.gradients(inputs.arguments());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs.is_checked(i)) continue;
    const Shape& shape = inputs.value(i).shape();
    const auto count = static_cast<std::size_t>(shape.num_elements());
    std::vector<double> direction(count, 0.0);
    Tensor random_direction;
    if (options.directional) {
      random_direction = random::normal(shape, {.dtype = float64, .seed = options.seed + 100 + i});
      std::copy_n(random_direction.data<double>().begin(), count, direction.begin());
    }
    const std::size_t steps = options.directional ? std::min<std::size_t>(count, 1) : count;
    for (std::size_t k = 0; k < steps; ++k) {
      double derivative = at(analytic[i], k);
      if (options.directional) {
        derivative = 0;
        for (std::size_t j = 0; j < count; ++j) derivative += at(analytic[i], j) * direction[j];
      } else {
        direction[k] = 1;
      }
      const double above = objective.value(inputs.moved(i, direction, options.epsilon));
      const double below = objective.value(inputs.moved(i, direction, -options.epsilon));
      if (!options.directional) direction[k] = 0;
      const double numeric = (above - below) / (2 * options.epsilon);
      ++compared;
      const double here = excess(derivative, numeric, options);
      if (here <= worst) continue;
      worst = here;
      report.order = order;
      report.input = static_cast<int>(i);
      report.index = place(static_cast<std::int64_t>(k), shape);
      report.analytic = derivative;
      report.numeric = numeric;
    }
  }
}

std::vector<Tensor> gradients_of(const CheckedFunction& f, const Inputs& inputs, const std::vector<Tensor>& arguments,
                                 const Tensor& weights) {
  GradientTape tape;
  const std::vector<Source> sources = inputs.sources(arguments);
  for (const Source& source : sources)
    if (is_floating(source.tensor().dtype())) tape.watch(source.tensor());
  const Tensor y = f(arguments);
  return tape.gradient(y, sources, {.output_gradients = {weights}});
}

// The sum over the first-order gradients, weighted with fixed random tensors.
Tensor weighted_gradients(const CheckedFunction& f, const Inputs& inputs, const std::vector<Tensor>& arguments,
                          const Tensor& weights, std::uint64_t seed) {
  const std::vector<Tensor> gradients = gradients_of(f, inputs, arguments, weights);
  Tensor total = zeros({}, float64);
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    if (!gradients[i]) continue;
    const Tensor u = random::uniform(gradients[i].shape(),
                                     {.minval = 0.5, .maxval = 1.5, .dtype = float64, .seed = seed + 50 + i});
    total = total + reduce_sum(u * gradients[i]);
  }
  return total;
}

Tensor checked_result(const CheckedFunction& f, const std::vector<Tensor>& arguments) {
  Tensor y = f(arguments);
  if (y.dtype() != float64)
    throw InvalidArgumentError("[gradcheck] the function's result is " + std::string(name_of(y.dtype())) +
                               "; it must be float64");
  return y;
}

}  // namespace

GradcheckReport run_gradcheck(const CheckedFunction& f, const Sources& sources, const GradcheckOptions& options) {
  Inputs inputs(sources);
  const Tensor y = checked_result(f, inputs.arguments());
  const Tensor again = checked_result(f, inputs.arguments());
  const std::size_t bytes = static_cast<std::size_t>(y.num_elements()) * sizeof(double);
  if (y.shape() != again.shape() || std::memcmp(mutable_data(y), mutable_data(again), bytes) != 0)
    throw InvalidArgumentError("[gradcheck] the function gives different results for the same inputs");

  const Tensor weights =
      random::uniform(y.shape(), {.minval = 0.5, .maxval = 1.5, .dtype = float64, .seed = options.seed});
  GradcheckReport report;
  double worst = -1;
  std::int64_t compared = 0;

  const Objective first{
      [&](const std::vector<Tensor>& x) { return dot(f(x), weights); },
      [&](const std::vector<Tensor>& x) { return gradients_of(f, inputs, x, weights); },
  };
  compare(first, inputs, 1, options, report, worst, compared);

  if (options.second_order && worst <= 1) {
    const Variable upstream(weights, {.name = "the gradient from above"});
    std::vector<Source> all(sources.begin(), sources.end());
    all.push_back(upstream);
    Inputs second_inputs{Sources(all)};
    const Objective second{
        [&](const std::vector<Tensor>& x) {
          return weighted_gradients(f, inputs, x, upstream.value(), options.seed).item<double>();
        },
        [&](const std::vector<Tensor>& x) {
          GradientTape outer;
          const std::vector<Source> watched = second_inputs.sources(x);
          for (const Source& source : watched)
            if (is_floating(source.tensor().dtype())) outer.watch(source.tensor());
          const Tensor total = weighted_gradients(f, inputs, x, upstream.value(), options.seed);
          return outer.gradient(total, watched);
        },
    };
    compare(second, second_inputs, 2, options, report, worst, compared);
  }

  report.passed = worst <= 1;
  if (report.input < 0) {
    report.message = "nothing to compare: the inputs have no floating-point elements";
    return report;
  }
  std::string where = report.input < static_cast<int>(sources.size()) ? fmt::format("input {}", report.input)
                                                                      : std::string("the gradient from above");
  report.message =
      fmt::format("{}: order {}, {} at [{}]: analytic {:.9g}, numeric {:.9g} ({} entries compared)",
                  report.passed ? "gradients agree; the largest difference" : "gradients differ", report.order, where,
                  fmt::join(report.index, ", "), report.analytic, report.numeric, compared);
  return report;
}

}  // namespace gradtape::detail
