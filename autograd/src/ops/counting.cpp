#include "gradtape/autograd/ops/counting.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "gradtape/autograd/name_scope.h"
#include "gradtape/autograd/ops/comparison.h"
#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/indexing.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/reduction.h"
#include "gradtape/autograd/ops/segment.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "kernels/elementwise.h"
#include "kernels/reduce.h"
#include "ops/checks.h"
#include "ops/composite.h"
#include "ops/reduction_families.h"
#include "tensor/text.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

void check_index_dtype(std::string_view what, DType dtype) {
  if (dtype != int32 && dtype != int64)
    throw InvalidArgumentError(std::string(what) + " must be int32 or int64, got " + text_of(dtype));
}

/// int64 counts of what is not 0, over the axes of `mask`.
void count_nonzero_into(const Tensor& x, unsigned mask, std::int64_t* counts) {
  const TensorImpl& input = *impl_of(x);
  const Tensor ones = uninitialized(int64, input.shape);
  auto* one = static_cast<std::int64_t*>(impl_of(ones)->data);
  if (input.dtype == DType::string) {
    for (std::int64_t i = 0; i < input.count; ++i) one[i] = !text_at(x, i).empty();
  } else {
    const Tensor is_nonzero = uninitialized(boolean, input.shape);
    void* flags = impl_of(is_nonzero)->data;
    kernels::cast(input.dtype, input.data, boolean, flags, input.count);
    kernels::cast(boolean, flags, int64, one, input.count);
  }
  kernels::reduce(kernels::Reduction::sum, int64, one, input.shape, mask, counts);
}

struct CountNonzero {
  static constexpr std::string_view name = "count_nonzero";
  static constexpr std::string_view not_differentiable = "its result is a count";
  Axes axis;
  CountNonzeroOptions options;

  DType dtype(const Inputs&) const { return options.dtype; }
  Shape infer(const Inputs& x) const {
    check_number(options.dtype);
    return reduced_shape(x.shape(0), axis.mask(x.shape(0).rank()), options.keepdims);
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& result = *impl_of(y);
    const Tensor counts = uninitialized(int64, result.shape);
    auto* count = static_cast<std::int64_t*>(impl_of(counts)->data);
    count_nonzero_into(x[0], axis.mask(x.shape(0).rank()), count);
    kernels::cast(int64, count, result.dtype, result.data, result.count);
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) { return count_nonzero(x[0]); }, {constant({{1.5, 0.0}, {0.0, 2.0}}, float64)}},
            {[](const Values& x) { return count_nonzero(x[0], -1, {.keepdims = true, .dtype = int32}); },
             {constant({{1, 0}, {0, 0}})}},
            {[](const Values& x) { return count_nonzero(x[0], 0); }, {zeros({0, 2}, float64)}}};
  }
};

struct ZeroFraction {
  static constexpr std::string_view name = "zero_fraction";
  static constexpr std::string_view not_differentiable = "its result is a count";

  DType dtype(const Inputs&) const { return float32; }
  Shape infer(const Inputs& x) const {
    check_number(x.dtype(0));
    return {};
  }
  void forward(const Inputs& x, Tensor& y) const {
    const std::int64_t size = x.impl(0).count;
    std::int64_t nonzero = 0;
    count_nonzero_into(x[0], ~0u, &nonzero);
    *static_cast<float*>(impl_of(y)->data) = static_cast<float>(size - nonzero) / static_cast<float>(size);
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) { return zero_fraction(x[0]); }, {constant({{1.5, 0.0}, {0.0, 2.0}}, float64)}},
            {[](const Values& x) { return zero_fraction(x[0]); }, {constant({1, 0, 0})}}};
  }
};

/// value_range, checked, in the arithmetic of T: that of the values, float64 for integers.
template <class T>
struct Bins {
  T low, high, count;

  static void check(const Inputs& x, std::int64_t nbins, DType dtype) {
    check_number(x.dtype(0));
    check_index_dtype("dtype", dtype);
    if (x.shape(1) != Shape{2})
      throw InvalidArgumentError("value_range is a tensor of two ends, got shape " + to_string(x.shape(1)));
    if (nbins < 1 || nbins > std::numeric_limits<std::int32_t>::max())
      throw InvalidArgumentError("nbins of at least 1 is needed, got " + std::to_string(nbins));
  }
  template <class Value>
  Bins(const Value* range, std::int64_t nbins)
      : low(static_cast<T>(range[0])), high(static_cast<T>(range[1])), count(static_cast<T>(nbins)) {
    if (!(low < high) || !std::isfinite(high - low))
      throw InvalidArgumentError("value_range [" + std::to_string(low) + ", " + std::to_string(high) +
                                 "] is not a range from a lower to a higher number");
  }
};

/// f(bin) for each value, in order. TensorFlow rounds differently in its two functions.
template <class F>
void for_bins(const Inputs& x, std::int64_t nbins, bool by_step, const F& f) {
  const TensorImpl& values = x.impl(0);
  kernels::with_type(values.dtype, [&](auto zero) {
    using Value = decltype(zero);
    using T = std::conditional_t<std::is_floating_point_v<Value>, Value, double>;
    const Bins<T> bins(static_cast<const Value*>(x.impl(1).data), nbins);
    const double step = static_cast<double>(bins.high - bins.low) / static_cast<double>(nbins);
    const auto last = static_cast<double>(nbins - 1);
    for (std::int64_t i = 0; i < values.count; ++i) {
      const T value = static_cast<T>(static_cast<const Value*>(values.data)[i]);
      if (value != value)
        throw InvalidArgumentError("the value at " + position_of(i, values.shape) + " is NaN, which is in no bin");
      const double bin = by_step ? static_cast<double>(std::max(value, bins.low) - bins.low) / step
                                 : std::floor(bins.count * ((value - bins.low) / (bins.high - bins.low)));
      f(i, static_cast<std::int64_t>(std::clamp(bin, 0., last)));
    }
  });
}

struct HistogramFixedWidthBins {
  static constexpr std::string_view name = "histogram_fixed_width_bins";
  static constexpr std::string_view not_differentiable = "its result is indices";
  std::int64_t nbins;
  DType index_dtype;

  DType dtype(const Inputs&) const { return index_dtype; }
  Shape infer(const Inputs& x) const {
    Bins<double>::check(x, nbins, index_dtype);
    return x.shape(0);
  }
  void forward(const Inputs& x, Tensor& y) const {
    void* result = impl_of(y)->data;
    for_bins(x, nbins, false, [&](std::int64_t i, std::int64_t bin) {
      if (index_dtype == int32)
        static_cast<std::int32_t*>(result)[i] = static_cast<std::int32_t>(bin);
      else
        static_cast<std::int64_t*>(result)[i] = bin;
    });
  }
  static std::vector<Sample> samples() {
    const auto call = [](const Values& x) { return histogram_fixed_width_bins(x[0], x[1], 4); };
    const Tensor range = constant({0.0, 5.0}, float64);
    return {{call, {sample_values({2, 3}, -1, 6), range}}, {call, {sample_values({0}, -1, 6), range}}};
  }
};

struct HistogramFixedWidth {
  static constexpr std::string_view name = "histogram_fixed_width";
  static constexpr std::string_view not_differentiable = "its result is counts";
  std::int64_t nbins;
  DType count_dtype;

  DType dtype(const Inputs&) const { return count_dtype; }
  Shape infer(const Inputs& x) const {
    Bins<double>::check(x, nbins, count_dtype);
    return {nbins};
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& result = *impl_of(y);
    std::memset(result.data, 0, static_cast<std::size_t>(nbins) * size_of(count_dtype));
    for_bins(x, nbins, true, [&](std::int64_t, std::int64_t bin) {
      if (count_dtype == int32)
        ++static_cast<std::int32_t*>(result.data)[bin];
      else
        ++static_cast<std::int64_t*>(result.data)[bin];
    });
  }
  static std::vector<Sample> samples() {
    const auto call = [](const Values& x) { return histogram_fixed_width(x[0], x[1], 4); };
    const Tensor range = constant({0.0, 5.0}, float64);
    return {{call, {sample_values({2, 3}, -1, 6), range}}, {call, {sample_values({0}, -1, 6), range}}};
  }
};

std::int64_t largest_of(const Tensor& integers) {
  return integers.num_elements() == 0 ? -1 : reduce_max(integers).item<std::int64_t>();
}

void check_not_negative(const char* what, const Tensor& integers) {
  const TensorImpl& input = checked(integers);
  if (!is_integer(input.dtype))
    throw InvalidArgumentError(std::string(what) + " must be integers, got " + text_of(input.dtype));
  for (std::int64_t i = 0; i < input.count; ++i)
    if (integer_at(input, i) < 0)
      throw InvalidArgumentError(std::string(what) + " must not be negative, got " +
                                 std::to_string(integer_at(input, i)) + " at " + position_of(i, input.shape));
}

void check_bincount(const Tensor& arr, const BincountOptions& options) {
  check_not_negative("the elements of arr", arr);
  if (options.weights && options.weights.shape() != arr.shape())
    throw InvalidArgumentError("weights of shape " + to_string(options.weights.shape()) + " and arr of shape " +
                               to_string(arr.shape()) + " must have one shape");
  if (options.weights && options.binary_output)
    throw InvalidArgumentError("weights have no use beside binary_output");
  if (options.minlength < 0 || options.maxlength < -1)
    throw InvalidArgumentError("minlength and maxlength must not be negative");
  if (options.axis != 0 && options.axis != -1)
    throw InvalidArgumentError("axis 0 (all elements) or -1 (each row) is needed, got " +
                               std::to_string(options.axis));
  if (options.axis == -1 && (arr.rank() < 1 || arr.rank() > 2))
    throw InvalidArgumentError("with axis -1 arr has one or two axes, got shape " + to_string(arr.shape()));
  check_number(options.dtype);
}

std::vector<Sample> bincount_samples() {
  const Tensor arr = constant({{1, 0, 3}, {1, 1, 0}});
  return {{[arr](const Values& x) { return bincount(arr, {.weights = x[0]}); }, {sample_values({2, 3}, -2, 2)}},
          {[arr](const Values& x) { return bincount(arr, {.weights = x[0], .maxlength = 2, .axis = -1}); },
           {sample_values({2, 3}, -2, 2)}},
          {[](const Values& x) { return bincount(zeros({0}, int32), {.weights = x[0], .minlength = 2}); },
           {sample_values({0}, -2, 2)}}};
}

std::vector<Sample> confusion_matrix_samples() {
  return {{[](const Values& x) {
             return confusion_matrix(constant({0, 2, 1, 2}), constant({1, 2, 1, 2}), 4,
                                     {.weights = x[0], .dtype = float64});
           },
           {sample_values({4}, -2, 2)}}};
}

}  // namespace

std::vector<OpRow> counting_ops() {
  return {row<CountNonzero>("counting"),
          row<ZeroFraction>("counting"),
          composite("bincount", "counting", bincount_samples),
          row<HistogramFixedWidthBins>("counting"),
          row<HistogramFixedWidth>("counting"),
          composite("confusion_matrix", "counting", confusion_matrix_samples)};
}

}  // namespace detail

using namespace detail;

Tensor count_nonzero(const Tensor& input, const Axes& axis, CountNonzeroOptions options, Where where) {
  return record(CountNonzero{axis, options}, {input}, where);
}
Tensor zero_fraction(const Tensor& value, Where where) { return record(ZeroFraction{}, {value}, where); }

Tensor histogram_fixed_width_bins(const Tensor& values, const Tensor& value_range, std::int64_t nbins, DType dtype,
                                  Where where) {
  return record(HistogramFixedWidthBins{nbins, dtype}, {values, value_range}, where);
}
Tensor histogram_fixed_width(const Tensor& values, const Tensor& value_range, std::int64_t nbins, DType dtype,
                             Where where) {
  return record(HistogramFixedWidth{nbins, dtype}, {values, value_range}, where);
}

Tensor bincount(const Tensor& arr, const BincountOptions& options, Where where) {
  in_function("bincount", where, [&] { check_bincount(arr, options); });
  const NameScope scope("bincount", where);
  const std::int64_t largest = largest_of(arr);
  std::int64_t bins = std::max(options.minlength, largest + (largest < std::numeric_limits<std::int64_t>::max()));
  if (options.maxlength >= 0) bins = std::min(bins, options.maxlength);
  Tensor ids = cast(arr, int64);
  if (largest >= bins) ids = gradtape::where(ids < bins, ids, -1);
  const Tensor weights = options.weights ? options.weights : ones(arr.shape(), options.dtype);

  const std::int64_t rows = options.axis == -1 && arr.rank() == 2 ? arr.shape()[0] : 1;
  std::int64_t segments = 0;
  if (__builtin_mul_overflow(rows, bins, &segments))
    in_function("bincount", where, [&] {
      throw ResourceExhaustedError(std::to_string(rows) + " rows of " + std::to_string(bins) +
                                   " bins are more than memory can hold");
    });
  if (rows > 1) {
    const Tensor first = reshape(range(0, segments, bins, int64), {rows, 1});
    ids = gradtape::where(ids >= 0, ids + first, -1);
  }
  Tensor counts = unsorted_segment_sum(weights, ids, segments);
  if (options.binary_output) counts = minimum(counts, 1);
  return options.axis == -1 && arr.rank() == 2 ? reshape(counts, {rows, bins}) : counts;
}

Tensor confusion_matrix(const Tensor& labels, const Tensor& predictions, std::int64_t num_classes,
                        const ConfusionMatrixOptions& options, Where where) {
  std::int64_t classes = num_classes;
  in_function("confusion_matrix", where, [&] {
    check_not_negative("labels", labels);
    check_not_negative("predictions", predictions);
    if (classes == -1) classes = 1 + std::max(largest_of(labels), largest_of(predictions));
    if (classes < 0 || classes > std::numeric_limits<std::int32_t>::max())
      throw InvalidArgumentError("a matrix of " + std::to_string(classes) + " classes cannot be made");
    for (const Tensor* given : {&labels, &predictions})
      if (largest_of(*given) >= classes)
        throw InvalidArgumentError((given == &labels ? "label " : "prediction ") +
                                   std::to_string(largest_of(*given)) + " is outside [0, " + std::to_string(classes) +
                                   ")");
    const bool flat = labels.rank() <= 2 && predictions.rank() <= 2 && labels.rank() > 0 && predictions.rank() > 0 &&
                      labels.num_elements() == labels.shape()[0] && predictions.shape()[0] == labels.shape()[0] &&
                      predictions.num_elements() == labels.num_elements();
    if (!flat || (options.weights && options.weights.num_elements() != labels.num_elements()))
      throw InvalidArgumentError("labels of shape " + to_string(labels.shape()) + ", predictions of shape " +
                                 to_string(predictions.shape()) + " and weights must be (n)");
  });
  const NameScope scope("confusion_matrix", where);
  const Tensor ids = cast(reshape(labels, {-1}), int64) * classes + cast(reshape(predictions, {-1}), int64);
  const Tensor weights = options.weights ? cast(reshape(options.weights, {-1}), options.dtype)
                                         : ones({labels.num_elements()}, options.dtype);
  return reshape(unsorted_segment_sum(weights, ids, classes * classes), {classes, classes});
}

}  // namespace gradtape
