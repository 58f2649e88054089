#include "ops/numerics.h"

#include <cmath>

#include "gradtape/autograd/check_numerics.h"
#include "ops/checks.h"
#include "ops/op.h"
#include "ops/sample.h"

namespace gradtape {
namespace detail {
namespace {

template <class T>
std::int64_t first_in(const T* x, std::int64_t count) {
  // x - x is 0 where x is finite, else NaN: whole blocks at once.
  constexpr std::int64_t block = 1024;
  for (std::int64_t begin = 0; begin < count; begin += block) {
    const std::int64_t end = begin + block < count ? begin + block : count;
    T sum = 0;
    for (std::int64_t i = begin; i < end; ++i) sum += x[i] - x[i];
    if (sum == 0) continue;
    for (std::int64_t i = begin; i < end; ++i)
      if (!std::isfinite(x[i])) return i;
  }
  return -1;
}

/// The place of the first element that is NaN or Inf, or -1.
std::int64_t first_not_finite(const TensorImpl& tensor) {
  if (tensor.dtype == float32) return first_in(static_cast<const float*>(tensor.data), tensor.count);
  if (tensor.dtype == float64) return first_in(static_cast<const double*>(tensor.data), tensor.count);
  return -1;
}

double value_at(const TensorImpl& tensor, std::int64_t place) {
  return tensor.dtype == float32 ? static_cast<double>(static_cast<const float*>(tensor.data)[place])
                                 : static_cast<const double*>(tensor.data)[place];
}

std::string name_of_value(double value) { return std::isnan(value) ? "NaN" : value > 0 ? "Inf" : "-Inf"; }

std::string found(const TensorImpl& tensor, std::int64_t place) {
  return name_of_value(value_at(tensor, place)) + " at " + position_of(place, tensor.shape) + " of shape " +
         to_string(tensor.shape) + ", " + text_of(tensor.dtype);
}

}  // namespace

void require_finite(const Tensor& result, const Inputs& x) {
  const TensorImpl& y = *impl_of(result);
  const std::int64_t place = first_not_finite(y);
  if (place < 0) return;
  std::string text = "the result has " + found(y, place);
  int inputs = 0;
  for (int i = 0; i < x.size(); ++i) {
    const std::int64_t there = first_not_finite(x.impl(i));
    if (there < 0) continue;
    text += (inputs++ == 0 ? "; so had input " : " and input ") + std::to_string(i) + ": " + found(x.impl(i), there);
  }
  if (inputs == 0) text += "; all inputs were finite";
  const Log* log = Log::of_this_thread().get();
  if (log->differentiated != nullptr)
    text += "; it is part of the gradient of " + std::string(log->differentiated->kind->name);
  throw InvalidArgumentError(text);
}

namespace {

struct CheckNumerics {
  static constexpr std::string_view name = "check_numerics";
  std::string message;

  Tensor compute(const Inputs& x) const {
    check_floating(x.dtype(0));
    const std::int64_t place = first_not_finite(x.impl(0));
    if (place >= 0) throw InvalidArgumentError(message + ": the tensor has " + found(x.impl(0), place));
    return view(x[0], x.shape(0));
  }
  Tensor all_rows(const RowInputs& x) const { return check_numerics(x[0], message); }
  auto gradient(Dy dy) const {
    return partials([=, this] { return check_numerics(dy, message + " (in the gradient)"); });
  }
  static std::vector<Sample> samples() {
    return unary_samples([](const Tensor& x, Where where) { return check_numerics(x, "a sample", where); }, -2, 2);
  }
};

}  // namespace

std::vector<OpRow> numerics_ops() { return {row<CheckNumerics>("math")}; }

}  // namespace detail

void set_check_numerics(bool on) {
  using detail::record_extras, detail::numerics_extra;
  record_extras = on ? record_extras | numerics_extra : record_extras & ~numerics_extra;
}
bool check_numerics_is_on() { return (detail::record_extras & detail::numerics_extra) != 0; }

Tensor check_numerics(const Tensor& tensor, const std::string& message, Where where) {
  return detail::record(detail::CheckNumerics{message}, {tensor}, where);
}

}  // namespace gradtape
