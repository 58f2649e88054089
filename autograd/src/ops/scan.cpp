#include "gradtape/autograd/ops/scan.h"

#include "gradtape/autograd/ops/comparison.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "kernels/scan.h"
#include "ops/checks.h"
#include "ops/op.h"
#include "ops/parts.h"
#include "ops/recurrence.h"
#include "ops/reduction_families.h"

// Let P be the products before each element, and S[t] = dy[t] + x[t + 1] * S[t + 1]. Then P * S is the gradient of
// cumprod, without a quotient that would fail at zeros. S is a linear recurrence, and so are its own gradients.

namespace gradtape {
namespace detail {

Tensor previous_along(const Tensor& x, int axis, bool reverse) {
  const Shape& shape = x.shape();
  const int place = normalize_axis(axis, shape.rank());
  if (shape[place] == 0) return x;
  Shape from, to, size = shape;
  for (int i = 0; i < shape.rank(); ++i) {
    from.push_back(i == place && reverse ? 1 : 0);
    to.push_back(i == place && !reverse ? 1 : 0);
  }
  size[place] -= 1;
  return slice_gradient(slice(x, from, size), to, shape);
}

Tensor product_of_others(const Tensor& x, int axis) {
  return cumprod(x, axis, {.exclusive = true}) * cumprod(x, axis, {.exclusive = true, .reverse = true});
}

namespace {

using kernels::Scan;
using Values = std::vector<Tensor>;

struct Lines {
  std::int64_t outer, n, inner;
  Lines(const Shape& shape, int axis) {
    const int place = normalize_axis(axis, shape.rank());
    outer = product_of(shape, 0, place);
    n = shape[place];
    inner = product_of(shape, place + 1, shape.rank());
  }
};

template <Scan function>
struct ScanOp {
  int axis;
  bool exclusive, reverse;

  Shape infer(const Inputs& x) const {
    if (function == Scan::log_sum_exp)
      check_floating(x.dtype(0));
    else
      check_number(x.dtype(0));
    normalize_axis(axis, x.shape(0).rank());
    return x.shape(0);
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& input = *impl_of(x[0]);
    const Lines lines(input.shape, axis);
    kernels::scan(function, input.dtype, input.data, lines.outer, lines.n, lines.inner, exclusive, reverse,
                  impl_of(y)->data);
  }
  /// What arrives at the scan that includes the element itself.
  Tensor inclusive_gradient(const Tensor& dy) const { return exclusive ? previous_along(dy, axis, !reverse) : dy; }
};

std::vector<Sample> cumulative_samples(Tensor (*op)(const Tensor&, int, CumulativeOptions, Where)) {
  struct Case {
    Shape shape;
    int axis;
    CumulativeOptions options;
  };
  const Case cases[] = {{{4}, 0, {}},
                        {{3, 4}, 1, {.exclusive = true}},
                        {{3, 4}, 0, {.reverse = true}},
                        {{2, 3, 2}, -2, {.exclusive = true, .reverse = true}},
                        {{2, 1}, -1, {}},
                        {{2, 1}, 1, {.exclusive = true}},
                        {{2, 0}, 1, {.exclusive = true}}};
  std::vector<Sample> samples;
  for (const Case& c : cases)
    samples.push_back({[op, c](const Values& x) {
                         const Tensor y = op(x[0], c.axis, c.options, {});
                         // The lowest number, over nothing, would swamp a numeric difference.
                         return where(y < -1e30, 0, y);
                       },
                       {sample_values(c.shape, -2, 2)}});
  return samples;
}

struct Cumsum : ScanOp<Scan::sum> {
  static constexpr std::string_view name = "cumsum";
  auto gradient(Dy dy) const {
    return partials([=, this] { return cumsum(dy, axis, {exclusive, !reverse}); });
  }
  static auto samples() { return cumulative_samples(cumsum); }
};

struct Cumprod : ScanOp<Scan::product> {
  static constexpr std::string_view name = "cumprod";
  auto gradient(Dy dy, X<0> x) const {
    return partials([=, this] {
      const Tensor before = cumprod(x, axis, {.exclusive = true, .reverse = reverse});
      const Tensor next = previous_along(x, axis, !reverse);
      return before * linear_recurrence(next, inclusive_gradient(dy), axis, !reverse);
    });
  }
  static auto samples() {
    std::vector<Sample> samples = cumulative_samples(cumprod);
    const Tensor with_zeros = sample_values({3, 5}, -2, 2);
    auto* element = static_cast<double*>(mutable_data(with_zeros));
    element[2] = element[6] = element[9] = 0;
    for (const bool exclusive : {false, true})
      samples.push_back(
          {[exclusive](const Values& x) { return cumprod(x[0], 1, {.exclusive = exclusive}); }, {with_zeros}});
    return samples;
  }
};

/// x - y, and 0 where both are the same infinity.
Tensor difference(const Tensor& x, const Tensor& y) {
  return where(logical_and(x == y, logical_not(is_finite(y))), 0, x - y);
}

/// With y the inclusive result, dx[j] is the sum of dy[i] * exp(x[j] - y[i]) over i from j on: the recurrence
/// g[j] = dy[j] + exp(y[j] - y[j + 1]) * g[j + 1], in which no exponential exceeds 1, and dx = exp(x - y) * g.
struct CumulativeLogsumexp : ScanOp<Scan::log_sum_exp> {
  static constexpr std::string_view name = "cumulative_logsumexp";
  auto gradient(Dy dy, X<0> x, Y result) const {
    return partials([=, this]() -> Tensor {
      if (x->num_elements() == 0) return dy;
      const Tensor y = exclusive ? cumulative_logsumexp(x, axis, {.reverse = reverse}) : *result;
      const Tensor decay = exp(difference(y, next_or_last(y)));
      return exp(difference(x, y)) * linear_recurrence(decay, inclusive_gradient(dy), axis, !reverse);
    });
  }
  static auto samples() { return cumulative_samples(cumulative_logsumexp); }

 private:
  Tensor next_or_last(const Tensor& y) const {
    const int place = normalize_axis(axis, y.rank());
    const std::int64_t n = y.shape()[place];
    Shape rest_begin, rest = y.shape(), last_begin, last = y.shape();
    for (int i = 0; i < y.rank(); ++i) {
      rest_begin.push_back(i == place && !reverse ? 1 : 0);
      last_begin.push_back(i == place && !reverse ? n - 1 : 0);
    }
    rest[place] = n - 1;
    last[place] = 1;
    const Tensor shifted = slice(y, rest_begin, rest), end = slice(y, last_begin, last);
    return reverse ? concat({end, shifted}, place) : concat({shifted, end}, place);
  }
};

struct LinearRecurrence {
  static constexpr std::string_view name = "linear_recurrence";
  int axis;
  bool reverse;

  Shape infer(const Inputs& x) const { return x.shape(1); }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& b = *impl_of(x[1]);
    const Lines lines(b.shape, axis);
    kernels::linear_recurrence(b.dtype, impl_of(x[0])->data, b.data, lines.outer, lines.n, lines.inner, reverse,
                               impl_of(y)->data);
  }
  auto gradient(Dy dy, X<0> a, Y y) const {
    const Tensor g = linear_recurrence(previous_along(a, axis, !reverse), dy, axis, !reverse);
    return partials([=, this] { return g * previous_along(y, axis, reverse); }, [=] { return g; });
  }
  static std::vector<Sample> samples() {
    const auto forwards = [](const Values& x) { return linear_recurrence(x[0], x[1], 0, false); };
    const auto backwards = [](const Values& x) { return linear_recurrence(x[0], x[1], -1, true); };
    return {{forwards, {sample_values({4}, -2, 2), sample_values({4}, -1, 1)}},
            {forwards, {sample_values({3, 2}, -2, 2), sample_values({3, 2}, -1, 1)}},
            {backwards, {sample_values({2, 3}, -2, 2), sample_values({2, 3}, -1, 1)}},
            {backwards, {sample_values({2, 1}, -2, 2), sample_values({2, 1}, -1, 1)}},
            {backwards, {sample_values({2, 0}, -2, 2), sample_values({2, 0}, -1, 1)}}};
  }
};

}  // namespace

Tensor linear_recurrence(const Tensor& a, const Tensor& b, int axis, bool reverse) {
  return record(LinearRecurrence{axis, reverse}, {a, b}, {});
}

std::vector<OpRow> scan_ops() {
  return {row<Cumsum>("scan"), row<Cumprod>("scan"), row<CumulativeLogsumexp>("scan"), row<LinearRecurrence>("scan")};
}

}  // namespace detail

using namespace detail;

Tensor cumsum(const Tensor& x, int axis, CumulativeOptions options, Where where) {
  return record(Cumsum{{axis, options.exclusive, options.reverse}}, {x}, where);
}
Tensor cumprod(const Tensor& x, int axis, CumulativeOptions options, Where where) {
  return record(Cumprod{{axis, options.exclusive, options.reverse}}, {x}, where);
}
Tensor cumulative_logsumexp(const Tensor& x, int axis, CumulativeOptions options, Where where) {
  return record(CumulativeLogsumexp{{axis, options.exclusive, options.reverse}}, {x}, where);
}

}  // namespace gradtape
